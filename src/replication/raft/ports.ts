/**
 * What goes into the Raft core and what comes out of it. The core keeps the log's tail in memory,
 * and no disk: what must be durable goes out as `save` and counts when `saved` has come back. The
 * order of its outputs is the order in which they must be carried out, but a `save` need not have
 * ended before the outputs after it go out: the core itself waits with whatever a save must
 * precede (a vote, an acknowledgement; a leader sends while it writes, thesis 10.2.1).
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import type { DiskHealth, LogEntry, Snapshot } from "../../recovery/log/ports.js";
import type { RaftMessage } from "./messages.js";

/** Of `LogEntry.kind`. */
export const entryKinds = { noop: 0, command: 1, members: 2 } as const;

/** A voter has a full copy and a vote, a learner a copy, a witness a vote and the log's outline. */
export type MemberRole = "voter" | "learner" | "witness";

/** Every member once, sorted by `<`. */
export type MemberRoles = ReadonlyMap<NodeId, MemberRole>;

/** The group: a joint one (thesis 4.3) while it changes, with what it was as `outgoing`. */
export interface Group {
  readonly members: MemberRoles;
  readonly outgoing: MemberRoles | null;
  /** Which life (that is: which disk) of a member may vote; none is named of the first members. */
  readonly lives: ReadonlyMap<NodeId, number>;
}

export type MemberChange =
  | { readonly kind: "add"; readonly member: NodeId; readonly role: MemberRole }
  | { readonly kind: "remove"; readonly member: NodeId }
  /** A learner that has caught up becomes a voter. */
  | { readonly kind: "promote"; readonly member: NodeId }
  /**
   * In one joint change: `member` goes, `successor` comes in the same role. With itself as its
   * successor, a member that has lost its disk gets its vote back.
   */
  | { readonly kind: "replace"; readonly member: NodeId; readonly successor: NodeId };

export type RaftRefusal =
  | "not-leader"
  /** The term changed: the proposal may yet be committed, or never. */
  | "leadership-lost"
  | "overloaded"
  | "transferring"
  | "change-in-progress"
  | "unknown-member"
  | "already-member"
  | "not-caught-up"
  /** It would leave no voter with a full copy, or no voter at all. */
  | "would-lose-quorum"
  | "disk-not-writable"
  | "too-large"
  /** No majority answered in time. */
  | "no-quorum";

export interface Received {
  readonly from: NodeId;
  readonly message: RaftMessage;
}

export type RaftInput =
  /** `message` was parsed; its sender is true, everything else may be wrong. */
  | ({ readonly kind: "message" } & Received)
  /** Those that came together are taken in one step, and share a write and an answer. */
  | { readonly kind: "messages"; readonly messages: readonly Received[] }
  | {
      readonly kind: "propose";
      readonly ticket: number;
      readonly commands: readonly Uint8Array[];
    }
  /** `read-ready` says up to which index must have been applied before the read is served. */
  | { readonly kind: "read"; readonly ticket: number }
  | { readonly kind: "change"; readonly ticket: number; readonly change: MemberChange }
  /** Give the leadership to `target`, or to the most up-to-date voter. */
  | { readonly kind: "transfer"; readonly ticket: number; readonly target: NodeId | null }
  | { readonly kind: "saved"; readonly ticket: number }
  | { readonly kind: "snapshot-saved"; readonly ticket: number }
  /** Of a save or of a snapshot. */
  | { readonly kind: "not-saved"; readonly ticket: number }
  /** Our own state as of `index`, which has been applied: it may now stand for the log. */
  | { readonly kind: "snapshot-taken"; readonly index: number; readonly data: Uint8Array }
  | { readonly kind: "disk-health"; readonly health: DiskHealth }
  /**
   * Of a failure detector: `member` is silent, or heard again. Who suspects its leader, with a
   * majority, need not wait for the election timeout. A wrong word costs a round of messages.
   */
  | { readonly kind: "suspicion"; readonly member: NodeId; readonly suspected: boolean }
  /** The node was asleep: it gives up leadership before it acts, and trusts no lease. */
  | { readonly kind: "was-late" };

export type RaftOutput =
  | { readonly kind: "send"; readonly target: NodeId; readonly message: RaftMessage }
  | {
      readonly kind: "save";
      readonly ticket: number;
      /** The hard state, encoded; null where it has not changed. */
      readonly meta: Uint8Array | null;
      readonly entries: readonly LogEntry[];
    }
  | { readonly kind: "save-snapshot"; readonly ticket: number; readonly snapshot: Snapshot }
  /** The state machine takes this state when it is told to; `saved` comes back for the ticket. */
  | {
      readonly kind: "install-snapshot";
      readonly ticket: number;
      readonly meta: Uint8Array | null;
      readonly snapshot: Snapshot;
    }
  | { readonly kind: "compact"; readonly index: number }
  /** Restore the state machine: a snapshot was installed, or recovered at the start. */
  | { readonly kind: "restore"; readonly snapshot: Snapshot }
  /**
   * Committed, in order, each once; all kinds, so that `applied` can be counted by index. A witness
   * has nothing to apply, and never gets this.
   */
  | { readonly kind: "apply"; readonly entries: readonly LogEntry[] }
  /** The log has grown past its bound, or long enough ago: give a `snapshot-taken` when you can. */
  | { readonly kind: "want-snapshot"; readonly index: number }
  /**
   * The commands of this ticket have the indices from `first` on; they are not committed yet. No
   * more is told of the ticket: it came true if `apply` gives its index with its term.
   */
  | {
      readonly kind: "proposed";
      readonly ticket: number;
      readonly first: number;
      readonly term: number;
    }
  | {
      readonly kind: "refused";
      readonly ticket: number;
      readonly reason: RaftRefusal;
      readonly leader: NodeId | null;
    }
  | { readonly kind: "read-ready"; readonly ticket: number; readonly index: number }
  /** A change of members has been committed to its end, or a transfer has ended well. */
  | { readonly kind: "done"; readonly ticket: number }
  | { readonly kind: "event"; readonly event: RaftEvent };

export type RaftRole = "follower" | "pre-candidate" | "candidate" | "leader";

export type StepDownReason =
  | "higher-term"
  | "no-quorum"
  | "disk"
  | "late"
  | "removed"
  | "transferred";

export type RaftEvent =
  | {
      readonly kind: "role";
      readonly role: RaftRole;
      readonly term: number;
      readonly leader: NodeId | null;
    }
  | { readonly kind: "stepped-down"; readonly term: number; readonly reason: StepDownReason }
  | { readonly kind: "group"; readonly group: Group; readonly index: number }
  | { readonly kind: "snapshot-sent"; readonly target: NodeId; readonly index: number }
  /**
   * A leader found that a member has lost its disk: it votes no more until it was replaced, by
   * another or by itself (see blank.ts).
   */
  | { readonly kind: "blank-member"; readonly member: NodeId };

export interface MemberProgress {
  /** Its durable log is the leader's up to here. */
  readonly matched: number;
  readonly heardAt: Instant | null;
  readonly state: string;
  /**
   * `silent`: it has not answered for an election timeout. `blank`: it has, from a disk that counts
   * as nobody until it was replaced.
   */
  readonly standing: "heard" | "silent" | "blank";
}

/** For the status; nothing hangs on it. */
export interface RaftStatus {
  readonly role: RaftRole;
  readonly term: number;
  readonly leader: NodeId | null;
  readonly committed: number;
  readonly last: number;
  /** The first index that is still in the log. */
  readonly first: number;
  readonly group: Group;
  /** Our own disk is not known to have promised nothing: it has no vote (see blank.ts). */
  readonly blank: boolean;
  /** A leader's view of each other member. */
  readonly progress: ReadonlyMap<NodeId, MemberProgress>;
  /** Until when no other leader can be elected, if clocks drift no more than configured. */
  readonly leaseUntil: Instant | null;
}
