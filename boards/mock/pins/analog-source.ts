/** What is at an analog pin: a constant, a quantity of a plant, or a column of a recording. */
import type { Duration, Instant } from "../../../src/kernel/time.js";
import type { Recording } from "../../recording/csv.js";
import { RecordedBoard } from "../../recording/recorded-board.js";
import type { ToTrue } from "../mock-board.js";
import type { Plant } from "../plant.js";

/** In the pin's unit; null: the sensor gives nothing. */
export type AnalogSource = (at: Instant) => number | null;

export interface PlantPin {
  readonly plant: Plant;
  readonly quantity: string;
  /** The sensor's line: what it gives is `offset` and `scale` times the quantity. */
  readonly scale: number;
  readonly offset: number;
  readonly toTrue: ToTrue;
}

export const fromPlant =
  ({ plant, quantity, scale, offset, toTrue }: PlantPin): AnalogSource =>
  (at) =>
    offset + scale * plant.truth(toTrue(at), quantity);

export interface RecordedPin {
  readonly recording: Recording;
  /** Its column has the pin's unit. */
  readonly column: string;
  readonly begins: Instant;
  readonly speed: number;
  /** See boards/recording. */
  readonly refresh: Duration | null;
}

/** @throws UsageError when the recording has no such column or no rows */
export function fromRecording({ recording, column, ...playing }: RecordedPin): AnalogSource {
  const channel = { name: column, column, unit: "", min: 0, max: 0 };
  const board = new RecordedBoard({
    ...{ recording, channels: [channel], outputs: [], lines: null, atEnd: "loop" },
    ...playing,
  });
  return (at) => board.read(at)[0]?.value ?? null;
}
