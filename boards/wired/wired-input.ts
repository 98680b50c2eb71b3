/** A channel of the board, made of a pin: opened, read, scaled, and judged. */
import { unreachable } from "../../src/kernel/assert.js";
import { type Duration, type Instant, instant, millis } from "../../src/kernel/time.js";
import type { ChannelSpec, Reading } from "../board.js";
import type { AnalogLine, InputLine, PinBoard, PinRefusal, PinValue } from "../pin-board.js";
import { PulseMeter } from "./pulse-meter.js";
import type { InputWiring } from "./wiring.js";

/** Why a channel gave null although its pin gave something. */
export type NoReading =
  /** Outside of what the wire can carry when it is whole. */
  | "not-valid"
  /** What it means is outside of what the channel can be. */
  | "out-of-range";

export interface WiredInputOptions {
  readonly spec: ChannelSpec;
  readonly wiring: InputWiring;
  readonly onNoReading: (channel: string, reason: NoReading) => void;
}

interface OpenLine {
  /** What the pin gives, before it is scaled. */
  raw(now: Instant): PinValue;
  close(now: Instant): void;
}

export class WiredInput {
  readonly spec: ChannelSpec;
  readonly #options: WiredInputOptions;
  #line: OpenLine | null = null;
  /** Of the last reading: a line that is opened anew must not take the time back. */
  #latest: Instant;

  constructor(now: Instant, options: WiredInputOptions) {
    this.spec = options.spec;
    this.#options = options;
    this.#latest = now;
  }

  get isOpen(): boolean {
    return this.#line !== null;
  }

  /** Null when it is open; opening once more does no harm. */
  open(now: Instant, pins: PinBoard): PinRefusal | null {
    if (this.#line !== null) return null;
    const opened = openLine(now, pins, this.#options.wiring);
    if ("ok" in opened) return opened;
    this.#line = opened;
    return null;
  }

  read(now: Instant): Reading {
    const { name: channel } = this.spec;
    if (this.#line === null) return { channel, value: null, sourceTime: this.#latest };
    const { value: raw, sourceTime } = this.#line.raw(now);
    // A driver whose clock is read a moment later than ours must not make a sample of the future.
    this.#latest = instant(Math.min(now, Math.max(sourceTime, this.#latest)));
    const value = raw === null ? null : this.#judged(raw);
    return { channel, value, sourceTime: this.#latest };
  }

  close(now: Instant): void {
    this.#line?.close(now);
    this.#line = null;
  }

  #judged(raw: number): number | null {
    const { spec, wiring } = this.#options;
    const { valid = null } = wiring.kind === "analog" ? wiring : {};
    if (valid !== null && (raw < valid.min || raw > valid.max)) return this.#none("not-valid");
    const value = wiring.offset + wiring.scale * raw;
    const inRange = Number.isFinite(value) && value >= spec.min && value <= spec.max;
    return inRange ? value : this.#none("out-of-range");
  }

  #none(reason: NoReading): null {
    this.#options.onNoReading(this.spec.name, reason);
    return null;
  }
}

function openLine(now: Instant, pins: PinBoard, wiring: InputWiring): OpenLine | PinRefusal {
  if (wiring.kind === "analog") {
    const opened = pins.openAnalog(now, wiring.pin);
    return opened.ok ? analogLine(opened.line) : opened;
  }
  const { pin, pull, debounce, activeLow } = wiring;
  const edges = wiring.kind !== "level";
  const opened = pins.openInput(now, pin, { pull, debounce, activeLow, edges });
  if (!opened.ok) return opened;
  return edges ? meteredLine(now, opened.line, wiring) : analogLine(opened.line);
}

const analogLine = (line: AnalogLine | InputLine): OpenLine => ({
  raw: (now) => line.read(now),
  close: (now) => line.close(now),
});

type EdgeWiring = Exclude<InputWiring, { readonly kind: "analog" }>;

function meteredLine(opened: Instant, line: InputLine, wiring: EdgeWiring): OpenLine {
  const meter = new PulseMeter(opened, windowOf(wiring));
  const raw = (now: Instant): PinValue => {
    const { value: level, sourceTime } = line.read(now);
    meter.take(line.takeEdges(now));
    if (level === null) return { value: null, sourceTime };
    // As of the last sample, so that a frozen line does not seem to stand still for good reason.
    return { value: measured(meter, wiring, sourceTime, level === 1 ? 1 : 0), sourceTime };
  };
  return { raw, close: (now) => line.close(now) };
}

function measured(meter: PulseMeter, wiring: EdgeWiring, at: Instant, level: 0 | 1): number | null {
  switch (wiring.kind) {
    case "level":
      return level;
    case "count":
      return meter.count(wiring.counted);
    case "frequency":
      return meter.frequency(at);
    case "duty":
      return meter.duty(at, level);
    case "pulse-width":
      return meter.width(at);
    default:
      return unreachable(wiring);
  }
}

const windowOf = (wiring: EdgeWiring): Duration => ("window" in wiring ? wiring.window : millis(0));
