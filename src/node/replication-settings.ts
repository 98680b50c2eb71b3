/**
 * The settings of the replicated state: its first members, its times, which follow from those of
 * the cluster where nobody says otherwise, and what may be written.
 */
import type { NodeId } from "../kernel/ids.js";
import { type Duration, micros } from "../kernel/time.js";
import type { LogStoreOptions } from "../recovery/log/options.js";
import type { RaftLimits } from "../replication/raft/options.js";
import type { MemberRole, MemberRoles } from "../replication/raft/ports.js";
import type { RaftSettings } from "../replication/replica/parts.js";
import type { Timing } from "./settings.js";

export interface ReplicationSettings {
  /** Of a group that has never run; afterwards its log says who belongs to it. */
  readonly group: MemberRoles;
  readonly raft: RaftSettings;
  readonly log: Partial<LogStoreOptions>;
}

/** What a config may say; whatever it leaves out follows from the rest. */
export interface ReplicationChoice {
  /** By replica; a voter where nothing is said, and not in the first group with `none`. */
  readonly roles: ReadonlyMap<NodeId, MemberRole | "none">;
  readonly heartbeat: Duration | null;
  readonly electionTimeout: Duration | null;
  /** Reads without a round of messages, on the promise of `clockDriftMaxPpm`. */
  readonly leaseReads: boolean;
  readonly snapshotEvery: Duration | null;
  /** Bytes of the log since the last snapshot. */
  readonly snapshotBytes: number | null;
  readonly writeBudgetPerHour: number | null;
  /** An operation of the disk that is out for longer makes the disk stalled. */
  readonly stallAfter: Duration | null;
}

export const noChoice: ReplicationChoice = {
  roles: new Map(),
  heartbeat: null,
  electionTimeout: null,
  leaseReads: false,
  snapshotEvery: null,
  snapshotBytes: null,
  writeBudgetPerHour: null,
  stallAfter: null,
};

/** A leader that is heard so much later than it should be is taken for dead, at the earliest. */
export const heartbeatsPerElection = 8;

/** @param nodes sorted by `<` */
export function replicationOf(
  choice: ReplicationChoice,
  nodes: readonly NodeId[],
  timing: Timing,
): ReplicationSettings {
  const heartbeat = choice.heartbeat ?? timing.heartbeat;
  const electionTimeoutMin = choice.electionTimeout ?? micros(heartbeatsPerElection * heartbeat);
  const { writeBudgetPerHour: bytesPerHourMax, stallAfter } = choice;
  return {
    group: new Map(nodes.flatMap((node) => memberOf(node, choice))),
    raft: {
      heartbeat,
      electionTimeoutMin,
      electionTimeoutMax: micros(2 * electionTimeoutMin),
      driftMaxPpm: timing.clockDriftMaxPpm,
      leaseReads: choice.leaseReads,
      limits: limitsOf(choice),
    },
    log: { bytesPerHourMax, ...(stallAfter === null ? {} : { stallAfter }) },
  };
}

function memberOf(node: NodeId, { roles }: ReplicationChoice): [NodeId, MemberRole][] {
  const role = roles.get(node) ?? "voter";
  return role === "none" ? [] : [[node, role]];
}

function limitsOf({ snapshotBytes, snapshotEvery }: ReplicationChoice): Partial<RaftLimits> {
  return {
    ...(snapshotBytes === null ? {} : { logBytesMax: snapshotBytes }),
    ...(snapshotEvery === null ? {} : { snapshotEvery }),
  };
}
