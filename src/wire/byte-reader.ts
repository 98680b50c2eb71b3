/**
 * Reads what `ByteWriter` has written, from bytes of anyone. A read that does not fit answers
 * something harmless and marks the reader as failed for good, so that a parser reads on without a
 * check at each field and asks `ended` once: nothing counts unless that is true.
 *
 * Every value has one form only: a longer form of an integer is refused, so bytes that are accepted
 * are those that we would have written.
 */
const nothing = new Uint8Array(0);
/** 2^53 has 54 bits, so the eighth byte has at most four. */
const integerBytesMax = 8;

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Where the next read begins. */
  get at(): number {
    return this.#at;
  }

  /** Bytes that were not read; none of a reader that has failed. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Whether all was read, to the last byte, and all of it made sense. */
  get ended(): boolean {
    return !this.#failed && this.#at === this.#bytes.length;
  }

  /** Makes `ended` false for good: the caller found a value that cannot be. */
  fail(): void {
    this.#failed = true;
    this.#at = this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) return this.#refuse();
    this.#at += 1;
    return value;
  }

  flag(): boolean {
    return this.integer(0, 1) === 1;
  }

  /** An integer from `min` to `max`, both included and safe; `min` where it is not. */
  integer(min: number, max: number): number {
    const first = this.#bytes[this.#at];
    if (first === undefined) return this.#refuse(min);
    this.#at += 1;
    const value = first < 0x80 ? first : this.#longInteger(first);
    return value >= min && value <= max ? value : this.#refuse(min);
  }

  /** Text that is not empty, of bytes of which each is allowed. */
  word(lengthMax: number, isAllowed: (byte: number) => boolean): string {
    const length = this.integer(1, lengthMax);
    const start = this.#take(length);
    if (start < 0) return "";
    for (let at = start; at < start + length; at += 1) {
      if (!isAllowed(this.#bytes[at] as number)) this.#failed = true;
    }
    return textOf(this.#bytes, start, start + length);
  }

  /** Text of one byte a character. */
  text(lengthMax: number): string {
    const bytes = this.bytes(lengthMax);
    return textOf(bytes, 0, bytes.length);
  }

  /** A view of the bytes that are read, not a copy; their length stands before them. */
  bytes(lengthMax: number): Uint8Array {
    const length = this.integer(0, lengthMax);
    const start = this.#take(length);
    return start < 0 ? nothing : this.#bytes.subarray(start, start + length);
  }

  /** Where the next `length` bytes begin; -1 where there are none. */
  #take(length: number): number {
    if (this.#failed || length > this.#bytes.length - this.#at) return this.#refuse(-1);
    const start = this.#at;
    this.#at += length;
    return start;
  }

  #longInteger(first: number): number {
    let value = first & 0x7f;
    let scale = 0x80;
    for (let count = 1; count < integerBytesMax; count += 1) {
      const byte = this.#bytes[this.#at];
      // A last byte of 0 is the longer form of a shorter integer.
      if (byte === undefined || byte === 0) return this.#refuse(-1);
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : this.#refuse(-1);
      scale *= 0x80;
    }
    return this.#refuse(-1);
  }

  #refuse(answer = 0): number {
    this.fail();
    return answer;
  }
}

/**
 * In strides, because text that grows by single characters is a rope of them, which whoever looks
 * up a name then has to flatten.
 */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += 1_024) {
    const stride = bytes.subarray(at, Math.min(at + 1_024, end));
    text += String.fromCharCode.apply(null, stride as unknown as number[]);
  }
  return text;
}
