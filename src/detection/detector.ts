/**
 * The port of failure detectors: a machine that watches peers by messages, and says whom it
 * suspects (Chandra and Toueg 1996, unreliable failure detectors).
 *
 * A detector is *local*: it judges by what it heard itself, each suspicion may be wrong, and each
 * is taken back when the peer is heard. Who tells the others, and when a suspected member counts as
 * gone, is the business of src/membership, which carries the bodies of any detector.
 *
 * A detector promises, and test/contracts/detector.ts asks of each:
 * - A peer that its topology makes this node watch, and that has stopped, is suspected.
 * - It suspects nobody while every message arrives within the time-out of its settings.
 * - Told `was-late`, it judges nobody by what it missed while it slept.
 * - A body that does not parse changes nothing and is answered by `refused`.
 * - `peer-suspected` and `peer-trusted` of one peer alternate, beginning with `peer-suspected`.
 */
import type { NodeId } from "../kernel/ids.js";
import type { Machine } from "../kernel/machine.js";
import type { Prng } from "../kernel/prng.js";
import type { Duration, Instant } from "../kernel/time.js";
import type { Evidence } from "./evidence.js";

export type DetectorInput =
  /** The body that the detector of `from` has sent; hostile until parsed. */
  | { readonly kind: "message"; readonly from: NodeId; readonly body: unknown }
  /** From now on `peer` is a member. Ignored where it is watched already. */
  | { readonly kind: "watch"; readonly peer: NodeId }
  /** `peer` is a member no more: it is neither watched nor asked. */
  | { readonly kind: "forget"; readonly peer: NodeId }
  /** Others suspect this node, and wrongly: perhaps it is slow. */
  | { readonly kind: "accused" }
  /**
   * `peer` has answered an accusation, by way of others. A detector that asks seldom takes its
   * suspicion back, for what it saw is past; one whose silence goes on keeps it.
   */
  | { readonly kind: "refuted"; readonly peer: NodeId }
  /** This node was woken so late that the silences it sees may be its own. */
  | { readonly kind: "was-late"; readonly by: Duration };

export type DetectorOutput =
  /** Plain data (see wire/plain-cbor.ts) to the detectors of `targets`, which are watched peers. */
  | { readonly kind: "send"; readonly targets: readonly NodeId[]; readonly body: unknown }
  | { readonly kind: "peer-suspected"; readonly peer: NodeId; readonly evidence: Evidence }
  | { readonly kind: "peer-trusted"; readonly peer: NodeId }
  /** A body of `from` did not parse; nothing has changed. */
  | { readonly kind: "refused"; readonly from: NodeId };

export type PeerStatus = "trusted" | "suspected";

/** What the dashboard shows of one peer. */
export interface PeerStanding {
  readonly peer: NodeId;
  readonly status: PeerStatus;
  /** When the peer was last heard, on this node's clock; when it was first watched, if never. */
  readonly silentSince: Instant;
  /** How often the peer has been suspected since it is watched. */
  readonly suspicions: number;
}

export interface Detector extends Machine<DetectorInput, DetectorOutput> {
  /**
   * Of the peers that this node watches, in the order in which they were named. A topology may
   * leave out those whom others watch.
   */
  standing(): readonly PeerStanding[];
  /** The local health multiplier, from 0 (well); always 0 where the detector has none. */
  healthScore(): number;
}

/** What the config says of the detector; each implementation takes what it needs. */
export interface DetectorSettings {
  /** Beats, pings and probes are sent once in this time. More than 0. */
  readonly period: Duration;
  /**
   * Who listens for beats suspects after this silence: more than `period`. With `phi-accrual` it is
   * the silence until enough beats were heard to judge by them.
   */
  readonly suspectAfter: Duration;
  /** Who asks waits for the answer so long; at most `period`. */
  readonly ackTimeout: Duration;
  /** How many members are asked to probe one that did not answer (k of SWIM), from 0. */
  readonly relays: number;
  /** The suspicion level of phi-accrual at which a peer is suspected. More than 0. */
  readonly phi: number;
  /** Does the local health multiplier stretch period and time-out (Lifeguard)? */
  readonly lifeguard: boolean;
}

export interface DetectorOptions extends DetectorSettings {
  readonly now: Instant;
  readonly self: NodeId;
  /** The other members, sorted by `<`, each once; the array is not changed, and may be shared. */
  readonly peers: readonly NodeId[];
  /** Of this node alone. */
  readonly dice: Prng;
}

/** An implementation, by the name that the config and `holdfast compare detector` know. */
export interface DetectorKind {
  readonly name: string;
  /** A line for people. */
  readonly summary: string;
  /** It leaves this node out of `peers` itself, so that one list serves all machines of a fleet. */
  readonly leavesSelfOut?: boolean;
  make(options: DetectorOptions): Detector;
  /**
   * From a crash until somebody suspects the member, at the latest; a message's longest delay comes
   * on top of it.
   *
   * @param members of the group, the crashed one among them; at least 2
   */
  detectsWithin(settings: DetectorSettings, members: number): Duration;
}
