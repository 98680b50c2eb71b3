/**
 * What one pin of the device shall be and do, and what the device has confirmed of it. The slot
 * says what is to be said next (see command-window.ts), so after a reset of the device the same
 * rules bring everything back that still holds.
 *
 * A hold on the device is counted from the arrival of its command, so a command that is sent again
 * goes with what is left. Where a value has no end, or one that is farther than a hold can reach,
 * its hold is renewed as long as this process lives.
 *
 * A configuration gives an output a value that no `set` has bounded yet; the device lets it stand
 * for a second. So a value with an end is not told by it where the safe state is a value: the
 * output begins with that, and `set` follows. One that is let go of, or holds, becomes an output
 * with its value: any other before it would be a glitch. Should this process die in between, the
 * one stands up to a second, and the other for good, as lines that hold do.
 *
 * Invariant: a value whose end has come is not sent, and nothing is sent for a pin that nobody
 * opened.
 */
import { unreachable } from "../../src/kernel/assert.js";
import {
  after,
  type Duration,
  due,
  elapsed,
  type Instant,
  micros,
  millis,
} from "../../src/kernel/time.js";
import type { SafeState } from "../board.js";
import type { PinUse } from "../pin-board.js";
import type { Command, CommandSource } from "./command-window.js";
import type { Counts } from "./counts.js";
import {
  type CommandResult,
  type ConfigureFields,
  holdMax,
  holdMin,
  lineFlags,
  noToken,
  pinUses,
  results,
  safeKinds,
  valueMax,
} from "./frames.js";
import { hostFrame } from "./host-frame.js";

/** A value without an end outlives this process by so much. */
export const orphanHold: Duration = millis(1_000);

/** A hold is renewed so often in its length: three renewals may be lost. */
const renewalsPerHold = 4;

/** A device that refuses a pin so often is not asked again before its next start. */
const refusalsMax = 3;

export interface SlotConfig {
  readonly use: PinUse;
  /** Bits of `lineFlags`. */
  readonly flags: number;
  readonly debounceMs: number;
  readonly safe: SafeState;
}

/** What an output shall have, and until when; null for until the next word. */
export interface Drive {
  readonly value: number;
  readonly until: Instant | null;
  /** That of the right by which it is driven; null for none. */
  readonly token: number | null;
}

export interface SlotContext {
  /** The cluster's tag. */
  readonly cluster: number;
  /** What a frame takes on the line: the hold of a command begins so much later. */
  readonly lineTime: Duration;
  readonly counts: Counts;
  /** The device refuses commands: its supervision has failed, or it knows no configuration. */
  readonly onRefused: (now: Instant, pin: number, result: CommandResult) => void;
}

type Driven = Drive | "released";

interface Confirmed {
  readonly driven: Driven;
  /** When the device ends it by itself; null for what it does not end. */
  readonly endsAt: Instant | null;
  readonly renewAt: Instant | null;
}

/** `refused`: the device will not have it, and is not asked again. */
type Standing = "unsent" | "confirmed" | "refused";

export class PinSlot implements CommandSource {
  readonly number: number;
  readonly #context: SlotContext;
  #config: SlotConfig | null = null;
  #standing: Standing = "unsent";
  /** The configuration that the device has is that of an input, until the first word. */
  #waits = false;
  #wanted: Driven = "released";
  #confirmed: Confirmed | null = null;
  /** When the device confirmed the last word. */
  #confirmedAt: Instant | null = null;
  /** Closed, and the device is not told yet. */
  #closing = false;
  #refusals = 0;
  /** The device has made the output safe, whatever it was told, and has not been told again. */
  #undone = false;

  constructor(number: number, context: SlotContext) {
    this.number = number;
    this.#context = context;
  }

  get isOpen(): boolean {
    return this.#config !== null && !this.#closing;
  }

  get use(): PinUse | null {
    return this.#config?.use ?? null;
  }

  get isConfirmed(): boolean {
    return this.#standing === "confirmed" && this.isOpen;
  }

  get isRefused(): boolean {
    return this.#standing === "refused";
  }

  get confirmedAt(): Instant | null {
    return this.#confirmedAt;
  }

  open(config: SlotConfig, wanted: Driven): void {
    this.#config = config;
    this.#standing = "unsent";
    this.#wanted = wanted;
    this.#confirmed = null;
    this.#confirmedAt = null;
    this.#closing = false;
    this.#refusals = 0;
    this.#undone = false;
  }

  want(wanted: Driven): void {
    this.#wanted = wanted;
  }

  /** The output goes into its safe state, an input is let go of; then the slot is free. */
  close(): void {
    if (this.#config === null) return;
    this.#closing = true;
    this.#wanted = "released";
  }

  /** The device was started again: it is as at its reset, and knows nothing of us. */
  onReset(): void {
    this.#standing = "unsent";
    this.#confirmed = null;
    this.#confirmedAt = null;
    this.#refusals = 0;
    this.#undone = true;
    if (this.#closing) this.#free();
  }

  /** The device has released every output. */
  onBitten(): void {
    this.#confirmed = null;
    this.#confirmedAt = null;
    this.#undone = true;
  }

  /** What the output has been told and has not ended; null where it is in its safe state. */
  told(now: Instant): number | null {
    const driven = this.#wanted;
    const isOver = driven === "released" || this.#undone || due(driven.until, now);
    return isOver ? null : driven.value;
  }

  next(now: Instant): Command | null {
    const config = this.#config;
    if (config === null || this.#standing === "refused") return null;
    if (this.#closing) return this.#closeNext(config);
    const driven = this.#driven(now);
    if (this.#standing === "unsent") return this.#configure(config, driven);
    if (!isOutput(config)) return null;
    if (driven === "released") return this.#releaseNext();
    return this.#isSaid(now, driven) ? null : this.#set(driven);
  }

  #driven(now: Instant): Driven {
    if (this.#wanted !== "released" && due(this.#wanted.until, now)) this.#wanted = "released";
    return this.#wanted;
  }

  #isSaid(now: Instant, driven: Drive): boolean {
    const confirmed = this.#confirmed;
    return confirmed !== null && confirmed.driven === driven && !due(confirmed.renewAt, now);
  }

  #releaseNext(): Command | null {
    const said = this.#waits || this.#confirmed?.driven === "released";
    return said ? null : this.#release("released");
  }

  #closeNext(config: SlotConfig): Command | null {
    const isUnknown = this.#standing === "unsent" || this.#waits;
    if (isOutput(config) && !isUnknown) return this.#release("closed");
    if (isOutput(config) && this.#standing === "unsent") return this.#configure(config, "released");
    return this.#letGo(config);
  }

  #configure(config: SlotConfig, driven: Driven): Command {
    const { number, ...context } = { number: this.number, ...this.#context };
    const waits = isOutput(config) && driven === "released" && config.safe.kind !== "value";
    const fields = configureFields(number, config, driven, waits);
    return {
      kind: "configure",
      bytes: (sequence, now) => {
        if (driven !== "released" && this.#holdFor(now, driven) < holdMin) return null;
        return hostFrame({ kind: "configure", cluster: context.cluster, sequence, ...fields });
      },
      onAnswer: (now, result) => {
        if (this.#config !== config) return;
        if (result === results.staleToken) this.#onStale(driven);
        if (!this.#onResult(now, result)) return;
        this.#standing = "confirmed";
        this.#waits = waits;
        this.#confirmed = null;
        this.#confirmedAt = now;
      },
    };
  }

  /** A line that waits is an input to the device, and becomes an output with its first value. */
  #set(driven: Drive): Command {
    const config = this.#config;
    if (this.#waits && config !== null) return this.#configure(config, driven);
    const { cluster } = this.#context;
    let [sentAt, hold]: [Instant | null, Duration] = [null, micros(0)];
    return {
      kind: "set",
      bytes: (sequence, now) => {
        hold = this.#holdFor(now, driven);
        if (hold < holdMin) return null;
        sentAt = now;
        const value = toLine(driven.value);
        const holdMs = Math.floor(hold / millis(1));
        const token = driven.token ?? noToken;
        const head = { cluster, sequence, pin: this.number };
        return hostFrame({ kind: "set", ...head, value, holdMs, token });
      },
      onAnswer: (now, result) => {
        if (result === results.staleToken) this.#onStale(driven);
        if (this.#config !== config || sentAt === null || !this.#onResult(now, result)) return;
        this.#undone = false;
        this.#confirmed = confirmedBy(driven, sentAt, hold);
        this.#confirmedAt = now;
      },
    };
  }

  /** What is left, as far as a hold can reach. */
  #holdFor(now: Instant, { until }: Drive): Duration {
    if (until === null) return orphanHold;
    const left = until <= now ? 0 : elapsed(now, until) - this.#context.lineTime;
    return micros(Math.max(0, Math.min(left, holdMax)));
  }

  #release(then: "released" | "closed"): Command {
    const [config, { cluster }] = [this.#config, this.#context];
    return {
      kind: "release",
      bytes: (sequence) => hostFrame({ kind: "release", cluster, sequence, pin: this.number }),
      onAnswer: (now, result) => {
        if (this.#config !== config || !this.#onResult(now, result)) return;
        this.#confirmed = { driven: "released", endsAt: null, renewAt: null };
        this.#confirmedAt = now;
        if (then === "closed" && this.#closing) this.#free();
      },
    };
  }

  /** Of an input, and of an output that never was one. */
  #letGo(config: SlotConfig): Command {
    const { cluster } = this.#context;
    const off = { ...configureFields(this.number, config, "released", true), use: pinUses.off };
    return {
      kind: "configure",
      bytes: (sequence) =>
        hostFrame({ kind: "configure", cluster, sequence, ...off, flags: 0, debounceMs: 0 }),
      onAnswer: (now, result) => {
        if (this.#config === config && this.#onResult(now, result) && this.#closing) this.#free();
      },
    };
  }

  /** True where it was done. */
  #onResult(now: Instant, result: CommandResult): boolean {
    if (result === results.done) return true;
    const isFinal = result === results.outOfRange || result === results.noSuchPin;
    if (isFinal) this.#onFinal();
    this.#context.onRefused(now, this.number, result);
    return false;
  }

  /** The device has what a newer right wants; what this one wanted is void. */
  #onStale(driven: Driven): void {
    if (this.#wanted !== driven) return;
    this.#wanted = "released";
    this.#confirmed = { driven: "released", endsAt: null, renewAt: null };
  }

  /** A pin that was configured and is not is configured again, but not for ever. */
  #onFinal(): void {
    this.#refusals += 1;
    const isHopeless = this.#standing === "unsent" || this.#refusals >= refusalsMax;
    this.#standing = isHopeless ? "refused" : "unsent";
    if (this.#closing) this.#free();
  }

  #free(): void {
    this.#config = null;
    this.#closing = false;
    this.#standing = "unsent";
    this.#waits = false;
    this.#confirmed = null;
  }
}

const isOutput = ({ use }: SlotConfig): boolean => use === "output" || use === "pwm";

/** 0 to 1 as the line has it. */
const toLine = (value: number): number => Math.round(value * valueMax);

function confirmedBy(driven: Drive, sentAt: Instant, hold: Duration): Confirmed {
  const endsAt = after(sentAt, hold);
  const reachesEnd = driven.until !== null && elapsed(sentAt, driven.until) <= holdMax;
  const pause = micros(Math.floor(hold / renewalsPerHold));
  return { driven, endsAt, renewAt: reachesEnd ? null : after(sentAt, pause) };
}

/** @param waits as an input until the first value */
function configureFields(
  pin: number,
  { use, flags, debounceMs, safe }: SlotConfig,
  driven: Driven,
  waits: boolean,
): ConfigureFields {
  return {
    pin,
    use: waits ? pinUses.input : useOnLine(use),
    flags: waits ? flags & ~lineFlags.sample : flags,
    initial: toLine(initialOf(safe, driven)),
    safeKind: safeKinds[safe.kind],
    safeValue: safe.kind === "value" ? toLine(safe.value) : 0,
    debounceMs,
    token: driven === "released" ? noToken : (driven.token ?? noToken),
  };
}

/** A value without an end outlives this process by as much as the device lets it stand. */
function initialOf(safe: SafeState, driven: Driven): number {
  const isBegun = driven !== "released" && (driven.until === null || safe.kind !== "value");
  if (isBegun) return driven.value;
  return safe.kind === "value" ? safe.value : 0;
}

function useOnLine(use: PinUse): number {
  switch (use) {
    case "input":
      return pinUses.input;
    case "output":
      return pinUses.output;
    case "analog":
      return pinUses.analog;
    case "pwm":
      return pinUses.pwm;
    default:
      return unreachable(use);
  }
}
