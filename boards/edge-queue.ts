/**
 * Edges that wait to be taken, numbered from 1. What was lost is skipped in the numbers, and told
 * as missed at the next taking; so is what had to make room.
 */
import { BoundedQueue } from "../src/kernel/queue.js";
import type { Instant } from "../src/kernel/time.js";
import { type Edge, type Edges, edgesMax, type Level } from "./pin-board.js";

export class EdgeQueue {
  readonly #edges = new BoundedQueue<Edge>(edgesMax);
  #sequence = 0;
  #told = 0;

  add(at: Instant, level: Level): void {
    this.#sequence += 1;
    this.#edges.push({ at, level, sequence: this.#sequence });
  }

  /** So many edges were lost at this place. */
  skip(count: number): void {
    this.#sequence += count;
  }

  take(): Edges {
    const edges: Edge[] = [];
    for (let edge = this.#edges.shift(); edge !== undefined; edge = this.#edges.shift()) {
      edges.push(edge);
    }
    const missed = this.#sequence - this.#told - edges.length;
    this.#told = this.#sequence;
    return { edges, missed };
  }
}
