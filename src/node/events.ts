/**
 * What a node tells about itself: facts, in the past tense, for people and for checkers. An event
 * never steers anything.
 */
import type { NodeId } from "../kernel/ids.js";
import type { Duration, Instant } from "../kernel/time.js";
import type { ChannelEvent, Verdict } from "../voting/voter.js";

export type LeaseLossReason = "expired" | "released" | "late" | "state-fault" | "app-fault";

export type AppFaultReason =
  | "threw"
  | "unknown-output"
  | "not-finite"
  | "out-of-range"
  | "not-plain-data"
  | "state-too-large"
  | "malformed";

export type NodeEvent =
  | { readonly kind: "started"; readonly bootId: number }
  /** The replica's cycles are aligned with a majority; `skew` is its distance from the farthest. */
  | { readonly kind: "synchronised"; readonly cycle: number; readonly skew: Duration }
  | { readonly kind: "desynchronised"; readonly cycle: number }
  /** A vector was closed and voted. `latency` runs from this replica's sampling to the verdict. */
  | {
      readonly kind: "voted";
      readonly cycle: number;
      readonly sensor: string;
      readonly verdict: Verdict;
      readonly latency: Duration;
    }
  | ({ readonly sensor: string } & ChannelEvent)
  | { readonly kind: "cycles-skipped"; readonly count: number; readonly cycle: number }
  /** A starting replica took the state of the others; not a fault. */
  | { readonly kind: "state-joined"; readonly cycle: number; readonly from: NodeId | null }
  /** This replica's state differed from the majority's: a counted state fault. */
  | { readonly kind: "state-diverged"; readonly cycle: number }
  | { readonly kind: "state-repaired"; readonly cycle: number; readonly from: NodeId }
  | { readonly kind: "app-faulted"; readonly reason: AppFaultReason; readonly message: string }
  | { readonly kind: "app-recovered" }
  | { readonly kind: "peer-suspected"; readonly peer: NodeId; readonly silence: Duration }
  | { readonly kind: "peer-trusted"; readonly peer: NodeId }
  | { readonly kind: "lease-acquired"; readonly until: Instant }
  | { readonly kind: "lease-lost"; readonly reason: LeaseLossReason }
  /** This node was woken so late that it may not judge others. */
  | { readonly kind: "was-late"; readonly by: Duration }
  /** A supervised part missed its checkpoints: the watchdog is no longer petted. */
  | { readonly kind: "supervision-failed"; readonly entity: string }
  | { readonly kind: "supervision-restored"; readonly entity: string }
  /** A datagram had no effect. */
  | { readonly kind: "refused"; readonly reason: string; readonly source: NodeId | null }
  | { readonly kind: "write-refused"; readonly output: string; readonly reason: string };
