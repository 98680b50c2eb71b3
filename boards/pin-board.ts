/**
 * The pins of a board, one by one: what a driver of real hardware implements. A `Board` (see
 * board.ts) is made of them by a wiring (see wired/), and johnny-five's components run on them.
 *
 * Nothing here waits. A line is opened once and then asked; what the hardware did in between, the
 * edges, is kept in a queue of a stated length until somebody takes it, and a gap is told. Opening
 * a line as an output gives it its first value in the same step, so that a relay does not click.
 *
 * A value has the instant at which it was sampled, as in board.ts: a board that fell silent shows
 * it by values that grow old and by its health, never by a fresh time on an old value.
 *
 * Every pin board passes the suite in test/contracts/pin-board.ts.
 */
import type { Duration, Instant } from "../src/kernel/time.js";
import type { SafeState, WriteResult } from "./board.js";

export type PinUse = "input" | "output" | "analog" | "pwm";

export interface PinFacts {
  /** As it is printed on the header: `GPIO17`, `A0`, `D13`; or what it measures: `cpu`. */
  readonly name: string;
  /** Other words for it that are understood, for instance `P1-11`. */
  readonly aliases: readonly string[];
  readonly uses: readonly PinUse[];
  /** What an analog pin can mean, in its unit (`V`, `degC`); null for a pin that is not analog. */
  readonly analog: { readonly unit: string; readonly min: number; readonly max: number } | null;
}

export interface WatchdogFacts {
  readonly name: string;
  /** The device to arm, as the config names it; null where the board is petted over its line. */
  readonly path: string | null;
  /** The longest time to the bite that it can do. */
  readonly timeoutMax: Duration;
}

export interface SerialPortFacts {
  readonly name: string;
  readonly path: string;
}

export type BoardHealth =
  | { readonly kind: "live" }
  /** It is there and says nothing: hung, or in its reset. `since` is when it was heard last. */
  | { readonly kind: "silent"; readonly since: Instant }
  /** It is gone, or no board that can be used; a sentence for a person. */
  | { readonly kind: "lost"; readonly message: string };

export type PinRefusalReason =
  | "no-such-pin"
  /** There is such a pin, and it cannot be used so: PWM on a pin without a timer. */
  | "not-able"
  /** Opened already, by us or by another program. */
  | "in-use"
  | "no-permission"
  | "no-such-chip"
  /** The system or its driver cannot do it at all, for instance debounce in an old kernel. */
  | "not-supported"
  | "lost"
  | "closed"
  | "system-error";

export interface PinRefusal {
  readonly ok: false;
  readonly reason: PinRefusalReason;
  /** For a person: what was asked of which pin, why not, and what to do. */
  readonly message: string;
}

export type Opened<Line> = { readonly ok: true; readonly line: Line } | PinRefusal;

export type Level = 0 | 1;

export interface Edge {
  /** When the hardware saw it: the kernel's or the firmware's time on this node's clock. */
  readonly at: Instant;
  /** The level after it. */
  readonly level: Level;
  /** Counts the edges of this line from 1, those that were lost too: a gap is a loss. */
  readonly sequence: number;
}

export interface Edges {
  /** Since the last look, oldest first; at most `edgesMax`, of more the oldest make room. */
  readonly edges: readonly Edge[];
  /** How many were lost since the last look, in the hardware or for want of room. */
  readonly missed: number;
}

/** Edges that wait to be taken. */
export const edgesMax = 1_024;

export interface PinValue {
  /** Null where the pin gave nothing yet, or nothing that can be. */
  readonly value: number | null;
  readonly sourceTime: Instant;
}

export interface InputRequest {
  readonly pull: "none" | "up" | "down";
  /** A level counts when it has stood for so long; 0 for at once. */
  readonly debounce: Duration;
  /** 0 volts means 1. */
  readonly activeLow: boolean;
  /** Are edges to be seen? A line that is only read costs no interrupts. */
  readonly edges: boolean;
}

export interface OutputRequest {
  /** From the first instant: a level, a duty, or what the line's safe state is. */
  readonly initial: number | "safe";
  /** What it becomes when it is released, at a close, at our end, at lost supervision. */
  readonly safe: SafeState;
  readonly activeLow: boolean;
}

export interface PwmRequest extends OutputRequest {
  /** In hertz. */
  readonly frequency: number;
}

export interface InputLine {
  readonly pin: string;
  /** The newest level, 0 or 1. */
  read(now: Instant): PinValue;
  /** Only where edges were asked for; else there are none. */
  takeEdges(now: Instant): Edges;
  close(now: Instant): void;
}

export interface AnalogLine {
  readonly pin: string;
  readonly unit: string;
  /** The newest sample, in `unit`. */
  read(now: Instant): PinValue;
  close(now: Instant): void;
}

/** A digital output takes 0 and 1; PWM a duty from 0 to 1. */
export interface OutputLine {
  readonly pin: string;
  /**
   * Drives the line until `until`, or until the next word where that is null. A board with
   * `expires` ends it by itself; on another the host does, as long as it lives.
   *
   * @param token of the right by which it is driven; of use to hardware that has a fence of its own
   */
  write(now: Instant, value: number, until: Instant | null, token?: number | null): WriteResult;
  /** Into the safe state at once. */
  release(now: Instant): WriteResult;
  /** What the pin has, where the hardware can tell; else what it was told. Null: let go. */
  readBack(now: Instant): number | null;
  /** Releases the line and gives it back. */
  close(now: Instant): void;
}

export interface PinBoard {
  /** For a person: which board, by which back end, and why that one. */
  readonly description: string;
  readonly pins: readonly PinFacts[];
  readonly watchdogs: readonly WatchdogFacts[];
  readonly serialPorts: readonly SerialPortFacts[];
  /** True where the board ends a command at its `until`, also when this process is gone. */
  readonly expires: boolean;

  health(now: Instant): BoardHealth;
  /** What went wrong since the start, by reason: refused frames, overruns, resets. */
  counts(): ReadonlyMap<string, number>;

  openInput(now: Instant, pin: string, request: InputRequest): Opened<InputLine>;
  openOutput(now: Instant, pin: string, request: OutputRequest): Opened<OutputLine>;
  openAnalog(now: Instant, pin: string): Opened<AnalogLine>;
  openPwm(now: Instant, pin: string, request: PwmRequest): Opened<OutputLine>;

  /** Closes every line, and gives the hardware back; later calls are refused (`closed`). */
  close(now: Instant): void;
}

/** What opening a whole board gives; a refusal has a sentence for a person. */
export type OpenedBoard = { readonly ok: true; readonly board: PinBoard } | PinRefusal;

/** The pin of that name or alias, in any case of letters; null where the board has none. */
export function pinNamed(pins: readonly PinFacts[], name: string): PinFacts | null {
  const wanted = name.toLowerCase();
  const isIt = (one: string): boolean => one.toLowerCase() === wanted;
  return pins.find((pin) => isIt(pin.name) || pin.aliases.some(isIt)) ?? null;
}
