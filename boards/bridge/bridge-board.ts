/**
 * The bridge as a board of pins: an Arduino Uno with the firmware of firmware-bridge, on a line.
 *
 * Opening a line and driving it is answered at once, by what is known here; the device is told in
 * the background (see pin-slot.ts), and what it refuses is counted and told as an event. While the
 * device is silent or gone, nothing can be driven (`lost`), and values grow old.
 */
import type { Clock } from "../../src/host/monotonic-clock.js";
import type { TellWatchdog } from "../../src/host/watchdog/watchdog-device.js";
import { type Duration, type Instant, millis } from "../../src/kernel/time.js";
import type { SafeState } from "../board.js";
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
  type PinRefusalReason,
  type PinUse,
  type PwmRequest,
  pinNamed,
  type SerialPortFacts,
} from "../pin-board.js";
import {
  BridgeAnalog,
  BridgeInput,
  type BridgeLine,
  BridgeOutput,
  type LineBoard,
} from "./bridge-lines.js";
import { BridgeWatchdog, bridgeWatchdogs } from "./bridge-watchdog.js";
import {
  type Beat,
  type CommandResult,
  type EdgesTold,
  lineFlags,
  results,
  type Samples,
} from "./frames.js";
import { PinSlot, type SlotConfig, type SlotContext } from "./pin-slot.js";
import type { BridgeSession } from "./session.js";
import { analogSteps, pwmFrequencies, referenceVolts, type UnoPin, unoPins } from "./uno-pins.js";

/** What the firmware can debounce, in milliseconds. */
const debounceMsMax = 255;

/** The timers have one frequency. One that was asked for may be so many times higher or lower. */
const frequencyFactor = 2.5;

type Found = { readonly ok: true; readonly pin: UnoPin } | PinRefusal;

export interface BridgeBoardOptions {
  /** Whose board it is. */
  readonly node: string;
  readonly session: BridgeSession;
  readonly clock: Clock;
  /** See `SlotContext`. */
  readonly lineTime: Duration;
  /** What the line itself counts. */
  readonly lineCounts: () => Iterable<readonly [string, number]>;
  readonly onPinRefused: (now: Instant, pin: string, result: CommandResult) => void;
  /** The board was closed: the line is to end when the last words are out. */
  readonly endLine: () => Promise<void>;
}

export class BridgeBoard implements PinBoard, LineBoard {
  readonly pins = unoPins;
  readonly watchdogs = bridgeWatchdogs;
  readonly serialPorts: readonly SerialPortFacts[] = [];
  readonly expires = true;
  readonly #options: BridgeBoardOptions;
  readonly #session: BridgeSession;
  readonly #slots = new Map<number, PinSlot>();
  /** The newest line of each pin. */
  readonly #lines = new Map<number, BridgeLine>();
  #watchdog: BridgeWatchdog | null = null;
  #ended: Promise<void> | null = null;

  constructor(options: BridgeBoardOptions) {
    this.#options = options;
    this.#session = options.session;
    const { counts, tag: cluster } = options.session;
    const context: SlotContext = {
      ...{ cluster, counts, lineTime: options.lineTime },
      onRefused: (now, pin, result) => this.#onRefused(now, pin, result),
    };
    for (const { number } of unoPins) {
      const slot = new PinSlot(number, context);
      this.#slots.set(number, slot);
      this.#session.add(slot);
    }
  }

  get description(): string {
    const { hello } = this.#session;
    const version = hello === null ? "" : ` ${hello.major}.${hello.minor}`;
    const what = `an Arduino Uno with Holdfast's firmware${version} on a serial line`;
    return `bridge of ${this.#options.node}: ${what}`;
  }

  health(now: Instant): BoardHealth {
    return this.#session.health(now);
  }

  counts(): ReadonlyMap<string, number> {
    const { counts, beat, clock } = this.#session;
    const told: (readonly [string, number])[] = [...this.#options.lineCounts()];
    if (clock.jumps > 0) told.push(["clock-jumps", clock.jumps]);
    if (beat !== null) {
      told.push(["device-refused", beat.refused], ["device-bad-frames", beat.badFrames]);
      told.push(["device-overruns", beat.overruns], ["device-supervision-errors", beat.errors]);
    }
    return counts.with(told);
  }

  openInput(now: Instant, name: string, request: InputRequest): Opened<InputLine> {
    const found = this.#find(now, name, "input");
    if (!found.ok) return found;
    const bad = inputProblem(name, request);
    if (bad !== null) return bad;
    const flags =
      lineFlags.sample |
      (request.pull === "up" ? lineFlags.pullUp : 0) |
      (request.activeLow ? lineFlags.activeLow : 0) |
      (request.edges ? lineFlags.edges : 0);
    const debounceMs = Math.ceil(request.debounce / millis(1));
    const config: SlotConfig = { use: "input", flags, debounceMs, safe: letGo };
    const slot = this.#open(found.pin, config, null);
    const line = new BridgeInput(now, this.#parts(found.pin, slot), request.edges);
    return this.#opened(now, line);
  }

  openAnalog(now: Instant, name: string): Opened<AnalogLine> {
    const found = this.#find(now, name, "analog");
    if (!found.ok) return found;
    const config = { use: "analog", flags: lineFlags.sample, debounceMs: 0, safe: letGo } as const;
    const slot = this.#open(found.pin, config, null);
    const line = new BridgeAnalog(now, this.#parts(found.pin, slot), "V", toVolts);
    return this.#opened(now, line);
  }

  openOutput(now: Instant, name: string, request: OutputRequest): Opened<OutputLine> {
    const found = this.#find(now, name, "output");
    if (!found.ok) return found;
    const bad = outputProblem(name, request, isLevel, "0 or 1");
    return bad ?? this.#openDriven(now, found.pin, "output", request);
  }

  openPwm(now: Instant, name: string, request: PwmRequest): Opened<OutputLine> {
    const found = this.#find(now, name, "pwm");
    if (!found.ok) return found;
    const bad =
      outputProblem(name, request, isDuty, "a duty from 0 to 1") ??
      frequencyProblem(name, found.pin, request);
    return bad ?? this.#openDriven(now, found.pin, "pwm", request);
  }

  close(now: Instant): void {
    if (this.#ended !== null) return;
    // Before the lines: one word for all of them is enough.
    this.#session.close();
    for (const line of this.#lines.values()) line.close(now);
    this.#session.pump(now);
    this.#ended = this.#options.endLine();
  }

  /** Fulfilled when a board that was closed has given back its line. */
  get ended(): Promise<void> {
    return this.#ended ?? Promise.resolve();
  }

  /**
   * Has the device supervise this host: unless it is petted, it makes the outputs safe. Who waits
   * for its word takes arm-watchdog.ts. There is one at a time: the newest.
   */
  armWatchdog(timeout: Duration, tell: TellWatchdog): BridgeWatchdog {
    const session = this.#session;
    const watchdog = new BridgeWatchdog({
      ...{ timeout, tell, clock: this.#options.clock, cluster: session.tag },
      send: (payload) => session.say(payload),
      changed: (now) => session.pump(now),
      onArmed: (now) => session.unblock(now),
    });
    if (this.#watchdog !== null) session.remove(this.#watchdog);
    this.#watchdog = watchdog;
    session.add(watchdog);
    session.pump(this.#options.clock.now());
    return watchdog;
  }

  changed(now: Instant): void {
    this.#session.pump(now);
  }

  /** Of the session: samples of pins that nobody has open are of no interest. */
  onSamples(at: Instant, { values }: Samples): void {
    for (const { pin, value } of values) {
      const line = this.#lines.get(pin);
      if (line?.slot.isConfirmed === true) line.onSample(at, value);
    }
  }

  onEdges(arrival: Instant, { pin, sequence, edges }: EdgesTold): void {
    const line = this.#lines.get(pin);
    if (line?.slot.isConfirmed !== true) return;
    const { clock, counts } = this.#session;
    const timed = edges.map(({ level, time }) => ({ level, at: clock.toInstant(arrival, time) }));
    const missed = line.onEdges(sequence, timed);
    if (missed === null) counts.add("edges-repeated");
    else counts.add("edges-missed", missed);
  }

  onQuestion(now: Instant, bytes: Uint8Array): void {
    this.#watchdog?.onQuestion(now, bytes);
  }

  onBeat(now: Instant, beat: Beat): void {
    this.#watchdog?.onBeat(now, beat);
  }

  /** The supervision found this host hung: every output is safe. */
  onBitten(): void {
    for (const slot of this.#slots.values()) slot.onBitten();
  }

  onTick(now: Instant): void {
    this.#watchdog?.tick(now);
  }

  onReset(now: Instant): void {
    this.#watchdog?.onReset(now);
    for (const slot of this.#slots.values()) slot.onReset();
    for (const line of this.#lines.values()) line.onReset();
  }

  #find(now: Instant, name: string, use: PinUse): Found {
    if (this.#ended !== null) return refuse("closed", `${name}: the board was closed`);
    const health = this.#session.health(now);
    if (health.kind === "lost") return refuse("lost", `${name}: ${health.message}`);
    const facts = pinNamed(unoPins, name);
    const pin = unoPins.find((one) => one === facts);
    if (pin === undefined) {
      return refuse("no-such-pin", `no pin ${name}: a bridge has D2 to D13 and A0 to A5`);
    }
    if (!pin.uses.includes(use)) {
      const can = pin.uses.join(", ");
      return refuse("not-able", `${name} cannot be used as ${use}, only as ${can}`);
    }
    const slot = this.#slots.get(pin.number);
    if (slot?.isOpen === true) {
      return refuse("in-use", `${name} is open already, as ${slot.use}: close that line first`);
    }
    return { ok: true, pin };
  }

  #openDriven(
    now: Instant,
    pin: UnoPin,
    use: "output" | "pwm",
    { initial, safe, activeLow }: OutputRequest,
  ): Opened<OutputLine> {
    const flags = (activeLow ? lineFlags.activeLow : 0) | (use === "pwm" ? 0 : lineFlags.sample);
    const value = initial === "safe" ? null : initial;
    const slot = this.#open(pin, { use, flags, debounceMs: 0, safe }, value);
    const line = new BridgeOutput(now, this.#parts(pin, slot), safe, value);
    return this.#opened(now, line);
  }

  /** @param initial null for the safe state */
  #open(pin: UnoPin, config: SlotConfig, initial: number | null): PinSlot {
    const slot = this.#slots.get(pin.number) as PinSlot;
    slot.open(config, initial === null ? "released" : { value: initial, until: null, token: null });
    return slot;
  }

  #parts(pin: UnoPin, slot: PinSlot) {
    return { pin: pin.name, slot, board: this };
  }

  #opened<Line extends BridgeLine>(now: Instant, line: Line): Opened<Line> {
    this.#lines.set(line.slot.number, line);
    this.#session.pump(now);
    return { ok: true, line };
  }

  #onRefused(now: Instant, number: number, result: CommandResult): void {
    if (result === results.supervisionFailed) return;
    const pin = unoPins.find((one) => one.number === number)?.name ?? String(number);
    this.#options.onPinRefused(now, pin, result);
  }
}

const letGo: SafeState = { kind: "input" };

function refuse(reason: PinRefusalReason, message: string): PinRefusal {
  return { ok: false, reason, message };
}

/** What the converter gives is at most 1,023; more is no value of it. */
const toVolts = (raw: number): number | null =>
  raw < analogSteps ? (raw * referenceVolts) / analogSteps : null;

const isLevel = (value: number): boolean => value === 0 || value === 1;

const isDuty = (value: number): boolean => value >= 0 && value <= 1;

function inputProblem(name: string, { pull, debounce }: InputRequest): PinRefusal | null {
  if (pull === "down") {
    return refuse("not-supported", `${name}: the chip has pull-ups only; use a resistor to ground`);
  }
  if (debounce > millis(debounceMsMax)) {
    const asked = `${debounce / 1_000} ms`;
    return refuse("not-able", `${name}: debounce of at most ${debounceMsMax} ms, got ${asked}`);
  }
  return null;
}

function outputProblem(
  name: string,
  { initial, safe }: OutputRequest,
  fits: (value: number) => boolean,
  expected: string,
): PinRefusal | null {
  if (initial !== "safe" && !fits(initial)) {
    return refuse("not-able", `${name}: expected an initial value of ${expected}, got ${initial}`);
  }
  if (safe.kind === "value" && !fits(safe.value)) {
    return refuse("not-able", `${name}: expected a safe value of ${expected}, got ${safe.value}`);
  }
  return null;
}

function frequencyProblem(
  name: string,
  { number }: UnoPin,
  { frequency }: PwmRequest,
): PinRefusal | null {
  const own = pwmFrequencies.get(number) ?? 0;
  if (frequency >= own / frequencyFactor && frequency <= own * frequencyFactor) return null;
  return refuse(
    "not-able",
    `${name}: its timer gives ${own} Hz, which is far from ${frequency} Hz`,
  );
}
