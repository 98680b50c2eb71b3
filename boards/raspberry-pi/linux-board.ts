/** A board under Linux: its lines by a back end, its sensors by the kernel's files. */
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
  type PinFacts,
  type PinRefusal,
  type PinUse,
  type PwmRequest,
  pinNamed,
  type SerialPortFacts,
  type WatchdogFacts,
} from "../pin-board.js";
import type { GpioBackEnd, LinePlace } from "./back-end.js";
import type { LinePin } from "./line-pins.js";
import { refused } from "./refusals.js";
import { isWithin } from "./timed-output.js";
import type { Troubles } from "./troubles.js";

export interface AnalogPins {
  readonly pins: readonly PinFacts[];
  open(now: Instant, pin: string, onClose: () => void): Opened<AnalogLine>;
}

export interface PwmPins {
  /** Why a line has no PWM, and the remedy, as the end of a sentence; empty where it has. */
  lack(line: number): string;
  open(
    now: Instant,
    place: LinePlace,
    request: PwmRequest,
    onClose: () => void,
  ): Opened<OutputLine>;
}

export interface LinuxBoardParts {
  readonly description: string;
  readonly backEnd: GpioBackEnd;
  readonly lines: readonly LinePin[];
  readonly analog: AnalogPins;
  readonly pwm: PwmPins;
  readonly watchdogs: readonly WatchdogFacts[];
  readonly serialPorts: readonly SerialPortFacts[];
  readonly troubles: Troubles;
  readonly onClose: () => void;
}

interface Closes {
  close(now: Instant): void;
}

export class LinuxBoard implements PinBoard {
  readonly description: string;
  readonly pins: readonly PinFacts[];
  readonly watchdogs: readonly WatchdogFacts[];
  readonly serialPorts: readonly SerialPortFacts[];
  /** The kernel knows no leases. */
  readonly expires = false;
  readonly #parts: LinuxBoardParts;
  readonly #places: ReadonlyMap<string, LinePlace>;
  readonly #opened = new Map<string, Closes>();
  #closed = false;

  constructor(parts: LinuxBoardParts) {
    this.#parts = parts;
    this.description = parts.description;
    this.pins = [...parts.lines.map(({ facts }) => facts), ...parts.analog.pins];
    this.watchdogs = parts.watchdogs;
    this.serialPorts = parts.serialPorts;
    this.#places = new Map(parts.lines.map(({ facts, place }) => [facts.name, place]));
  }

  health(_now: Instant): BoardHealth {
    return this.#closed ? { kind: "lost", message: "it was closed" } : this.#parts.troubles.health;
  }

  counts(): ReadonlyMap<string, number> {
    return this.#parts.troubles.counts;
  }

  openInput(now: Instant, pin: string, request: InputRequest): Opened<InputLine> {
    const { backEnd } = this.#parts;
    return this.#open(pin, "input", (place, onClose) =>
      backEnd.openInput(now, place, request, onClose),
    );
  }

  openOutput(now: Instant, pin: string, request: OutputRequest): Opened<OutputLine> {
    const { backEnd } = this.#parts;
    return (
      levelRefusal(pin, "levels", request) ??
      this.#open(pin, "output", (place, onClose) =>
        backEnd.openOutput(now, place, request, onClose),
      )
    );
  }

  openPwm(now: Instant, pin: string, request: PwmRequest): Opened<OutputLine> {
    const { pwm } = this.#parts;
    return (
      levelRefusal(pin, "duties", request) ??
      this.#open(pin, "pwm", (place, onClose) => pwm.open(now, place, request, onClose))
    );
  }

  openAnalog(now: Instant, pin: string): Opened<AnalogLine> {
    const facts = this.#findFor(pin, "analog");
    if ("ok" in facts) return facts;
    const onClose = () => this.#opened.delete(facts.name);
    return this.#keep(facts.name, this.#parts.analog.open(now, facts.name, onClose));
  }

  close(now: Instant): void {
    if (this.#closed) return;
    for (const line of [...this.#opened.values()]) line.close(now);
    this.#closed = true;
    this.#parts.backEnd.close();
    this.#parts.onClose();
  }

  #open<Line extends Closes>(
    pin: string,
    use: PinUse,
    open: (place: LinePlace, onClose: () => void) => Opened<Line>,
  ): Opened<Line> {
    const facts = this.#findFor(pin, use);
    if ("ok" in facts) return facts;
    const place = this.#places.get(facts.name);
    if (place === undefined) return refused("not-able", `${facts.name} is not a line of the chip`);
    return this.#keep(
      facts.name,
      open(place, () => this.#opened.delete(facts.name)),
    );
  }

  #findFor(pin: string, use: PinUse): PinFacts | PinRefusal {
    if (this.#closed) return refused("closed", `${pin} is wanted of a board that was closed`);
    const facts = pinNamed(this.pins, pin);
    if (facts === null) return noSuchPin(pin, this.pins);
    if (this.#opened.has(facts.name)) {
      return refused(
        "in-use",
        `${called(pin, facts)} was opened already by this program: close it first`,
      );
    }
    if (facts.uses.includes(use)) return facts;
    const place = this.#places.get(facts.name);
    const what = `${called(pin, facts)} can be ${facts.uses.join(" or ")}, not ${use}`;
    const why = use === "pwm" && place !== undefined ? this.#parts.pwm.lack(place.offset) : "";
    return refused("not-able", `${what}${why}`);
  }

  /** A line that is open is refused to others of this program, and closed with the board. */
  #keep<Line extends Closes>(name: string, opened: Opened<Line>): Opened<Line> {
    if (!opened.ok) return opened;
    this.#opened.set(name, opened.line);
    return opened;
  }
}

function levelRefusal(
  pin: string,
  takes: "levels" | "duties",
  { initial, safe }: OutputRequest,
): PinRefusal | null {
  const range = takes === "levels" ? "0 or 1" : "0 to 1";
  const refuse = (what: string, value: number) =>
    refused("not-able", `${pin}: its ${what} value is ${value}, and it takes ${range}`);
  if (initial !== "safe" && !isWithin(takes, initial)) return refuse("initial", initial);
  if (safe.kind === "value" && !isWithin(takes, safe.value)) return refuse("safe", safe.value);
  return null;
}

/** The name that was asked for, and which pin that is where it is an alias. */
const called = (asked: string, { name }: PinFacts): string =>
  asked.toLowerCase() === name.toLowerCase() ? asked : `${asked} (${name})`;

/** Of more pins than these only the first are told. */
const toldMax = 40;

function noSuchPin(pin: string, pins: readonly PinFacts[]): PinRefusal {
  const names = pins.slice(0, toldMax).map(({ name }) => name);
  const more = pins.length > toldMax ? ` and ${pins.length - toldMax} more` : "";
  return refused("no-such-pin", `there is no pin ${pin}: the board has ${names.join(", ")}${more}`);
}
