/** The settings of the replicated state, already checked. */
import { type Duration, micros } from "../kernel/time.js";
import { electionSpread } from "../replication/raft/options.js";
import type { MemberRoles } from "../replication/raft/ports.js";
import type { RaftSettings } from "../replication/replica/parts.js";

export interface StateSettings {
  /** The first members of a group that has never run; the same at all replicas. */
  readonly group: MemberRoles;
  readonly heartbeat: Duration;
  /** Of a follower's patience, the least; see `electionSpread`. */
  readonly election: Duration;
  readonly leaseReads: boolean;
  /** An operation of the disk that is out for longer makes the disk stalled. */
  readonly stallAfter: Duration;
  /** A disk that made nothing durable for so long is tried; where left out, as the log has it. */
  readonly canaryEvery?: Duration;
  readonly snapshotEvery: Duration;
  /** Null: no alarm. */
  readonly bytesPerHourMax: number | null;
}

export function raftOf(state: StateSettings, driftMaxPpm: number): RaftSettings {
  const { heartbeat, election, leaseReads, snapshotEvery } = state;
  return {
    heartbeat,
    electionTimeoutMin: election,
    electionTimeoutMax: micros(Math.ceil(electionSpread * election)),
    driftMaxPpm,
    leaseReads,
    limits: { snapshotEvery },
  };
}
