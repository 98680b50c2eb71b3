/**
 * The ways in which a visitor can break a sensor, in the order in which the keyboard offers them.
 */
import type { SensorFault } from "../../faults/sensor-faults.js";

export interface Breakage {
  /** One word, for the picture and the summary. */
  readonly name: string;
  /** @param tolerance how far apart two healthy channels may be */
  readonly faultAt: (tolerance: number) => SensorFault;
}

/** What a visitor's key does first: it shows at once, whatever the plant does. */
export const off: Breakage = {
  name: "off",
  faultAt: (tolerance) => ({ kind: "offset", by: 5 * tolerance }),
};

/**
 * A sensor that sticks is found only by others that move: at the set point it says nothing wrong.
 * The script sets it while the water heats up.
 */
export const stuck: Breakage = { name: "stuck", faultAt: () => ({ kind: "stuck", value: null }) };

export const breakages: readonly Breakage[] = [
  off,
  stuck,
  { name: "drifting", faultAt: (tolerance) => ({ kind: "drift", perSecond: tolerance / 2 }) },
  { name: "silent", faultAt: () => ({ kind: "dropout", probability: 1 }) },
];
