/**
 * A sensor as it is sold: off by an offset and a gain, noisy, with steps of its own, and sampling
 * by itself at its own pace. Faults are something else (see src/faults): this is a sensor in good
 * order.
 */
import { assert } from "../../src/kernel/assert.js";
import type { Prng } from "../../src/kernel/prng.js";
import { type Duration, elapsed, type Instant, instant } from "../../src/kernel/time.js";
import type { ChannelSpec, Reading } from "../board.js";

export interface SensorOptions {
  /** What it measures; at the ends of [min, max] it saturates. */
  readonly channel: ChannelSpec;
  /** Standard deviation, in the channel's unit; each sample has its own. */
  readonly noise: number;
  /** Added to what is true, in the channel's unit. */
  readonly offset: number;
  /** What is true is multiplied by this. */
  readonly gain: number;
  /** Readings are whole multiples of this, in the channel's unit; 0 for no steps. */
  readonly resolution: number;
  /** It takes a sample once in this time, whether it is read or not. */
  readonly period: Duration;
}

export class Sensor {
  readonly #options: SensorOptions;
  readonly #begins: Instant;
  readonly #dice: Prng;

  /**
   * @param begins when it takes its first sample
   * @param dice of its noise: the noise of a sample depends on its number only, not on the reads
   */
  constructor(options: SensorOptions, begins: Instant, dice: Prng) {
    assert(options.period > 0, `${options.channel.name}: a period of 0`);
    assert(options.noise >= 0 && options.resolution >= 0, `${options.channel.name}: below 0`);
    this.#options = options;
    this.#begins = begins;
    this.#dice = dice;
  }

  /** The newest sample. `truth` tells what was true at an instant that is not after `now`. */
  read(now: Instant, truth: (at: Instant) => number): Reading {
    const { channel, period } = this.#options;
    const sample = Math.floor(elapsed(this.#begins, now) / period);
    const sourceTime = instant(this.#begins + sample * period);
    return { channel: channel.name, value: this.#measure(truth(sourceTime), sample), sourceTime };
  }

  #measure(truth: number, sample: number): number {
    const { channel, noise, offset, gain, resolution } = this.#options;
    const error = noise === 0 ? 0 : noise * this.#dice.split(`${sample}`).normal();
    const exact = truth * gain + offset + error;
    const stepped = resolution === 0 ? exact : Math.round(exact / resolution) * resolution;
    const value = Math.min(channel.max, Math.max(channel.min, stepped));
    assert(Number.isFinite(value), `${channel.name}: ${value} of a truth of ${truth}`);
    return value;
  }
}
