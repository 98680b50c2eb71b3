/**
 * Bodies on a stream that loses nothing: each as CBOR behind its length, four bytes, the least
 * first. Both ends of the state socket speak so. A stream that announces too long a body, or has
 * one that is not plain data, is out of step or hostile, and is of no use any more.
 */
import { decodeLongBody, encodeBody } from "../../wire/cbor.js";

/** Of a request: a value of `valueBytesMax`, a name, and what surrounds them. */
export const requestBytesMax = 8_192;

/** Of a reply: a page of keys, or the state of an app, and what surrounds it. */
export const replyBytesMax = 1_024 * 1_024;

const headBytes = 4;

/** Cuts a stream into bodies. */
export class BodyReader {
  readonly #bytesMax: number;
  #chunks: Uint8Array[] = [];
  #waiting = 0;
  /** Bytes that have to wait before the next body is whole, as far as it is known. */
  #wanted = headBytes;

  /** @param bytesMax of one body */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The bodies that are whole now, in order; null where the stream is of no use any more. */
  take(chunk: Uint8Array): unknown[] | null {
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
    if (this.#waiting < this.#wanted) return [];
    const bytes = this.#chunks.length === 1 ? chunk : joined(this.#chunks, this.#waiting);
    const bodies: unknown[] = [];
    const end = this.#read(bytes, bodies);
    if (end === null) return null;
    const rest = bytes.subarray(end);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#waiting = rest.length;
    return bodies;
  }

  /** Where the first body begins that is not whole. */
  #read(bytes: Uint8Array, bodies: unknown[]): number | null {
    for (let at = 0; ; ) {
      const length = lengthAt(bytes, at);
      if (length === null) this.#wanted = headBytes;
      else if (length > this.#bytesMax) return null;
      else this.#wanted = headBytes + length;
      if (bytes.length - at < this.#wanted) return at;
      const decoded = decodeLongBody(bytes, at + headBytes, at + this.#wanted);
      if (!decoded.ok) return null;
      bodies.push(decoded.body);
      at += this.#wanted;
    }
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function lengthAt(bytes: Uint8Array, at: number): number | null {
  const [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  if (a === undefined || b === undefined || c === undefined || d === undefined) return null;
  return a + 0x1_00 * b + 0x1_00_00 * c + 0x1_00_00_00 * d;
}

/** Gathers bodies until they are written together. */
export class BodyWriter {
  #bytes = new Uint8Array(4_096);
  #length = 0;

  /** Bytes that were gathered and not taken. */
  get length(): number {
    return this.#length;
  }

  /** @param body plain data of ours */
  add(body: unknown): void {
    const encoded = encodeBody(body);
    const bodyAt = this.#length + headBytes;
    this.#makeRoom(bodyAt + encoded.length);
    for (let index = 0; index < headBytes; index += 1) {
      this.#bytes[this.#length + index] = (encoded.length >>> (8 * index)) & 0xff;
    }
    this.#bytes.set(encoded, bodyAt);
    this.#length = bodyAt + encoded.length;
  }

  /** What was gathered, for the caller to keep. */
  take(): Uint8Array {
    const gathered = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return gathered;
  }

  #makeRoom(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
