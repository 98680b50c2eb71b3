/**
 * Reading and writing the small records that Raft keeps and sends: bytes, numbers of seven bits a
 * byte (lowest first, as in LEB128), names. A reader that ran past the end is `failed`, and all
 * that it gave since is worth nothing.
 */
import { type NodeId, nodeIdLengthMax, parseNodeId } from "../../kernel/ids.js";

/** Of terms, indices and lives. */
export const numberMax = 2 ** 48 - 1;

export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** Begins again in the same memory. */
  clear(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  number(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  name(name: string): void {
    this.byte(name.length);
    for (let at = 0; at < name.length; at += 1) this.byte(name.charCodeAt(at));
  }

  block(block: Uint8Array): void {
    this.#reserve(block.length);
    this.#bytes.set(block, this.#length);
    this.#length += block.length;
  }

  /** What was written, in memory of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Everything was read, and it was all there. */
  get ended(): boolean {
    return !this.#failed && this.#at === this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) this.#failed = true;
    else this.#at += 1;
    return value ?? 0;
  }

  /** At most `numberMax`. */
  number(): number {
    let value = 0;
    let scale = 1;
    for (let read = 0; read < 7; read += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 0x80;
      if (read === 6) this.#failed = true;
    }
    if (value > numberMax) this.#failed = true;
    return this.#failed ? 0 : value;
  }

  /** Null where there is none, or a name that is none. */
  name(): NodeId | null {
    const length = this.byte();
    if (length === 0 || length > nodeIdLengthMax) return null;
    let text = "";
    for (let at = 0; at < length; at += 1) text += String.fromCharCode(this.byte());
    return this.#failed ? null : parseNodeId(text);
  }

  /** A view of the bytes that are read from. */
  block(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) {
      this.#failed = true;
      return this.#bytes.subarray(0, 0);
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
