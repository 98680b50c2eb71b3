/** Real nodes whose samples and commands are protected from end to end, under every profile. */
import { describe, expect, it } from "vitest";
import { e2eProfileNames } from "../../src/codes/e2e/stream.js";
import { CommandChecker } from "../../src/control/protection/command-protection.js";
import {
  commandPayloadBytes,
  payloadBytes,
  protectedBytes,
} from "../../src/control/protection/protection.js";
import { nodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import type { Instant } from "../../src/kernel/time.js";
import { BenchCluster, benchMac } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];

function wave(cluster: BenchCluster): BenchCluster {
  cluster.read = (node, _channel, at: Instant) =>
    20 + Math.sin(at / 1e6) + Number(node.slice(1)) / 50;
  return cluster;
}

const votes = (cluster: BenchCluster): unknown[] =>
  cluster.events("voted").map(({ node, at, event }) => [node, at, event]);

const plain = wave(new BenchCluster(counting, 3));
plain.run(3_000);

describe.each(e2eProfileNames)("a cluster under %s", (profile) => {
  const protection = { samples: profile, commands: profile };
  const make = () => wave(new BenchCluster(counting, 3, { protection }));

  it("PROT-3, PROT-8: votes and drives as one without, and its boards take its commands", () => {
    const cluster = make();
    cluster.run(3_000);
    expect(votes(cluster)).toEqual(votes(plain));
    expect(cluster.drivers()).toEqual(plain.drivers());
    expect(cluster.conflicts).toEqual([]);
    const { nodes } = cluster.settings;
    const checkers = new Map(
      nodes.map((self) => [self, new CommandChecker({ profile, self, nodes, outputs: ["valve"] })]),
    );
    const refusals = cluster.outputs.flatMap(({ node, output }) =>
      output.kind === "write" ? [checkers.get(node)?.refusalOf(output)] : [],
    );
    expect(refusals.length).toBeGreaterThan(50);
    expect(new Set(refusals)).toEqual(new Set([null]));
    const standing = cluster.nodes.get(n2)?.status(cluster.now).protection;
    expect(standing).toEqual(nodes.map((node) => ({ channel: `${node}/level`, state: "VALID" })));
  });

  it("PROT-5: blames no channel for lost frames, and none that was sent again", () => {
    const cluster = make();
    cluster.run(2_000);
    const dice = new Prng(5);
    cluster.drop = () => dice.chance(0.1);
    cluster.outputs.length = 0;
    cluster.run(10_000);
    const reasons = cluster
      .events("voted")
      .flatMap(({ event }) =>
        event.kind === "voted" ? event.verdict.excluded.map(({ reason }) => reason) : [],
      );
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.filter((reason) => reason !== "NO_DATA" && reason !== "LATE")).toEqual([]);
  });

  it("PROT-5: a replica that slept for any number of cycles blames nobody, votes on all", () => {
    const cluster = make();
    cluster.run(2_000);
    for (const cycles of [1, 3, 7, 8, 14, 15, 16, 17]) {
      cluster.run(cycles * 100, [n3]);
      cluster.run(2_000);
      cluster.outputs.length = 0;
      cluster.run(300);
      const own = cluster.events("voted").filter(({ node }) => node === n3);
      expect(own.map(({ event }) => event.kind === "voted" && event.verdict.status)).toEqual([
        "ok",
        "ok",
        "ok",
      ]);
    }
    const faults = cluster.events("channel-excluded").map(({ event }) => event);
    expect(faults.filter((event) => !("reason" in event) || event.reason !== "NO_DATA")).toEqual(
      [],
    );
  });

  it("PROT-5: a replica that was started anew counts as soon as it is heard", () => {
    const cluster = make();
    cluster.run(2_050);
    cluster.start(n2);
    cluster.run(3_000);
    cluster.outputs.length = 0;
    cluster.run(500);
    const statuses = cluster
      .events("voted")
      .map(({ event }) => event.kind === "voted" && event.verdict.status);
    expect(new Set(statuses)).toEqual(new Set(["ok"]));
    expect(cluster.drivers()).toHaveLength(1);
  });
});

describe("PROT-6: a replica that is not protected as agreed", () => {
  it.each([
    ["not at all", null],
    ["by another profile", "P04"],
  ] as const)("%s is refused, and the others go on", (_, samples) => {
    const protection = { samples: "P07", commands: null } as const;
    const own = (node: string) => (node === n3 ? { protection: { samples, commands: null } } : {});
    const cluster = wave(new BenchCluster(counting, 3, { protection }, benchMac, own));
    cluster.run(3_000);
    const refusals = cluster.events("refused").filter(({ node }) => node === n1);
    expect(refusals.length).toBeGreaterThan(10);
    for (const { event } of refusals)
      expect(event).toMatchObject({ reason: "bad-sample", source: n3 });
    const last = cluster
      .events("voted")
      .filter(({ node }) => node === n1)
      .at(-1)?.event;
    expect(last).toMatchObject({
      verdict: { status: "degraded", agreeing: ["n1/level", "n2/level"] },
    });
  });
});

describe("a frame", () => {
  it("is as long as its profile says, and absent where commands are plain", () => {
    const framesOf = (cluster: BenchCluster) =>
      cluster.outputs.flatMap(({ output }) =>
        output.kind === "write" ? [output.frame?.length ?? null] : [],
      );
    expect(new Set(framesOf(plain))).toEqual(new Set([null]));
    const cluster = new BenchCluster(counting, 3, {
      protection: { samples: null, commands: "P05" },
    });
    cluster.run(1_500);
    expect(new Set(framesOf(cluster))).toEqual(
      new Set([protectedBytes("P05") - payloadBytes + commandPayloadBytes]),
    );
  });
});
