/** How long something takes: a frame on a link, a timer of the host. */
import { unreachable } from "../kernel/assert.js";
import type { Prng } from "../kernel/prng.js";
import type { Duration } from "../kernel/time.js";

export type DelayModel =
  /** Any whole microsecond from `min` to `max`, all equally likely. */
  | { readonly kind: "uniform"; readonly min: Duration; readonly max: Duration }
  /** Normal, a draw below `min` counts as `min` and one above `max` as `max`. */
  | {
      readonly kind: "normal";
      readonly mean: Duration;
      readonly deviation: Duration;
      readonly min: Duration;
      readonly max: Duration;
    };

export function drawDelay(model: DelayModel, dice: Prng): Duration {
  switch (model.kind) {
    case "uniform":
      if (model.min === model.max) return model.min;
      return (model.min + dice.below(model.max - model.min + 1)) as Duration;
    case "normal": {
      const drawn = Math.round(model.mean + model.deviation * dice.normal());
      return Math.min(model.max, Math.max(model.min, drawn)) as Duration;
    }
    default:
      return unreachable(model);
  }
}
