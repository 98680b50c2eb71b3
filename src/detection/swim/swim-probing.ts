/** SWIM's probing as an implementation of the port of detectors. */
import { micros } from "../../kernel/time.js";
import type { DetectorKind } from "../detector.js";
import { stretchMax } from "./local-health.js";
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
    detectsWithin: ({ period, lifeguard }, members) =>
      micros((lifeguard ? stretchMax : 1) * roundsMax(members) * period),
  };
}

/** A given peer is chosen within 2n - 1 periods of a list of n, and a probe takes one more. */
const roundsMax = (members: number): number => 2 * (members - 1);

export const swimProbing: DetectorKind = swimProbingWith({ selection: "round-robin" });
