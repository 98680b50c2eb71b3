/**
 * The inputs of a board with Firmata. A value's source time is when its report arrived, never when
 * somebody looked.
 */
import { BoundedQueue } from "../../src/kernel/queue.js";
import type { Instant } from "../../src/kernel/time.js";
import {
  type AnalogLine,
  type Edge,
  type Edges,
  edgesMax,
  type InputLine,
  type InputRequest,
  type Level,
  type PinValue,
} from "../pin-board.js";
import { askState, reportChannel, reportPort, setMode } from "./firmata-bytes.js";
import { modes } from "./io-pins.js";
import { ModeWatch } from "./mode-watch.js";

/** What the board of the lines does for each of them. */
export interface LineHost {
  send(bytes: readonly number[]): void;
  /** Is the board there, and does it answer? */
  isLive(): boolean;
  /** Of the outputs of a port, as they are driven now. */
  levelsOf(port: number): number;
  onClose(pin: number): void;
}

export interface LinePin {
  /** Firmata's number. */
  readonly number: number;
  readonly name: string;
  readonly host: LineHost;
}

/** What the board asks of each line. */
export interface FirmataLine {
  readonly watch: ModeWatch;
  /** Puts the pin into its use, from whatever it is in. */
  configure(): void;
  close(now: Instant): void;
}

export class FirmataInput implements InputLine, FirmataLine {
  readonly pin: string;
  readonly watch: ModeWatch;
  readonly #pin: LinePin;
  readonly #request: InputRequest;
  readonly #edges = new BoundedQueue<Edge>(edgesMax);
  #value: PinValue;
  #sequence = 0;
  #told = 0;
  #closed = false;

  constructor(now: Instant, pin: LinePin, request: InputRequest) {
    this.pin = pin.name;
    this.watch = new ModeWatch(request.pull === "up" ? modes.PULLUP : modes.INPUT);
    this.#pin = pin;
    this.#request = request;
    this.#value = { value: null, sourceTime: now };
  }

  get port(): number {
    return this.#pin.number >> 3;
  }

  configure(): void {
    const { number, host } = this.#pin;
    this.watch.expect(this.watch.mode);
    this.watch.ask();
    // The port's report comes after the answer, and so it has the level in the new mode.
    host.send([...setMode(number, this.watch.mode), ...askState(number), ...reportPort(this.port)]);
  }

  /** A report of the port. */
  onLevels(at: Instant, levels: number): void {
    if (this.#closed || !this.watch.isConfirmed) return;
    const isHigh = ((levels >> (this.#pin.number & 7)) & 1) === 1;
    const level: Level = isHigh === this.#request.activeLow ? 0 : 1;
    const before = this.#value.value;
    this.#value = { value: level, sourceTime: at };
    if (!this.#request.edges || before === null || before === level) return;
    this.#sequence += 1;
    this.#edges.push({ at, level, sequence: this.#sequence });
  }

  read(_now: Instant): PinValue {
    return this.#value;
  }

  takeEdges(_now: Instant): Edges {
    if (this.#closed) return { edges: [], missed: 0 };
    const edges: Edge[] = [];
    for (let edge = this.#edges.shift(); edge !== undefined; edge = this.#edges.shift()) {
      edges.push(edge);
    }
    const missed = this.#sequence - this.#told - edges.length;
    this.#told = this.#sequence;
    return { edges, missed };
  }

  close(_now: Instant): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pin.host.send(setMode(this.#pin.number, modes.INPUT));
    this.#pin.host.onClose(this.#pin.number);
  }
}

export interface AnalogRange {
  readonly channel: number;
  /** The highest number that the converter gives. */
  readonly steps: number;
  /** In volts. */
  readonly reference: number;
}

export class FirmataAnalog implements AnalogLine, FirmataLine {
  readonly pin: string;
  readonly unit = "V";
  readonly watch = new ModeWatch(modes.ANALOG);
  readonly #pin: LinePin;
  readonly #range: AnalogRange;
  #value: PinValue;
  #closed = false;

  constructor(now: Instant, pin: LinePin, range: AnalogRange) {
    this.pin = pin.name;
    this.#pin = pin;
    this.#range = range;
    this.#value = { value: null, sourceTime: now };
  }

  get channel(): number {
    return this.#range.channel;
  }

  configure(): void {
    const { number, host } = this.#pin;
    this.watch.expect(modes.ANALOG);
    this.watch.ask();
    host.send([
      ...setMode(number, modes.ANALOG),
      ...askState(number),
      ...reportChannel(this.channel, true),
    ]);
  }

  /** @returns false where the converter cannot have given this */
  onSample(at: Instant, sample: number): boolean {
    if (this.#closed || !this.watch.isConfirmed) return true;
    const { steps, reference } = this.#range;
    const isPossible = sample <= steps;
    this.#value = { value: isPossible ? (sample * reference) / steps : null, sourceTime: at };
    return isPossible;
  }

  read(_now: Instant): PinValue {
    return this.#value;
  }

  close(_now: Instant): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pin.host.send(reportChannel(this.channel, false));
    this.#pin.host.onClose(this.#pin.number);
  }
}
