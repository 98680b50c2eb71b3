/** What tells one microcontroller from another, as data. */
import type { AdcPart } from "./adc.js";
import type { TimerPart } from "./timer.js";
import type { UsartPart } from "./usart.js";
import type { WatchdogPart } from "./watchdog.js";

export interface Part {
  readonly name: string;
  readonly flashBytes: number;
  /** Registers and RAM: the stack begins at its end. */
  readonly dataBytes: number;
  /** Where the RAM begins: what is before it does not outlive a reset. */
  readonly ramStart: number;
  readonly eepromBytes: number;
  readonly eepromVector: number;
  readonly ports: readonly PortPart[];
  readonly pinChanges: readonly PinChangePart[];
  readonly timers: readonly TimerPart[];
  readonly usarts: readonly UsartPart[];
  readonly adc: AdcPart;
  readonly watchdog: WatchdogPart;
  readonly pins: readonly PinPart[];
}

export interface PortPart {
  readonly letter: string;
  /** Of PINx; DDRx and PORTx follow it. */
  readonly address: number;
  readonly external: readonly ExternalInterruptPart[];
}

export interface ExternalInterruptPart {
  /** The bit of the port. */
  readonly bit: number;
  readonly index: number;
  readonly vector: number;
}

/** A group of pins that share an interrupt. */
export interface PinChangePart {
  readonly index: number;
  readonly mask: number;
  readonly vector: number;
  readonly members: readonly PinChangeMember[];
}

export interface PinChangeMember {
  readonly letter: string;
  /** The bits of the port that are in the group. */
  readonly bits: number;
  /** From the bit of the port to that of the mask register. */
  readonly offset: number;
}

export interface PinPart {
  /** As in the datasheet: `PB5`. */
  readonly name: string;
  /** As on an Arduino with this part: `D13`, `A0`. */
  readonly arduino: string;
  /** The channel of the ADC, or null. */
  readonly channel: number | null;
}

/** The pin of that name, in any case of letters; null where the part has none. */
export function partPin(part: Part, name: string): PinPart | null {
  const wanted = name.toUpperCase();
  return part.pins.find((pin) => pin.name === wanted || pin.arduino === wanted) ?? null;
}

/** Pins in the order of their numbers, from the names that the datasheet gives them. */
export const arduinoPins = (
  first: "D" | "A",
  names: string,
  channel: number | null = null,
): readonly PinPart[] =>
  names.split(" ").map((name, index) => ({
    name,
    arduino: `${first}${index}`,
    channel: channel === null ? null : channel + index,
  }));
