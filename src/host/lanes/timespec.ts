/**
 * A C `timespec` that is written and read without garbage: it is handed to the kernel in every
 * tick. Its two parts are as wide as a `long`; of a wide one only the low half is touched, which
 * holds 68 years of uptime.
 */
import { assert } from "../../kernel/assert.js";
import type { Abi } from "./abi.js";

const microsPerSecond = 1_000_000;

export class TimeSpec {
  /** To be handed to the kernel. */
  readonly words: Int32Array;
  /** Where the nanoseconds begin. */
  readonly #nanos: number;

  constructor({ longBytes }: Abi) {
    this.#nanos = longBytes / 4;
    this.words = new Int32Array(2 * this.#nanos);
  }

  /** @param us in microseconds, never negative */
  set(us: number): void {
    if (!(us >= 0)) assert(false, `not a time: ${us}`);
    const seconds = Math.floor(us / microsPerSecond);
    this.words[0] = seconds;
    this.words[this.#nanos] = Math.floor((us - seconds * microsPerSecond) * 1_000);
  }

  /** In whole microseconds. */
  get(): number {
    const [seconds = 0] = this.words;
    return seconds * microsPerSecond + Math.floor((this.words[this.#nanos] ?? 0) / 1_000);
  }
}
