/** What a member of the group is given at its start, and the bounds that it keeps. */
import type { NodeId } from "../../kernel/ids.js";
import type { Prng } from "../../kernel/prng.js";
import { type Duration, type Instant, seconds } from "../../kernel/time.js";
import type { RecoveredLog } from "../../recovery/log/ports.js";
import type { MemberRoles } from "./ports.js";

/**
 * The longest patience of a follower by the least. Who grants a pre-vote begins to wait anew, so
 * two campaign at once only where their patience ends within the way of one message: a little
 * chance is enough (paper 9.3), and each bit more is time without a leader.
 */
export const electionSpread = 1.25;

export interface RaftOptions {
  readonly now: Instant;
  readonly self: NodeId;
  /** What the stable log has found: nothing at all, at the first start on this disk. */
  readonly recovered: Pick<RecoveredLog, "meta" | "snapshot" | "entries">;
  /**
   * The first members of a cluster that has never run: the same at all of them. Null at a blank
   * member that waits to be added. Of no effect where the disk is not blank.
   */
  readonly bootstrap: MemberRoles | null;
  /**
   * Greater than at every earlier start of a node of this name, also one with another disk (a boot
   * id); at least 1. The first one on a blank disk names that disk from then on.
   */
  readonly life: number;
  readonly dice: Prng;
  /** A leader is heard at least so often. */
  readonly heartbeat: Duration;
  /** So long a follower waits for its leader at least; several heartbeats. */
  readonly electionTimeoutMin: Duration;
  /** Each wait is drawn anew between the two, so that rarely two campaign at once (paper 5.2). */
  readonly electionTimeoutMax: Duration;
  /** How far any member's clock may be from true rate; only lease reads hang on it. */
  readonly driftMaxPpm: number;
  /** Reads without a round of messages, on the promise of bounded drift. */
  readonly leaseReads: boolean;
  readonly limits?: Partial<RaftLimits>;
  /** For tests of the tests: a mistake they must find, and that cannot be made from outside. */
  readonly mistake?: "commits-by-count-alone";
}

export interface RaftLimits {
  /** Of the body of a message. A frame holds 8,192 bytes, at most 67 of them for the envelope. */
  readonly messageBytesMax: number;
  /** A longer command is refused; it must fit into a message. */
  readonly commandBytesMax: number;
  /** Appends to one follower that are not acknowledged: so many messages, and so many bytes. */
  readonly inFlightMax: number;
  readonly inFlightBytesMax: number;
  /** Of the leader's log beyond what is committed; more is refused as `overloaded`. */
  readonly uncommittedBytesMax: number;
  /** A snapshot is wanted when the log in memory has grown so far beyond the last one. */
  readonly logBytesMax: number;
  /** Beyond it nothing more is proposed: no snapshot could be taken. */
  readonly logBytesRefused: number;
  /** A snapshot is wanted so long after the last, if anything was applied since. */
  readonly snapshotEvery: Duration;
  /** So many entries before the snapshot stay, for followers that are a little behind. */
  readonly trailingEntries: number;
  /** Reads that wait for a round. */
  readonly readsMax: number;
  /** A new member must catch up in this time, or the change is refused. */
  readonly catchUpMax: Duration;
  /** So many entries behind the leader, a member has caught up. */
  readonly catchUpLag: number;
  /** Pieces of a snapshot on their way to one follower. */
  readonly piecesInFlightMax: number;
  /** Of one `save`; more entries go out in several. */
  readonly saveBytesMax: number;
}

export const defaultLimits: RaftLimits = {
  messageBytesMax: 8_000,
  commandBytesMax: 5_000,
  inFlightMax: 64,
  inFlightBytesMax: 256 * 1_024,
  uncommittedBytesMax: 4 * 1_024 * 1_024,
  logBytesMax: 8 * 1_024 * 1_024,
  logBytesRefused: 32 * 1_024 * 1_024,
  snapshotEvery: seconds(3_600),
  trailingEntries: 5_000,
  readsMax: 10_000,
  catchUpMax: seconds(30),
  catchUpLag: 64,
  piecesInFlightMax: 8,
  saveBytesMax: 1_024 * 1_024,
};
