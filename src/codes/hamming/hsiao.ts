/**
 * The (72,64) code of Hsiao, "A class of optimal minimum odd-weight-column SEC-DED codes" (1970),
 * which memories use: eight bytes of data and one of check bits. One wrong bit of the 72 is
 * corrected, two are told.
 *
 * Each bit has a column of eight bits, and the check byte is the sum of the columns of the ones.
 * All columns are different and have an odd number of ones: so the syndrome of one wrong bit is its
 * column, and that of two has an even number of ones and is not 0. The check bits have the columns
 * with a single one, the data those with three, which are 56, and eight with five. The eight are
 * one and its rotations, so each check bit has 26 bits of data in its sum, as few as can be, and
 * all the same. Hsiao leaves open which bit has which column.
 */
import { UsageError } from "../../kernel/assert.js";

/** Bytes of a word: eight of data, then the check byte. */
export const hsiaoWordBytes = 9;

/**
 * `bit` counts from the lowest of the first byte: 8 times the byte and the bit in it, 64 and more
 * for the check byte. After `uncorrectable`, at least two bits are wrong.
 */
export type HsiaoOutcome =
  | { readonly kind: "intact" }
  | { readonly kind: "corrected"; readonly bit: number }
  | { readonly kind: "uncorrectable" };

const columns = makeColumns();
/** For each place and value of a byte of the word, the sum of the columns of its ones. */
const sums = makeSums();
/** All outcomes by their syndrome: nothing is allocated by a call. */
const outcomes = Array.from({ length: 256 }, (_, syndrome) => outcomeOf(syndrome));

/** Writes the check byte of a word of nine bytes; a `UsageError` for another length. */
export function protectHsiao(word: Uint8Array): void {
  checkLength(word);
  word[8] = 0;
  word[8] = syndromeOf(word);
}

/** Corrects a word of nine bytes in place, if one bit is wrong. The same `UsageError`. */
export function correctHsiao(word: Uint8Array): HsiaoOutcome {
  checkLength(word);
  const outcome = outcomes[syndromeOf(word)] as HsiaoOutcome;
  if (outcome.kind === "corrected") {
    const byte = outcome.bit >> 3;
    word[byte] = (word[byte] as number) ^ (1 << (outcome.bit & 7));
  }
  return outcome;
}

/** The sum of the columns of all ones of the word, 0 for a word of the code. */
function syndromeOf(word: Uint8Array): number {
  let syndrome = 0;
  for (let byte = 0; byte < hsiaoWordBytes; byte += 1) {
    syndrome ^= sums[byte * 256 + (word[byte] as number)] as number;
  }
  return syndrome;
}

function checkLength(word: Uint8Array): void {
  if (word.length === hsiaoWordBytes) return;
  throw new UsageError(`a word of ${word.length} bytes: ${hsiaoWordBytes} have a check byte`);
}

function outcomeOf(syndrome: number): HsiaoOutcome {
  if (syndrome === 0) return { kind: "intact" };
  const bit = columns.indexOf(syndrome);
  return bit < 0 ? { kind: "uncorrectable" } : { kind: "corrected", bit };
}

function makeColumns(): readonly number[] {
  const bits = Array.from({ length: 8 }, (_, bit) => bit);
  const three = Array.from({ length: 256 }, (_, column) => column).filter(hasThreeOnes);
  const five = bits.map((turn) => ((0b11111 << turn) | (0b11111 >> (8 - turn))) & 0xff);
  return [...three, ...five, ...bits.map((bit) => 1 << bit)];
}

function hasThreeOnes(column: number): boolean {
  let ones = 0;
  for (let left = column; left > 0; left >>= 1) ones += left & 1;
  return ones === 3;
}

function makeSums(): Uint8Array {
  const made = new Uint8Array(hsiaoWordBytes * 256);
  for (let index = 0; index < made.length; index += 1) {
    const byte = index >> 8;
    for (let bit = 0; bit < 8; bit += 1) {
      const column = columns[byte * 8 + bit] as number;
      if (((index >> bit) & 1) === 1) made[index] = (made[index] as number) ^ column;
    }
  }
  return made;
}
