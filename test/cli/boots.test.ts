/** Why a replica was started again: processes that are stopped or killed, that hang, or crash. */
import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { BootsOfNode } from "../../src/cli/boots/text.js";
import type { LiveStatus } from "../../src/host/live-status.js";
import { isBuilt, program, type Started, startNode } from "../host/support/built.js";
import { testFolder } from "../host/support/folder.js";
import { jsonOf, run } from "./support/captured-io.js";
import { freePorts } from "./support/cluster-folder.js";

/** Works for ten cycles, says so, and then does as the file `mode` beside it says. */
const appModule = `
import { readFileSync } from "node:fs";
const mode = readFileSync(new URL("mode", import.meta.url), "utf8");
export const app = {
  name: "counter",
  sensors: { temperature: { unit: "degC", min: 0, max: 120, tolerance: 1 } },
  outputs: { heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } } },
  initial: { cycles: 0 },
  control: ({ state }) => {
    if (state.cycles === 10) {
      process.stdout.write("worked\\n");
      while (mode === "hang");
      if (mode === "crash") setTimeout(() => { throw new Error("a planted bug"); });
    }
    return { state: { cycles: state.cycles + 1 }, commands: { heater: 0.5 } };
  },
};
`;

type Mode = "work" | "hang" | "crash";

class Alone {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(more = "", watchdog = "10s"): Promise<Alone> {
    const path = await testFolder();
    const [port] = await freePorts(1);
    const lines = [
      "cluster: alone",
      "key: 00112233445566778899aabbccddeeff",
      "app: app.mjs",
      "board: { kind: mock }",
      `nodes: [{ id: a, address: "127.0.0.1:${port}" }]`,
      `timing: { cycle: 50ms, watchdog: ${watchdog} }`,
      "recorder: {}",
      more,
    ];
    await writeFile(join(path, "holdfast.yaml"), `${lines.join("\n")}\n`, { mode: 0o600 });
    await writeFile(join(path, "app.mjs"), appModule);
    return new Alone(path);
  }

  /** Fulfilled when it has controlled for ten cycles. */
  async start(mode: Mode, more: readonly string[] = []): Promise<Started> {
    await writeFile(join(this.path, "mode"), mode);
    const started = startNode([program, "run", "--node", "a", ...more], { cwd: this.path });
    await started.has("worked");
    return started;
  }

  async end(mode: Mode, signal: NodeJS.Signals | null = null) {
    const started = await this.start(mode);
    if (signal !== null) started.child.kill(signal);
    return started.ended;
  }

  async statusWhen(fits: (one: LiveStatus) => boolean): Promise<LiveStatus> {
    const until = performance.now() + 60_000;
    for (;;) {
      const result = await run(["status", "--json"], { cwd: this.path });
      const [one] = (jsonOf(result)["replicas"] ?? []) as readonly LiveStatus[];
      if (result.code === 0 && one !== undefined && fits(one)) return one;
      if (performance.now() > until) throw new Error(`never so: ${JSON.stringify(one ?? result)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async boots(): Promise<BootsOfNode> {
    const result = await run(["boots", "--json"], { cwd: this.path });
    expect(jsonOf(result)["schema"]).toBe("holdfast.boots/1");
    return (jsonOf(result)["replicas"] as [BootsOfNode])[0];
  }
}

const files = ["src/cli/main.js", "src/host/watchdog/dog-thread.js"];

describe.skipIf(!isBuilt(files))("a replica that is started again", () => {
  it("tells a stop, a kill, a hang and a crash apart, with evidence (BOOK-1)", async () => {
    const alone = await Alone.make("", "2s");
    expect(await alone.end("work", "SIGTERM")).toMatchObject({ code: 0 });
    expect(await alone.end("work", "SIGKILL")).toMatchObject({ signal: "SIGKILL" });
    expect(await alone.end("hang")).toMatchObject({ signal: "SIGKILL" });
    const crashed = await alone.end("crash");
    expect([crashed.code, crashed.stderr]).toEqual([70, expect.stringContaining("planted bug")]);
    const last = await alone.start("work");
    const { host } = await alone.statusWhen(({ host }) => host.boot !== null);
    expect(host.boot).toMatchObject({ reason: "crash", safeMode: false, healthy: false });
    const status = await run(["status"], { cwd: alone.path });
    expect(status.stdout).toMatch(/started +crash: it crashed; lately .*holdfast boots --evidence/);
    last.child.kill("SIGTERM");
    await last.ended;

    const { boots, warning } = await alone.boots();
    expect(warning).toBeNull();
    expect(boots.map(({ reason }) => reason)).toEqual([
      ...["first", "request", "killed"],
      ...["watchdog", "crash"],
    ]);
    expect(boots.map(({ ended }) => ended)).toEqual([
      ...["request", "killed", "watchdog"],
      ...["crash", "request"],
    ]);
    const [stopped, killed, hung, crash] = boots;
    expect([stopped?.evidence, killed?.evidence, killed?.ranUs]).toEqual([null, null, null]);
    expect(killed?.ranUsMax).toBeGreaterThan(400_000);
    expect(hung?.evidence?.record).toMatchObject({ cause: "hang", node: "a" });
    expect(hung?.evidence?.record.running.at(-1)?.what).toBe("control-cycle");
    expect(hung?.evidence?.record.entries.join()).toContain("voted");
    expect(hung?.ranUs).toBeGreaterThan(1_500_000);
    expect(crash?.evidence?.record.error).toContain("a planted bug");
    // Of a crash the steps are told as a recording tells them.
    expect(crash?.evidence?.record.entries.join()).toMatch(/a\/temperature|report voted/);

    const table = await run(["boots"], { cwd: alone.path });
    expect(table.stdout).toMatch(/^a: the last 5 starts\n/);
    expect(table.stdout).toContain("it hung in control-cycle");
    const words = await run(["boots", "--evidence", String(hung?.bootId)], { cwd: alone.path });
    expect(words.stdout).toMatch(
      /it hung in control-cycle\n.*\n +it ran the code of control-cycle/,
    );
    expect((await run(["boots", "--evidence", "1"], { cwd: alone.path })).code).toBe(4);
  });

  it("backs off, controls in safe mode, and is forgiven (BOOK-2, BOOK-3)", async () => {
    const restarts = "restarts: { crashMax: 2, backOff: 50ms, healthyAfter: 4s }";
    const alone = await Alone.make(`${restarts}\nfaultsAllowed: true`);
    for (let life = 0; life < 2; life += 1) {
      expect(await alone.end("crash")).toMatchObject({ code: 70 });
    }
    const recordings = join(alone.path, "state", "recordings");
    expect(await readdir(recordings)).toHaveLength(2);
    const safe = await alone.start("work");
    const driving = await alone.statusWhen(({ node }) => node.driven.includes("heater"));
    expect(driving.host).toMatchObject({
      recorder: null,
      boot: { reason: "crash", safeMode: true, backOff: 50_000 },
    });
    expect(await readdir(recordings)).toHaveLength(2);
    const text = await run(["status"], { cwd: alone.path });
    expect(text.stdout).toContain("safe mode: it controls, votes and drives as ever, without");
    await alone.statusWhen(({ host }) => host.boot?.healthy === true);
    safe.child.kill("SIGKILL");
    expect((await safe.ended).stderr).toContain("it runs in safe mode");

    const forgiven = await alone.start("work");
    const { host } = await alone.statusWhen(({ host }) => host.recorder !== null);
    expect(host.boot).toMatchObject({ reason: "killed", safeMode: false, backOff: 0, counts: [] });
    forgiven.child.kill("SIGKILL");
    await forgiven.ended;
  });

  it("takes a person's word on safe mode, and ends a wait when told to (BOOK-4)", async () => {
    const alone = await Alone.make("restarts: { killedMax: 2, backOff: 10m, backOffMax: 10m }");
    const safe = await alone.start("work", ["--safe-mode"]);
    expect((await alone.statusWhen(() => true)).host.boot).toMatchObject({
      ...{ reason: "first", safeMode: true },
    });
    expect(existsSync(join(alone.path, "state", "recordings"))).toBe(false);
    safe.child.kill("SIGKILL");
    await safe.ended;
    await alone.end("work", "SIGKILL");
    const waiting = startNode([program, "run", "--node", "a"], { cwd: alone.path });
    while ((await alone.boots()).boots.length < 3) {
      await new Promise((over) => setTimeout(over, 50));
    }
    waiting.child.kill("SIGTERM");
    const { code, stderr } = await waiting.ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining("it waits 600.0 s")]);
    expect((await alone.boots()).boots.at(-1)).toMatchObject({ safeMode: true, ended: "request" });
  });
});

describe("holdfast boots", () => {
  it("says what is missing, and what to do", async () => {
    const path = await testFolder();
    const none = await run(["boots", "--state-dir", path]);
    expect([none.code, none.stderr]).toEqual([4, expect.stringContaining("no replica was ever")]);
    const gone = await run(["boots", "--state-dir", join(path, "gone")]);
    expect([gone.code, gone.stderr]).toEqual([4, expect.stringContaining("ENOENT")]);
    const name = await run(["boots", "--state-dir", path, "--node", "A B"]);
    expect(name.code).toBe(2);
    const boot = await run(["boots", "--state-dir", path, "--evidence", "yesterday"]);
    expect(boot.code).toBe(2);
  });

  it("tells of a journal that cannot be read, and of evidence that was cut", async () => {
    const path = await testFolder();
    await writeFile(join(path, "a.boots"), "no journal");
    const spoiled = await run(["boots", "--state-dir", path]);
    expect([spoiled.code, spoiled.stdout]).toEqual([0, expect.stringContaining("begins anew")]);
    await mkdir(join(path, "evidence"));
    await writeFile(join(path, "evidence", "a-7.json"), '{"schema":');
    const cut = await run(["boots", "--state-dir", path, "--evidence"]);
    expect([cut.code, cut.stderr]).toEqual([3, expect.stringContaining("power failure")]);
  });
});
