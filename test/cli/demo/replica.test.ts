/** The demo's replica with a stub in the place of `holdfast run`: the process is real. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Replica } from "../../../src/cli/demo/replica.js";
import type { ReplicaMessage } from "../../../src/host/board-channel.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { testFolder } from "../../host/support/folder.js";

const up = `
process.send({ kind: "up", node: "pi-1", pid: process.pid, bootId: 1, recording: "r" });
`;
const stopsWell = `${up}
process.on("message", ({ kind }) => { if (kind === "stop") process.exit(0); });
`;
const ignoresStop = `${up} process.on("message", () => {}); process.on("SIGTERM", () => {});`;
const cannotStart = `console.error("error: port in use"); process.exit(4);`;

async function replicaOf(program: string) {
  const folder = await testFolder();
  const file = join(folder, "stub.mjs");
  const logFile = join(folder, "log");
  writeFileSync(file, program);
  const seen = { ups: [] as number[], downs: [] as string[] };
  const replica = new Replica({
    ...{ node: nodeId("pi-1"), program: file, configFile: "none", logFile, bootMs: 20 },
    onMessage: (message: ReplicaMessage) => {
      if (message.kind === "up") seen.ups.push(message.pid);
    },
    onDown: (how) => seen.downs.push(how),
  });
  onTestFinished(() => replica.abandon());
  return { replica, seen, logFile };
}

/** The test's own time limit bounds it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("a replica of the demo", () => {
  it("is up when it says so, and stops in good order", async () => {
    const { replica, seen } = await replicaOf(stopsWell);
    replica.start();
    expect(replica.state).toBe("down");
    await until(() => seen.ups.length === 1);
    expect(replica).toMatchObject({ state: "up", pid: seen.ups[0], recording: "r" });
    await replica.stop(60_000);
    expect(seen.downs).toEqual(["exit code 0"]);
    expect(replica).toMatchObject({ state: "down", pid: null });
  });

  it("boots again when it was killed, by us or by anybody, as another process", async () => {
    const { replica, seen } = await replicaOf(stopsWell);
    replica.start();
    await until(() => seen.ups.length === 1);
    replica.kill(10);
    await until(() => seen.ups.length === 2);
    process.kill(seen.ups[1] ?? 0, "SIGKILL");
    await until(() => seen.ups.length === 3);
    expect(seen.downs).toEqual(["SIGKILL", "SIGKILL"]);
    expect(new Set(seen.ups).size).toBe(3);
    await replica.stop(60_000);
  });

  it("is not started again once it was stopped or abandoned", async () => {
    const { replica, seen } = await replicaOf(stopsWell);
    replica.start();
    await until(() => seen.ups.length === 1);
    replica.abandon();
    await until(() => seen.downs.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(replica.pid).toBeNull();
  });

  it("is ended by force when it does not stop", async () => {
    const { replica, seen } = await replicaOf(ignoresStop);
    replica.start();
    await until(() => seen.ups.length === 1);
    await replica.stop(50);
    expect(seen.downs).toEqual(["SIGKILL"]);
    expect(isRunning(seen.ups[0] ?? 0)).toBe(false);
  });

  it("is stopped and continued, and can be ended while it is stopped", async () => {
    const { replica, seen } = await replicaOf(stopsWell);
    replica.start();
    await until(() => seen.ups.length === 1);
    const stateOf = () => readFileSync(`/proc/${seen.ups[0]}/stat`, "utf8").split(" ")[2];
    replica.pause();
    await until(() => stateOf() === "T");
    expect(replica.state).toBe("paused");
    replica.resume();
    await until(() => stateOf() !== "T");
    expect(replica.state).toBe("up");
    replica.pause();
    await replica.stop(60_000);
    expect(seen.downs).toEqual(["exit code 0"]);
  });

  it("is given up when it never comes up, and its log says why", async () => {
    const { replica, seen, logFile } = await replicaOf(cannotStart);
    replica.start();
    await until(() => replica.hasFailed);
    expect(seen.downs).toEqual(["exit code 4", "exit code 4", "exit code 4"]);
    expect(readFileSync(logFile, "utf8")).toContain("port in use");
    await replica.stop(1_000);
  });
});
