/**
 * Reed-Solomon with errors at unknown places, as QR codes have it: systematic, generator 2, first
 * root 2 to the 0. `checkBytes` bytes after the message correct half as many wrong bytes anywhere,
 * or all of them where it is known which bytes are wrong (erasures), or any mix with
 *
 *     2 * errors + erasures <= checkBytes.
 *
 * The word is a polynomial, its first byte the highest power, and divisible by the generator; the
 * syndromes are its values at the generator's roots, and show the errors alone. Which places could
 * explain them is `locate.ts`; how wrong each is, Forney's formula says (Blahut, "Theory and
 * practice of error control codes", 1983, chapters 7 and 9).
 *
 * Beyond its bound a decoder may find another word within its reach and take it for the true one,
 * by chance about one in t! for t errors corrected. So a message that matters has a CRC inside.
 */
import { UsageError } from "../../kernel/assert.js";
import { inverse, multiply, powerOfTwo } from "./field.js";
import { locate } from "./locate.js";
import { derivative, evaluate, multiplyPolynomials } from "./polynomial.js";

/** Bytes of message and check together: the field has no more places. */
export const wordBytesMax = 255;

/**
 * - `word-size`: shorter than one byte of message and the check bytes, or longer than 255 bytes.
 * - `erasure`: a place that is not in the word, or twice in the list.
 * - `uncorrectable`: more is wrong than the check bytes can put right.
 */
export type DecodeRefusal = "word-size" | "erasure" | "uncorrectable";

/** A refusal has changed nothing; after `ok`, the bytes at `corrected` are put right. */
export type DecodeOutcome =
  | { readonly ok: true; readonly corrected: readonly number[] }
  | { readonly ok: false; readonly reason: DecodeRefusal };

const intact: DecodeOutcome = { ok: true, corrected: [] };

export class ErrorCode {
  readonly checkBytes: number;
  /** Highest power first, without the leading 1. */
  readonly #generator: Uint8Array;

  /** From 1 to 254 check bytes; else a `UsageError`. */
  constructor(checkBytes: number) {
    if (!Number.isInteger(checkBytes) || checkBytes < 1 || checkBytes >= wordBytesMax) {
      throw new UsageError(`a Reed-Solomon code of ${checkBytes} check bytes`);
    }
    this.checkBytes = checkBytes;
    let generator: readonly number[] = [1];
    for (let root = 0; root < checkBytes; root += 1) {
      generator = multiplyPolynomials(generator, [powerOfTwo(root), 1]);
    }
    this.#generator = new Uint8Array(generator.toReversed().slice(1));
  }

  /**
   * The check bytes of a message, to be sent after it: the remainder of its division by the
   * generator. Null for a message that is empty, or too long for a word of 255 bytes.
   */
  encode(message: Uint8Array): Uint8Array | null {
    const { checkBytes } = this;
    if (message.length < 1 || message.length + checkBytes > wordBytesMax) return null;
    const remainder = new Uint8Array(checkBytes);
    for (const byte of message) {
      const factor = byte ^ (remainder[0] as number);
      remainder.copyWithin(0, 1);
      remainder[checkBytes - 1] = 0;
      for (const [at, term] of this.#generator.entries()) {
        remainder[at] = (remainder[at] as number) ^ multiply(factor, term);
      }
    }
    return remainder;
  }

  /**
   * Corrects a word, message and check bytes, in place.
   *
   * @param erasures places of the word, from 0, of which it is known that their bytes may be wrong.
   */
  decode(word: Uint8Array, erasures: readonly number[] = []): DecodeOutcome {
    if (word.length <= this.checkBytes || word.length > wordBytesMax) return refused("word-size");
    if (!areErasures(erasures, word.length)) return refused("erasure");
    const syndromes = this.#syndromesOf(word);
    if (syndromes.every((syndrome) => syndrome === 0)) return intact;
    // The exponent of a place: the last byte of the word is that of the power 0.
    const exponents = erasures.map((place) => word.length - 1 - place);
    const locator = locate(syndromes, exponents);
    if (locator === null) return refused("uncorrectable");
    return this.#correct(word, syndromes, locator);
  }

  #correct(
    word: Uint8Array,
    syndromes: readonly number[],
    locator: readonly number[],
  ): DecodeOutcome {
    const wrong = rootsOf(locator, word.length);
    // A locator with roots outside the word, or with double ones, explains nothing.
    if (wrong.length !== locator.length - 1) return refused("uncorrectable");
    const evaluator = multiplyPolynomials(syndromes, locator).slice(0, this.checkBytes);
    const slope = derivative(locator);
    const fixed = word.slice();
    for (const exponent of wrong) {
      const place = word.length - 1 - exponent;
      fixed[place] = (fixed[place] as number) ^ valueOfError(evaluator, slope, exponent);
    }
    if (this.#syndromesOf(fixed).some((syndrome) => syndrome !== 0))
      return refused("uncorrectable");
    const corrected = placesThatDiffer(word, fixed);
    word.set(fixed);
    return { ok: true, corrected };
  }

  /**
   * The values of the word at the roots of the generator, which are all 0 for a word of the code.
   */
  #syndromesOf(word: Uint8Array): number[] {
    return Array.from({ length: this.checkBytes }, (_, root) => {
      const point = powerOfTwo(root);
      let value = 0;
      for (const byte of word) value = multiply(value, point) ^ byte;
      return value;
    });
  }
}

const refused = (reason: DecodeRefusal): DecodeOutcome => ({ ok: false, reason });

function areErasures(places: readonly number[], bytes: number): boolean {
  const inWord = (place: number): boolean => Number.isInteger(place) && place >= 0 && place < bytes;
  return places.every(inWord) && new Set(places).size === places.length;
}

/** Exponents of the places in the word whose locations are inverse roots of the locator (Chien). */
function rootsOf(locator: readonly number[], bytes: number): number[] {
  const exponents = Array.from({ length: bytes }, (_, exponent) => exponent);
  return exponents.filter((exponent) => evaluate(locator, powerOfTwo(255 - exponent)) === 0);
}

/** Forney's formula; the factor of the location is there because the first root is 2 to the 0. */
function valueOfError(
  evaluator: readonly number[],
  slope: readonly number[],
  exponent: number,
): number {
  const root = powerOfTwo(255 - exponent);
  const numerator = multiply(powerOfTwo(exponent), evaluate(evaluator, root));
  const denominator = evaluate(slope, root);
  // Zero only at a double root, which the count of the roots has ruled out.
  return denominator === 0 ? 0 : multiply(numerator, inverse(denominator));
}

function placesThatDiffer(one: Uint8Array, other: Uint8Array): number[] {
  return [...one.keys()].filter((at) => one[at] !== other[at]);
}
