/**
 * The app of a cluster in guests. It writes down every cycle with what was voted, and so has what
 * an app must never have: a file, and a clock.
 */
import { openSync, writeSync } from "node:fs";

const votes = openSync(process.env.VOTES, "a");

export const app = {
  name: "witness",
  sensors: { temperature: { unit: "degC", min: 0, max: 120, tolerance: 1 } },
  outputs: { heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } } },
  initial: { cycles: 0 },
  control: ({ state, inputs, cycle, step }) => {
    const { value, status } = inputs.temperature;
    const micros = process.hrtime.bigint() / 1000n;
    writeSync(votes, `${micros} ${cycle} ${step} ${value} ${status}\n`);
    return { state: { cycles: state.cycles + 1 }, commands: { heater: 0.5 } };
  },
};
