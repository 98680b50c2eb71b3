/** The settings of the replicated state, already checked. */
import type { NodeId } from "../kernel/ids.js";
import { type Duration, micros, millis, seconds } from "../kernel/time.js";
import type { MemberRoles } from "../replication/raft/ports.js";
import type { RaftSettings } from "../replication/replica/parts.js";
import type { Timing } from "./settings.js";

export interface StateSettings {
  /** The first members of a group that has never run; the same at all replicas. */
  readonly group: MemberRoles;
  readonly heartbeat: Duration;
  /** Of a follower's patience, the least; the most is twice that. */
  readonly election: Duration;
  readonly leaseReads: boolean;
  /** An operation of the disk that is out for longer makes the disk stalled. */
  readonly stallAfter: Duration;
  readonly snapshotEvery: Duration;
  /** Null: no alarm. */
  readonly bytesPerHourMax: number | null;
}

/** A leader that is heard so much later than it should be is taken for dead, at the earliest. */
const heartbeatsPerElection = 8;

/** Where nobody says otherwise, as in the simulator: all vote, and times follow from the cluster's. */
export function stateFor(nodes: readonly NodeId[], { heartbeat }: Timing): StateSettings {
  return {
    group: new Map(nodes.map((node) => [node, "voter"])),
    heartbeat,
    election: micros(heartbeatsPerElection * heartbeat),
    leaseReads: false,
    stallAfter: millis(500),
    snapshotEvery: seconds(3_600),
    bytesPerHourMax: null,
  };
}

export function raftOf(state: StateSettings, driftMaxPpm: number): RaftSettings {
  const { heartbeat, election, leaseReads, snapshotEvery } = state;
  return {
    heartbeat,
    electionTimeoutMin: election,
    electionTimeoutMax: micros(2 * election),
    driftMaxPpm,
    leaseReads,
    limits: { snapshotEvery },
  };
}
