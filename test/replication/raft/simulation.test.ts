/**
 * Whole groups by seed: first any faults, then everything heals and must go on. Each step is
 * watched by Raft's invariants (support/invariants.ts).
 *
 *     RAFT_SEEDS=2000 npx vitest run --config test/vitest.config.ts test/replication/raft
 */
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { Prng } from "../../../src/kernel/prng.js";
import { seconds } from "../../../src/kernel/time.js";
import type { MemberChange, MemberRole, MemberRoles } from "../../../src/replication/raft/ports.js";
import { Cluster, type Node, voters } from "./support/cluster.js";
import { calm, storm } from "./support/weather.js";

const seeds = Number(process.env["RAFT_SEEDS"] ?? 20);

interface Trial {
  readonly seed: number;
  readonly roles: MemberRoles;
  readonly spares: readonly NodeId[];
  /** Members come and go. */
  readonly changes: boolean;
  readonly leaseReads: boolean;
}

/** So small that snapshots are taken and sent all the time, in several pieces. */
const tightLimits = {
  messageBytesMax: 600,
  commandBytesMax: 400,
  inFlightMax: 4,
  uncommittedBytesMax: 2_000,
  logBytesMax: 600,
  logBytesRefused: 40_000,
  trailingEntries: 4,
  catchUpMax: seconds(2),
  catchUpLag: 2,
  piecesInFlightMax: 3,
  snapshotEvery: seconds(1),
};

function chaos(trial: Trial): Cluster {
  const { seed, roles, spares, leaseReads } = trial;
  const cluster = new Cluster({ seed, roles, spares, leaseReads, limits: tightLimits });
  const dice = new Prng(seed).split("chaos");
  for (const id of cluster.nodes.keys()) cluster.start(id);
  // The first election needs all of them once; without it nothing would follow.
  cluster.runUntil(() => cluster.leader !== null, 2_000_000);
  cluster.weather = seed % 3 === 0 ? calm : storm;
  for (let round = 0; round < 60; round += 1) {
    disturb(cluster, dice, trial);
    for (const { id, raft } of cluster.nodes.values()) {
      if (raft === null) continue;
      cluster.propose(id, `${seed}.${round}.${id}`.padEnd(dice.below(60), "."));
      cluster.read(id);
    }
    cluster.run(20_000 + dice.below(80_000));
  }
  return cluster;
}

function disturb(cluster: Cluster, dice: Prng, trial: Trial): void {
  const ids = [...cluster.nodes.keys()];
  const pick = () => ids[dice.below(ids.length)] as NodeId;
  const id = pick();
  if (cluster.node(id).raft === null && dice.chance(0.5)) cluster.start(id);
  const ticket = cluster.nextTicket();
  const leader = cluster.leader?.id ?? id;
  switch (dice.below(16)) {
    case 0:
      cluster.crash(id);
      break;
    case 1:
      cluster.isolate(id);
      break;
    case 2:
      cluster.cut(id, pick());
      break;
    case 3:
    case 4:
      cluster.heal();
      break;
    case 5:
      cluster.input(leader, { kind: "transfer", ticket, target: dice.chance(0.5) ? id : null });
      break;
    case 6:
      cluster.input(id, { kind: "was-late" });
      break;
    case 7:
      cluster.input(id, { kind: "disk-health", health: dice.chance(0.5) ? "full" : "stalled" });
      cluster.failSaves(id);
      break;
    case 8:
      for (const other of ids) cluster.input(other, { kind: "disk-health", health: "ok" });
      break;
    case 9:
      cluster.crash(leader);
      break;
    case 10:
      cluster.input(id, { kind: "suspicion", member: leader, suspected: dice.chance(0.8) });
      break;
    case 11:
      for (const other of ids) {
        cluster.input(other, { kind: "suspicion", member: leader, suspected: true });
      }
      break;
    default:
      if (trial.changes)
        cluster.input(leader, { kind: "change", ticket, change: anyChange(dice, ids) });
  }
}

function anyChange(dice: Prng, ids: readonly NodeId[]): MemberChange {
  const member = ids[dice.below(ids.length)] as NodeId;
  const successor = ids[dice.below(ids.length)] as NodeId;
  switch (dice.below(5)) {
    case 0:
      return { kind: "add", member, role: "learner" };
    case 1:
      return { kind: "promote", member };
    case 2:
      return { kind: "remove", member };
    case 3:
      return { kind: "replace", member, successor };
    default:
      return { kind: "add", member, role: "voter" };
  }
}

function heal(cluster: Cluster): void {
  cluster.heal();
  cluster.weather = calm;
  for (const node of cluster.nodes.values()) {
    if (node.raft === null) cluster.start(node.id);
    cluster.input(node.id, { kind: "disk-health", health: "ok" });
  }
}

function makesProgress(cluster: Cluster): boolean {
  if (!cluster.runUntil(() => cluster.leader !== null, 3_000_000)) return false;
  cluster.run(3_000_000);
  const { leader } = cluster;
  if (leader === null) return false;
  const before = cluster.invariants.committedMax;
  cluster.propose(leader.id, "after the heal");
  const ticket = cluster.read(leader.id);
  cluster.run(500_000);
  const served = cluster.answers(ticket).some((answer) => answer.kind === "read-ready");
  return served && members(leader).every((id) => cluster.node(id).applied > before);
}

/** Those that apply anything: not a witness, nor what was one and still has its outline. */
function members(leader: Node): readonly NodeId[] {
  const roles = leader.raft?.status().group.members ?? new Map<NodeId, MemberRole>();
  return [...roles.keys()].filter((id) => roles.get(id) !== "witness" && !id.startsWith("w"));
}

const spares = ["x", "y"].map(nodeId);
const none: readonly NodeId[] = [];

function roles(voterCount: number, learners: number, witnesses: number): MemberRoles {
  const all = new Map(voters(voterCount));
  for (let at = 0; at < learners; at += 1) all.set(nodeId(`l${at}`), "learner");
  for (let at = 0; at < witnesses; at += 1) all.set(nodeId(`w${at}`), "witness");
  return all;
}

const trials: readonly (Omit<Trial, "seed"> & { readonly about: string })[] = [
  { about: "1 voter", roles: roles(1, 0, 0), spares: none, changes: false, leaseReads: false },
  { about: "2 voters", roles: roles(2, 0, 0), spares: none, changes: false, leaseReads: false },
  { about: "3 voters", roles: roles(3, 0, 0), spares: none, changes: false, leaseReads: false },
  { about: "5 voters", roles: roles(5, 0, 0), spares: none, changes: false, leaseReads: true },
  {
    about: "2 voters, a witness",
    roles: roles(2, 0, 1),
    spares: none,
    changes: false,
    leaseReads: true,
  },
  {
    about: "3 voters that change",
    roles: roles(3, 1, 0),
    spares,
    changes: true,
    leaseReads: false,
  },
  { about: "4 voters that change", roles: roles(4, 0, 1), spares, changes: true, leaseReads: true },
];

describe("groups under faults keep the invariants and make progress after the heal", () => {
  for (const trial of trials) {
    it(`${trial.about}`, () => {
      for (let seed = 1; seed <= seeds; seed += 1) {
        const cluster = chaos({ seed, ...trial });
        heal(cluster);
        expect(makesProgress(cluster), `seed ${seed}`).toBe(true);
      }
    });
  }
});
