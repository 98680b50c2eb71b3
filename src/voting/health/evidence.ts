/** What one closing says about one channel. */
import type { ExclusionReason } from "../voter.js";

/** What may be wrong with a channel; `QUARANTINED` is no fault of it, but what follows on one. */
export type Complaint = Exclude<ExclusionReason, "QUARANTINED">;

/** `NO_VERDICT`: it spoke, and nothing is wrong with what it said that the others could confirm. */
export type Evidence = Complaint | "AGREES" | "NO_VERDICT";

/** What an exclusion may be latched for: whatever the sensor itself can have. */
export const latchableReasons = [
  "NO_DATA",
  "LATE",
  "STALE_TIMESTAMP",
  "CORRUPT",
  "MASQUERADE",
  "OUT_OF_RANGE",
  "RATE_LIMIT",
  "STUCK",
  "DEAD",
  "NOISY",
  "BIAS",
  "DRIFT",
  "DISAGREE",
  "ERROR_DENSITY",
] as const satisfies readonly Complaint[];

/** A channel that is silent, or late, or speaks of the past, has said nothing wrong. */
export const isSilence = (complaint: ExclusionReason): boolean =>
  complaint === "NO_DATA" || complaint === "LATE" || complaint === "STALE_TIMESTAMP";

/**
 * Whether a re-admission after it is one of the few that an hour allows. The way back from silence
 * is paced by itself, that from a high density of errors leads through many good samples, and a
 * person needs no pacing.
 */
export const isCounted = (complaint: Complaint): boolean =>
  !isSilence(complaint) && complaint !== "ERROR_DENSITY" && complaint !== "OVERRIDDEN";

export const isComplaint = (evidence: Evidence): evidence is Complaint =>
  evidence !== "AGREES" && evidence !== "NO_VERDICT";
