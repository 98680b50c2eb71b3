/**
 * The outputs of a board that has no hardware: judges each command as the contract demands, ends it
 * at its `until`, and remembers what a voltmeter at each pin would show.
 *
 * A command ends by comparison with the clock, not by a timer: whoever looks at `until` or later
 * finds the pin in its safe state, as if something had acted then. So a stopped program cannot keep
 * a pin driven.
 *
 * Invariant: a pin is driven at `now` only if the last accepted command is not released and its
 * `until` lies after `now`.
 */
import { assert } from "../src/kernel/assert.js";
import { BoundedQueue } from "../src/kernel/queue.js";
import { due, type Instant } from "../src/kernel/time.js";
import type { CommandMarks, OutputSpec, SafeState, WriteRefusal, WriteResult } from "./board.js";
import { Fence } from "./fence.js";

/** What happens behind the pins: it is told of every accepted command, at once and in order. */
export interface Lines {
  drive(now: Instant, output: string, value: number, until: Instant): void;
  /** The output takes its safe state; told also when it has it already. */
  release(now: Instant, output: string): void;
}

/** One pin took another state. Renewing a command with the same value changes nothing. */
export interface PinChange {
  readonly at: Instant;
  readonly output: string;
  readonly state: PinState;
}

export type PinState =
  | { readonly kind: "driven"; readonly value: number }
  /** Nobody commands it; `value` is null where the line is let go. */
  | { readonly kind: "safe"; readonly value: number | null };

/** Changes that are remembered; the oldest makes room. */
export const pinChangesMax = 1_024;

interface Pin {
  readonly spec: OutputSpec;
  /** As it was left; a driven one has been safe since `until`. */
  state: PinState;
  until: Instant | null;
}

const ok: WriteResult = { ok: true };

type Refused = Extract<WriteResult, { readonly ok: false }>;

export class Pins {
  readonly #pins: ReadonlyMap<string, Pin>;
  readonly #lines: Lines | null;
  readonly #fence: Fence;
  readonly #changes = new BoundedQueue<PinChange>(pinChangesMax);
  #closed = false;

  /**
   * @param lines null where nothing hangs on the pins
   * @param fence shared with other boards at the same actuators; by default these pins' own
   */
  constructor(outputs: readonly OutputSpec[], lines: Lines | null, fence: Fence = new Fence()) {
    this.#fence = fence;
    this.#pins = new Map(outputs.map((spec) => [spec.name, atReset(spec)]));
    assert(this.#pins.size === outputs.length, "two outputs have one name");
    this.#lines = lines;
  }

  write(
    now: Instant,
    output: string,
    value: number,
    until: Instant,
    marks: CommandMarks = {},
  ): WriteResult {
    const pin = this.#pins.get(output);
    if (this.#closed) return refuse("closed");
    if (pin === undefined) return refuse("unknown-output");
    const refused = this.#fence.refusalOf(marks) ?? refusalOf(pin, value, now, until);
    if (refused !== null) return refused;
    this.#settle(pin, now);
    this.#change(pin, now, { kind: "driven", value });
    pin.until = until;
    this.#lines?.drive(now, output, value, until);
    return ok;
  }

  release(now: Instant, output: string): WriteResult {
    const pin = this.#pins.get(output);
    if (this.#closed) return refuse("closed");
    if (pin === undefined) return refuse("unknown-output");
    this.#makeSafe(pin, now);
    return ok;
  }

  close(now: Instant): void {
    if (this.#closed) return;
    for (const pin of this.#pins.values()) this.#makeSafe(pin, now);
    this.#closed = true;
  }

  /** @throws AssertionFailure when there is no such output */
  state(now: Instant, output: string): PinState {
    const pin = this.#pins.get(output);
    assert(pin !== undefined, `no output ${output}`);
    this.#settle(pin, now);
    return pin.state;
  }

  /** What the pins did until `now`, oldest first; each pin's changes are in order of time. */
  changes(now: Instant): readonly PinChange[] {
    for (const pin of this.#pins.values()) this.#settle(pin, now);
    return [...this.#changes];
  }

  #makeSafe(pin: Pin, now: Instant): void {
    this.#settle(pin, now);
    if (pin.state.kind === "driven") this.#change(pin, now, safeAfter(pin));
    pin.until = null;
    this.#lines?.release(now, pin.spec.name);
  }

  /** Ends a command that has ended by itself, at the instant at which it did. */
  #settle(pin: Pin, now: Instant): void {
    if (pin.until === null || !due(pin.until, now)) return;
    this.#change(pin, pin.until, safeAfter(pin));
    pin.until = null;
  }

  #change(pin: Pin, at: Instant, state: PinState): void {
    const { kind, value } = pin.state;
    if (kind === state.kind && value === state.value) return;
    pin.state = state;
    this.#changes.push({ at, output: pin.spec.name, state });
  }
}

/**
 * Before its first command a pin that would hold has nothing to hold: it is an input, as at reset.
 */
function atReset(spec: OutputSpec): Pin {
  return { spec, state: { kind: "safe", value: safeValue(spec.safe, null) }, until: null };
}

const safeAfter = (pin: Pin): PinState => ({
  kind: "safe",
  value: safeValue(pin.spec.safe, pin.state.value),
});

/** What a safe state shows after `last`; null is a line that is let go. */
export function safeValue(safe: SafeState, last: number | null): number | null {
  if (safe.kind === "hold") return last;
  return safe.kind === "value" ? safe.value : null;
}

function refusalOf({ spec }: Pin, value: number, now: Instant, until: Instant): Refused | null {
  if (!Number.isFinite(value)) return refuse("not-finite");
  if (value < spec.min || value > spec.max) return refuse("out-of-range");
  return until > now ? null : refuse("expired");
}

const refuse = (reason: WriteRefusal): Refused => ({ ok: false, reason });
