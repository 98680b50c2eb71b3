/**
 * The lines that johnny-five's components use, one a pin. Their use changes while they live (a
 * button sets its pin to input and then pulls it up by writing to it, a lamp becomes PWM when it
 * fades), and a pin board opens a line for one use: so a line is closed and opened as another.
 *
 * johnny-five knows no results, so what cannot be is thrown, with the sentence of the board.
 */
import type { Clock } from "../../src/host/monotonic-clock.js";
import { unreachable } from "../../src/kernel/assert.js";
import { type Instant, micros } from "../../src/kernel/time.js";
import type { SafeState } from "../board.js";
import type {
  AnalogLine,
  InputLine,
  Opened,
  OutputLine,
  OutputRequest,
  PinBoard,
} from "../pin-board.js";
import type { IoPins } from "./io-pins.js";

export type OpenLine =
  | { readonly kind: "input"; readonly pull: "none" | "up"; readonly line: InputLine }
  | { readonly kind: "analog"; readonly line: AnalogLine }
  | { readonly kind: "output"; readonly line: OutputLine }
  | { readonly kind: "pwm"; readonly frequency: number; readonly line: OutputLine };

export interface IoLinesOptions {
  readonly board: PinBoard;
  readonly pins: IoPins;
  readonly clock: Clock;
  /** Of every output. */
  readonly safe: SafeState;
}

export class IoLines {
  readonly #options: IoLinesOptions;
  readonly #lines = new Map<number, OpenLine>();

  constructor(options: IoLinesOptions) {
    this.#options = options;
  }

  get(pin: number): OpenLine | undefined {
    return this.#lines.get(pin);
  }

  /** The numbers of the pins that are open. */
  numbers(): readonly number[] {
    return [...this.#lines.keys()];
  }

  asInput(pin: number, pull: "none" | "up"): InputLine {
    const open = this.#lines.get(pin);
    if (open?.kind === "input" && open.pull === pull) return open.line;
    const line = this.#reopen(pin, (now, name) => this.#input(now, name, pull));
    this.#lines.set(pin, { kind: "input", pull, line });
    return line;
  }

  asAnalog(pin: number): AnalogLine {
    const open = this.#lines.get(pin);
    if (open?.kind === "analog") return open.line;
    const { board } = this.#options;
    const line = this.#reopen(pin, (now, name) => board.openAnalog(now, name));
    this.#lines.set(pin, { kind: "analog", line });
    return line;
  }

  asOutput(pin: number): OutputLine {
    const open = this.#lines.get(pin);
    if (open?.kind === "output") return open.line;
    const { board } = this.#options;
    const line = this.#reopen(pin, (now, name) => board.openOutput(now, name, this.#request()));
    this.#lines.set(pin, { kind: "output", line });
    return line;
  }

  asPwm(pin: number, frequency: number): OutputLine {
    const open = this.#lines.get(pin);
    if (open?.kind === "pwm" && open.frequency === frequency) return open.line;
    const { board } = this.#options;
    const line = this.#reopen(pin, (now, name) =>
      board.openPwm(now, name, { ...this.#request(), frequency }),
    );
    this.#lines.set(pin, { kind: "pwm", frequency, line });
    return line;
  }

  /** Every output takes its safe state. */
  close(): void {
    const now = this.#options.clock.now();
    for (const { line } of this.#lines.values()) line.close(now);
    this.#lines.clear();
  }

  /** As a pin of an Arduino begins: low. */
  #request(): OutputRequest {
    return { initial: 0, safe: this.#options.safe, activeLow: false };
  }

  /** With edges where the board has them, so that no press is too short to be seen. */
  #input(now: Instant, name: string, pull: "none" | "up"): Opened<InputLine> {
    const { board } = this.#options;
    const request = { pull, debounce: micros(0), activeLow: false };
    const opened = board.openInput(now, name, { ...request, edges: true });
    if (opened.ok || opened.reason !== "not-supported") return opened;
    return board.openInput(now, name, { ...request, edges: false });
  }

  #reopen<Line>(pin: number, open: (now: Instant, name: string) => Opened<Line>): Line {
    const name = this.#options.pins.facts(pin)?.name;
    if (name === undefined) throw new Error(`the board has no pin ${pin}`);
    const now = this.#options.clock.now();
    this.#lines.get(pin)?.line.close(now);
    this.#lines.delete(pin);
    const opened = open(now, name);
    if (!opened.ok) throw new Error(opened.message);
    return opened.line;
  }
}

/** Does the line drive its pin? */
export function isDriven(
  open: OpenLine | undefined,
): open is Extract<OpenLine, { readonly kind: "output" | "pwm" }> {
  if (open === undefined) return false;
  switch (open.kind) {
    case "output":
    case "pwm":
      return true;
    case "input":
    case "analog":
      return false;
    default:
      return unreachable(open);
  }
}
