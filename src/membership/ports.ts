/**
 * What goes into a membership machine and what comes out of it.
 *
 * The machine keeps this node's view of the group: who is in it, in which life, where, and how
 * sure that is. It drives a failure detector of any kind, carries the detector's bodies in its own,
 * and spreads claims about members on them (SWIM, Das, Gupta and Motivala 2002; Lifeguard, Dadgar,
 * Phillips and Currey 2017).
 */
import type { Evidence } from "../detection/evidence.js";
import type { NodeId } from "../kernel/ids.js";
import type { Duration, Instant } from "../kernel/time.js";

/**
 * How a member stands in this node's view.
 *
 * - `expected`: a seat of a fixed roster whose node was not heard of since this node started.
 * - `alive`.
 * - `suspected`: somebody accuses it; it may refute.
 * - `unreachable`: the suspicion ran out without a refutation. It still counts as a member, so
 *   that whoever owns it may wait or act, and is back as soon as it refutes.
 * - `dead`: given up. Only a newer incarnation or a newer life brings it back.
 * - `left`: it said goodbye.
 */
export type MemberState = "expected" | "alive" | "suspected" | "unreachable" | "dead" | "left";

/** A member in one node's view. */
export interface Member {
  readonly member: NodeId;
  readonly state: MemberState;
  /** The boot id of its present life; 0 while it is `expected`. */
  readonly life: number;
  readonly incarnation: number;
  /** Its place in the order of succession (see leader/); lower leads. */
  readonly rank: number;
  /** `host:port`, or null where it is unknown or settled by the config. */
  readonly address: string | null;
  /** When `state` last changed, on this node's clock. */
  readonly since: Instant;
  /** How often it was suspected or worse and came back in the last while; see flaps.ts. */
  readonly flaps: number;
}

export type MembershipInput =
  /** `life` is the boot id in the sender's envelope; `origin` is where the datagram came from. */
  | {
      readonly kind: "message";
      readonly from: NodeId;
      readonly life: number;
      readonly origin: string | null;
      readonly body: unknown;
    }
  /**
   * A genuine frame of a life of `from` before the newest that was heard. Its body stays unread,
   * for it may be a copy; but its sender may live, and not know that it was replaced.
   */
  | {
      readonly kind: "old-life";
      readonly from: NodeId;
      readonly life: number;
      readonly origin: string | null;
    }
  /** Asks whoever is at these addresses to let this node in; again and again until one does. */
  | { readonly kind: "join"; readonly seeds: readonly string[] }
  /** Says goodbye to all. The node should be stopped soon after. */
  | { readonly kind: "leave" }
  | { readonly kind: "was-late"; readonly by: Duration };

export type MembershipOutput =
  | {
      readonly kind: "send";
      readonly targets: readonly NodeId[];
      readonly body: unknown;
      /** Whether the detector speaks in it, or the group alone. */
      readonly isBeat: boolean;
    }
  /** To an address of which no name is known yet. */
  | { readonly kind: "send-to-address"; readonly address: string; readonly body: unknown }
  /** Where the link reaches a member; comes before the first `send` to it. Null: no longer. */
  | { readonly kind: "route"; readonly member: NodeId; readonly address: string | null }
  /** The detector's own word, at once, whatever others say. */
  | { readonly kind: "peer-suspected"; readonly peer: NodeId; readonly evidence: Evidence }
  | { readonly kind: "peer-trusted"; readonly peer: NodeId }
  /** A period has passed and its work is done: for the watchdog. */
  | { readonly kind: "completed" }
  /** A body of `from` had no effect, or only a part of it had. */
  | { readonly kind: "refused"; readonly from: NodeId; readonly reason: RefusedReason }
  | { readonly kind: "event"; readonly event: MembershipEvent };

export type RefusedReason =
  /** Not a body of ours. */
  | "malformed"
  /** An incarnation or a rank so far from the last known that nobody can have lived it. */
  | "incarnation-leap"
  /** A name outside of a fixed roster. */
  | "not-in-roster"
  /** The view is full, and nobody in it makes room. */
  | "full";

/** What happens in the group, for the app and the operator. Facts; they steer nothing. */
export type MembershipEvent =
  | MemberEvent
  /** Whom this node trusts as leader now; null while it knows of nobody. */
  | { readonly kind: "leader-changed"; readonly leader: NodeId | null }
  /** Others accuse this node; it has answered with this incarnation. */
  | { readonly kind: "accusation-refuted"; readonly by: NodeId; readonly incarnation: number }
  /** This node's own loop was late: its verdicts wait so much longer. */
  | { readonly kind: "verdicts-suspended"; readonly by: Duration }
  /** Somebody else lives under this node's name, in a newer life: this node must stop. */
  | { readonly kind: "identity-lost"; readonly life: number; readonly address: string | null }
  /** A join was refused or dropped because the view is full; told once a while. */
  | { readonly kind: "view-full"; readonly member: NodeId };

export type MemberEvent =
  | { readonly kind: "member-joined"; readonly member: NodeId; readonly life: number }
  /** A newer life of a known name: after a crash, or a new board in an old place. */
  | {
      readonly kind: "member-replaced";
      readonly member: NodeId;
      readonly life: number;
      readonly formerLife: number;
    }
  | {
      readonly kind: "member-moved";
      readonly member: NodeId;
      readonly address: string;
      readonly formerAddress: string | null;
    }
  | { readonly kind: "member-suspected"; readonly member: NodeId; readonly accuser: NodeId }
  /** It refuted, in the same life. `former` is the state that it came back from. */
  | { readonly kind: "member-returned"; readonly member: NodeId; readonly former: MemberState }
  | { readonly kind: "member-unreachable"; readonly member: NodeId; readonly case: CaseFile }
  | { readonly kind: "member-died"; readonly member: NodeId; readonly case: CaseFile }
  | { readonly kind: "member-left"; readonly member: NodeId }
  /** Its tombstone has expired: nothing is known of the name any more. */
  | { readonly kind: "member-forgotten"; readonly member: NodeId };

/** Who accused a member, as this node learnt it. */
export interface Accusation {
  readonly accuser: NodeId;
  /** When this node learnt of it, on its own clock. */
  readonly heardAt: Instant;
  /**
   * What the accuser saw, its times on its own clock; null where the claim came without.
   */
  readonly evidence: Evidence | null;
}

/** All that this node knows about why a member is, or was, not alive: for `status --why`. */
export interface CaseFile {
  readonly member: NodeId;
  readonly life: number;
  readonly incarnation: number;
  /** The first is who suspected first; each accuser once, at most `accusationsMax`. */
  readonly accusations: readonly Accusation[];
  /** How long the suspicion was to last when it began, and after the confirmations. */
  readonly suspicion: { readonly first: Duration; readonly last: Duration } | null;
  /** Who declared it dead or unreachable; this node itself, or whose claim it took. */
  readonly declaredBy: NodeId | null;
  readonly declaredAt: Instant | null;
  /** This node's own local health multiplier when it took the verdict, and its last lateness. */
  readonly healthScore: number;
  /** When this node was last late itself; null if never. */
  readonly lateAt: Instant | null;
  /** When it was heard of again: it refuted, or began a new life. Null: not yet. */
  readonly refutedAt: Instant | null;
  /** The life in which it came back: another than `life` where it had restarted. Null: not yet. */
  readonly returnedLife: number | null;
}

/** Accusers that a case file names. */
export const accusationsMax = 16;

export interface MembershipSettings {
  /** Who may be in: these names and no others, or anybody with the cluster's key, so many. */
  readonly admission:
    | { readonly kind: "roster" }
    | { readonly kind: "open"; readonly membersMax: number };
  /** Suspicion lasts alpha * max(1, log10 n) periods at least (Lifeguard's alpha). */
  readonly suspicionAlpha: number;
  /** And beta times as long at most, while nobody confirms it. 1: no shrinking. */
  readonly suspicionBeta: number;
  /** How many independent confirmations shrink a suspicion to its least; Lifeguard's K. */
  readonly confirmations: number;
  /** How long an `unreachable` member waits before it is `dead`. 0: it is never unreachable. */
  readonly unreachableFor: Duration;
  /** A dead or left member's tombstone: so long an old claim about it can bring nothing back. */
  readonly tombstoneFor: Duration;
  /** How often the whole list is compared with that of one random member. */
  readonly syncEvery: Duration;
  /** How often news is told to a random member while there is any; see gossiping.ts. */
  readonly gossipEvery: Duration;
  /** Each claim is sent lambda * ceil(log10(n + 1)) times. */
  readonly lambda: number;
  /** Claims on one message at most, and bytes that they may fill, before the oldest wait. */
  readonly claimsPerMessageMax: number;
}
