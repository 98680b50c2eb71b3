/** What a board with Firmata has told of its pins, as the facts of a pin board. */
import type { PinFacts, PinUse } from "../pin-board.js";
import type { FirmataFacts, FirmataPin } from "./firmata-client.js";
import { modes } from "./io-pins.js";

export interface NumberedPin {
  readonly number: number;
  readonly facts: PinFacts;
  readonly modes: readonly number[];
  readonly channel: number | null;
}

const modeOfUse: Readonly<Record<PinUse, number>> = {
  input: modes.INPUT,
  output: modes.OUTPUT,
  analog: modes.ANALOG,
  pwm: modes.PWM,
};

const uses: readonly PinUse[] = ["input", "output", "analog", "pwm"];

/** @param reference of the converter, in volts */
export function pinsOf({ pins }: FirmataFacts, reference: number): readonly NumberedPin[] {
  return pins
    .map((pin, number) => numbered(pin, number, reference))
    .filter(({ facts }) => facts.uses.length > 0);
}

function numbered(pin: FirmataPin, number: number, reference: number): NumberedPin {
  const { channel } = pin;
  const able = uses.filter((use) => pin.modes.includes(modeOfUse[use]));
  const can = channel === null ? able.filter((use) => use !== "analog") : able;
  const isAnalog = can.includes("analog");
  const facts: PinFacts = {
    name: isAnalog ? `A${channel}` : `D${number}`,
    aliases: isAnalog ? [`D${number}`, `${number}`] : [`${number}`],
    uses: can,
    analog: isAnalog ? { unit: "V", min: 0, max: reference } : null,
  };
  return { number, facts, modes: pin.modes, channel };
}

/** Is it the board that it was before it was lost? */
export const areSamePins = (one: FirmataFacts, other: FirmataFacts): boolean =>
  JSON.stringify(one.pins) === JSON.stringify(other.pins);
