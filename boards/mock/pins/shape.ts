/** The shape of a board of pins, as data: names and what each can do. */
import { assert } from "../../../src/kernel/assert.js";
import type { PinFacts, PinUse, SerialPortFacts, WatchdogFacts } from "../../pin-board.js";

export interface PinShape {
  /** For a person, for instance `like an Arduino Uno`. */
  readonly name: string;
  readonly pins: readonly PinFacts[];
  /** The voltage of a line that is high. */
  readonly supply: number;
  readonly watchdogs?: readonly WatchdogFacts[];
  readonly serialPorts?: readonly SerialPortFacts[];
}

const digitalUses: readonly PinUse[] = ["input", "output"];

/** @param analog what an analog pin measures, in volts from 0 to this; null for one that is none */
const pin = (
  name: string,
  aliases: readonly string[],
  uses: readonly PinUse[],
  analog: number | null = null,
): PinFacts => ({
  ...{ name, aliases, uses },
  analog: analog === null ? null : { unit: "V", min: 0, max: analog },
});

const unoPwm: readonly number[] = [3, 5, 6, 9, 10, 11];

const supply = 5;

/** D2 to D13 and A0 to A5, which are digital pins 14 to 19 as well; 0 and 1 are the serial line. */
export const unoShape: PinShape = {
  name: "like an Arduino Uno",
  supply,
  pins: [
    ...Array.from({ length: 12 }, (_, index) => index + 2).map((number) =>
      pin(
        `D${number}`,
        [`${number}`],
        unoPwm.includes(number) ? [...digitalUses, "pwm"] : digitalUses,
      ),
    ),
    ...Array.from({ length: 6 }, (_, index) =>
      pin(`A${index}`, [`D${index + 14}`, `${index + 14}`], [...digitalUses, "analog"], supply),
    ),
  ],
};

/** A shape of pins that can all do everything: what a test needs, and no more. */
export function plainShape(names: readonly string[], voltage = supply): PinShape {
  assert(new Set(names).size === names.length, "two pins have one name");
  const uses: readonly PinUse[] = [...digitalUses, "analog", "pwm"];
  const pins = names.map((name) => pin(name, [], uses, voltage));
  return { name: `${names.length} pins`, pins, supply: voltage };
}
