/** Which class of fault a complaint tells of; see `FaultClass`. */
import type { FaultClass } from "../voter.js";
import type { Phase } from "./channel-record.js";
import type { Complaint } from "./evidence.js";

/** The fault of a channel in this phase; null while it has none, or a person decides. */
export function faultOf(phase: Phase): FaultClass | null {
  if (!("reason" in phase) || phase.reason === "OVERRIDDEN") return null;
  const persistence = phase.kind === "latched" ? "permanent" : "transient";
  return { kind: kindOf(phase.reason), persistence };
}

function kindOf(reason: Complaint): FaultClass["kind"] {
  if (reason === "NO_DATA") return "omission";
  return reason === "LATE" || reason === "STALE_TIMESTAMP" ? "timing" : "value";
}
