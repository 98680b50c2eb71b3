/**
 * Writes the numbers and bytes of the log into one array that was made for all of a frame, in the
 * form of wire/byte-writer.ts, whose writer grows and whose reader reads both.
 */
import { assert } from "../../kernel/assert.js";

/** The longest that a number gets, in bytes: eight groups hold 56 bits. */
export const numberBytesMax = 8;

/** Writes into one array, whose length is known to be enough beforehand. */
export class ArrayWriter {
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
