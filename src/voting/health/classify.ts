/**
 * Which class of fault a channel has; see `FaultClass`. The kind follows from the complaint, but
 * for silence: one that ended was an omission, one that lasts is a crash. How persistent a fault is
 * only its course shows, so it begins as transient, and is intermittent when it comes back within
 * an hour of a re-admission, and permanent when it stays.
 */
import { type Instant, seconds } from "../../kernel/time.js";
import type { FaultClass } from "../voter.js";
import type { Complaint } from "./evidence.js";
import type { HealthOptions } from "./options.js";
import type { RecordState } from "./phase.js";

export type Course = Pick<RecordState, "phase" | "since" | "excludedAt" | "returnedAt">;

const hour = seconds(3_600);

/** The fault of a channel; null while it has none, or a person decides. */
export function faultOf(course: Course, now: Instant, options: HealthOptions): FaultClass | null {
  const { phase } = course;
  if (!("reason" in phase) || phase.reason === "OVERRIDDEN") return null;
  const outFor = phase.kind === "excluded" ? now - course.since : 0;
  return {
    kind: phase.reason === "NO_DATA" ? silenceOf(outFor, options) : kindOf(phase.reason),
    persistence: persistenceOf(course, phase.reason, outFor, options),
  };
}

const silenceOf = (outFor: number, { crashAfter }: HealthOptions): FaultClass["kind"] =>
  outFor >= crashAfter && outFor > 0 ? "crash" : "omission";

const kindOf = (reason: Complaint): FaultClass["kind"] =>
  reason === "LATE" || reason === "STALE_TIMESTAMP" ? "timing" : "value";

function persistenceOf(
  { phase, excludedAt, returnedAt }: Course,
  reason: Complaint,
  outFor: number,
  { permanentAfter }: HealthOptions,
): FaultClass["persistence"] {
  if (phase.kind === "latched" || (outFor >= permanentAfter && outFor > 0)) return "permanent";
  // What strikes have not confirmed may be over with the next sample.
  if (phase.kind === "suspected") return "transient";
  const cameBack = returnedAt !== null && excludedAt - returnedAt < hour;
  return cameBack || reason === "ERROR_DENSITY" ? "intermittent" : "transient";
}
