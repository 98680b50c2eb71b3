/**
 * A quantity to compare on where no recording is at hand: it swings slowly and wanders, and its
 * channels have offsets and noise of their own, as thermometers in one room do. It stays within the
 * assumptions of every voter: healthy channels are within the tolerance of one another.
 */
import type { Recording } from "../../../boards/recording/csv.js";
import { Prng } from "../../kernel/prng.js";

/** One sample a second for forty minutes. */
const rowCount = 2_400;
const swingSeconds = 600;

const channels = ["a", "b", "c"];

/** In tolerances: the swing, a step of the wandering, the farthest offset, the noise. */
const swing = 4;
const wander = 0.02;
const offsetMax = 0.25;
const noise = 0.05;

/** Digital sensors have a last digit, so many to the tolerance. */
const digitsPerTolerance = 75;

/** @param tolerance the unit of all that it does; at least 0 */
export function syntheticRecording(tolerance: number, seed: number): Recording {
  const unit = tolerance > 0 ? tolerance : 1;
  const dice = new Prng(seed).split("synthetic quantity");
  const offsets = channels.map(() => offsetMax * (2 * dice.fraction() - 1));
  let wandered = 0;
  const rows = Array.from({ length: rowCount }, (_, timeS) => {
    wandered += wander * dice.normal();
    const truth = 20 + swing * Math.sin((2 * Math.PI * timeS) / swingSeconds) + wandered;
    const values = offsets.map((offset) => {
      const value = truth + offset + noise * dice.normal();
      return (Math.round(value * digitsPerTolerance) / digitsPerTolerance) * unit;
    });
    return { timeS, values };
  });
  return { channels, rows };
}
