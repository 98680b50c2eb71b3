/**
 * Puts bodies into sealed frames: header, body, tag. Each frame gets the next sequence number of
 * its audience, so no two frames of a boot are the same bytes, and a reader can count what is
 * missing.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { encodeBody } from "./cbor.js";
import {
  type Audience,
  clusterCode,
  counterLimit,
  type FrameKind,
  frameBytesMax,
  frameKinds,
  headerBytes,
  writeNumber,
  writeSource,
} from "./envelope.js";
import type { Mac } from "./mac.js";

export interface WireOptions {
  readonly cluster: string;
  readonly self: NodeId;
  /** Greater than in any earlier boot of this node, from 0 to 2^48 - 1. */
  readonly bootId: number;
  /** The others, without `self`. */
  readonly peers: readonly NodeId[];
  /**
   * Open admission: whoever has the key is heard, so many at one time, `peers` among them. More
   * than `peers`; left out, `peers` alone are heard.
   */
  readonly peersMax?: number;
  readonly mac: Mac;
}

export class Sealer {
  readonly #options: WireOptions;
  /** The header of this boot's frames, without kind and sequence. */
  readonly #header: Uint8Array;
  readonly #sequences: Record<Audience, number> = { everyone: 0, some: 0 };

  constructor(options: WireOptions) {
    const { cluster, self, bootId } = options;
    assert(
      Number.isSafeInteger(bootId) && bootId >= 0 && bootId < counterLimit,
      `not a boot id: ${bootId}`,
    );
    this.#options = options;
    this.#header = new Uint8Array(headerBytes(self));
    writeSource(this.#header, clusterCode(cluster), bootId, self);
  }

  /**
   * Seals one frame into a fresh array.
   *
   * @param body plain data (see plain-cbor.ts) that fits into a frame; all else is a bug of ours
   * @param audience `some` when the frame is not sent to every peer; else those that do not get it
   * count it as lost
   */
  seal(kind: FrameKind, body: unknown, audience: Audience = "everyone"): Uint8Array {
    const { mac } = this.#options;
    const encoded = encodeBody(body);
    const bodyAt = this.#header.length;
    const untagged = bodyAt + encoded.length;
    assert(
      untagged + mac.bytes <= frameBytesMax,
      `a ${kind} of ${encoded.length} bytes is too long`,
    );
    const frame = new Uint8Array(untagged + mac.bytes);
    frame.set(this.#header);
    writeNumber(frame, frameKinds[kind], audience, this.#nextSequence(audience));
    frame.set(encoded, bodyAt);
    frame.set(mac.tag(frame.subarray(0, untagged)), untagged);
    return frame;
  }

  /** 48 bits last 8,900 years at 1 kHz; a sequence that wraps would be taken for a replay. */
  #nextSequence(audience: Audience): number {
    const sequence = this.#sequences[audience] + 1;
    assert(sequence < counterLimit, "the sequence of a boot is used up");
    this.#sequences[audience] = sequence;
    return sequence;
  }
}
