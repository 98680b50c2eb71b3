/**
 * The sending end of a stream: puts the header into each payload, and counts.
 *
 * Invariant: the counter of a frame is that of the frame before it and one more, modulo the number
 * of counters of the profile.
 */
import { checkWhole } from "./expected.js";
import { type E2eStream, type E2eStreamOptions, openStream } from "./stream.js";

export interface E2eSenderOptions extends E2eStreamOptions {
  /** Of the first frame; 0 when it is left out. For a sender that goes on where it was stopped. */
  readonly counter?: number;
}

/** A refused payload leaves the counter where it is: nothing was sent, so nothing may be missed. */
export type ProtectResult =
  | { readonly ok: true; readonly frame: Uint8Array }
  | { readonly ok: false; readonly reason: "payload-length" };

/** Throws a `UsageError` for options that do not fit the profile. */
export const e2eSender = (options: E2eSenderOptions): E2eSender => new E2eSender(options);

export class E2eSender {
  readonly #stream: E2eStream;
  #counter: number;

  constructor(options: E2eSenderOptions) {
    this.#stream = openStream(options);
    this.#counter = options.counter ?? 0;
    checkWhole("counter", this.#counter, 0, this.#stream.profile.counters - 1);
  }

  /** Of the next frame. */
  get counter(): number {
    return this.#counter;
  }

  /** Allocates the frame, which is then the caller's. The payload is not kept. */
  protect(payload: Uint8Array): ProtectResult {
    const { profile, format, offset, frameBytesMin, frameBytesMax } = this.#stream;
    const length = profile.headerBytes + payload.length;
    if (length < frameBytesMin || length > frameBytesMax) {
      return { ok: false, reason: "payload-length" };
    }
    const frame = new Uint8Array(length);
    frame.set(payload.subarray(0, offset));
    frame.set(payload.subarray(offset), offset + profile.headerBytes);
    format.protect(frame, this.#counter);
    this.#counter = (this.#counter + 1) % profile.counters;
    return { ok: true, frame };
  }
}
