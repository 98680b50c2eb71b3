/**
 * Hamming's code of 1950 ("Error detecting and error correcting codes", section 3): four bits of
 * data in seven, any one of which may be wrong; and with a parity over all seven, an eighth bit,
 * also two wrong bits are seen (section 4), which the seven alone take for another one.
 *
 * The bits stand in the textbook's order p1 p2 d1 p4 d2 d3 d4, the first one highest in the word. A
 * bit at a power of two makes the ones at all positions that contain this power even in number; so
 * the positions whose parities fail add up to the position of the wrong bit.
 */
import { UsageError } from "../../kernel/assert.js";

/** `position` is counted as Hamming does: 1 is p1, the highest bit; 8 is the parity over all. */
export type HammingOutcome =
  | { readonly kind: "intact"; readonly data: number }
  | { readonly kind: "corrected"; readonly data: number; readonly position: number }
  | { readonly kind: "uncorrectable" };

/** All words by their data, and all outcomes by their word: nothing is allocated by a call. */
const words = Array.from({ length: 16 }, (_, data) => wordOf(data));
const outcomes = Array.from({ length: 128 }, (_, word) => outcomeOf(word));
const extendedOutcomes = Array.from({ length: 256 }, (_, word) => extendedOutcomeOf(word));

/** Seven bits for four, d1 the highest of the data; a `UsageError` for data not from 0 to 15. */
export function encodeHamming74(data: number): number {
  const word = words[data];
  if (word === undefined) throw new UsageError(`${data} is not four bits of data`);
  return word;
}

/**
 * Corrects one wrong bit of seven; two are taken for a third. It is never uncorrectable. A
 * `UsageError` for a word not from 0 to 127.
 */
export function decodeHamming74(word: number): HammingOutcome {
  const outcome = outcomes[word];
  if (outcome === undefined) throw new UsageError(`${word} is not a word of seven bits`);
  return outcome;
}

/** Eight bits for four: the seven and, lowest, the bit that makes the ones even in number. */
export function encodeHamming84(data: number): number {
  const word = encodeHamming74(data);
  return (word << 1) | parityOf(word);
}

/**
 * Corrects one wrong bit of eight and tells two; three are taken for one. A `UsageError` for a word
 * not from 0 to 255.
 */
export function decodeHamming84(word: number): HammingOutcome {
  const outcome = extendedOutcomes[word];
  if (outcome === undefined) throw new UsageError(`${word} is not a word of eight bits`);
  return outcome;
}

function wordOf(data: number): number {
  const placed = ((data & 0b1000) << 1) | (data & 0b0111);
  return [1, 2, 4].reduce((word, power) => word | (failing(placed, power) << (7 - power)), placed);
}

function outcomeOf(word: number): HammingOutcome {
  const position = [1, 2, 4].reduce((sum, power) => sum + power * failing(word, power), 0);
  if (position === 0) return { kind: "intact", data: dataOf(word) };
  return { kind: "corrected", data: dataOf(word ^ (1 << (7 - position))), position };
}

function extendedOutcomeOf(extended: number): HammingOutcome {
  const outcome = outcomeOf(extended >> 1);
  // One wrong bit makes the ones odd in number, two do not.
  if (parityOf(extended) === 0) {
    return outcome.kind === "intact" ? outcome : { kind: "uncorrectable" };
  }
  if (outcome.kind === "corrected") return outcome;
  return { kind: "corrected", data: dataOf(extended >> 1), position: 8 };
}

/** 1 if the ones at the positions that contain the power are odd in number. */
function failing(word: number, power: number): number {
  let odd = 0;
  for (let position = 1; position <= 7; position += 1) {
    if ((position & power) !== 0) odd ^= (word >> (7 - position)) & 1;
  }
  return odd;
}

function parityOf(bits: number): number {
  let odd = 0;
  for (let left = bits; left > 0; left >>= 1) odd ^= left & 1;
  return odd;
}

/** d1 is at position 3, d2 to d4 are at 5 to 7. */
function dataOf(word: number): number {
  return ((word >> 1) & 0b1000) | (word & 0b0111);
}
