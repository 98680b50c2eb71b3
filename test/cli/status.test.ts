import { describe, expect, it } from "vitest";
import { statusText } from "../../src/cli/status/text.js";
import type { Direction } from "../../src/detection/paths/directions.js";
import type { PathStanding, PeerPathsStanding } from "../../src/detection/paths/peer-paths.js";
import { ControlSocket, socketPath } from "../../src/host/control-socket.js";
import { Lateness } from "../../src/host/lateness.js";
import type { HostStatus } from "../../src/host/live-status.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { instant, micros } from "../../src/kernel/time.js";
import type { ChannelStanding } from "../../src/voting/sensor-voter.js";
import type { Verdict } from "../../src/voting/voter.js";
import { testFolder } from "../host/support/folder.js";
import { groupOf, memberOf, nodes, statusOf, verdict } from "./demo/support/views.js";
import { jsonOf, run } from "./support/captured-io.js";

const host: HostStatus = {
  ...{ pid: 1, uptime: micros(0), residentBytes: 0, cpuTime: micros(0) },
  loop: { steps: 0, datagramsDropped: 0, lateness: new Lateness().counts() },
  link: { sent: 0, received: 0, dropped: 0, failed: 0, tooLong: 0 },
  ...{ paths: [], linkFaults: null, watchdog: null, realtime: null, recorder: null, boot: null },
  ...{ state: null, stateTrouble: null },
};

describe("the status for people", () => {
  const shown = (value: number | null): string => {
    const level = {
      channel: "a/level",
      state: "trusted",
      reason: null,
      since: instant(0),
      lastValue: value,
      fault: null,
    } as const;
    const sensors = [{ sensor: "level", verdict: verdict(value), channels: [level] }];
    return statusText({ node: statusOf("pi-1", { sensors }), host }, (_tone, text) => text);
  };

  it("shows values as they were measured, without the dust of binary fractions", () => {
    expect(shown(0.1 + 0.2)).toMatch(/ level +0\.3 +ok\n +a\/level +0\.3 +trusted/);
    expect(shown(1_234.5678)).toContain(" 1234.5678 ");
  });

  it("says in words where it cannot isolate who is wrong, and only there", () => {
    const row = (said: Verdict): string => {
      const sensors = [{ sensor: "level", verdict: said, channels: [] }];
      return statusText({ node: statusOf("pi-1", { sensors }), host }, (_tone, text) => text);
    };
    const two = verdict(null, "no-majority");
    expect(row(two)).toContain("no-majority (cannot isolate which is wrong)");
    const one = { ...verdict(2, "degraded"), agreeing: ["a/level"], confidence: 1 };
    expect(row(one)).toContain("degraded (cannot isolate: no other channel)");
    expect(row({ ...one, confidence: 0.5 })).toContain("degraded (50 % agree)");
    expect(row(verdict(2))).not.toContain("isolate");
  });

  it("shows why a channel is out, with the kind of fault, and what is doubtful", () => {
    const since = instant(0);
    const channels: ChannelStanding[] = [
      {
        channel: "a/level",
        state: "excluded",
        reason: "STUCK",
        since,
        lastValue: 3,
        fault: { kind: "value", persistence: "intermittent" },
      },
      { channel: "b/level", state: "vouched", reason: null, since, lastValue: 2, fault: null },
    ];
    const caveats = [{ reason: "VOTER_LATE", since }] as const;
    const doubtful = { ...verdict(2, "degraded"), confidence: 0.5, caveats };
    const sensors = [{ sensor: "level", verdict: doubtful, channels }];
    const text = statusText({ node: statusOf("pi-1", { sensors }), host }, (_tone, t) => t);
    expect(text).toMatch(/level +2 +degraded \(50 % agree, VOTER_LATE\)/);
    expect(text).toMatch(/a\/level +3 +excluded \(STUCK, intermittent value\)/);
    expect(text).toMatch(/b\/level +2 +vouched \(by a person\)/);
    expect(text).toMatch(/voters +none suspected/);
  });

  it("names the replicas whose voters are suspected", () => {
    const { cycle } = statusOf("pi-1");
    const suspectedVoters = [{ node: nodeId("pi-2"), sensor: "level" }];
    const node = statusOf("pi-1", { cycle: { ...cycle, suspectedVoters } });
    const text = statusText({ node, host }, (tone, t) => `<${tone}>${t}`);
    expect(text).toMatch(/voters +<bad>pi-2 is wrong about level/);
  });

  it("shows the streams of protected samples, and which of them are not in order (PROT-7)", () => {
    const show = (state: "VALID" | "INVALID"): string => {
      const protection = [
        { channel: "a/level", state: "VALID" },
        { channel: "b/level", state },
      ] as const;
      return statusText(
        { node: statusOf("pi-1", { protection }), host },
        (tone, t) => `<${tone}>${t}`,
      );
    };
    expect(show("VALID")).toMatch(/protection +<good>all streams of samples VALID/);
    expect(show("INVALID")).toMatch(/protection +<warning>b\/level INVALID/);
    expect(shown(1)).not.toContain("protection");
  });

  it("shows the paths where there are several, or one does not carry both ways (NODE-6)", () => {
    const pathOf = (path: string, direction: Direction) => ({
      ...{ path, direction, lost: direction !== "both", heardAt: instant(1_000) },
    });
    const show = (level: PeerPathsStanding["level"], ...own: PathStanding[]): string => {
      const paths = [{ peer: nodeId("pi-2"), level, paths: own }];
      const node = statusOf("pi-1", { paths, at: instant(3_500) });
      return statusText({ node, host }, (tone, t) => `<${tone}>${t}`);
    };
    expect(show("whole", pathOf("udp", "both"))).not.toContain("carries");
    expect(show("cut", pathOf("udp", "out-only"))).toMatch(/pi-2 +<bad>cut +udp +<bad>out only/);
    const two = show("degraded", pathOf("udp", "in-only"), pathOf("serial", "both"));
    expect(two).toMatch(/pi-2 +<warning>degraded +udp +<bad>in only: it does not hear us +2.5 ms/);
    expect(two).toMatch(/serial +<good>both ways/);
  });

  it("shows the group: who is alive by which detector, who leads, who is dead since when", () => {
    const [pi1, pi2, pi3] = nodes as [NodeId, NodeId, NodeId];
    const dead = memberOf(pi3, { state: "dead", since: instant(2_000_000), flaps: 4 });
    const group = groupOf([memberOf(pi1), memberOf(pi2), dead], { healthScore: 2 });
    const node = statusOf("pi-2", { at: instant(5_500_000), group });
    const text = statusText({ node, host }, (_tone, t) => t);
    expect(text).toContain("2 of 3 alive by all-to-all, leader pi-1, own health score 2");
    expect(text).toMatch(/ pi-1 +drives, leads +alive +trusted +5500\.0 ms +0 +0 +10\/0\/0/);
    expect(text).toMatch(/ pi-2 +itself/);
    expect(text).toMatch(/ pi-3 +dead for 3\.5 s +trusted +5500\.0 ms +0 +4 /);
    const unwatched = statusOf("pi-2", { group, peers: [] });
    expect(statusText({ node: unwatched, host }, (_tone, t) => t)).toContain("not listened to");
  });

  it("does not call the bound of a class of wake-ups later than the latest", () => {
    const lateness = new Lateness();
    lateness.add(micros(55_000));
    const loop = { ...host.loop, lateness: lateness.counts() };
    const node = statusOf("pi-1");
    const text = statusText({ node, host: { ...host, loop } }, (_tone, t) => t);
    expect(text).toContain("woken late by at most 55.0 ms (p99), 55.0 ms (max)");
  });

  it("shows that there is no value", () => {
    expect(shown(null)).toMatch(/ level +- +ok\n +a\/level +- /);
  });
});

describe("holdfast status", () => {
  it("exits with 4 when nobody answers, and says whom it asked", async () => {
    const cwd = await testFolder();
    const none = await run(["status", "--state-dir", "."], { cwd });
    expect([none.code, none.stderr]).toEqual([
      4,
      expect.stringContaining("no replica was started"),
    ]);
    const named = await run(["status", "--state-dir", ".", "--node", "a", "--json"], { cwd });
    expect(named.code).toBe(4);
    expect(jsonOf(named)).toMatchObject({
      error: { silent: [{ node: "a", reason: "no-replica" }] },
    });
    expect((await run(["status", "--state-dir", "./nowhere"], { cwd })).code).toBe(4);
  });

  it("does not call a replica that is just starting an answer", async () => {
    const cwd = await testFolder();
    const path = socketPath(cwd, nodeId("a"));
    const socket = await ControlSocket.open({ path, status: () => null, command: () => null });
    const { code, stderr } = await run(["status", "--state-dir", "."], { cwd });
    await socket.close();
    expect([code, stderr]).toEqual([4, expect.stringContaining("a: it does not answer")]);
  });

  it("refuses a name that can be no node's", async () => {
    const { code } = await run(["status", "--state-dir", ".", "--node", "../x"], { cwd: "/" });
    expect(code).toBe(2);
  });
});
