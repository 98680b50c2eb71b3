/**
 * What a node tells about itself: facts, in the past tense, for people and for checkers. An event
 * never steers anything.
 */
import type { CycleEvent } from "../control/cycle/events.js";
import type { RightLossReason } from "../control/right/ports.js";
import type { Evidence } from "../detection/evidence.js";
import type { PathOutput } from "../detection/paths/peer-paths.js";
import type { NodeId } from "../kernel/ids.js";
import type { Duration, Instant } from "../kernel/time.js";
import type { MembershipEvent } from "../membership/ports.js";
import type { BootReason } from "../watchdog/restart/boot-reason.js";
import type { SupervisionEvent } from "../watchdog/supervision/ports.js";
import type { ReplicaNodeEvent } from "./replica-events.js";

export type NodeEvent =
  | CycleEvent
  | MembershipEvent
  | PathOutput
  /** Of the watchdog: which part of the node is not well, and whether the dog is petted. */
  | SupervisionEvent
  /** Of the replicated state. */
  | ReplicaNodeEvent
  | { readonly kind: "started"; readonly bootId: number }
  /** Told by the host, which alone can know it: why the replica was started, and how it runs. */
  | { readonly kind: "boot-explained"; readonly reason: BootReason; readonly safeMode: boolean }
  | { readonly kind: "peer-suspected"; readonly peer: NodeId; readonly evidence: Evidence }
  | { readonly kind: "peer-trusted"; readonly peer: NodeId }
  /** This node drives. */
  | { readonly kind: "lease-acquired"; readonly until: Instant; readonly token: number }
  | { readonly kind: "lease-lost"; readonly reason: RightLossReason }
  /** This node was woken so late that it may not judge others. */
  | { readonly kind: "was-late"; readonly by: Duration }
  /** A datagram had no effect. */
  | { readonly kind: "refused"; readonly reason: string; readonly source: NodeId | null }
  /** The board did not take a command; where it was fenced off, by which right it came. */
  | {
      readonly kind: "write-refused";
      readonly output: string;
      readonly reason: string;
      readonly token?: number;
      readonly newest?: number;
    };
