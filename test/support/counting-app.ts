/** Sums what it is given, so that one different input shows in its state for ever. */
import { defineApp } from "../../src/control/app.js";

export const counting = defineApp({
  name: "counting",
  sensors: { level: { unit: "m", min: 0, max: 100, tolerance: 1 } },
  outputs: { valve: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } } },
  initial: { sum: 0 },
  control({ state, inputs }) {
    const sum = state.sum + (inputs.level.value ?? 0);
    return { state: { sum }, commands: { valve: (inputs.level.value ?? 0) / 100 } };
  },
});
