/** No thread is left, and none keeps the process: that takes processes of their own. */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { builtFile, isBuilt, startNode } from "../support/built.js";

const face = "src/host/n-version/open-versions.js";

/** Runs `body` where `open(["right", ...], options)` opens versions of these files. */
const run = (body: string) =>
  startNode([
    "--input-type=module",
    "-e",
    `import { readdirSync } from "node:fs";
     import { openVersions } from ${JSON.stringify(pathToFileURL(builtFile(face)).href)};
     const open = (files, options) => openVersions({
       versions: files.map((file, index) => ({
         name: "abc"[index], file: "test/host/n-version/versions/" + file + ".mjs",
       })),
       deadlineMs: 600_000,
       ...options,
     });
     const threads = () => readdirSync("/proc/self/task").length;
     ${body}`,
  ]).ended;

describe.skipIf(!isBuilt([face]))("threads and processes of versions", () => {
  it.each(["thread", "process"])(
    "do not keep a process that has nothing else to do: %s (NVH-11)",
    async (isolation) => {
      const { code, stdout } = await run(`
      const isolation = "${isolation}";
      const runner = await open(["right", "right-by-adding", "right"], { isolation });
      console.log((await runner.call({ x: 3 })).value.y);
    `);
      expect([code, stdout]).toEqual([0, "6\n"]);
    },
  );

  it.each(["thread", "process"])(
    "are waited for while a call is open: %s (NVH-11)",
    async (isolation) => {
      const { code, stdout } = await run(`
      const runner = await open(["hangs", "never-answers", "right"], {
        isolation: "${isolation}", deadlineMs: 1_500,
      });
      console.log((await runner.call({ x: 3 })).failed.length);
      await runner.close();
    `);
      expect([code, stdout]).toEqual([0, "2\n"]);
    },
  );

  it.skipIf(!existsSync("/proc/self/task"))(
    "end when it is closed, also those that hang (NVH-11)",
    async () => {
      const { code, stdout } = await run(`
      const cycle = async (third) => {
        const runner = await open(["right", "right-by-adding", third]);
        await runner.call({ x: 3 });
        await runner.close();
      };
      await cycle("right");
      const before = threads();
      for (const third of ["hangs", "never-answers", "leaks", "exits", "exits-later", "throws"]) {
        await cycle(third);
      }
      for (const third of ["exports-nothing", "throws-at-load", "exits-at-load", "nowhere"]) {
        await open(["right", "hangs", third]).then(() => process.exit(9), () => {});
      }
      console.log(threads() - before);
    `);
      expect([code, stdout]).toEqual([0, "0\n"]);
    },
  );
});
