/** `holdfast watchdog`: how the dogs stand, and a person's word to one of them. */
import { describe, expect, it, onTestFinished } from "vitest";
import { statusText } from "../../src/cli/status/text.js";
import { ask } from "../../src/host/ask-replica.js";
import { ControlSocket, socketPath } from "../../src/host/control-socket.js";
import type { DogWordRefusal } from "../../src/host/dog-request.js";
import { Lateness } from "../../src/host/lateness.js";
import type { HostStatus } from "../../src/host/live-status.js";
import { nodeId } from "../../src/kernel/ids.js";
import { instant, micros, millis, seconds } from "../../src/kernel/time.js";
import type { NodeStatus } from "../../src/node/status.js";
import type { DogCommand } from "../../src/watchdog/supervision/ports.js";
import { isBuilt, program, startNode } from "../host/support/built.js";
import { statusOf } from "./demo/support/views.js";
import { jsonOf, run } from "./support/captured-io.js";
import { clusterFolder, nodes } from "./support/cluster-folder.js";

const host: HostStatus = {
  ...{ pid: 1, uptime: micros(0), residentBytes: 0, cpuTime: micros(0) },
  loop: { steps: 0, datagramsDropped: 0, lateness: new Lateness().counts() },
  link: { sent: 0, received: 0, dropped: 0, failed: 0, tooLong: 0 },
  ...{ paths: [], linkFaults: null, realtime: null, recorder: null, boot: null },
  ...{ state: null, stateTrouble: null },
  watchdog: { timeout: seconds(1), pets: 12, devices: [], missing: [] },
};

const fault = {
  rule: "deadline",
  ...{ start: "began", end: "completed", took: millis(130), ended: false },
  ...{ min: micros(0), max: millis(100) },
} as const;

const failed: Partial<NodeStatus> = {
  at: instant(1_000_000),
  supervision: [
    { entity: "control-cycle", status: "expired", fault, lastCheckpoint: instant(870_000) },
    { entity: "heartbeat", status: "ok", fault: null, lastCheckpoint: instant(990_000) },
  ],
  dog: {
    ...{ global: "stopped", mode: "running", pets: false, rebooting: false },
    snoozedUntil: null,
  },
};

/** A folder with a config, and replicas whose dogs take every word alike. */
async function site(
  answering: readonly string[],
  { refusal = null, ...more }: Partial<NodeStatus> & { refusal?: DogWordRefusal | null } = {},
) {
  const { path } = await clusterFolder("stateDir: .");
  const heard: [string, DogCommand][] = [];
  for (const name of answering) {
    const node = nodeId(name);
    const socket = await ControlSocket.open({
      path: socketPath(path, node),
      status: () => ({ node: statusOf(name, more), host }),
      dog: {
        node,
        tell: (command) => {
          heard.push([name, command]);
          return refusal;
        },
      },
    });
    onTestFinished(() => socket.close());
  }
  return { path, heard, say: (...words: string[]) => run(["watchdog", ...words], { cwd: path }) };
}

describe("CLI-11: holdfast watchdog status", () => {
  it("says of each that all is well, and ends with 0", async () => {
    const { say } = await site(["a", "b"]);
    const { code, stdout } = await say("status");
    expect(code).toBe(0);
    expect(stdout).toContain("a ok, running, petted (bites after 1s)\n  control-cycle ok\n");
    expect(stdout).toContain("b ok");
    const one = await say("status", "--node", "b", "--json");
    expect(jsonOf(one)).toMatchObject({
      schema: "holdfast.watchdog/1",
      replicas: [{ node: "b", global: "ok", pets: true, device: { pets: 12 } }],
    });
  });

  it("says who failed and by which rule, and ends with 1 where a dog is not petted", async () => {
    const { say } = await site(["a"], failed);
    const { code, stdout } = await say("status");
    expect(code).toBe(1);
    expect(stdout).toContain("a stopped, running, not petted");
    expect(stdout).toContain(
      '  control-cycle expired: deadline: "completed" has not come 130.0 ms after "began"',
    );
    expect(stdout).toContain("  heartbeat ok\n");
    const json = await say("status", "--json");
    expect(json.code).toBe(1);
    expect(jsonOf(json)).toMatchObject({
      replicas: [{ global: "stopped", entities: [{ status: "expired", fault }, { fault: null }] }],
    });
  });

  it("holdfast status shows the same, and until when it is snoozed", () => {
    const dog = { ...statusOf("a").dog, snoozedUntil: instant(61_000_000) };
    const shown = (more: Partial<NodeStatus>) =>
      statusText({ node: statusOf("a", more), host }, (_tone, text) => text);
    expect(shown(failed)).toContain("stopped, running, not petted");
    expect(shown(failed)).toMatch(/supervised +control-cycle expired: deadline/);
    expect(shown({ ...failed, dog })).toContain("petted, snoozed for 60 s more");
    expect(shown({ dog: { ...dog, rebooting: true } })).toContain("waits for the reboot");
    expect(shown({})).toMatch(/supervised +control-cycle ok/);
  });

  it("ends with 4 when nobody answers", async () => {
    const { say } = await site([]);
    expect((await say("status")).code).toBe(4);
    expect((await say("snooze", "1m", "--node", "a")).code).toBe(4);
  });
});

describe("CLI-11: holdfast watchdog snooze and reboot", () => {
  it("says a snooze to the one that is named", async () => {
    const { say, heard } = await site(["a", "b"]);
    const { code, stdout } = await say("snooze", "10m", "--node", "b");
    expect([code, stdout]).toEqual([0, "b: petted for 10m whatever fails\n"]);
    expect((await say("snooze", "--end", "--node", "b")).stdout).toBe("b: the snooze is over\n");
    expect(heard).toEqual([
      ["b", { kind: "snooze", length: seconds(600) }],
      ["b", { kind: "snooze", length: micros(0) }],
    ]);
    expect(jsonOf(await say("snooze", "10m", "--node", "b", "--json"))).toEqual({
      ...{ schema: "holdfast.watchdog/1", node: "b", word: "snooze", length: seconds(600) },
    });
  });

  it("reboots only who is named, and only with --yes", async () => {
    const { say, heard } = await site(["a", "b"]);
    expect((await say("reboot", "--yes")).code).toBe(2);
    const unsure = await say("reboot", "--node", "a");
    expect([unsure.code, unsure.stderr]).toEqual([2, expect.stringContaining("say --yes")]);
    expect(heard).toEqual([]);
    const { code, stdout } = await say("reboot", "--node", "a", "--yes");
    expect([code, stdout]).toEqual([0, expect.stringContaining("a: its outputs are safe")]);
    expect(heard).toEqual([["a", { kind: "reboot" }]]);
  });

  it.each([
    [["snooze", "--node", "a"]],
    [["snooze", "10m"]],
    [["snooze", "10m", "--end", "--node", "a"]],
    [["snooze", "soon", "--node", "a"]],
    [["snooze", "0s", "--node", "a"]],
    [["snooze", "10m", "--node", "no node"]],
    [["bark"]],
  ])("refuses what makes no sense: %j", async (words) => {
    const { say, heard } = await site(["a"]);
    expect((await say(...words)).code).toBe(2);
    expect(heard).toEqual([]);
  });

  it.each([
    ["too-long", 1, "the longest snooze is 30m"],
    ["not-snoozed", 1, "no snooze to end"],
    ["rebooting", 1, "cannot be taken back"],
    ["no-watchdog", 1, "nobody would reset it"],
    ["busy", 4, "try again"],
    ["starting", 4, "does not answer"],
  ] as const)("tells why a word was not taken: %s", async (refusal, code, text) => {
    const { say } = await site(["a"], { refusal });
    const result = await say("snooze", "31m", "--node", "a");
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(text)]);
  });

  it("SOCK-5: the socket takes no word that is malformed, or for another", async () => {
    const { path, heard } = await site(["a"]);
    const answers: [object, string][] = [
      [{ do: "reboot", node: "b" }, "not-me"],
      [{ do: "reboot" }, "malformed"],
      [{ do: "snooze" }, "malformed"],
      [{ do: "snooze", length: -1 }, "malformed"],
      [{ do: "snooze", length: "1" }, "malformed"],
      [{ do: "bark" }, "unknown-request"],
    ];
    for (const [request, reason] of answers) {
      const answer = await ask(socketPath(path, nodeId("a")), request, 1_000);
      expect(answer).toEqual({ ok: false, reason });
    }
    expect(heard).toEqual([]);
  });
});

describe.skipIf(!isBuilt(["src/cli/main.js", "src/host/watchdog/dog-thread.js"]))(
  "holdfast watchdog on a running replica",
  () => {
    it("snoozes it, and has it reset by its dog (NODE-10, NODE-11)", async () => {
      const { path } = await clusterFolder();
      const [node = ""] = nodes;
      const replica = startNode([program, "run", "--node", node], { cwd: path });
      await replica.has("is up");
      const say = (...words: string[]) => run(["watchdog", ...words], { cwd: path });
      expect((await say("snooze", "1m", "--node", node)).code).toBe(0);
      const status = jsonOf(await say("status", "--json"));
      expect(status).toMatchObject({ replicas: [{ node, global: "ok", pets: true }] });
      const [{ snoozedUntil }] = status["replicas"] as [{ snoozedUntil: number }];
      expect(snoozedUntil).toBeGreaterThan(0);
      expect((await say("snooze", "31m", "--node", node)).code).toBe(1);
      expect((await say("reboot", "--node", node, "--yes")).code).toBe(0);
      const again = await say("reboot", "--node", node, "--yes");
      expect([1, 4]).toContain(again.code);
      const { signal, stdout, stderr } = await replica.ended;
      expect(signal).toBe("SIGKILL");
      expect(stdout + stderr).toContain("was not petted");
    }, 60_000);
  },
);
