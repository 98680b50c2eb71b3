/**
 * A pin board with something put over its lines. It is itself a pin board, so decorations lie on
 * one another, and what is below may be real hardware.
 */
import type { Instant } from "../../src/kernel/time.js";
import {
  type AnalogLine,
  type BoardHealth,
  type InputLine,
  type InputRequest,
  type Opened,
  type OutputLine,
  type OutputRequest,
  type PinBoard,
  type PinRefusal,
  type PwmRequest,
  pinNamed,
} from "../pin-board.js";

/** What is left out passes through. */
export interface Decoration {
  /** For a person, after the board's own description: `D2 may bounce`. */
  readonly description: string;
  input?(now: Instant, line: InputLine, request: InputRequest): InputLine;
  analog?(now: Instant, line: AnalogLine): AnalogLine;
  output?(now: Instant, line: OutputLine): OutputLine;
  /** Null lets a line be opened. */
  refusal?(now: Instant, pin: string): PinRefusal | null;
  /** Null leaves the board's own. */
  health?(now: Instant): BoardHealth | null;
}

export function decorated(board: PinBoard, decoration: Decoration): PinBoard {
  const refused = (now: Instant, pin: string) => decoration.refusal?.(now, pin) ?? null;
  const opened = <Line>(result: Opened<Line>, wrap: (line: Line) => Line): Opened<Line> =>
    result.ok ? { ok: true, line: wrap(result.line) } : result;
  const input = (now: Instant, request: InputRequest) => (line: InputLine) =>
    decoration.input?.(now, line, request) ?? line;
  const output = (now: Instant) => (line: OutputLine) => decoration.output?.(now, line) ?? line;
  const analog = (now: Instant) => (line: AnalogLine) => decoration.analog?.(now, line) ?? line;
  return {
    description: `${board.description}; ${decoration.description}`,
    pins: board.pins,
    watchdogs: board.watchdogs,
    serialPorts: board.serialPorts,
    expires: board.expires,
    health: (now) => decoration.health?.(now) ?? board.health(now),
    counts: () => board.counts(),
    openInput: (now, pin, request: InputRequest) =>
      refused(now, pin) ?? opened(board.openInput(now, pin, request), input(now, request)),
    openOutput: (now, pin, request: OutputRequest) =>
      refused(now, pin) ?? opened(board.openOutput(now, pin, request), output(now)),
    openAnalog: (now, pin) => refused(now, pin) ?? opened(board.openAnalog(now, pin), analog(now)),
    openPwm: (now, pin, request: PwmRequest) =>
      refused(now, pin) ?? opened(board.openPwm(now, pin, request), output(now)),
    close: (now) => board.close(now),
  };
}

/** Which lines a fault is at: those of one pin, by any of its names, or all. */
export function isAt(board: PinBoard, pin: string | null): (line: string) => boolean {
  if (pin === null) return () => true;
  const name = pinNamed(board.pins, pin)?.name ?? pin;
  return (line) => line === name;
}
