/**
 * A pin board without hardware: pins of any shape, wires between them, and hands and a voltmeter
 * outside. What outputs do shows at the inputs that they are wired to, at the microsecond at which
 * it happens, however late somebody looks.
 *
 * It lives in the time that it is asked in, virtual or real, and that never goes back.
 */
import { assert, UsageError } from "../../../src/kernel/assert.js";
import type { Instant } from "../../../src/kernel/time.js";
import {
  type AnalogLine,
  type BoardHealth,
  type InputLine,
  type InputRequest,
  type Level,
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
  type SerialPortFacts,
  type WatchdogFacts,
} from "../../pin-board.js";
import type { AnalogSource } from "./analog-source.js";
import { type Converter, MockAnalog } from "./mock-analog.js";
import { MockInput } from "./mock-input.js";
import { canBe, MockOutput } from "./mock-output.js";
import { Net, type NetChange, netsOf } from "./net.js";
import type { PinShape } from "./shape.js";
import { settleAll } from "./timed.js";

export interface MockPinBoardOptions {
  readonly shape: PinShape;
  readonly begins: Instant;
  /** Pairs of pins that are joined; three pins on one net are two pairs. */
  readonly wires?: readonly (readonly [string, string])[];
  /** What is at analog pins that are not wired; without one a pin is at the end of its range. */
  readonly sources?: Readonly<Record<string, AnalogSource>>;
  readonly converter?: Converter;
  /** Told of every change at a pin that is let go or driven, at its moment: a plant hangs here. */
  readonly onChange?: (at: Instant, pin: string, value: number | null) => void;
}

type Line = MockInput | MockOutput | MockAnalog;

const atEveryLook: Converter = { period: 0, step: 0 };

export class MockPinBoard implements PinBoard {
  readonly description: string;
  readonly pins: readonly PinFacts[];
  readonly watchdogs: readonly WatchdogFacts[];
  readonly serialPorts: readonly SerialPortFacts[];
  readonly expires: boolean = true;
  readonly #options: MockPinBoardOptions;
  readonly #nets = new Map<string, Net>();
  readonly #lines = new Map<string, Line>();
  readonly #sources = new Map<string, AnalogSource>();
  #closed = false;

  /** @throws UsageError for a wire or a source at a pin that the shape does not have */
  constructor(options: MockPinBoardOptions) {
    const { shape, wires = [], sources = {} } = options;
    this.#options = options;
    this.description = `a mock board, ${shape.name}: it touches no hardware`;
    this.pins = shape.pins;
    this.watchdogs = shape.watchdogs ?? [];
    this.serialPorts = shape.serialPorts ?? [];
    const joined = wires.map(([one, other]) => [this.#name(one), this.#name(other)] as const);
    const names = shape.pins.map(({ name }) => name);
    for (const group of netsOf(names, joined)) this.#lay(group);
    for (const [pin, source] of Object.entries(sources)) {
      this.#sources.set(this.#name(pin), source);
    }
  }

  health(now: Instant): BoardHealth {
    this.#settle(now);
    return this.#closed ? { kind: "lost", message: "it is closed" } : { kind: "live" };
  }

  counts(): ReadonlyMap<string, number> {
    const fights = [...new Set(this.#nets.values())].reduce((sum, net) => sum + net.fights, 0);
    return new Map([["fights", fights]]);
  }

  openInput(now: Instant, name: string, request: InputRequest): Opened<InputLine> {
    const pin = this.#free(now, name, "input");
    if ("ok" in pin) return pin;
    const net = this.#letGo(now, pin);
    return this.#opened(pin, new MockInput(now, { ...this.#parts(pin), net, request }));
  }

  openOutput(now: Instant, name: string, request: OutputRequest): Opened<OutputLine> {
    return this.#openOutput(now, name, request, "level");
  }

  openPwm(now: Instant, name: string, request: PwmRequest): Opened<OutputLine> {
    const { frequency } = request;
    if (this.#closed || pinNamed(this.pins, name)?.uses.includes("pwm") !== true) {
      return this.#openOutput(now, name, request, "duty");
    }
    if (Number.isFinite(frequency) && frequency > 0) {
      return this.#openOutput(now, name, request, "duty");
    }
    return refuse("not-able", `${name}: PWM at ${frequency} Hz; ask for a number above 0`);
  }

  openAnalog(now: Instant, name: string): Opened<AnalogLine> {
    const pin = this.#free(now, name, "analog");
    if ("ok" in pin) return pin;
    this.#letGo(now, pin);
    const { begins, converter = atEveryLook } = this.#options;
    const source: AnalogSource = (at) => this.#voltage(at, pin);
    const parts = { ...this.#parts(pin), pin, begins, converter, source };
    return this.#opened(pin, new MockAnalog(now, parts));
  }

  close(now: Instant): void {
    for (const line of [...this.#lines.values()]) line.close(now);
    this.#closed = true;
  }

  /** From outside: a level at a pin, or null to let go. */
  drive(now: Instant, pin: string, level: Level | null): void {
    this.#settle(now);
    const name = this.#name(pin);
    this.#net(name).drive(now, `outside ${name}`, level);
  }

  /** From outside: what is at an analog pin from now on, in its unit; null: nothing. */
  set(now: Instant, pin: string, source: AnalogSource | number | null): void {
    this.#settle(now);
    const constant: AnalogSource = typeof source === "function" ? source : () => source;
    this.#sources.set(this.#name(pin), constant);
  }

  /** What a voltmeter shows, as a share of the supply; null: nobody drives and nobody pulls. */
  measure(now: Instant, pin: string): number | null {
    this.#settle(now);
    return this.#net(this.#name(pin)).value;
  }

  /** What the pin's net had since the start, oldest first. */
  history(now: Instant, pin: string): readonly NetChange[] {
    this.#settle(now);
    return this.#net(this.#name(pin)).changes();
  }

  #openOutput(
    now: Instant,
    name: string,
    request: OutputRequest,
    takes: "level" | "duty",
  ): Opened<OutputLine> {
    const pin = this.#free(now, name, takes === "level" ? "output" : "pwm");
    if ("ok" in pin) return pin;
    const wrong = wrongValue(request, takes);
    if (wrong !== null) return refuse("not-able", `${name}: ${wrong}`);
    const net = this.#net(pin.name);
    return this.#opened(pin, new MockOutput(now, { ...this.#parts(pin), net, request, takes }));
  }

  /** The pin, if it can be opened so. */
  #free(now: Instant, name: string, use: PinUse): PinFacts | PinRefusal {
    this.#settle(now);
    if (this.#closed) return refuse("closed", `${name}: the board is closed; open it anew`);
    const pin = pinNamed(this.pins, name);
    if (pin === null) return refuse("no-such-pin", `${name}: no such pin; ${this.#known()}`);
    if (!pin.uses.includes(use)) {
      const can = pin.uses.join(", ");
      return refuse("not-able", `${name} cannot be used as ${use}, only as ${can}`);
    }
    if (!this.#lines.has(pin.name)) return pin;
    return refuse("in-use", `${name} is open already; close its line first`);
  }

  #known(): string {
    return `it has ${this.pins.map(({ name }) => name).join(", ")}`;
  }

  #opened<Kind extends Line>(pin: PinFacts, line: Kind): Opened<Kind> {
    this.#lines.set(pin.name, line);
    return { ok: true, line };
  }

  #parts({ name }: PinFacts) {
    return {
      pin: name,
      settle: (now: Instant) => this.#settle(now),
      onClose: () => void this.#lines.delete(name),
    };
  }

  /** What was driven by an output that held at its close is so no longer. */
  #letGo(now: Instant, { name }: PinFacts): Net {
    const net = this.#net(name);
    net.drive(now, name, null);
    return net;
  }

  #lay(group: readonly string[]): void {
    const net = new Net(group, (at, value) => {
      for (const pin of group) {
        const line = this.#lines.get(pin);
        if (line instanceof MockInput) line.changed(at, value);
        this.#options.onChange?.(at, pin, value);
      }
    });
    for (const pin of group) this.#nets.set(pin, net);
  }

  #settle(now: Instant): void {
    const lines = [...this.#lines.values()];
    settleAll(
      lines.flatMap((line) => (line instanceof MockAnalog ? [] : line)),
      now,
    );
  }

  /** A wire is stronger than a source. */
  #voltage(at: Instant, { name, analog }: PinFacts): number | null {
    const value = this.#net(name).value;
    if (value !== null && analog?.unit === "V") return value * this.#options.shape.supply;
    const source = this.#sources.get(name);
    return source === undefined ? (analog?.min ?? null) : source(at);
  }

  #net(name: string): Net {
    const net = this.#nets.get(name);
    assert(net !== undefined, `no net at ${name}`);
    return net;
  }

  #name(pin: string): string {
    const facts = pinNamed(this.pins, pin);
    if (facts === null) throw new UsageError(`${pin}: no such pin; ${this.#known()}`);
    return facts.name;
  }
}

/** What an output cannot be told at its opening; null where all is well. */
function wrongValue({ initial, safe }: OutputRequest, takes: "level" | "duty"): string | null {
  const expected = takes === "level" ? "0 or 1" : "a duty from 0 to 1";
  if (initial !== "safe" && !canBe(initial, takes)) {
    return `an initial value of ${initial}; expected ${expected}`;
  }
  if (safe.kind !== "value" || canBe(safe.value, takes)) return null;
  return `a safe value of ${safe.value}; expected ${expected}`;
}

const refuse = (reason: PinRefusalReason, message: string): PinRefusal => ({
  ...{ ok: false, reason, message },
});
