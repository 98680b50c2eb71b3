/**
 * What the event loop and the thread that wakes it share. The loop sets one deadline, as often as
 * it likes, to an earlier one too; the thread sleeps until it and rings.
 *
 * `set` bumps `sequence` after the deadline is written, and calls the thread only when that would
 * oversleep: a later deadline it finds by itself. A thread that is about to sleep has said until
 * when, and sleeps only if the sequence is still what it read before; so no deadline is missed
 * whichever of the two is first. A deadline that is read in halves makes one vain wake-up.
 */
const word = {
  sequence: 0,
  deadline: 1,
  sleepsUntil: 3,
  rung: 5,
  ended: 6,
} as const;
const words = 7;

const wordSpan = 2 ** 30;
/** Later than any deadline. */
export const never = wordSpan * (wordSpan - 1);

export class AlarmWords {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  /** For the kernel's futex. */
  readonly sequenceWord: Int32Array;

  /** @param buffer of another `AlarmWords`, from the other thread */
  constructor(buffer = new SharedArrayBuffer(4 * words)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
    this.sequenceWord = new Int32Array(buffer, 4 * word.sequence, 1);
  }

  /** True when the thread must be called, for it would oversleep. */
  setDeadline(at: number): boolean {
    this.#store(word.deadline, at);
    Atomics.add(this.#words, word.sequence, 1);
    return at < this.#load(word.sleepsUntil);
  }

  get deadline(): number {
    return this.#load(word.deadline);
  }

  get sequence(): number {
    return Atomics.load(this.#words, word.sequence);
  }

  sleepUntil(at: number): void {
    this.#store(word.sleepsUntil, at);
  }

  ring(): void {
    Atomics.add(this.#words, word.rung, 1);
    Atomics.notify(this.#words, word.rung);
  }

  get rung(): number {
    return Atomics.load(this.#words, word.rung);
  }

  /** Null where it has rung since `rung` was `seen`; a promise of the next ring otherwise. */
  nextRing(seen: number): Promise<unknown> | null {
    const waiting = (Atomics as unknown as WaitAsync).waitAsync(this.#words, word.rung, seen);
    return waiting.async ? waiting.value : null;
  }

  end(): void {
    Atomics.store(this.#words, word.ended, 1);
    Atomics.add(this.#words, word.sequence, 1);
  }

  get ended(): boolean {
    return Atomics.load(this.#words, word.ended) !== 0;
  }

  #store(index: number, at: number): void {
    Atomics.store(this.#words, index, at % wordSpan);
    Atomics.store(this.#words, index + 1, Math.floor(at / wordSpan));
  }

  #load(index: number): number {
    return Atomics.load(this.#words, index) + wordSpan * Atomics.load(this.#words, index + 1);
  }
}

/** Node has it; the library of ES2023 does not name it yet. */
interface WaitAsync {
  waitAsync(
    words: Int32Array,
    index: number,
    value: number,
  ):
    | { readonly async: false; readonly value: string }
    | { readonly async: true; readonly value: Promise<string> };
}
