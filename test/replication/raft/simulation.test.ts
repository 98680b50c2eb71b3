/**
 * Whole groups by seed: first any faults, then everything heals and must go on. Each step is
 * watched by Raft's invariants (support/invariants.ts).
 *
 *     RAFT_SEEDS=2000 npx vitest run --config test/vitest.config.ts test/replication/raft
 */
import { describe, expect, it } from "vitest";
import { Prng } from "../../../src/kernel/prng.js";
import { Cluster, calm, storm, voters } from "./support/cluster.js";

const seeds = Number(process.env["RAFT_SEEDS"] ?? 60);

function chaos(seed: number, size: number): Cluster {
  const cluster = new Cluster({ seed, roles: voters(size) });
  const dice = new Prng(seed).split("chaos");
  for (const id of cluster.nodes.keys()) cluster.start(id);
  cluster.weather = seed % 3 === 0 ? calm : storm;
  const ids = [...cluster.nodes.keys()];
  const pick = () => ids[dice.below(ids.length)] as (typeof ids)[number];
  for (let round = 0; round < 60; round += 1) {
    const id = pick();
    const node = cluster.node(id);
    const die = dice.below(10);
    if (die === 0) cluster.crash(id);
    if (die === 1) cluster.isolate(id);
    if (die === 2) cluster.cut(id, pick());
    if (die === 3) cluster.heal();
    if (die >= 4 && node.raft === null) cluster.start(id);
    for (const other of ids) {
      if (cluster.node(other).raft === null) continue;
      cluster.propose(other, `${seed}.${round}.${other}`);
      cluster.read(other);
    }
    cluster.run(20_000 + dice.below(80_000));
  }
  return cluster;
}

function heal(cluster: Cluster): void {
  cluster.heal();
  cluster.weather = calm;
  for (const node of cluster.nodes.values()) if (node.raft === null) cluster.start(node.id);
}

function makesProgress(cluster: Cluster): boolean {
  const led = cluster.runUntil(() => cluster.leader !== null, 3_000_000);
  if (!led) return false;
  cluster.run(500_000);
  const { leader } = cluster;
  if (leader === null) return false;
  const before = cluster.invariants.committedMax;
  cluster.propose(leader.id, "after the heal");
  const ticket = cluster.read(leader.id);
  cluster.run(300_000);
  const served = cluster.answers(ticket).some((answer) => answer.kind === "read-ready");
  const everywhere = [...cluster.nodes.values()].every((node) => node.applied > before);
  return served && everywhere;
}

describe("groups under faults keep the invariants and make progress after the heal", () => {
  for (const size of [1, 2, 3, 5]) {
    it(`${size} voters`, () => {
      for (let seed = 1; seed <= seeds; seed += 1) {
        const cluster = chaos(seed, size);
        heal(cluster);
        expect(makesProgress(cluster), `seed ${seed}`).toBe(true);
      }
    });
  }
});
