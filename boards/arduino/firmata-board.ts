/**
 * An Arduino with Firmata as a pin board. Whether it lives is told by its raw messages, and a
 * question is put to it all the time, so that a board which has nothing to say is heard too.
 *
 * - *Age.* Analog pins are reported at their interval, digital ones when they change; so the ports
 *   with inputs are asked for anew with every beat, and a level is as old as its last report.
 * - *Reset.* A version that nobody asked for, or a pin that has left its mode, means that the board
 *   began anew: its pins are configured again, and outputs are safe until the next word.
 * - *Silence.* A question that is not answered for `silentAfter` makes the board silent: words are
 *   refused, values grow old. When it is heard again it is treated as after a reset.
 *
 * What a program that slept itself makes of the clock is no fault of the board: a beat that comes
 * too late counts none of the silence before it.
 */
import type { Clock } from "../../src/host/monotonic-clock.js";
import { assert } from "../../src/kernel/assert.js";
import { type Duration, type Instant, millis } from "../../src/kernel/time.js";
import {
  type AnalogLine,
  type BoardHealth,
  type InputLine,
  type InputRequest,
  type Opened,
  type OutputLine,
  type OutputRequest,
  type PinBoard,
  type PinFacts,
  type PinRefusal,
  type PinRefusalReason,
  type PinUse,
  type PwmRequest,
  pinNamed,
} from "../pin-board.js";
import { askState, reportPort, setSamplingInterval } from "./firmata-bytes.js";
import type { FirmataFacts } from "./firmata-client.js";
import type { FirmataMessage } from "./firmata-guard.js";
import { FirmataAnalog, FirmataInput, type FirmataLine, type LinePin } from "./firmata-lines.js";
import type { FirmataLink } from "./firmata-link.js";
import { FirmataOutput, type OutputKind, wrongOutput } from "./firmata-output.js";
import { areSamePins, type NumberedPin, pinsOf } from "./firmata-pins.js";
import { modes } from "./io-pins.js";

export interface FirmataBoardOptions {
  readonly name: string;
  readonly link: FirmataLink;
  readonly facts: FirmataFacts;
  readonly clock: Clock;
  readonly reference: number;
  readonly beat: Duration;
  readonly silentAfter: Duration;
}

type Line = FirmataInput | FirmataAnalog | FirmataOutput;

/** A pin that is not confirmed is told again after so many beats. */
const beatsToConfirm = 5;

const analogSteps = 1_023;
const pwmSteps = 255;

/** What the timers of an Arduino's PWM do; Firmata has no word for it. */
const pwmFrequency = { min: 400, max: 1_100 };
const servoFrequency = { min: 40, max: 60 };
const servoPeriod = 20_000;

export class FirmataBoard implements PinBoard {
  readonly description: string;
  readonly pins: readonly PinFacts[];
  readonly watchdogs = [];
  readonly serialPorts = [];
  readonly expires = false;
  readonly #options: FirmataBoardOptions;
  readonly #pins: readonly NumberedPin[];
  readonly #lines = new Map<number, Line>();
  readonly #counts = new Map<string, number>();
  #timer: NodeJS.Timeout | null;
  /** Why the board cannot be used; null while its line is up. */
  #lost: string | null = null;
  #isSilent = false;
  #heardAt: Instant;
  /** The oldest question that nothing was heard after; null: none. */
  #askedAt: Instant | null = null;
  #beatAt: Instant;
  #beats = 0;
  #closed = false;

  constructor(options: FirmataBoardOptions) {
    const { name, facts, clock, reference, beat } = options;
    this.#options = options;
    const version = `${facts.major}.${facts.minor}`;
    this.description = `${name}, ${facts.firmware} with Firmata ${version}`;
    this.#pins = pinsOf(facts, reference);
    this.pins = this.#pins.map((pin) => pin.facts);
    this.#heardAt = clock.now();
    this.#beatAt = this.#heardAt;
    this.#timer = setInterval(() => this.#beat(), beat / 1_000);
    this.#setInterval();
  }

  health(_now: Instant): BoardHealth {
    if (this.#closed) return { kind: "lost", message: `${this.#options.name}: it was closed` };
    if (this.#lost !== null) return { kind: "lost", message: this.#lost };
    return this.#isSilent ? { kind: "silent", since: this.#heardAt } : { kind: "live" };
  }

  counts(): ReadonlyMap<string, number> {
    const { link } = this.#options;
    const { noise, malformed, unknown } = link.counts();
    const bytes = [
      ["noise", noise],
      ["malformed", malformed],
      ["unknown", unknown],
    ] as const;
    return new Map<string, number>([...this.#counts, ...bytes, ["openings", link.openings]]);
  }

  openInput(now: Instant, name: string, request: InputRequest): Opened<InputLine> {
    const pin = this.#free(name, "input");
    if ("ok" in pin) return pin;
    if (request.pull === "down" || request.debounce > 0) {
      const what = request.pull === "down" ? "pull-down" : "debounce";
      const advice = "use a resistor, or a wiring that debounces";
      return refuse("not-supported", `${name}: Firmata has no ${what}; ${advice}`);
    }
    if (request.pull === "up" && !pin.modes.includes(modes.PULLUP)) {
      return refuse("not-able", `${name} has no pull-up; put a resistor there`);
    }
    return this.#open(pin, new FirmataInput(now, this.#parts(pin), request));
  }

  openOutput(_now: Instant, name: string, request: OutputRequest): Opened<OutputLine> {
    return this.#openOutput(name, "output", { kind: "level" }, request);
  }

  openAnalog(now: Instant, name: string): Opened<AnalogLine> {
    const pin = this.#free(name, "analog");
    if ("ok" in pin) return pin;
    assert(pin.channel !== null, `${name} is analog and has no channel`);
    const { reference } = this.#options;
    const range = { channel: pin.channel, steps: analogSteps, reference };
    return this.#open(pin, new FirmataAnalog(now, this.#parts(pin), range));
  }

  openPwm(_now: Instant, name: string, request: PwmRequest): Opened<OutputLine> {
    const { frequency } = request;
    const pin = this.#free(name, "pwm");
    if ("ok" in pin) return pin;
    if (isWithin(frequency, servoFrequency) && pin.modes.includes(modes.SERVO)) {
      return this.#openOutput(name, "pwm", { kind: "servo", period: servoPeriod }, request);
    }
    if (isWithin(frequency, pwmFrequency)) {
      return this.#openOutput(name, "pwm", { kind: "pwm", steps: pwmSteps }, request);
    }
    const can = `${pwmFrequency.min} to ${pwmFrequency.max} Hz, as the firmware has it`;
    const advice = `expected ${can}, or 50 Hz on a pin for servos`;
    return refuse("not-able", `${name}: PWM at ${frequency} Hz; ${advice}`);
  }

  close(now: Instant): void {
    if (this.#closed) return;
    for (const line of [...this.#lines.values()]) line.close(now);
    this.#closed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#options.link.close();
  }

  /** For the link: the line is up again. */
  onUp(facts: FirmataFacts): void {
    if (!areSamePins(facts, this.#options.facts)) {
      this.#lost = `${this.#options.name}: another board is plugged in, with other pins`;
      this.#count("other-boards");
      return;
    }
    this.#lost = null;
    this.#begin("reopened");
  }

  /** For the link: the line is gone. */
  onDown({ message }: PinRefusal): void {
    this.#lost = message;
    this.#count("losses");
    for (const { watch } of this.#lines.values()) watch.forget();
  }

  /** For the link: every whole message. */
  onMessage(message: FirmataMessage): void {
    if (this.#closed || this.#lost !== null || !this.#options.link.isUp) return;
    const now = this.#options.clock.now();
    this.#heardAt = now;
    this.#askedAt = null;
    if (message.kind === "version") this.#begin("resets");
    else if (this.#isSilent) this.#begin("silences");
    if (message.kind === "digital") this.#onLevels(now, message.port, message.levels);
    if (message.kind === "analog") this.#onSample(now, message.channel, message.value);
    if (message.kind === "state") this.#onState(message.pin, message.mode);
  }

  #openOutput(
    name: string,
    use: PinUse,
    kind: OutputKind,
    request: OutputRequest,
  ): Opened<OutputLine> {
    const pin = this.#free(name, use);
    if ("ok" in pin) return pin;
    const wrong = wrongOutput(kind, request);
    if (wrong !== null) return refuse("not-able", `${name}: ${wrong}`);
    return this.#open(pin, new FirmataOutput(this.#parts(pin), kind, request));
  }

  /** The pin, if it can be opened so. */
  #free(name: string, use: PinUse): NumberedPin | PinRefusal {
    if (this.#closed) return refuse("closed", `${name}: the board is closed; open it anew`);
    const facts = pinNamed(this.pins, name);
    const pin = this.#pins.find((one) => one.facts === facts);
    if (pin === undefined) {
      const known = this.pins.map((one) => one.name).join(", ");
      return refuse("no-such-pin", `${name}: no such pin; it has ${known}`);
    }
    if (!pin.facts.uses.includes(use)) {
      const can = pin.facts.uses.join(", ");
      return refuse("not-able", `${name} cannot be used as ${use}, only as ${can}`);
    }
    if (this.#lines.has(pin.number)) {
      return refuse("in-use", `${name} is open already; close its line first`);
    }
    if (this.#lost !== null) return refuse("lost", `${name}: ${this.#lost}`);
    return pin;
  }

  #open<Kind extends Line>(pin: NumberedPin, line: Kind): Opened<Kind> {
    this.#lines.set(pin.number, line);
    line.configure();
    return { ok: true, line };
  }

  #parts({ number, facts }: NumberedPin): LinePin {
    return {
      ...{ number, name: facts.name },
      host: {
        send: (bytes) => this.#options.link.send(bytes),
        isLive: () => this.#lost === null && !this.#isSilent,
        levelsOf: (port) => this.#levelsOf(port),
        onClose: (pin) => void this.#lines.delete(pin),
      },
    };
  }

  #levelsOf(port: number): number {
    let levels = 0;
    for (const line of this.#lines.values()) {
      if (line instanceof FirmataOutput && line.port === port) levels |= line.levelBit;
    }
    return levels;
  }

  /** The board is there, and its pins are in nobody knows what state. */
  #begin(reason: string): void {
    this.#count(reason);
    this.#isSilent = false;
    this.#askedAt = null;
    this.#setInterval();
    for (const line of this.#lines.values()) {
      line.watch.forget();
      if (line instanceof FirmataOutput) line.makeSafe();
      line.configure();
    }
  }

  #setInterval(): void {
    const milliseconds = Math.max(10, Math.round(this.#options.beat / 5_000));
    this.#options.link.send(setSamplingInterval(milliseconds));
  }

  #beat(): void {
    if (this.#lost !== null || !this.#options.link.isUp) return;
    const now = this.#options.clock.now();
    const { beat, silentAfter } = this.#options;
    if (now - this.#beatAt > 2 * beat) this.#askedAt = null;
    this.#beatAt = now;
    this.#beats += 1;
    if (this.#askedAt !== null && now - this.#askedAt > silentAfter) this.#isSilent = true;
    this.#ask();
    this.#askedAt ??= now;
  }

  #ask(): void {
    const lines = [...this.#lines];
    if (this.#beats % beatsToConfirm === 0) this.#tellAgain();
    const inputs = lines.flatMap(([, line]) => (line instanceof FirmataInput ? [line.port] : []));
    for (const port of new Set(inputs)) this.#options.link.send(reportPort(port));
    const [number, line] = lines[this.#beats % Math.max(1, lines.length)] ?? [];
    if (line === undefined || number === undefined) this.#askAny();
    // Not twice: an answer that is owed since long shows as silence.
    else if (!line.watch.isWaiting) {
      line.watch.ask();
      this.#options.link.send(askState(number));
    } else this.#askAny();
  }

  /** A pin whose answer belongs to no line, for the sake of any answer. */
  #askAny(): void {
    const unused = this.#pins.find(({ number }) => !this.#lines.has(number));
    if (unused !== undefined) this.#options.link.send(askState(unused.number));
  }

  /** What was told and never confirmed was lost on its way. */
  #tellAgain(): void {
    if (this.#isSilent) return;
    for (const line of this.#lines.values()) {
      if (line.watch.takeFresh() || line.watch.isConfirmed) continue;
      this.#count("told-again");
      line.watch.forget();
      line.configure();
    }
  }

  #onLevels(now: Instant, port: number, levels: number): void {
    for (const line of this.#lines.values()) {
      if (line instanceof FirmataInput && line.port === port) line.onLevels(now, levels);
    }
  }

  #onSample(now: Instant, channel: number, sample: number): void {
    for (const line of this.#lines.values()) {
      if (!(line instanceof FirmataAnalog) || line.channel !== channel) continue;
      if (!line.onSample(now, sample)) this.#count("analog-out-of-range");
    }
  }

  #onState(number: number, mode: number): void {
    const line: FirmataLine | undefined = this.#lines.get(number);
    if (line?.watch.answer(mode) === "left") this.#begin("resets-unnoticed");
  }

  #count(reason: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }
}

const isWithin = (value: number, { min, max }: { min: number; max: number }): boolean =>
  value >= min && value <= max;

const refuse = (reason: PinRefusalReason, message: string): PinRefusal => ({
  ...{ ok: false, reason, message },
});

export const firmataBeat: Duration = millis(100);
export const firmataSilentAfter: Duration = millis(300);
