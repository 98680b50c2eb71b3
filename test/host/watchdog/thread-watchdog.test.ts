/** The dog must bite a process that hangs, which takes a process. */

import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { builtFile, isBuilt, startNode } from "../support/built.js";

const device = "src/host/watchdog/thread-watchdog.js";

/** Arms a dog, then runs `body`; a process that is not bitten ends after `life` ms. */
const script = (body: string, life = 1_500, timeout = 300) => `
  import { ThreadWatchdog } from ${JSON.stringify(pathToFileURL(builtFile(device)).href)};
  const dog = await ThreadWatchdog.arm({
    timeout: ${timeout * 1_000}, name: "a", onFailure: (error) => { throw error; },
  });
  setTimeout(() => { console.log("alive after", dog.pets > 3 ? "pets" : "none"); process.exit(7); },
    ${life});
  console.log("armed");
  ${body}`;

const run = (body: string, life?: number, timeout?: number) =>
  startNode(["--input-type=module", "-e", script(body, life, timeout)]).ended;

describe.skipIf(!isBuilt([device]))("the watchdog in a thread", () => {
  it("kills a process in an endless loop, and leaves a line (DOGT-1)", async () => {
    const { signal, stderr, stdout } = await run("for (;;);");
    expect(stdout).toBe("armed\n");
    expect(signal).toBe("SIGKILL");
    expect(JSON.parse(stderr)).toMatchObject({
      level: 60,
      node: "a",
      msg: expect.stringMatching(/^the watchdog of a was not petted for \d+ ms: killed$/),
    });
  });

  it("kills a process that lives, but does not pet (DOGT-1)", async () => {
    expect((await run("setInterval(() => {}, 10);")).signal).toBe("SIGKILL");
  });

  it("kills a process that petted and then stopped to (DOGT-1)", async () => {
    const pets =
      "const t = setInterval(() => dog.pet(), 20); setTimeout(() => clearInterval(t), 400);";
    expect((await run(pets, 4_000)).signal).toBe("SIGKILL");
  });

  it("does not touch one that pets, however busy between (DOGT-2)", async () => {
    const busy = `setInterval(() => {
      dog.pet();
      for (const end = performance.now() + 15; performance.now() < end;);
    }, 20);`;
    // Patient enough for a machine on which others work as well.
    expect(await run(busy, 4_000, 1_500)).toMatchObject({
      code: 7,
      stderr: "",
      stdout: "armed\nalive after pets\n",
    });
  });

  it("does not bite when called off, nor keep the process alive (DOGT-2)", async () => {
    expect(await run("await dog.close();", 900)).toMatchObject({ code: 7 });
    const { code, signal } = await run("await dog.close(); process.exitCode = 3; process.exit();");
    expect([code, signal]).toEqual([3, null]);
  });
});
