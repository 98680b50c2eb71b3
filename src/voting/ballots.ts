/**
 * The ballots of one vote, as columns that are filled again and again: a vote allocates nothing.
 *
 * Invariants: no value is NaN or infinite; the channels grow.
 */
import { assert } from "../kernel/assert.js";

/** More channels than this on one quantity are not foreseen; a set of them fits into 32 bits. */
export const channelsMax = 32;

export class Ballots {
  /** The first `count` are meant, in the order of the channels of the config. */
  readonly values: Float64Array;
  /** Whose ballot it is: the channel's place in the config. */
  readonly channels: Uint8Array;
  #count = 0;

  constructor(channelCount: number) {
    assert(channelCount >= 0 && channelCount <= channelsMax, `${channelCount} channels`);
    this.values = new Float64Array(channelCount);
    this.channels = new Uint8Array(channelCount);
  }

  /** One ballot of each channel, in order: for whoever has all values at hand. */
  static of(values: readonly number[]): Ballots {
    const ballots = new Ballots(values.length);
    values.forEach((value, channel) => {
      ballots.add(channel, value);
    });
    return ballots;
  }

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
  }

  /** @param channel larger than those of the ballots before */
  add(channel: number, value: number): void {
    this.values[this.#count] = value;
    this.channels[this.#count] = channel;
    this.#count += 1;
  }
}
