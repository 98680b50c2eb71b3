/** Evidence of a detector, for tests in which only the silence matters. */
import type { Evidence } from "../../src/detection/evidence.js";
import { instant, micros } from "../../src/kernel/time.js";

/** @param silence in microseconds */
export const evidenceOf = (silence: number): Evidence => ({
  detector: "all-to-all",
  at: instant(silence),
  silence: micros(silence),
  attempts: [],
  healthScore: 0,
});
