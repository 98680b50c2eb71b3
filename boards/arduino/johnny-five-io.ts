/**
 * Any pin board as `io` of johnny-five: its components then run on a Pi, on the mock, on the bridge
 * and on a Firmata board, and all of them on the same pins.
 *
 *     const io = new JohnnyFiveIo({ board });
 *     const five = new Board({ io, repl: false, sigint: false });
 *
 * johnny-five is not imported here; this class keeps to its interface of IO plugins (rwaldron,
 * io-plugins, 2018). What a component needs and a board of pins cannot do is thrown, with a
 * sentence: a lamp that silently stays dark is worse. What merely reports calls back.
 *
 * johnny-five knows no leases: what it writes has no end. Whoever needs one uses a `Board`.
 */
import { EventEmitter } from "node:events";
import { type Clock, MonotonicClock } from "../../src/host/monotonic-clock.js";
import { assert } from "../../src/kernel/assert.js";
import { type Duration, millis } from "../../src/kernel/time.js";
import type { SafeState, WriteRefusal } from "../board.js";
import type { BoardHealth, OutputLine, PinBoard } from "../pin-board.js";
import { type I2cPort, IoI2c, type ReadArguments } from "./io-i2c.js";
import { IoLines, isDriven } from "./io-lines.js";
import { type IoPin, IoPins, modes } from "./io-pins.js";
import { analogMax, IoReports } from "./io-reports.js";
import { PulseRange } from "./pulse-range.js";

export interface JohnnyFiveIoOptions {
  readonly board: PinBoard;
  /** The clock that the board lives by; left out, the monotonic clock. */
  readonly clock?: Clock;
  /** What outputs become when they are closed; left out, low. */
  readonly safe?: SafeState;
  /** Of PWM that is no servo, in hertz; left out, an Arduino's 490. */
  readonly pwmFrequency?: number;
  /** How often inputs are looked at; left out, 20 ms. */
  readonly samplingInterval?: Duration;
  /** For components that hang on a bus; left out, they are refused. */
  readonly i2c?: I2cPort;
}

/** A word that the board did not take, as the event `refused` has it. */
export interface RefusedWord {
  readonly pin: string;
  readonly value: number;
  readonly reason: WriteRefusal;
}

const pwmMax = 255;
const arduinoPwmFrequency = 490;

/** The period of a servo's pulses is 20 ms. */
const servoFrequency = 50;

/** Components that listen to one pin; johnny-five makes an array of sixteen now and then. */
const listenersMax = 100;

/** A number as johnny-five counts, or a name as the board has it. */
type PinName = number | string;

type Listener = (value: number) => void;

/** Refused by name, each with what it would need. */
const unsupported: Readonly<Record<string, string>> = {
  pingRead: "measuring an echo takes firmware that times a pulse on the pin",
  stepperConfig: "steppers take firmware that times their steps",
  stepperStep: "steppers take firmware that times their steps",
  accelStepperConfig: "steppers take firmware that times their steps",
  sendOneWireConfig: "1-wire takes firmware that times its slots",
  sendOneWireSearch: "1-wire takes firmware that times its slots",
  serialConfig: "a serial device is opened by its path, see `serialPorts` of the board",
  serialRead: "a serial device is opened by its path, see `serialPorts` of the board",
  serialWrite: "a serial device is opened by its path, see `serialPorts` of the board",
  sysexCommand: "only firmware with Firmata understands it",
  sysexResponse: "only firmware with Firmata understands it",
};

/**
 * Emits, besides what johnny-five wants: `refused` (a `RefusedWord`), `silent` and `live` (the
 * `BoardHealth`), and `disconnect` with a sentence when the board is lost.
 */
export class JohnnyFiveIo extends EventEmitter {
  readonly name = "Holdfast";
  readonly MODES = modes;
  readonly HIGH = 1;
  readonly LOW = 0;
  readonly RESOLUTION = { ADC: analogMax, DAC: null, PWM: pwmMax };
  readonly SERIAL_PORT_IDs = {};
  readonly pins: readonly IoPin[];
  readonly analogPins: readonly number[];
  readonly defaultLed: number | null;
  /** What the analog pins are measured against, in volts. */
  readonly aref: number;
  readonly port: string;
  readonly transport = null;
  /** Words on their way: none, a pin board takes each at once. */
  readonly pending = 0;
  isReady = false;
  readonly #board: PinBoard;
  readonly #clock: Clock;
  readonly #pwmFrequency: number;
  readonly #numbers: IoPins;
  readonly #lines: IoLines;
  readonly #reports: IoReports;
  readonly #i2c: IoI2c;
  readonly #pulses = new Map<number, PulseRange>();
  #timer: NodeJS.Timeout | null = null;
  #health: BoardHealth["kind"] = "live";

  constructor(options: JohnnyFiveIoOptions) {
    super();
    this.setMaxListeners(listenersMax);
    const { board, clock = new MonotonicClock(), safe = { kind: "value", value: 0 } } = options;
    this.#board = board;
    this.#clock = clock;
    this.#pwmFrequency = options.pwmFrequency ?? arduinoPwmFrequency;
    this.#numbers = new IoPins(board.pins);
    this.#lines = new IoLines({ board, clock, safe, pins: this.#numbers });
    this.#reports = this.#makeReports();
    this.#i2c = new IoI2c(options.i2c ?? null, (error) => this.emit("i2c-failure", error));
    this.pins = this.#numbers.table;
    this.analogPins = this.#numbers.analogPins;
    this.defaultLed = this.#numbers.facts(13)?.name === "D13" ? 13 : null;
    this.aref = referenceOf(board);
    this.port = board.description;
    for (const [call, why] of Object.entries(unsupported)) this.#refuseCall(call, why);
    this.setSamplingInterval((options.samplingInterval ?? millis(20)) / 1_000);
    // A Board that is made in this turn must hear both, and in this order.
    process.nextTick(() => this.#begin());
  }

  /** The number under which johnny-five knows the pin. */
  normalize(pin: PinName): number {
    return this.#numbers.normalize(pin);
  }

  pinMode(name: PinName, mode: number): void {
    const pin = this.normalize(name);
    this.#setMode(pin, mode);
    const entry = this.pins[pin];
    if (entry !== undefined) entry.mode = mode;
  }

  digitalWrite(name: PinName, level: number | boolean): void {
    const pin = this.normalize(name);
    const value = Number(Boolean(level));
    const open = this.#lines.get(pin);
    // As an Arduino does it: who writes to an input switches its pull-up.
    if (open?.kind === "input") this.#listenAs(pin, value === 1 ? "up" : "none");
    else this.#write(pin, value, isDriven(open) ? open.line : this.#lines.asOutput(pin));
    this.#remember(pin, value);
  }

  /** @param value 0 to `RESOLUTION.PWM` */
  pwmWrite(name: PinName, value: number): void {
    const pin = this.normalize(name);
    const bounded = Math.min(pwmMax, Math.max(0, value));
    this.#write(pin, bounded / pwmMax, this.#lines.asPwm(pin, this.#pwmFrequency));
    this.#remember(pin, bounded);
  }

  analogWrite(name: PinName, value: number): void {
    this.pwmWrite(name, value);
  }

  /** @param value degrees, or from 544 on the length of the pulse in microseconds */
  servoWrite(name: PinName, value: number): void {
    const pin = this.normalize(name);
    const pulse = (this.#pulses.get(pin) ?? new PulseRange()).pulse(value);
    const duty = (pulse * servoFrequency) / 1_000_000;
    this.#write(pin, duty, this.#lines.asPwm(pin, servoFrequency));
    this.#remember(pin, value);
  }

  servoConfig(
    servo: PinName | { readonly pin: PinName; readonly min: number; readonly max: number },
    min?: number,
    max?: number,
  ): void {
    if (typeof servo === "object") {
      this.servoConfig(servo.pin, servo.min, servo.max);
      return;
    }
    this.#pulses.set(this.normalize(servo), new PulseRange(min, max));
    this.pinMode(servo, modes.SERVO);
  }

  digitalRead(name: PinName, listener: Listener): void {
    const pin = this.normalize(name);
    if (this.#lines.get(pin)?.kind !== "input") this.pinMode(pin, modes.INPUT);
    this.#reports.forget(pin);
    this.on(`digital-read-${pin}`, listener);
  }

  analogRead(name: PinName, listener: Listener): void {
    const pin = this.normalize(name);
    if (this.#lines.get(pin)?.kind !== "analog") this.pinMode(pin, modes.ANALOG);
    this.#reports.forget(pin);
    this.on(`analog-read-${pin}`, listener);
  }

  queryPinState(name: PinName, callback: () => void): void {
    const pin = this.normalize(name);
    const open = this.#lines.get(pin);
    const value = isDriven(open) ? open.line.readBack(this.#clock.now()) : null;
    if (value !== null) this.#remember(pin, open?.kind === "pwm" ? value * pwmMax : value);
    process.nextTick(callback);
  }

  /** @param milliseconds whole; less than 1 counts as 1 */
  setSamplingInterval(milliseconds: number): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), Math.max(1, Math.round(milliseconds)));
  }

  i2cConfig(_options?: unknown): void {
    this.#i2c.config();
  }

  i2cWrite(address: number, registerOrBytes: number | readonly number[], bytes?: unknown): void {
    this.#i2c.write(address, registerOrBytes, bytes);
  }

  i2cWriteReg(address: number, register: number, byte: number): void {
    this.#i2c.write(address, [register, byte]);
  }

  i2cRead(...read: ReadArguments): void {
    this.#i2c.readOn(...read);
  }

  i2cReadOnce(...read: ReadArguments): void {
    this.#i2c.readOnce(...read);
  }

  /** How old what the pin gave last is, in microseconds; null for a pin that gives nothing. */
  age(pin: PinName): number | null {
    const open = this.#lines.get(this.normalize(pin));
    if (open === undefined || isDriven(open)) return null;
    const now = this.#clock.now();
    return now - open.line.read(now).sourceTime;
  }

  /** Outputs take their safe state. The board stays open: it belongs to whoever opened it. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#lines.close();
  }

  #makeReports(): IoReports {
    const tell = (kind: string, pin: number, value: number): void => {
      this.#remember(pin, value);
      this.emit(`${kind}-read-${pin}`, value);
      this.emit(`${kind}-read`, { pin, value });
    };
    return new IoReports({
      ...{ clock: this.#clock, pins: this.#numbers, lines: this.#lines },
      onDigital: (pin, level) => tell("digital", pin, level),
      onAnalog: (pin, value) => tell("analog", pin, value),
    });
  }

  #begin(): void {
    this.emit("connect");
    this.isReady = true;
    this.emit("ready");
  }

  #tick(): void {
    this.#tellHealth();
    this.#reports.tellNews();
    this.#i2c.readAgain();
  }

  #tellHealth(): void {
    const health = this.#board.health(this.#clock.now());
    if (health.kind === this.#health) return;
    this.#health = health.kind;
    if (health.kind === "lost") this.emit("disconnect", health.message);
    else this.emit(health.kind, health);
  }

  #setMode(pin: number, mode: number): void {
    switch (mode) {
      case modes.INPUT:
      case modes.PULLUP:
        this.#listenAs(pin, mode === modes.PULLUP ? "up" : "none");
        break;
      case modes.OUTPUT:
        this.#lines.asOutput(pin);
        break;
      case modes.ANALOG:
        this.#lines.asAnalog(pin);
        break;
      case modes.PWM:
        this.#lines.asPwm(pin, this.#pwmFrequency);
        break;
      case modes.SERVO:
        this.#lines.asPwm(pin, servoFrequency);
        break;
      default:
        throw new Error(`pin ${this.#nameOf(pin)} was asked for ${modeName(mode)}: ${canModes}`);
    }
  }

  #listenAs(pin: number, pull: "none" | "up"): void {
    this.#lines.asInput(pin, pull);
    this.#reports.forget(pin);
  }

  #write(pin: number, value: number, line: OutputLine): void {
    assert(value >= 0 && value <= 1, `a duty of ${value}`);
    const result = line.write(this.#clock.now(), value, null);
    if (result.ok) return;
    const refused: RefusedWord = { pin: this.#nameOf(pin), value, reason: result.reason };
    this.emit("refused", refused);
  }

  #remember(pin: number, value: number): void {
    const entry = this.pins[pin];
    if (entry !== undefined) entry.value = value;
  }

  #nameOf(pin: number): string {
    return this.#numbers.facts(pin)?.name ?? String(pin);
  }

  #refuseCall(call: string, why: string): void {
    const refuse = (): never => {
      throw new Error(`${call} is not possible on ${this.#board.description}: ${why}`);
    };
    Object.defineProperty(this, call, { value: refuse, enumerable: false });
  }
}

const canModes = "a board of pins can do INPUT, PULLUP, OUTPUT, ANALOG, PWM and SERVO";

const modeName = (mode: number): string =>
  Object.entries(modes).find(([, number]) => number === mode)?.[0] ?? `mode ${mode}`;

const arefByDefault = 5;

function referenceOf({ pins }: PinBoard): number {
  return pins.find(({ analog }) => analog?.unit === "V")?.analog?.max ?? arefByDefault;
}
