/**
 * Sums of so small factors that they need no tables: a whole word, four bytes, is multiplied at
 * once. Factors of interpolation add up to 1, for what is the same in all known points is so in the
 * wanted one, and these are left:
 *
 * - All factors are 1. So they are where the points, known and wanted, are all those below a power
 *   of two: mirrored shards, 3 + 1, 7 + 1, and a shard lost of these.
 * - Two inputs, with factors f and f + 1: then f times the difference of the two goes to the
 *   second. Among four points, of 2 + 1 and 2 + 2 shards, f of one of the two is always 2, 1/2
 *   or 1/3, whatever is lost.
 *
 * Any factors, bit by bit after Horner, were measured, and are not faster than the tables from four
 * inputs or eight bits on; see `bench/README.md`.
 */
import { type Factors, factorAt } from "./interpolation.js";
import { chunkWords, wordAt } from "./lanes.js";

/** Overwrites all words of an output, which shares no memory with the inputs. */
export type PlainSum = (inputs: readonly Int32Array[], target: Int32Array) => void;

/**
 * Four words a turn are a third faster than one. There is a loop for each factor, for a loop that
 * was given a function would have to call it for each word.
 */
type Mix = (one: Int32Array, other: Int32Array, target: Int32Array) => void;

const mixes: readonly { readonly factor: number; readonly mix: Mix }[] = [
  { factor: 2, mix: mixDoubled },
  { factor: 0x8e, mix: mixHalved },
  { factor: 0xf4, mix: mixThirds },
];

/** The sum of an output, by its place among those wanted; null where it is none of these. */
export function plainSumOf(factors: Factors, output: number): PlainSum | null {
  const { known } = factors;
  const own = Array.from({ length: known }, (_, input) => factorAt(factors, output, input));
  if (known % 2 === 1 && own.every((factor) => factor === 1)) return addAll;
  if (known !== 2 || sumOf(own) !== 1) return null;
  const fitting = mixes.find(({ factor }) => own.includes(factor));
  if (fitting === undefined) return null;
  const { factor, mix } = fitting;
  const one = own.indexOf(factor);
  return (inputs, target) => {
    mix(inputs[one] as Int32Array, inputs[1 - one] as Int32Array, target);
  };
}

const sumOf = (elements: readonly number[]): number =>
  elements.reduce((sum, element) => sum ^ element, 0);

/** An odd number of inputs. A part of the output stays in the nearest cache until it is done. */
function addAll(inputs: readonly Int32Array[], target: Int32Array): void {
  const first = inputs[0] as Int32Array;
  if (inputs.length === 1) target.set(first);
  for (let start = 0; start < target.length; start += chunkWords) {
    const end = Math.min(start + chunkWords, target.length);
    for (let at = 1; at < inputs.length; at += 2) {
      const sum = at === 1 ? first : target;
      addTwo(sum, inputs[at] as Int32Array, inputs[at + 1] as Int32Array, target, start, end);
    }
  }
}

function addTwo(
  sum: Int32Array,
  one: Int32Array,
  other: Int32Array,
  target: Int32Array,
  start: number,
  end: number,
): void {
  let at = start;
  for (; at + 3 < end; at += 4) {
    target[at] = wordAt(sum, at) ^ wordAt(one, at) ^ wordAt(other, at);
    target[at + 1] = wordAt(sum, at + 1) ^ wordAt(one, at + 1) ^ wordAt(other, at + 1);
    target[at + 2] = wordAt(sum, at + 2) ^ wordAt(one, at + 2) ^ wordAt(other, at + 2);
    target[at + 3] = wordAt(sum, at + 3) ^ wordAt(one, at + 3) ^ wordAt(other, at + 3);
  }
  for (; at < end; at += 1) target[at] = wordAt(sum, at) ^ wordAt(one, at) ^ wordAt(other, at);
}

function mixDoubled(one: Int32Array, other: Int32Array, target: Int32Array): void {
  const { length } = target;
  let at = 0;
  for (; at + 3 < length; at += 4) {
    target[at] = doubledPart(wordAt(one, at), wordAt(other, at));
    target[at + 1] = doubledPart(wordAt(one, at + 1), wordAt(other, at + 1));
    target[at + 2] = doubledPart(wordAt(one, at + 2), wordAt(other, at + 2));
    target[at + 3] = doubledPart(wordAt(one, at + 3), wordAt(other, at + 3));
  }
  for (; at < length; at += 1) target[at] = doubledPart(wordAt(one, at), wordAt(other, at));
}

function mixHalved(one: Int32Array, other: Int32Array, target: Int32Array): void {
  const { length } = target;
  let at = 0;
  for (; at + 3 < length; at += 4) {
    target[at] = halvedPart(wordAt(one, at), wordAt(other, at));
    target[at + 1] = halvedPart(wordAt(one, at + 1), wordAt(other, at + 1));
    target[at + 2] = halvedPart(wordAt(one, at + 2), wordAt(other, at + 2));
    target[at + 3] = halvedPart(wordAt(one, at + 3), wordAt(other, at + 3));
  }
  for (; at < length; at += 1) target[at] = halvedPart(wordAt(one, at), wordAt(other, at));
}

function mixThirds(one: Int32Array, other: Int32Array, target: Int32Array): void {
  const { length } = target;
  let at = 0;
  for (; at + 3 < length; at += 4) {
    target[at] = thirdPart(wordAt(one, at), wordAt(other, at));
    target[at + 1] = thirdPart(wordAt(one, at + 1), wordAt(other, at + 1));
    target[at + 2] = thirdPart(wordAt(one, at + 2), wordAt(other, at + 2));
    target[at + 3] = thirdPart(wordAt(one, at + 3), wordAt(other, at + 3));
  }
  for (; at < length; at += 1) target[at] = thirdPart(wordAt(one, at), wordAt(other, at));
}

/** 2 times `one` and 3 times `other`. A bit that leaves its byte comes back as the polynomial. */
function doubledPart(one: number, other: number): number {
  const difference = one ^ other;
  const shifted = (difference & 0x7f7f7f7f) << 1;
  return other ^ shifted ^ Math.imul((difference >>> 7) & 0x01010101, 0x1d);
}

/** 1/2 of `one` and 3/2 of `other`: the same the other way round. */
function halvedPart(one: number, other: number): number {
  const difference = one ^ other;
  const shifted = (difference >>> 1) & 0x7f7f7f7f;
  return other ^ shifted ^ Math.imul(difference & 0x01010101, 0x8e);
}

/**
 * 1/3 of `one` and 2/3 of `other`. As a polynomial 3 is x + 1, and what it divides is found from
 * the lowest bit up: each bit of the quotient is the sum of that bit and all below. Where the sum
 * of all bits, the highest, is 1, x + 1 does not divide: then the field's polynomial, which is odd
 * in bits as well, is added first. Its own sums are 0x10b, and bit 8 is no bit of the quotient.
 */
function thirdPart(one: number, other: number): number {
  let sums = one ^ other;
  sums ^= (sums & 0x7f7f7f7f) << 1;
  sums ^= (sums & 0x3f3f3f3f) << 2;
  sums ^= (sums & 0x0f0f0f0f) << 4;
  return other ^ sums ^ Math.imul((sums >>> 7) & 0x01010101, 0x0b);
}
