/**
 * What one seed makes of a run: how many boards, how fast their clocks and disks, which faults and
 * how often. Drawn anew for each seed ("swarm testing", Groce et al. 2012): a run with three kinds
 * of faults finds what one with all of them at once would bury.
 */
import { type NodeId, nodeId } from "../../kernel/ids.js";
import type { Prng } from "../../kernel/prng.js";
import { type Duration, micros, millis, seconds } from "../../kernel/time.js";
import type { MemberRole, MemberRoles } from "../../replication/raft/ports.js";
import type { RaftSettings } from "../../replication/replica/parts.js";
import { type DiskLatency, sdCardLatency, ssdLatency } from "../disk/latency.js";
import type { LinkModel } from "../network.js";

/** Of the group: most of them fail in the turmoil, so they are asked for more often. */
const changes = ["add-learner", "add-witness", "promote", "remove", "replace", "transfer"] as const;

/** Every kind of fault. Of each, a sweep must have had some that touched something. */
export const faultKinds = [
  "crash",
  "crash-many",
  "crash-at-vote",
  "crash-at-lead",
  "pause",
  "partition-one-way",
  "partition",
  "isolate-leader",
  "isolate-at-lead",
  "partition-at-change",
  "bad-network",
  "clock-rate",
  "suspicion",
  "disk-full",
  "disk-read-only",
  "disk-stall",
  "disk-failed-sync",
  ...changes,
] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface Swarm {
  readonly seed: number;
  /** All boards that may ever be members; the first ones are at first. */
  readonly boards: readonly NodeId[];
  readonly voters: number;
  /** Of the first voters, the last is a witness. */
  readonly witness: boolean;
  readonly clockDriftPpm: number;
  readonly network: LinkModel;
  readonly disk: DiskLatency;
  readonly raft: RaftSettings;
  readonly segmentBytes: number;
  readonly latenessMax: Duration;
  /** How long things go wrong. */
  readonly faultsFor: Duration;
  readonly faults: ReadonlyMap<FaultKind, Duration>;
  readonly clients: number;
  readonly sessionLease: Duration;
  readonly thinkTime: Duration;
}

const boardsMax = 7;

const isChange = (kind: FaultKind): boolean => changes.some((change) => change === kind);

export function firstMembers({ boards, voters, witness }: Swarm): MemberRoles {
  const roleOf = (index: number): MemberRole =>
    witness && index === voters - 1 ? "witness" : "voter";
  return new Map(boards.slice(0, voters).map((board, index) => [board, roleOf(index)]));
}

const uniform = (min: Duration, max: Duration) => ({ kind: "uniform" as const, min, max });

export function drawSwarm(seed: number, dice: Prng): Swarm {
  const heartbeat = millis([20, 50, 100][dice.below(3)] as number);
  const electionTimeoutMin = micros(heartbeat * (4 + dice.below(4)));
  const clockDriftPpm = dice.chance(0.5) ? 200 : 20_000;
  const names = Array.from({ length: boardsMax }, (_, index) => nodeId(`n${index + 1}`));
  const slow = dice.chance(0.25);
  const messageBytesMax = [1_000, 2_000, 7_000][dice.below(3)] as number;
  return {
    seed,
    boards: names,
    voters: dice.chance(0.6) ? 3 : 5,
    witness: dice.chance(0.25),
    clockDriftPpm,
    network: drawNetwork(dice),
    disk: slow ? { ...sdCardLatency, stallProbability: 0.0005 } : ssdLatency,
    raft: {
      heartbeat,
      electionTimeoutMin,
      electionTimeoutMax: micros(2 * electionTimeoutMin),
      driftMaxPpm: clockDriftPpm,
      leaseReads: dice.chance(0.4),
      limits: {
        logBytesMax: 1_024 * (1 + dice.below(40)),
        snapshotEvery: seconds(2 + dice.below(20)),
        trailingEntries: dice.below(50),
        catchUpMax: seconds(5),
        uncommittedBytesMax: 64 * 1_024,
        messageBytesMax,
        commandBytesMax: messageBytesMax - 100,
      },
    },
    segmentBytes: 16_384 * (1 + dice.below(4)),
    latenessMax: micros(2 * heartbeat),
    faultsFor: seconds(6 + dice.below(6)),
    faults: drawFaults(dice),
    clients: 1 + dice.below(6),
    sessionLease: millis(800 + dice.below(2_000)),
    thinkTime: dice.chance(0.6) ? millis(20 + dice.below(80)) : millis(150 + dice.below(500)),
  };
}

function drawNetwork(dice: Prng): LinkModel {
  const bad = dice.chance(0.5);
  return {
    delay: uniform(micros(100), millis(1 + dice.below(10))),
    loss: bad ? dice.below(100) / 1_000 : 0,
    duplication: bad ? dice.below(50) / 1_000 : 0,
    reordering: bad ? dice.below(100) / 1_000 : 0,
    reorderDelay: millis(30),
    corruption: 0,
  };
}

/** Each kind is in about half of the runs, at a mean distance of its own. */
function drawFaults(dice: Prng): ReadonlyMap<FaultKind, Duration> {
  const faults = new Map<FaultKind, Duration>();
  const busy = 0.2 + 0.5 * dice.fraction();
  for (const kind of faultKinds) {
    const chosen = dice.chance(busy);
    const every = isChange(kind)
      ? millis(150 + dice.below(1_500))
      : millis(400 + dice.below(3_600));
    if (chosen) faults.set(kind, every);
  }
  return faults;
}
