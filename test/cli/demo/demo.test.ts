/** The built `holdfast demo` as a process, with its replicas, and what it leaves behind. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { DemoSummary } from "../../../src/cli/demo/summary.js";
import { isBuilt, program, startNode } from "../../host/support/built.js";
import { testFolder } from "../../host/support/folder.js";

const files = ["src/cli/main.js", "src/cli/demo.js", "examples/boiler/app.js"];
const hasProc = existsSync("/proc/self/cmdline");

/** The demo puts its folder below one that goes with the test. */
async function withOwnTemp(): Promise<string> {
  const temp = await testFolder();
  vi.stubEnv("TMPDIR", temp);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return temp;
}

/** Every process whose command line names the folder. */
function processesOf(folder: string): readonly string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return readFileSync(join("/proc", pid, "cmdline"), "utf8").includes(folder);
    } catch {
      return false;
    }
  });
}

async function replayOf(file: string) {
  const { code, stdout } = await startNode([program, "replay", file, "--json"]).ended;
  return { code, ...(JSON.parse(stdout) as { steps: number; difference: unknown }) };
}

/** The recording with one byte of the payload of one datagram changed, near its middle. */
function alteredOnce(file: string): { readonly text: string; readonly line: number } {
  const lines = readFileSync(file, "utf8").split("\n");
  const isDatagram = (line: string, at: number) =>
    at > lines.length / 2 && line.includes('"i":{"d":');
  const index = lines.findIndex(isDatagram);
  const line = lines[index] ?? "";
  const changed = line.replace(
    /("d":".{30})(.)/,
    (_all, before, byte) => before + (byte === "A" ? "B" : "A"),
  );
  expect(changed).not.toBe(line);
  return { text: lines.with(index, changed).join("\n"), line: index + 1 };
}

describe.skipIf(!isBuilt(files) || !hasProc)("holdfast demo, unattended", () => {
  it("votes through a stuck sensor and a killed replica, and names both (DEMO-1)", async () => {
    const temp = await withOwnTemp();
    const { ended } = startNode([program, "demo", "--for", "12s", "--json"]);
    const { code, stdout, stderr } = await ended;
    const summary = JSON.parse(stdout) as DemoSummary & { schema: string };
    expect(Object.keys(summary)[0]).toBe("schema");
    expect(summary.schema).toBe("holdfast.demo/1");
    expect(stderr).toBe("the demo runs for 12 s\n");

    // A machine that is too busy may miss a cycle, which the verdict then tells; never the rest.
    expect(summary.drivenTwice).toBe(0);
    expect(code).toBe(summary.verdict === "ok" ? 0 : 1);
    expect(summary.verdict === "ok").toBe(summary.votes.missed === 0);
    expect(summary.votes.cycles).toBeGreaterThan(50);
    expect(summary.votes.voted).toBeGreaterThan(0.5 * summary.votes.cycles);

    const [sensor, kill] = ["sensor", "kill"].map((wanted) =>
      summary.faults.find(({ kind }) => kind === wanted),
    );
    expect(sensor?.target).toMatch(/^pi-[123]\/temperature$/);
    expect(sensor?.detectedS).toBeGreaterThan(sensor?.setS ?? Number.NaN);
    expect(kill?.target).toMatch(/^pi-[123]$/);
    expect(kill?.detectedS).toBeGreaterThan(kill?.setS ?? Number.NaN);
    expect(kill?.clearedS).toBeGreaterThan(kill?.setS ?? Number.NaN);

    expect(summary.folder.startsWith(temp)).toBe(true);
    expect(processesOf(summary.folder)).toEqual([]);

    const recordings = Object.values(summary.recordings);
    expect(recordings).toHaveLength(3);
    const steps: number[] = [];
    for (const file of recordings) {
      const result = await replayOf(file);
      expect([result.code, result.difference], file).toEqual([0, null]);
      steps.push(result.steps);
    }
    // One was killed, and began anew; how long before the end depends on the machine.
    expect(steps.filter((count) => count > 100).length).toBeGreaterThanOrEqual(2);

    const longest = recordings[steps.indexOf(Math.max(...steps))] ?? "";
    const altered = alteredOnce(longest);
    writeFileSync(longest, altered.text);
    const { code: alteredCode, difference } = await replayOf(longest);
    expect(alteredCode).toBe(1);
    expect(difference).toMatchObject({ line: altered.line });
  });

  it("ends with its summary when asked, also twice, and leaves no process (DEMO-3)", async () => {
    const temp = await withOwnTemp();
    const { child, ended } = startNode([program, "demo"]);
    const folder = await vi.waitUntil(
      () => readdirSync(temp).find((name) => name.startsWith("holdfast-demo-")),
      { timeout: 60_000 },
    );
    await vi.waitUntil(() => processesOf(folder).length === 3, { timeout: 60_000 });
    child.kill("SIGTERM");
    child.kill("SIGINT");
    const { code, signal, stdout } = await ended;
    expect([code, signal]).toEqual([0, null]);
    expect(stdout).toContain(`logs and recordings: ${join(temp, folder)}`);
    expect(processesOf(folder)).toEqual([]);
  });

  it("leaves no process when it is killed (DEMO-3)", async () => {
    const temp = await withOwnTemp();
    const { child, ended } = startNode([program, "demo"]);
    await vi.waitUntil(() => processesOf(temp).length === 3, { timeout: 60_000 });
    child.kill("SIGKILL");
    await ended;
    await vi.waitUntil(() => processesOf(temp).length === 0, { timeout: 60_000 });
  });

  it("finds what cannot work before it starts a process (DEMO-4)", async () => {
    const temp = await withOwnTemp();
    vi.stubEnv("HOLDFAST_TIMING_CUTOFF", "200ms");
    const { code, stderr, stdout } = await startNode([program, "demo", "--for", "5s"]).ended;
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^error: the replicas cannot run like this: timing\.cutoff: .*\n$/);
    expect(readdirSync(temp)).toEqual([]);
  });

  it("plays a recording at its speed, and votes what is in it", async () => {
    const temp = await withOwnTemp();
    const rows = Array.from(
      { length: 3_000 },
      (_, row) => `${row},${[1, 2, 3].map(() => row / 100)}`,
    );
    const file = join(temp, "a.csv");
    writeFileSync(file, `time_s,a,b,c\n${rows.join("\n")}\n`);
    const words = ["--for", "6s", "--quiet", "--json", "--recording", file, "--speed", "60"];
    const { code, stdout } = await startNode([program, "demo", ...words]).ended;
    const summary = JSON.parse(stdout) as DemoSummary;
    expect(code).toBe(summary.verdict === "ok" ? 0 : 1);
    expect(summary.votes.voted).toBeGreaterThan(10);
    expect(summary.faults).toEqual([]);
    const [recording = ""] = Object.values(summary.recordings);
    const read = /"r":\[\["temperature",([\d.]+),(\d+)/g;
    const readings = [...readFileSync(recording, "utf8").matchAll(read)].map(
      ([, value, sourceTime]) => [Number(value) * 100, Number(sourceTime) / 1e6] as const,
    );
    const [[row0, time0] = [0, 0], [row1, time1] = [0, 0]] = [readings[0], readings.at(-1)];
    expect((row1 - row0) / (time1 - time0)).toBeCloseTo(60, 0);
  });

  it("names the file and the line of a recording that is none", async () => {
    const temp = await withOwnTemp();
    const file = join(temp, "a.csv");
    writeFileSync(file, "time_s,a,b,c\n0,1,2,3\n1,1,x,3\n");
    const words = [program, "demo", "--for", "5s", "--recording", file];
    const { code, stderr } = await startNode(words).ended;
    expect([code, stderr]).toEqual([3, expect.stringMatching(/^error: .*a\.csv:3: .*\n$/)]);
    writeFileSync(file, "time_s,a,b\n0,1,2\n");
    const few = await startNode(words).ended;
    expect([few.code, few.stderr]).toEqual([3, expect.stringContaining("a.csv:1: expected 3")]);
  });
});
