/**
 * The messages of Raft. They are values here; how they look as bytes stands in encoding.ts. A
 * message is never longer than `messageBytesMax` allows: appends are cut to fit, snapshots travel
 * in pieces.
 */
import type { LogEntry } from "../../recovery/log/ports.js";

interface InTerm {
  readonly term: number;
}

/** A pre-vote (thesis 9.6) asks whether a vote would be granted in the term to come. */
export interface VoteRequest extends InTerm {
  readonly kind: "vote-request";
  readonly pre: boolean;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** A leader has asked for this election: voters need not wait for their leader's silence. */
  readonly transfer: boolean;
  /** The life of the voter that the candidate's group names; 0 where it names none. */
  readonly life: number;
}

export interface VoteReply extends InTerm {
  readonly kind: "vote-reply";
  /** As asked: an answer to a pre-vote must never count as a vote. */
  readonly pre: boolean;
  readonly granted: boolean;
  /** Of the voter: see blank.ts. */
  readonly life: number;
  /** It does not know what an earlier life of its name has promised, and grants nothing. */
  readonly blank: boolean;
}

export interface AppendRequest extends InTerm {
  readonly kind: "append";
  readonly previousIndex: number;
  readonly previousTerm: number;
  readonly committed: number;
  readonly entries: readonly LogEntry[];
  /** Commands come without their data, for whoever gets this is to be a witness. */
  readonly outline: boolean;
  /** The newest round of reads that an answer confirms; counts up within a term. */
  readonly round: number;
  /** Its leader answers reads on the promise that who hears this votes for no other for a while. */
  readonly leased: boolean;
}

export interface AppendReply extends InTerm {
  readonly kind: "append-reply";
  /** Matched up to and with `index`; or refused, and the sender should try at `index`. */
  readonly accepted: boolean;
  readonly index: number;
  /** Of a refusal: the term of our entry at `index`, for the search backwards. */
  readonly hintTerm: number;
  readonly round: number;
  /** Of the follower, as in a vote reply: the acknowledgement of a blank one counts for nothing. */
  readonly life: number;
  readonly blank: boolean;
  /** The follower's log is one of a witness: of a full member it acknowledges nothing. */
  readonly outline: boolean;
}

export interface SnapshotPiece extends InTerm {
  readonly kind: "snapshot";
  readonly index: number;
  readonly snapshotTerm: number;
  readonly head: Uint8Array;
  readonly offset: number;
  readonly total: number;
  /** Of the whole: a piece of another transfer is never joined to this one. */
  readonly crc: number;
  readonly bytes: Uint8Array;
  /** Only the head comes, for whoever gets this is to be a witness. */
  readonly outline: boolean;
  readonly round: number;
}

export interface SnapshotReply extends InTerm {
  readonly kind: "snapshot-reply";
  readonly index: number;
  /** So many bytes from the beginning have come; `total` when it is installed and durable. */
  readonly received: number;
  readonly round: number;
  readonly life: number;
  readonly blank: boolean;
  readonly outline: boolean;
}

/** To the voter that is to lead now. */
export interface TimeoutNow extends InTerm {
  readonly kind: "timeout-now";
}

export type RaftMessage =
  | VoteRequest
  | VoteReply
  | AppendRequest
  | AppendReply
  | SnapshotPiece
  | SnapshotReply
  | TimeoutNow;
