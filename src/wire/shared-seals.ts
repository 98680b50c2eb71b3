/**
 * Seals a body once that goes to several peers: the encoding and the tag of a full frame cost more
 * than all else that is done to send it. A body is known by being the very same object, and only
 * the last few are remembered.
 */
import type { FrameKind } from "./envelope.js";
import type { Sealer } from "./sealer.js";

/** Bodies that are remembered: the messages of a step to one peer, before it is the next one's. */
const rememberedMax = 8;

interface Sealed {
  readonly body: object;
  readonly frame: Uint8Array;
}

export class SharedSeals {
  readonly #sealer: Sealer;
  readonly #kind: FrameKind;
  /** The newest comes last. */
  readonly #remembered: Sealed[] = [];

  constructor(sealer: Sealer, kind: FrameKind) {
    this.#sealer = sealer;
    this.#kind = kind;
  }

  /** A frame for some; the body must not have changed since it was sealed. */
  seal(body: unknown): Uint8Array {
    const known = this.#remembered.find((one) => one.body === body);
    if (known !== undefined) return known.frame;
    const frame = this.#sealer.seal(this.#kind, body, "some");
    if (typeof body === "object" && body !== null) this.#remember({ body, frame });
    return frame;
  }

  #remember(sealed: Sealed): void {
    this.#remembered.push(sealed);
    if (this.#remembered.length > rememberedMax) this.#remembered.shift();
  }
}
