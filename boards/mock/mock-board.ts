/**
 * A board without hardware: its sensors measure a simulated plant, its pins are wired to it,
 * perhaps beside those of other boards.
 *
 * The board lives on its node's monotonic clock, the plant on true time. The simulator's clocks
 * drift, so the board is told how to convert; the processes of one machine share a clock, and there
 * the conversion is nothing.
 */
import type { Prng } from "../../src/kernel/prng.js";
import type { Instant } from "../../src/kernel/time.js";
import type {
  Board,
  ChannelSpec,
  CommandMarks,
  OutputSpec,
  Reading,
  WriteResult,
} from "../board.js";
import type { Fence } from "../fence.js";
import { type Lines, type PinChange, type PinState, Pins } from "../pins.js";
import type { PlantTime } from "./plant.js";
import { Sensor, type SensorOptions } from "./sensor.js";
import type { Wiring } from "./wiring.js";

/** One sensor on the board, and the quantity of the plant that it measures. */
export interface MockSensor extends SensorOptions {
  readonly quantity: string;
}

/** The true time at which the node's clock shows an instant; it never goes back. */
export type ToTrue = (instant: Instant) => PlantTime;

export interface MockBoardOptions {
  /** Names the board among those on the same wiring. */
  readonly board: string;
  readonly sensors: readonly MockSensor[];
  readonly outputs: readonly OutputSpec[];
  readonly wiring: Wiring;
  readonly toTrue: ToTrue;
  /** When it comes out of reset, on the node's clock. */
  readonly begins: Instant;
  /** Of the sensors' noise. */
  readonly dice: Prng;
  /** That of the actuators behind the wiring, where they have one; by default the board's own. */
  readonly fence?: Fence;
}

interface Channel {
  readonly sensor: Sensor;
  readonly truth: (at: Instant) => number;
}

export class MockBoard implements Board {
  readonly channels: readonly ChannelSpec[];
  readonly outputs: readonly OutputSpec[];
  readonly expires = true;
  readonly #channels: readonly Channel[];
  readonly #pins: Pins;

  constructor(options: MockBoardOptions) {
    const { sensors, outputs, wiring, toTrue, begins, dice } = options;
    this.channels = sensors.map(({ channel }) => channel);
    this.outputs = outputs;
    this.#channels = sensors.map((sensor) => ({
      sensor: new Sensor(sensor, begins, dice.split(sensor.channel.name)),
      truth: (at) => wiring.truth(toTrue(at), sensor.quantity),
    }));
    this.#pins = new Pins(outputs, linesTo(wiring, options.board, toTrue), options.fence);
  }

  read(now: Instant): readonly Reading[] {
    return this.#channels.map(({ sensor, truth }) => sensor.read(now, truth));
  }

  write(
    now: Instant,
    output: string,
    value: number,
    until: Instant,
    marks: CommandMarks = {},
  ): WriteResult {
    return this.#pins.write(now, output, value, until, marks);
  }

  release(now: Instant, output: string): WriteResult {
    return this.#pins.release(now, output);
  }

  close(now: Instant): void {
    this.#pins.close(now);
  }

  /** What a voltmeter at the pin would show. */
  pin(now: Instant, output: string): PinState {
    return this.#pins.state(now, output);
  }

  /** What the pins did, oldest first. */
  pinChanges(now: Instant): readonly PinChange[] {
    return this.#pins.changes(now);
  }
}

/** The pins of one board on a wiring that it shares. */
export const linesTo = (wiring: Wiring, board: string, toTrue: ToTrue): Lines => ({
  drive: (now, output, value, until) =>
    wiring.drive(toTrue(now), board, output, value, () => toTrue(until)),
  release: (now, output) => wiring.release(toTrue(now), board, output),
});
