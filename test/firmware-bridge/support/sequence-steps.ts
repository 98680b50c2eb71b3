/** What the sequences for both firmwares share. */
import type { StepVector } from "./vectors.js";

export const cluster = 0x1234;
/** A digital output at its most. */
export const on = 0xffff;
/** The greatest token. */
export const greatest = 2 ** 48 - 1;

/** Some steps have an answer of their own, and come as two. */
export const answers = (
  steps: readonly (StepVector | readonly StepVector[])[],
): readonly StepVector[] => steps.flat();
