/**
 * What can be known of a board's pins without the board: for the check of a config on a desk. What
 * depends on the machine, such as the sensors of its kernel, is let pass here and judged when the
 * board is opened.
 */
import { unoPins } from "../../boards/bridge/uno-pins.js";
import { type PinFacts, type PinUse, pinNamed } from "../../boards/pin-board.js";
import { headerPins } from "../../boards/raspberry-pi/line-pins.js";
import { piModels } from "../../boards/raspberry-pi/pi-models.js";
import type { PinBoardSettings } from "./board-schema.js";
import { nearest } from "./suggest.js";

export interface KnownPins {
  /** For a person: whose pins these are. */
  readonly owner: string;
  readonly pins: readonly PinFacts[];
  /** The uses of a pin that is not among them; empty for one that cannot be. */
  readonly usesOfOther: (name: string) => readonly PinUse[];
}

const everyUse: readonly PinUse[] = ["input", "output", "analog", "pwm"];
const none: readonly PinUse[] = [];

/** @param settings of the board, as far as they are well formed */
export function knownPins(settings: {
  readonly kind: PinBoardSettings["kind"];
  readonly chip: unknown;
}): KnownPins {
  switch (settings.kind) {
    case "raspberry-pi":
      return piPins(settings.chip);
    case "bridge":
      return { owner: "the bridge", pins: unoPins, usesOfOther: () => none };
    case "firmata":
      // Which board has the firmware it tells when it is asked: an Uno is only the most likely.
      return {
        owner: "an Arduino Uno",
        pins: unoPins,
        usesOfOther: (name) => (/^[AD]?\d{1,3}$/i.test(name) ? everyUse : none),
      };
    default:
      return settings.kind satisfies never;
  }
}

/** All that have a channel of PWM on some model. */
const pwmLines = new Set(piModels.flatMap(({ pwmChannels }) => [...pwmChannels.keys()]));

const cpu: PinFacts = {
  ...{ name: "cpu", aliases: [], uses: ["analog"] },
  analog: { unit: "degC", min: -55, max: 150 },
};

function piPins(chip: unknown): KnownPins {
  const header = headerPins((line) => pwmLines.has(line)).map(({ facts }) => facts);
  const isHeader = chip === undefined || piModels.some((model) => model.chip === chip);
  return {
    owner: isHeader ? "the header of a Raspberry Pi" : "the chip",
    pins: isHeader ? [...header, cpu] : [cpu],
    usesOfOther: (name) => (isHeader ? usesOfSensor(name, header) : everyUse),
  };
}

/** What does not look like a pin of the header may be a sensor of the kernel's. */
function usesOfSensor(name: string, header: readonly PinFacts[]): readonly PinUse[] {
  const names = header.map((pin) => pin.name);
  const meant = /^(gpio|bcm|p1-|line|d|a)?\d+$/i.test(name) || nearest(name, names) !== null;
  return meant ? none : ["analog"];
}

export const factsOf = ({ pins }: KnownPins, name: string): PinFacts | null => pinNamed(pins, name);

/** What `as` is by default; A0 of an Arduino can be digital too, but is called A0 for a reason. */
export function isAnalogAlone(known: KnownPins, pin: string): boolean {
  const facts = factsOf(known, pin);
  if (facts === null) return known.usesOfOther(pin).includes("analog") && !/^[DB\d]/i.test(pin);
  return facts.uses.includes("analog");
}
