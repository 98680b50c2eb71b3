/**
 * A digital input that shows other levels and edges than its pin has. What it shows is a line of
 * its own: its edges are numbered anew, and losses of the true line are losses here.
 */
import type { Instant } from "../../src/kernel/time.js";
import { EdgeQueue } from "../edge-queue.js";
import type { Edge, Edges, InputLine, InputRequest, Level, PinValue } from "../pin-board.js";
import type { FaultSwitch, Switched } from "./fault-switch.js";

/** What a fault does to a line; the line is asked in the order of time. */
export interface InputFault {
  /** A true edge, while the fault is on. */
  edge(line: Shown, edge: Edge): void;
  /** True edges that the hardware lost while the fault is on; left out, nobody knows of them. */
  lost?(line: Shown, count: number): void;
  /** Before anything at `now`: what happens by itself until then, while the fault is on. */
  until?(line: Shown, now: Instant): void;
  /** It was put on or off. Afterwards a line that is off shows what is true. */
  turned?(line: Shown, now: Instant, on: boolean): void;
  /** The level that a look shows while the fault is on; left out, that of the pin. */
  level?(line: Shown): Level;
}

/** What a fault can do. */
export interface Shown {
  readonly request: InputRequest;
  /** What the line shows, and what the pin has, as far as it is known. */
  readonly level: Level;
  readonly truth: Level;
  /** Shows this level from `at` on; an edge where it is another. */
  show(at: Instant, level: Level): void;
  /** Tells an edge whether the level is another or not. */
  tell(at: Instant, level: Level): void;
  lose(count: number): void;
}

export class FaultyInput implements InputLine, Switched, Shown {
  readonly pin: string;
  readonly request: InputRequest;
  readonly #line: InputLine;
  readonly #fault: InputFault;
  readonly #switch: FaultSwitch;
  readonly #edges = new EdgeQueue();
  #level: Level;
  #truth: Level;
  /** The number of the last true edge. */
  #sequence = 0;

  constructor(
    now: Instant,
    line: InputLine,
    request: InputRequest,
    fault: InputFault,
    faultSwitch: FaultSwitch,
  ) {
    this.pin = line.pin;
    this.request = request;
    this.#line = line;
    this.#fault = fault;
    this.#switch = faultSwitch;
    this.#truth = levelOf(line.read(now)) ?? 0;
    this.#level = this.#truth;
    faultSwitch.add(this);
    if (faultSwitch.on) this.turned(now, true);
  }

  get level(): Level {
    return this.#level;
  }

  get truth(): Level {
    return this.#truth;
  }

  read(now: Instant): PinValue {
    const { value, sourceTime } = this.#line.read(now);
    if (!this.#switch.on) return { value, sourceTime };
    this.#follow(now);
    return { value: this.#fault.level?.(this) ?? value, sourceTime };
  }

  takeEdges(now: Instant): Edges {
    this.#follow(now);
    return this.#edges.take();
  }

  close(now: Instant): void {
    this.#switch.remove(this);
    this.#line.close(now);
    this.#edges.take();
  }

  turned(now: Instant, on: boolean): void {
    this.#take(now, !on);
    if (!on) this.#fault.until?.(this, now);
    this.#truth = levelOf(this.#line.read(now)) ?? this.#truth;
    this.#fault.turned?.(this, now, on);
    if (!on) this.show(now, this.#truth);
  }

  show(at: Instant, level: Level): void {
    if (level !== this.#level) this.tell(at, level);
  }

  tell(at: Instant, level: Level): void {
    this.#level = level;
    if (this.request.edges) this.#edges.add(at, level);
  }

  lose(count: number): void {
    if (this.request.edges) this.#edges.skip(count);
  }

  #follow(now: Instant): void {
    this.#take(now, this.#switch.on);
    if (this.#switch.on) this.#fault.until?.(this, now);
  }

  /** @param on was the fault on when these edges came? */
  #take(now: Instant, on: boolean): void {
    for (const edge of this.#line.takeEdges(now).edges) {
      const lost = edge.sequence - this.#sequence - 1;
      this.#sequence = edge.sequence;
      this.#truth = edge.level;
      if (on) {
        this.#fault.until?.(this, edge.at);
        this.#fault.lost?.(this, lost);
        this.#fault.edge(this, edge);
        continue;
      }
      this.lose(lost);
      this.tell(edge.at, edge.level);
    }
  }
}

function levelOf({ value }: PinValue): Level | null {
  if (value === null) return null;
  return value === 1 ? 1 : 0;
}
