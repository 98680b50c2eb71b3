/**
 * Randomness is one seed. Each component gets a stream of its own, split off by name, so that a new
 * draw in one component does not move the dice of another.
 *
 * The generator is xoshiro128** (Blackman and Vigna 2018), seeded through splitmix32: fast with
 * 32-bit integers, period 2^128 - 1, and not for secrets.
 */
import { assert } from "./assert.js";

export class Prng {
  readonly #seed: number;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed an integer from 0 to 2^53 - 1; all of its bits count, from the first throw on. */
  constructor(seed: number) {
    assert(Number.isSafeInteger(seed) && seed >= 0, `not a seed: ${seed}`);
    this.#seed = seed;
    const low = splitmix32(seed >>> 0);
    // The first throw is made of the second word alone, so that word must know both halves.
    const high = splitmix32(low() ^ upperHalf(seed));
    this.#a = low();
    this.#b = high();
    this.#c = low();
    this.#d = high() | 1;
  }

  /**
   * An independent stream; the same name always gives the same stream, whatever was drawn.
   *
   * The name is stirred before it meets the seed. Begun from the seed, the hash would give seed 4's
   * "a" and seed 7's "b" one and the same stream, and a sweep of seeds would repeat itself.
   */
  split(name: string): Prng {
    const stirred = splitmix32(hash32(name));
    const low = splitmix32(stirred() ^ this.#seed);
    const high = splitmix32(stirred() ^ low() ^ upperHalf(this.#seed));
    return new Prng((high() & 0x1fffff) * 2 ** 32 + low());
  }

  /** A uniform integer from 0 to 2^32 - 1. */
  next(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** Uniform in [0, 1), with 32 bits. */
  fraction(): number {
    return this.next() / 2 ** 32;
  }

  /** A uniform integer in [0, bound); `bound` is at most 2^32, its bias below 2^-32 · bound. */
  below(bound: number): number {
    assert(Number.isSafeInteger(bound) && bound > 0 && bound <= 2 ** 32, `not a bound: ${bound}`);
    return Math.floor(this.fraction() * bound);
  }

  /** True with the given probability, from 0 (never) to 1 (always). */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** Normal with mean 0 and standard deviation 1 (Box and Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.fraction()));
    return radius * Math.cos(2 * Math.PI * this.fraction());
  }
}

function rotateLeft(word: number, count: number): number {
  return (word << count) | (word >>> (32 - count));
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

const upperHalf = (seed: number): number => Math.floor(seed / 2 ** 32);

/** FNV-1a over the code units. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
