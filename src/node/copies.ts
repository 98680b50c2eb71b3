/**
 * By which paths each of the newest frames of a peer has come. With several paths a frame comes
 * several times: one copy is taken, and each of the others shows that its path carries, once. What
 * comes again by the same path shows nothing, so who records frames and repeats them cannot make a
 * broken path look whole.
 *
 * Invariant: a frame is new on a path once at most, as long as the peer's boot lasts.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { Audience } from "../wire/envelope.js";

/**
 * So many of the newest numbers are remembered; of older frames nothing is said. It is far more
 * than what waits for a slow line, and a path slower than that is as good as none.
 */
export const copiesMax = 256;

/** What identifies a frame of one source. */
export interface FrameNumber {
  readonly bootId: number;
  readonly audience: Audience;
  readonly sequence: number;
}

/** Like the replay window: slot `n mod copiesMax` holds the newest number that falls on it. */
class PathsOfFrames {
  readonly #sequences = new Float64Array(copiesMax);
  readonly #paths = new Uint8Array(copiesMax);

  isNew(sequence: number, path: number): boolean {
    const slot = sequence % copiesMax;
    const held = this.#sequences[slot] ?? 0;
    if (held > sequence) return false;
    const before = held === sequence ? (this.#paths[slot] ?? 0) : 0;
    this.#sequences[slot] = sequence;
    this.#paths[slot] = before | (1 << path);
    return ((before >> path) & 1) === 0;
  }
}

interface Boot {
  readonly bootId: number;
  readonly everyone: PathsOfFrames;
  readonly some: PathsOfFrames;
}

export class Copies {
  readonly #boots = new Map<NodeId, Boot>();

  /**
   * True when the frame has not come by this path before. Of a peer's boots only the newest counts.
   *
   * @param source a peer: each has memory of its own
   * @param path from 0, below 8
   */
  isNew(source: NodeId, { bootId, audience, sequence }: FrameNumber, path: number): boolean {
    assert(path >= 0 && path < 8, `there is no path ${path}`);
    const known = this.#boots.get(source);
    if (known !== undefined && bootId < known.bootId) return false;
    const boot = known?.bootId === bootId ? known : this.#begin(source, bootId);
    return boot[audience].isNew(sequence, path);
  }

  #begin(source: NodeId, bootId: number): Boot {
    const boot = { bootId, everyone: new PathsOfFrames(), some: new PathsOfFrames() };
    this.#boots.set(source, boot);
    return boot;
  }
}
