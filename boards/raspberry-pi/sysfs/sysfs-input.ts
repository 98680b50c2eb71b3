/**
 * An input line of sysfs. The kernel says that something happened, and onoff reads the level then:
 * two edges between two looks are one word, of a level that has not changed. That is told as a gap.
 */
import type { Clock } from "../../../src/host/monotonic-clock.js";
import type { Instant } from "../../../src/kernel/time.js";
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
  readonly debounced: boolean;
  readonly now: Instant;
  readonly onClose: () => void;
}

export class SysfsInput implements InputLine {
  readonly pin: string;
  readonly #parts: SysfsInputParts;
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
    this.#level = parts.line.readSync();
    this.#last = { value: this.#level, sourceTime: parts.now };
    if (parts.edges || parts.debounced) {
      parts.line.watch((error, value) => this.#hear(error ?? null, value));
    }
  }

  read(now: Instant): PinValue {
    if (this.#closed) return this.#last;
    try {
      const value = this.#parts.debounced ? this.#level : this.#parts.line.readSync();
      this.#last = { value, sourceTime: now };
    } catch (error) {
      this.#fail(codeOf(error));
    }
    return this.#last;
  }

  takeEdges(now: Instant): Edges {
    if (this.#closed) return { edges: [], missed: 0 };
    const edges = this.#edges.map((edge) => (edge.at <= now ? edge : { ...edge, at: now }));
    const missed = this.#missed;
    this.#edges = [];
    this.#missed = 0;
    return { edges, missed };
  }

  close(_now: Instant): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#parts.line.unexport();
    } catch (error) {
      this.#fail(codeOf(error));
    }
    this.#parts.onClose();
  }

  #hear(error: Error | null, level: Level): void {
    if (this.#closed) return;
    if (error !== null) {
      this.#fail(codeOf(error));
      return;
    }
    const isSame = level === this.#level;
    this.#level = level;
    if (!this.#parts.edges) return;
    if (!isSame) this.#keep(level);
    // A bounce that came back is no edge; without debounce it was there and back at least.
    else if (!this.#parts.debounced) this.#lose(2);
  }

  #keep(level: Level): void {
    this.#sequence += 1;
    this.#edges.push({ at: this.#parts.clock.now(), level, sequence: this.#sequence });
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
    this.#parts.troubles.lose(`${this.pin} could not be read: ${code}`);
  }
}
