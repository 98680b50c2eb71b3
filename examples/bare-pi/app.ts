/**
 * Three Raspberry Pis in one cabinet, with nothing wired to them: each measures the temperature of
 * its own processor, and all agree on one value. It is the shortest way from three new boards to
 * readings that are voted, and a start for what comes next.
 *
 * Processors that do the same work in the same air differ by a few kelvin. One that differs by more
 * has lost its heat sink, or measures wrongly: it is outvoted, and `holdfast status` tells which.
 */
import { defineApp } from "../../src/index.js";

export const app = defineApp({
  name: "bare-pi",
  sensors: {
    temperature: { unit: "degC", min: -40, max: 120, tolerance: 12 },
  },
  outputs: {},
  /** The hottest that was agreed on since the replicas began, in degC. */
  initial: { hottest: -40 },

  control({ state, inputs }) {
    const { value } = inputs.temperature;
    const hottest = value === null ? state.hottest : Math.max(state.hottest, value);
    return { state: { hottest }, commands: {} };
  },
});
