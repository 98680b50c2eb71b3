/**
 * What edges mean: counts, pulses a second, the share of the time at 1, the length of a pulse.
 *
 * Edges of a line alternate, so from the numbers of two edges follows what was between them, also
 * where it was lost: counts and frequencies stay right beyond a gap. A share or a length is told of
 * neighbours only, for nobody knows when the lost ones were.
 */
import { BoundedQueue } from "../../src/kernel/queue.js";
import type { Duration, Instant } from "../../src/kernel/time.js";
import type { Edge, Edges, Level } from "../pin-board.js";
import type { EdgeChoice } from "./wiring.js";

/** Edges that are looked back on; of a quick signal the window is shorter for it. */
export const meterEdgesMax = 256;

export class PulseMeter {
  readonly #opened: Instant;
  readonly #window: Duration;
  readonly #recent = new BoundedQueue<Edge>(meterEdgesMax);
  #rising = 0;
  #falling = 0;
  #newest: Edge | null = null;

  /** @param window how far back it looks, from `opened` on */
  constructor(opened: Instant, window: Duration) {
    this.#opened = opened;
    this.#window = window;
  }

  take({ edges }: Edges): void {
    for (const edge of edges) {
      const passed = edge.sequence - (this.#newest?.sequence ?? 0);
      // Of `passed` alternating edges that end with this one, every second has its level.
      const [same, other] = [Math.ceil(passed / 2), Math.floor(passed / 2)];
      this.#rising += edge.level === 1 ? same : other;
      this.#falling += edge.level === 0 ? same : other;
      this.#newest = edge;
      this.#recent.push(edge);
    }
  }

  count(which: EdgeChoice): number {
    if (which === "both") return this.#rising + this.#falling;
    return which === "rising" ? this.#rising : this.#falling;
  }

  /** In hertz; null before a window has passed, where nothing can be said yet. */
  frequency(now: Instant): number | null {
    const rises = [...this.#recent].filter(({ level }) => level === 1);
    const last = rises.at(-1);
    if (last === undefined || !this.#isRecent(last, now)) return this.#steady(now, 0);
    const before = rises.slice(0, -1);
    const first = before.find((edge) => this.#isRecent(edge, now)) ?? before.at(-1);
    if (first === undefined || last.at - first.at > this.#window) return this.#steady(now, 0);
    if (last.at === first.at) return null;
    return ((last.sequence - first.sequence) / 2 / (last.at - first.at)) * 1e6;
  }

  /** From 0 to 1, over the whole periods in the window; a line that stands still has its level. */
  duty(now: Instant, level: Level): number | null {
    let [high, whole] = [0, 0];
    const edges = [...this.#recent].filter((edge) => this.#isRecent(edge, now));
    for (const [index, rise] of edges.entries()) {
      const [fall, next] = [edges[index + 1], edges[index + 2]];
      if (rise.level === 0 || next === undefined || fall === undefined) continue;
      if (next.sequence !== rise.sequence + 2) continue;
      high += fall.at - rise.at;
      whole += next.at - rise.at;
    }
    if (whole > 0) return high / whole;
    return edges.length === 0 ? this.#steady(now, level) : null;
  }

  /** Of the last whole pulse, in seconds; null where none is in the window. */
  width(now: Instant): number | null {
    const edges = [...this.#recent];
    for (let index = edges.length - 1; index > 0; index -= 1) {
      const [rise, fall] = [edges[index - 1], edges[index]];
      if (rise === undefined || fall === undefined || fall.level === 1) continue;
      if (!this.#isRecent(fall, now)) return null;
      if (fall.sequence === rise.sequence + 1) return (fall.at - rise.at) / 1e6;
    }
    return null;
  }

  #isRecent(edge: Edge, now: Instant): boolean {
    return now - edge.at < this.#window;
  }

  #steady(now: Instant, value: number): number | null {
    return now - this.#opened >= this.#window ? value : null;
  }
}
