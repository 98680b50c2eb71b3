/** The examples of docs/scheduling.md, "Real-time lanes", run as they stand there. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { run } from "../cli/support/captured-io.js";
import { clusterFolder } from "../cli/support/cluster-folder.js";
import { builtFile, isBuilt, startNode } from "../host/support/built.js";
import { testFolder } from "../host/support/folder.js";

const page = readFileSync(join(process.cwd(), "docs/scheduling.md"), "utf8");

/** The code between fences of a language. */
const blocks = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    ([, text = ""]) => text,
  );

/** What the entries of the package lead to. */
const entries: Readonly<Record<string, string>> = {
  "holdfast/lane": "src/host/lanes/lane.js",
  "holdfast/lane-lock": "src/host/lanes/shared-lock.js",
};

describe.skipIf(!isBuilt(Object.values(entries)))("the page about real-time lanes", () => {
  it("has a lane that ticks, as it stands there", async () => {
    const folder = await testFolder();
    for (const block of blocks("js")) {
      const [, name = ""] = /^\/\/ (\S+\.mjs)\n/.exec(block) ?? [];
      const text = block.replace(/"(holdfast\/[a-z-]+)"/g, (_all, entry: string) =>
        JSON.stringify(pathToFileURL(builtFile(entries[entry] ?? entry)).href),
      );
      await writeFile(join(folder, name), text);
    }
    const { code, stdout, stderr } = await startNode([join(folder, "main.mjs")]).ended;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stderr.split("\n")[0] ?? "")).toMatchObject({
      kind: "granted",
      grant: { asked: { priority: 60, cpu: null } },
    });
    expect(JSON.parse(stdout)["ticks"]).toBeGreaterThan(10);
  });

  it("has a config that is sound, and says what it does", async () => {
    const [yaml = ""] = blocks("yaml");
    const { path } = await clusterFolder(yaml);
    const { code, stdout } = await run(["config", "check"], { cwd: path });
    expect(code).toBe(0);
    expect(stdout).toContain("Each replica's loop runs as SCHED_FIFO 50, before ordinary");
    expect(stdout).toContain("What wakes it and V8's threads have 51, the watchdog has 52.");
  });
});
