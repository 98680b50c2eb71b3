/**
 * An input line of sysfs. The kernel says that something happened, and onoff reads the level then:
 * two edges between two looks are one word, of a level that has not changed. That is told as a gap.
 *
 * The debounce is ours: onoff's would read the line from a timer that it leaves behind at the end.
 */
import type { Clock } from "../../../src/host/monotonic-clock.js";
import type { LoopTimer } from "../../../src/host/wake-timer.js";
import { after, type Duration, due, type Instant } from "../../../src/kernel/time.js";
import {
  type Edge,
  type Edges,
  edgesMax,
  type InputLine,
  type Level,
  type PinValue,
} from "../../pin-board.js";
import { codeOf } from "../refusals.js";
import type { Troubles } from "../troubles.js";
import type { OnoffLine } from "./onoff-module.js";

export interface SysfsInputParts {
  readonly pin: string;
  readonly line: OnoffLine;
  readonly clock: Clock;
  readonly troubles: Troubles;
  readonly edges: boolean;
  readonly debounce: Duration;
  readonly timer: (wake: () => void) => LoopTimer;
  readonly now: Instant;
  readonly onClose: () => void;
}

export class SysfsInput implements InputLine {
  readonly pin: string;
  readonly #parts: SysfsInputParts;
  readonly #timer: LoopTimer;
  readonly #ask: () => Level;
  /** When the level counts, where something was heard and no more since. */
  #settlesAt: Instant | null = null;
  /** What onoff is about to tell was not read. */
  #isUnread = false;
  #edges: Edge[] = [];
  /** As the last word had it: the debounced one where there is a debounce. */
  #level: Level;
  #last: PinValue;
  #sequence = 0;
  #missed = 0;
  #closed = false;

  /** @throws as the files do */
  constructor(parts: SysfsInputParts) {
    this.pin = parts.pin;
    this.#parts = parts;
    const { line } = parts;
    this.#timer = parts.timer(() => this.#settle(this.#settlesAt));
    this.#ask = line.readSync.bind(line);
    this.#level = this.#ask();
    this.#last = { value: this.#level, sourceTime: parts.now };
    line.readSync = () => this.#askForOnoff();
    if (parts.edges || this.#isDebounced) {
      line.watch((error, value) => this.#hear(error ?? null, value));
    }
  }

  get #isDebounced(): boolean {
    return this.#parts.debounce > 0;
  }

  read(now: Instant): PinValue {
    if (this.#closed) return this.#last;
    this.#settle(now);
    // Also where the level is known by what was heard: who hears nothing may be deaf.
    const level = this.#readLevel();
    if (level !== null) {
      // It was not heard, or could not be read then.
      const isNews = this.#isDebounced && level !== this.#level && this.#settlesAt === null;
      if (isNews) this.#settleFrom(now);
      this.#last = { value: this.#isDebounced ? this.#level : level, sourceTime: now };
    }
    return this.#last;
  }

  takeEdges(now: Instant): Edges {
    if (this.#closed) return { edges: [], missed: 0 };
    this.#settle(now);
    const edges = this.#edges.map((edge) => (edge.at <= now ? edge : { ...edge, at: now }));
    const missed = this.#missed;
    this.#edges = [];
    this.#missed = 0;
    return { edges, missed };
  }

  close(_now: Instant): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer.set(null);
    try {
      this.#parts.line.unexport();
    } catch (error) {
      this.#fail(codeOf(error));
    }
    this.#parts.troubles.clear(`${this.pin} read`);
    this.#parts.onClose();
  }

  #hear(error: Error | null, level: Level): void {
    if (this.#closed) return;
    if (error !== null) {
      this.#fail(codeOf(error));
      return;
    }
    if (this.#isUnread) {
      this.#isUnread = false;
      return;
    }
    const now = this.#parts.clock.now();
    if (!this.#isDebounced) {
      // It was there and back at least.
      if (!this.#take(now, level) && this.#parts.edges) this.#lose(2);
      return;
    }
    // One that is due has stood for long enough before this.
    this.#settle(now);
    this.#settleFrom(now);
  }

  #settleFrom(now: Instant): void {
    this.#settlesAt = after(now, this.#parts.debounce);
    this.#timer.set(this.#settlesAt);
  }

  /** A bounce that came back is no edge. */
  #settle(now: Instant | null): void {
    const at = this.#settlesAt;
    if (this.#closed || at === null || now === null || !due(at, now)) return;
    this.#settlesAt = null;
    this.#timer.set(null);
    const level = this.#readLevel();
    if (level !== null) this.#take(at, level);
  }

  /** True where the level is another than before. */
  #take(at: Instant, level: Level): boolean {
    if (level === this.#level) return false;
    this.#level = level;
    if (this.#parts.edges) this.#keep(at, level);
    return true;
  }

  #readLevel(): Level | null {
    try {
      const level = this.#ask();
      this.#parts.troubles.clear(`${this.pin} read`);
      return level;
    } catch (error) {
      this.#fail(codeOf(error));
      return null;
    }
  }

  /** Never throws: also when a word of an edge comes after the end. */
  #askForOnoff(): Level {
    const level = this.#closed ? null : this.#readLevel();
    this.#isUnread = level === null;
    return level ?? this.#level;
  }

  #keep(at: Instant, level: Level): void {
    this.#sequence += 1;
    this.#edges.push({ at, level, sequence: this.#sequence });
    if (this.#edges.length <= edgesMax) return;
    this.#edges.shift();
    this.#missed += 1;
    this.#parts.troubles.count("edges-missed");
  }

  #lose(count: number): void {
    this.#sequence += count;
    this.#missed += count;
    this.#parts.troubles.count("edges-missed", count);
  }

  #fail(code: string): void {
    this.#parts.troubles.count("read-failed");
    const message = `${this.pin} could not be read: ${code}`;
    this.#parts.troubles.fail(`${this.pin} read`, message, code);
  }
}
