/** What `npm run test:hil` is made of: lanes, each with tests of one kind of hardware. */
import type { Step } from "../lane-report.js";

/** A lane that ran has steps, each with its own count; one that could not says why. */
export type LaneRun =
  | { readonly kind: "ran"; readonly steps: readonly Step[] }
  | { readonly kind: "skipped"; readonly reason: string };

export interface Lane {
  readonly name: string;
  /** What passes when the lane passes. */
  readonly proves: string;
  run(): Promise<LaneRun>;
}
