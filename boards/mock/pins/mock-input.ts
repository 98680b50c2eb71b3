/**
 * A digital input of the mock. Edges have the moment at which the net changed, or with a debounce
 * the moment at which the new level had stood long enough, as the kernel tells them.
 *
 * A line that floats stays at the level that it had: a mock that made up noise would make tests
 * that fail now and then. Noise is put on by a decorator (see boards/faulty).
 */
import { after, type Instant } from "../../../src/kernel/time.js";
import { EdgeQueue } from "../../edge-queue.js";
import type { Edges, InputLine, InputRequest, Level, PinValue } from "../../pin-board.js";
import type { Net } from "./net.js";
import type { Timed } from "./timed.js";

export interface MockInputOptions {
  readonly pin: string;
  readonly net: Net;
  readonly request: InputRequest;
  readonly settle: (now: Instant) => void;
  readonly onClose: () => void;
}

interface Pending {
  readonly level: Level;
  readonly counts: Instant;
}

export class MockInput implements InputLine, Timed {
  readonly pin: string;
  readonly #options: MockInputOptions;
  readonly #edges = new EdgeQueue();
  #level: Level;
  #pending: Pending | null = null;
  /** Set at the close: what was sampled last. */
  #last: PinValue | null = null;

  constructor(now: Instant, options: MockInputOptions) {
    this.pin = options.pin;
    this.#options = options;
    const { net, request } = options;
    if (request.pull !== "none") net.pull(now, options.pin, request.pull);
    this.#level = this.#logical(net.value) ?? 0;
  }

  read(now: Instant): PinValue {
    if (this.#last !== null) return this.#last;
    this.#options.settle(now);
    return { value: this.#level, sourceTime: now };
  }

  takeEdges(now: Instant): Edges {
    if (this.#last !== null) return { edges: [], missed: 0 };
    this.#options.settle(now);
    return this.#edges.take();
  }

  close(now: Instant): void {
    if (this.#last !== null) return;
    this.#last = this.read(now);
    this.#pending = null;
    if (this.#options.request.pull !== "none") this.#options.net.pull(now, this.pin, null);
    this.#options.onClose();
  }

  deadline(): Instant | null {
    return this.#pending?.counts ?? null;
  }

  happen(): void {
    const pending = this.#pending;
    this.#pending = null;
    if (pending !== null) this.#take(pending.counts, pending.level);
  }

  /** The net has another value. */
  changed(at: Instant, value: number | null): void {
    const level = this.#logical(value);
    if (level === null || this.#last !== null) return;
    const { debounce } = this.#options.request;
    if (debounce === 0) this.#take(at, level);
    else if (level === this.#level) this.#pending = null;
    else if (this.#pending?.level !== level) this.#pending = { level, counts: after(at, debounce) };
  }

  #take(at: Instant, level: Level): void {
    if (level === this.#level) return;
    this.#level = level;
    if (this.#options.request.edges) this.#edges.add(at, level);
  }

  /** Null for a line that floats. */
  #logical(value: number | null): Level | null {
    if (value === null) return null;
    const high = value >= 0.5;
    return high === this.#options.request.activeLow ? 0 : 1;
  }
}
