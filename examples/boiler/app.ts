/**
 * A boiler kept at its set point: one thermometer, measured by every replica, and one heater. It is
 * the smallest app that does something useful, and a start for your own.
 *
 * `control` is called once a cycle on every replica, with the voted temperature. It is a pure
 * function: what it wants to remember it returns as `state`, and what it wants done as `commands`.
 */
import { type Duration, defineApp } from "../../src/index.js";

/** What the water should have, in degC. */
export const setPoint = 60;

/** Heater duty for each kelvin that is missing. */
const gain = 0.15;

/** How fast the integral learns what it takes to keep the temperature, in seconds. */
const integralTime = 8;

/** For how long, in seconds, the last duty is kept when there is no trustworthy temperature. */
const blindMax = 1;

export const app = defineApp({
  name: "boiler",
  sensors: {
    temperature: { unit: "degC", min: 0, max: 120, tolerance: 1 },
  },
  outputs: {
    heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } },
  },
  initial: { integral: 0, duty: 0, blind: 0 },

  control({ state, inputs, step }) {
    const elapsed = secondsOf(step);
    const temperature = inputs.temperature.value;
    if (temperature === null) return rideThrough(state, elapsed);

    // Proportional and integral. The integral stands still while the heater is at a limit, where
    // it would only learn what it has to unlearn as overshoot.
    const missing = setPoint - temperature;
    const wanted = gain * missing + state.integral;
    const duty = clamp(wanted);
    const learned = duty === wanted ? (gain * missing * elapsed) / integralTime : 0;
    const integral = clamp(state.integral + learned);
    return { state: { integral, duty, blind: 0 }, commands: { heater: duty } };
  },
});

interface State {
  /** The duty that keeps the temperature, as far as it is known. */
  readonly integral: number;
  /** The last command, from 0 to 1. */
  readonly duty: number;
  /** For how long there has been no temperature, in seconds. */
  readonly blind: number;
}

/** A short gap changes little in so much water. A long one must not leave the heater on. */
function rideThrough(state: State, elapsed: number) {
  const blind = state.blind + elapsed;
  const duty = blind <= blindMax ? state.duty : 0;
  return { state: { ...state, duty, blind }, commands: { heater: duty } };
}

const clamp = (duty: number): number => Math.min(1, Math.max(0, duty));

/** Durations are whole microseconds. */
const secondsOf = (step: Duration): number => step / 1_000_000;
