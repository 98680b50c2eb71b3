/**
 * The edges of one line, from the frames that tell them to whoever takes them. The firmware counts
 * the edges of a pin in 16 bits from its `configure`; a line counts on from there, also when the
 * device was started again in between. What was not told, or found no room, is missed.
 */

import { BoundedQueue } from "../../src/kernel/queue.js";
import type { Instant } from "../../src/kernel/time.js";
import { type Edge, type Edges, edgesMax } from "../pin-board.js";
import { sequenceAhead } from "./frames.js";

/** From here on a sequence lies behind, and not ahead. */
const behindFrom = 32_768;

export class EdgeFeed {
  readonly #queue = new BoundedQueue<Edge>(edgesMax);
  /** The newest sequence of the line, and the 16 bits of it on the device. */
  #newest = 0;
  #deviceNewest = 0;
  #missed = 0;
  #dropped = 0;

  /** The device begins to count anew; what it saw before nobody will tell. */
  restart(): void {
    this.#deviceNewest = 0;
    // Nobody knows how many were lost; a gap of one says that some may be.
    this.#newest += 1;
    this.#missed += 1;
  }

  /**
   * @param last the device's sequence of the last of the edges
   * @returns how many were missed between these and the last ones told; null for nothing new
   */
  tell(last: number, edges: readonly { readonly at: Instant; readonly level: 0 | 1 }[]) {
    const ahead = sequenceAhead(last, this.#deviceNewest);
    if (ahead === 0 || ahead >= behindFrom) return null;
    const fresh = edges.slice(Math.max(0, edges.length - ahead));
    const missed = ahead - fresh.length;
    this.#missed += missed;
    this.#deviceNewest = last;
    this.#newest += missed;
    for (const { at, level } of fresh) {
      this.#newest += 1;
      this.#queue.push({ at, level, sequence: this.#newest });
    }
    return missed;
  }

  take(): Edges {
    const edges = [...this.#queue];
    for (let left = edges.length; left > 0; left -= 1) this.#queue.shift();
    const missed = this.#missed + this.#queue.dropped - this.#dropped;
    this.#missed = 0;
    this.#dropped = this.#queue.dropped;
    return { edges, missed };
  }
}
