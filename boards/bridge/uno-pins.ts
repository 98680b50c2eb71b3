/** The pins of the bridge: those of an Arduino Uno, by the numbers that the protocol gives them. */
import type { PinFacts, PinUse } from "../pin-board.js";

/** D0 and D1 are the line itself. */
export const firstPin = 2;
export const lastPin = 19;
const firstAnalog = 14;

/** In volts, with the supply as the reference. */
export const referenceVolts = 5;

/** Of the converter, which gives `volts / reference * 1024`, at most 1,023. */
export const analogSteps = 1_024;

/** In hertz, as the firmware runs the timers. */
export const pwmFrequencies: ReadonlyMap<number, number> = new Map([
  [3, 977],
  [5, 977],
  [6, 977],
  [9, 1_000],
  [10, 1_000],
  [11, 977],
]);

export interface UnoPin extends PinFacts {
  /** On the line. */
  readonly number: number;
}

export const unoPins: readonly UnoPin[] = Array.from(
  { length: lastPin - firstPin + 1 },
  (_, index) => pinOf(firstPin + index),
);

function pinOf(number: number): UnoPin {
  return number < firstAnalog ? digital(number) : analog(number, number - firstAnalog);
}

function digital(number: number): UnoPin {
  const uses: PinUse[] = ["input", "output"];
  if (pwmFrequencies.has(number)) uses.push("pwm");
  const aliases = [String(number), ...(number === 13 ? ["LED"] : [])];
  return { number, name: `D${number}`, aliases, uses, analog: null };
}

/** An analog pin is a digital one as well, under the next numbers. */
function analog(number: number, channel: number): UnoPin {
  return {
    number,
    name: `A${channel}`,
    aliases: [`D${number}`, String(number)],
    uses: ["input", "output", "analog"],
    analog: { unit: "V", min: 0, max: referenceVolts },
  };
}
