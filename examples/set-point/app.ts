/**
 * The boiler with a set point and a mode that survive: they stand in the log of the cluster, on the
 * disks of a majority, and are changed by commands.
 *
 * What the control function finds out for itself (the integral) stays in `state`, which lives as
 * long as one replica does. What people decide is `replicated`, which outlives a power cut of all.
 */
import { type Duration, defineApp, type Plain } from "../../src/index.js";

type Mode = "auto" | "off";

interface Settings {
  /** What the water should have, in degC. */
  readonly setPoint: number;
  readonly mode: Mode;
  /** How often people have changed something, since the cluster was founded. */
  readonly changes: number;
}

/** In degC. Whatever a client asks for, it stays within these. */
const setPointMin = 20;
const setPointMax = 80;

/** Heater duty for each kelvin that is missing, and how fast the integral learns, in seconds. */
const gain = 0.15;
const integralTime = 8;

const initial: Settings = { setPoint: 60, mode: "auto", changes: 0 };

export const app = defineApp({
  name: "set-point",
  sensors: {
    temperature: { unit: "degC", min: 0, max: 120, tolerance: 1 },
  },
  outputs: {
    heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } },
  },
  initial: { integral: 0 },

  replicated: {
    initial,
    commands: {
      /** Answers what it was before. */
      setPoint(settings, argument) {
        const setPoint = asSetPoint(argument);
        return { state: changed(settings, { setPoint }), result: settings.setPoint };
      },
      mode(settings, argument) {
        if (argument !== "auto" && argument !== "off") throw new Error('expected "auto" or "off"');
        return { state: changed(settings, { mode: argument }), result: settings.mode };
      },
    },
  },

  control({ state, replicated: { setPoint, mode }, inputs, step }) {
    const temperature = inputs.temperature.value;
    // Never on a guess, and not where it was switched off.
    if (mode === "off" || temperature === null) return { state, commands: { heater: 0 } };
    const missing = setPoint - temperature;
    const wanted = gain * missing + state.integral;
    const duty = clamp(wanted);
    const learned = duty === wanted ? (gain * missing * secondsOf(step)) / integralTime : 0;
    return { state: { integral: clamp(state.integral + learned) }, commands: { heater: duty } };
  },
});

/** Where a command throws nothing is changed, and its client is told why. */
function asSetPoint(argument: Plain): number {
  if (typeof argument === "number" && argument >= setPointMin && argument <= setPointMax) {
    return argument;
  }
  throw new RangeError(`expected a number from ${setPointMin} to ${setPointMax}, in degC`);
}

const changed = (settings: Settings, change: Partial<Settings>): Settings => ({
  ...settings,
  ...change,
  changes: settings.changes + 1,
});

const clamp = (duty: number): number => Math.min(Math.max(duty, 0), 1);

const secondsOf = (step: Duration): number => step / 1_000_000;
