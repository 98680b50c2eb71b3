/** SWIM's probing as an implementation of the port of detectors. */
import type { DetectorKind } from "../detector.js";
import type { Selection } from "./round-robin.js";
import { SwimProber } from "./swim-prober.js";

export interface SwimVariant {
  /** Uniform choice is there to be compared with the paper's formulas. */
  readonly selection: Selection;
}

export function swimProbingWith(variant: SwimVariant): DetectorKind {
  const name = variant.selection === "round-robin" ? "swim" : "swim-uniform";
  return {
    name,
    summary: "each period one peer is pinged, and by others too where it does not answer",
    leavesSelfOut: true,
    make: (options) => new SwimProber(name, variant.selection, options),
  };
}

export const swimProbing: DetectorKind = swimProbingWith({ selection: "round-robin" });
