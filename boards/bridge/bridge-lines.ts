/**
 * The lines of a bridge, as their users have them. What a line knows it keeps itself, so that a
 * closed one goes on growing old when its pin has been opened by somebody else.
 */
import { due, type Instant } from "../../src/kernel/time.js";
import type { SafeState, WriteResult } from "../board.js";
import type {
  AnalogLine,
  BoardHealth,
  Edges,
  InputLine,
  OutputLine,
  PinValue,
} from "../pin-board.js";
import { EdgeFeed } from "./edge-feed.js";
import type { PinSlot } from "./pin-slot.js";

/** What the lines need of their board. */
export interface LineBoard {
  health(now: Instant): BoardHealth;
  /** A slot wants something else than before. */
  changed(now: Instant): void;
}

export interface TimedEdge {
  readonly at: Instant;
  readonly level: 0 | 1;
}

/** The end of a line that the board holds. */
export interface BridgeLine {
  readonly slot: PinSlot;
  /** @param raw as it came: a level, or steps of the converter */
  onSample(at: Instant, raw: number): void;
  /** @returns how many were missed; null where nothing was new */
  onEdges(last: number, edges: readonly TimedEdge[]): number | null;
  /** The device was started again. */
  onReset(): void;
  close(now: Instant): void;
}

interface LineParts {
  readonly pin: string;
  readonly slot: PinSlot;
  readonly board: LineBoard;
}

/** The newest value, and never an older one after it. */
class Newest {
  #value: number | null = null;
  #at: Instant;

  constructor(at: Instant) {
    this.#at = at;
  }

  put(at: Instant, value: number | null): void {
    if (at < this.#at) return;
    this.#at = at;
    this.#value = value;
  }

  get(): PinValue {
    return { value: this.#value, sourceTime: this.#at };
  }
}

const isLevel = (raw: number): boolean => raw === 0 || raw === 1;

export class BridgeInput implements InputLine, BridgeLine {
  readonly pin: string;
  readonly slot: PinSlot;
  readonly #board: LineBoard;
  readonly #newest: Newest;
  /** Null where edges were not asked for. */
  readonly #edges: EdgeFeed | null;
  #closed = false;

  constructor(now: Instant, { pin, slot, board }: LineParts, tellsEdges: boolean) {
    this.pin = pin;
    this.slot = slot;
    this.#board = board;
    this.#newest = new Newest(now);
    this.#edges = tellsEdges ? new EdgeFeed() : null;
  }

  read(): PinValue {
    return this.#newest.get();
  }

  takeEdges(): Edges {
    if (this.#edges === null || this.#closed) return { edges: [], missed: 0 };
    return this.#edges.take();
  }

  close(now: Instant): void {
    if (this.#closed) return;
    this.#closed = true;
    this.slot.close();
    this.#board.changed(now);
  }

  onSample(at: Instant, raw: number): void {
    if (!this.#closed) this.#newest.put(at, isLevel(raw) ? raw : null);
  }

  onEdges(last: number, edges: readonly TimedEdge[]): number | null {
    const newest = edges.at(-1);
    if (this.#closed || this.#edges === null || newest === undefined) return null;
    const missed = this.#edges.tell(last, edges);
    if (missed !== null) this.#newest.put(newest.at, newest.level);
    return missed;
  }

  onReset(): void {
    this.#edges?.restart();
  }
}

/** @returns the quantity in the line's unit; null for what the converter cannot give */
export type Conversion = (raw: number) => number | null;

export class BridgeAnalog implements AnalogLine, BridgeLine {
  readonly pin: string;
  readonly unit: string;
  readonly slot: PinSlot;
  readonly #board: LineBoard;
  readonly #convert: Conversion;
  readonly #newest: Newest;
  #closed = false;

  constructor(now: Instant, parts: LineParts, unit: string, convert: Conversion) {
    this.pin = parts.pin;
    this.slot = parts.slot;
    this.unit = unit;
    this.#board = parts.board;
    this.#convert = convert;
    this.#newest = new Newest(now);
  }

  read(): PinValue {
    return this.#newest.get();
  }

  close(now: Instant): void {
    if (this.#closed) return;
    this.#closed = true;
    this.slot.close();
    this.#board.changed(now);
  }

  onSample(at: Instant, raw: number): void {
    if (!this.#closed) this.#newest.put(at, this.#convert(raw));
  }

  onEdges(): null {
    return null;
  }

  onReset(): void {}
}

export class BridgeOutput implements OutputLine, BridgeLine {
  readonly pin: string;
  readonly slot: PinSlot;
  readonly #board: LineBoard;
  readonly #safe: SafeState;
  /** Null for PWM, whose level says nothing. */
  readonly #level: Newest | null;
  /** What the pin had when it was let go, for a line that then holds. */
  #lastTold: number | null;
  #closed = false;

  constructor(now: Instant, parts: LineParts, safe: SafeState, initial: number | null) {
    this.pin = parts.pin;
    this.slot = parts.slot;
    this.#board = parts.board;
    this.#safe = safe;
    this.#level = parts.slot.use === "pwm" ? null : new Newest(now);
    this.#lastTold = initial;
  }

  write(
    now: Instant,
    value: number,
    until: Instant | null,
    token: number | null = null,
  ): WriteResult {
    const reason = this.#whyNot(now, value, until);
    if (reason !== null) return { ok: false, reason };
    this.slot.want({ value, until, token });
    this.#lastTold = value;
    this.#board.changed(now);
    return { ok: true };
  }

  release(now: Instant): WriteResult {
    if (this.#closed) return { ok: false, reason: "closed" };
    this.slot.want("released");
    this.#board.changed(now);
    return { ok: true };
  }

  /** A sample since the last word was confirmed is the pin's own; before, what it was told. */
  readBack(now: Instant): number | null {
    const told = this.slot.told(now) ?? this.#safeValue();
    if (told === null || this.#closed) return null;
    const sample = this.#level?.get() ?? null;
    const confirmedAt = this.slot.confirmedAt;
    const isNewer = sample !== null && confirmedAt !== null && sample.sourceTime > confirmedAt;
    return isNewer ? sample.value : told;
  }

  close(now: Instant): void {
    if (this.#closed) return;
    this.#closed = true;
    this.slot.close();
    this.#board.changed(now);
  }

  onSample(at: Instant, raw: number): void {
    if (!this.#closed) this.#level?.put(at, isLevel(raw) ? raw : null);
  }

  onEdges(): null {
    return null;
  }

  onReset(): void {
    // A level that was held is lost with the device's start.
    if (this.#safe.kind === "hold") this.#lastTold = null;
  }

  #whyNot(now: Instant, value: number, until: Instant | null) {
    if (this.#closed) return "closed";
    if (!Number.isFinite(value)) return "not-finite";
    const isPwm = this.slot.use === "pwm";
    if (isPwm ? value < 0 || value > 1 : !isLevel(value)) return "out-of-range";
    if (due(until, now)) return "expired";
    return this.#board.health(now).kind === "live" && !this.slot.isRefused ? null : "lost";
  }

  #safeValue(): number | null {
    switch (this.#safe.kind) {
      case "value":
        return this.#safe.value;
      case "hold":
        return this.#lastTold;
      case "input":
        return null;
      default:
        return this.#safe satisfies never;
    }
  }
}
