/**
 * The pins of a board as johnny-five wants them: a table in which every pin has a number.
 *
 * johnny-five normalises a pin more than once on its way into a component, so a number must mean
 * itself: the one that is printed. D13 and GPIO13 are pin 13. A pin without a printed number (A0,
 * `cpu`) gets one after the highest of them, in the order of the board: on an Uno A0 is 14, as the
 * Arduino world counts. Numbers that no pin has are gaps that can do nothing.
 */
import { type PinFacts, type PinUse, pinNamed } from "../pin-board.js";

/** Firmata's numbers of the uses of a pin. A board of pins can do no other than these. */
export const modes = {
  INPUT: 0,
  OUTPUT: 1,
  ANALOG: 2,
  PWM: 3,
  SERVO: 4,
  SHIFT: 5,
  I2C: 6,
  ONEWIRE: 7,
  STEPPER: 8,
  SERIAL: 10,
  PULLUP: 11,
  PING_READ: 0x75,
  UNKNOWN: 16,
  IGNORE: 0x7f,
} as const;

const modesOf: Readonly<Record<PinUse, readonly number[]>> = {
  input: [modes.INPUT, modes.PULLUP],
  output: [modes.OUTPUT],
  analog: [modes.ANALOG],
  pwm: [modes.PWM, modes.SERVO],
};

/** What stands in `io.pins`, in Firmata's words. */
export interface IoPin {
  readonly supportedModes: readonly number[];
  mode: number | undefined;
  value: number;
  report: number;
  /** The place among the analog pins; 127 for a pin that is not analog. */
  readonly analogChannel: number;
}

/** A pin whose printed number is higher counts as one without a number. */
const numberMax = 255;

const noChannel = 127;

export class IoPins {
  readonly table: readonly IoPin[];
  /** The numbers of the analog pins. */
  readonly analogPins: readonly number[];
  readonly #facts: ReadonlyMap<number, PinFacts>;
  readonly #all: readonly PinFacts[];

  constructor(all: readonly PinFacts[]) {
    this.#all = all;
    this.#facts = numbered(all);
    const isAnalog = (number: number): boolean => this.facts(number)?.analog != null;
    this.analogPins = [...this.#facts.keys()].sort((one, other) => one - other).filter(isAnalog);
    const length = Math.max(-1, ...this.#facts.keys()) + 1;
    this.table = Array.from({ length }, (_, number) => this.#entry(number));
  }

  facts(number: number): PinFacts | undefined {
    return this.#facts.get(number);
  }

  /** @throws Error when the board has no such pin: johnny-five has no other way to be told */
  normalize(pin: number | string): number {
    const number = this.#numberOf(pin);
    if (number !== null) return number;
    const names = this.#all.map(({ name }) => name).join(", ");
    throw new Error(`the board has no pin ${JSON.stringify(pin)}; its pins are ${names}`);
  }

  #numberOf(pin: number | string): number | null {
    if (typeof pin === "number") return this.#facts.has(pin) ? pin : null;
    if (/^\d{1,3}$/.test(pin)) return this.#numberOf(Number(pin));
    const named = pinNamed(this.#all, pin);
    for (const [number, facts] of this.#facts) if (facts === named) return number;
    return null;
  }

  #entry(number: number): IoPin {
    const uses = this.facts(number)?.uses ?? [];
    const channel = this.analogPins.indexOf(number);
    return {
      supportedModes: uses.flatMap((use) => modesOf[use]),
      mode: undefined,
      value: 0,
      report: 1,
      analogChannel: channel === -1 ? noChannel : channel,
    };
  }
}

function numbered(all: readonly PinFacts[]): ReadonlyMap<number, PinFacts> {
  const facts = new Map<number, PinFacts>();
  const others: PinFacts[] = [];
  for (const pin of all) {
    const number = printedNumber(pin.name);
    if (number === null || facts.has(number)) others.push(pin);
    else facts.set(number, pin);
  }
  let next = Math.max(-1, ...facts.keys()) + 1;
  for (const pin of others) {
    facts.set(next, pin);
    next += 1;
  }
  return facts;
}

function printedNumber(name: string): number | null {
  const [, digits] = /^(?:D|GPIO)(\d{1,3})$/i.exec(name) ?? [];
  const number = Number(digits ?? Number.NaN);
  return number <= numberMax ? number : null;
}
