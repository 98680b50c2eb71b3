/**
 * Numbers and bytes as the log writes them: integers up to 2^53 - 1 as groups of seven bits, lowest
 * first, so that lengths and steps of an index cost a byte or two.
 */
import { assert } from "../../kernel/assert.js";

/** The longest that a number gets, in bytes: eight groups hold 56 bits. */
export const numberBytesMax = 8;

/** Writes into one array, whose length is known to be enough beforehand. */
export class ByteWriter {
  readonly bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  byte(value: number): void {
    assert(this.#at < this.bytes.length, "the array to write into is too short");
    this.bytes[this.#at] = value;
    this.#at += 1;
  }

  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) assert(false, `not a number to keep: ${value}`);
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  /** The bytes alone, or behind their length. */
  raw(value: Uint8Array): void {
    this.bytes.set(value, this.#at);
    this.#at += value.length;
  }

  block(value: Uint8Array): void {
    this.number(value.length);
    this.raw(value);
  }
}

/**
 * Reads bytes that may be anything. The first that makes no sense sets `failed` for good, and what
 * is read from then on is zero and empty: a caller reads a whole item and asks once.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #failed = false;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  get failed(): boolean {
    return this.#failed;
  }

  get left(): number {
    return this.#failed ? 0 : this.#bytes.length - this.#at;
  }

  byte(): number {
    if (this.left < 1) return this.#fail();
    const value = this.#bytes[this.#at] as number;
    this.#at += 1;
    return value;
  }

  number(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < numberBytesMax; count += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : this.#fail();
      scale *= 0x80;
    }
    return this.#fail();
  }

  /** A copy, for what is read from is let go of. */
  block(lengthMax: number): Uint8Array {
    const length = this.number();
    if (length > lengthMax || length > this.left) {
      this.#fail();
      return new Uint8Array(0);
    }
    const value = this.#bytes.slice(this.#at, this.#at + length);
    this.#at += length;
    return value;
  }

  #fail(): number {
    this.#failed = true;
    return 0;
  }
}
