/** `holdfast run` with `realtime:` in its config, as processes. */
import { chown, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RealtimeStatus } from "../../../src/host/lanes/realtime-loop.js";
import type { LiveStatus } from "../../../src/host/live-status.js";
import { jsonOf, run } from "../../cli/support/captured-io.js";
import { clusterFolder } from "../../cli/support/cluster-folder.js";
import { isBuilt, program, startNode } from "../support/built.js";
import { isFifoGranted } from "./support/fifo.js";
import { asNobody, isRoot, nobody, preloaded } from "./support/programs.js";

const isReady = isBuilt(["src/cli/main.js", "src/host/lanes/alarm-thread.js"]);
const isRealtime = isReady && isFifoGranted();

const config = "timing: { cycle: 20ms, watchdog: 500ms }\nrealtime: { priority: 40, cpu: 0 }";

const start = (cwd: string, through: readonly string[] = []) =>
  startNode([program, "run", "--node", "a"], { cwd, through });

/** What the replica says of it; asked until it answers. */
async function realtimeOf(cwd: string): Promise<RealtimeStatus | null> {
  for (;;) {
    const result = await run(["status", "--json"], { cwd });
    const [replica] = (jsonOf(result)["replicas"] ?? []) as readonly LiveStatus[];
    if (result.code === 0 && replica !== undefined) return replica.host.realtime;
    await new Promise((looked) => setTimeout(looked, 50));
  }
}

/** SCHED_FIFO priorities of a process's threads, the main one first; 0 is ordinary. */
async function prioritiesOf(pid: number): Promise<readonly number[]> {
  const folder = `/proc/${pid}/task`;
  const tids = (await readdir(folder)).map(Number).sort((one, other) => one - other);
  const stats = tids.map(async (tid) => {
    const text = await readFile(join(folder, String(tid), "stat"), "utf8");
    const field18 = Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[15]);
    return field18 < 0 ? -1 - field18 : 0;
  });
  return Promise.all(stats);
}

const warnings = (stderr: string): readonly string[] =>
  stderr.split("\n").filter((line) => line.includes("what the kernel gave the loop"));

/** Stops it in good order, and answers with what it logged. */
async function end({ child, ended }: ReturnType<typeof start>): Promise<string> {
  child.kill("SIGTERM");
  const { code, stderr } = await ended;
  expect(code, stderr).toBe(0);
  return stderr;
}

describe.skipIf(!isRealtime)("a replica with real-time priority", () => {
  it("has loop, alarm and V8's threads, and dog one above the other (RT-1, RT-3)", async () => {
    const { path } = await clusterFolder(config);
    const replica = start(path);
    await replica.has("is up");
    const status = await realtimeOf(path);
    expect(status).toMatchObject({
      ...{ priority: 40, cpu: 0, wokenBy: "alarm", dogPriority: 42, reasons: [] },
    });
    const priorities = await prioritiesOf(replica.child.pid ?? 0);
    expect(priorities[0]).toBe(40);
    // V8's five, which are told by their order, and the alarm.
    expect(priorities.slice(1, 6)).toEqual([41, 41, 41, 41, 41]);
    expect(priorities.filter((level) => level === 41)).toHaveLength(6);
    expect(priorities.filter((level) => level === 42)).toHaveLength(1);
    const text = await run(["status"], { cwd: path });
    expect(text.stdout).toMatch(/real-time +FIFO 40 on processor 0, woken by alarm/);
    const lines = warnings(await end(replica));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 30 }]);
  });

  it("is bitten when its loop runs away on the only processor (RT-3)", async () => {
    const { path } = await clusterFolder(config);
    // One processor for all of it: only priority lets the dog run.
    const through = ["taskset", "-c", "0", ...preloaded("runs-away.cjs")];
    const { signal, stderr } = await start(path, through).ended;
    expect(signal, stderr).toBe("SIGKILL");
    const line = stderr.split("\n").find((text) => text.includes("was not petted")) ?? "{}";
    const { msg } = JSON.parse(line) as { readonly msg: string };
    expect(Number(/for (\d+) ms/.exec(msg)?.[1])).toBeLessThan(900);
  });
});

describe.skipIf(!isReady)("a replica that asks for real-time priority and gets none", () => {
  const nothing = { priority: 0, cpu: null, wokenBy: "timers" };

  it.skipIf(!isRoot)("runs, and says once that it is not permitted (RT-4)", async () => {
    const { path } = await clusterFolder(config);
    for (const name of ["", "key", "app.mjs", "holdfast.yaml"]) {
      await chown(join(path, name), nobody, nobody);
    }
    const replica = start(path, asNobody);
    await replica.has("is up");
    const reason = expect.stringMatching(/^SCHED_FIFO 40: not permitted \(EPERM\); it needs CAP/);
    expect(await realtimeOf(path)).toMatchObject({ ...nothing, reasons: [reason] });
    const text = await run(["status"], { cwd: path });
    expect(text.stdout).toMatch(/real-time +no, it asked for FIFO 40: SCHED_FIFO 40: not/);
    const lines = warnings(await end(replica));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 40 }]);
  });

  it("runs, and says once that there are no system calls (RT-4)", async () => {
    const { path } = await clusterFolder(config);
    const replica = start(path, preloaded("no-koffi.cjs"));
    await replica.has("is up");
    const reason = expect.stringMatching(/^koffi is not available for/);
    expect(await realtimeOf(path)).toMatchObject({ ...nothing, reasons: [reason] });
    expect(warnings(await end(replica))).toHaveLength(1);
  });
});

describe.skipIf(!isReady)("a replica that does not ask", () => {
  it("stays as it is (RT-5)", async () => {
    const { path } = await clusterFolder("timing: { cycle: 20ms }");
    const replica = start(path);
    await replica.has("is up");
    expect(await realtimeOf(path)).toBeNull();
    expect(new Set(await prioritiesOf(replica.child.pid ?? 0))).toEqual(new Set([0]));
    expect(warnings(await end(replica))).toEqual([]);
  });
});
