/**
 * Where a channel stands, as plain values: what channel-record.ts moves from phase to phase, and
 * what travels in a snapshot.
 */
import type { Instant } from "../../kernel/time.js";
import type { Complaint } from "./evidence.js";

export type Phase =
  | { readonly kind: "trusted" }
  /** `wrongs`: how often it was wrong, not only silent, in this suspicion; up to `liarWrongs`. */
  | { readonly kind: "suspected"; readonly reason: Complaint; readonly wrongs: number }
  | { readonly kind: "excluded"; readonly reason: Complaint }
  | { readonly kind: "quarantined"; readonly reason: Complaint; readonly left: number }
  | { readonly kind: "probation"; readonly reason: Complaint; readonly left: number }
  | { readonly kind: "latched"; readonly reason: Complaint }
  /** By a person: out, whatever it says. */
  | { readonly kind: "overridden"; readonly reason: Complaint }
  /** By a person: in, whatever its health says. */
  | { readonly kind: "vouched" };

/** All that a record knows, as plain values. Instants are on the clock of the closings. */
export interface RecordState {
  readonly phase: Phase;
  readonly strikes: number;
  /** When the phase began. */
  readonly since: Instant;
  /** When the channel was last excluded; meaningful only while it is. */
  readonly excludedAt: Instant;
  /** When it was re-admitted after wrong values, in the last hour, oldest first. */
  readonly readmissions: readonly Instant[];
  /** When it was last re-admitted, after whatever; null for never. */
  readonly returnedAt: Instant | null;
  /** See density.ts. */
  readonly density: number;
}
