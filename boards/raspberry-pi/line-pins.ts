/** The pins of a chip: those of the header on a Pi, all of its lines on another machine. */
import type { PinFacts, PinUse } from "../pin-board.js";
import type { LinePlace } from "./back-end.js";
import { header, namesOf } from "./header.js";

export interface LinePin {
  readonly facts: PinFacts;
  readonly place: LinePlace;
}

/** Of a chip with more lines the rest has no names here. */
export const linesMax = 512;

const digital: readonly PinUse[] = ["input", "output"];

/** @param hasPwm has this line a channel that can be used now? */
export function headerPins(hasPwm: (line: number) => boolean): readonly LinePin[] {
  return header.map((pin) => {
    const { name, aliases } = namesOf(pin);
    const uses: readonly PinUse[] = hasPwm(pin.line) ? [...digital, "pwm"] : digital;
    return {
      facts: { name, aliases, uses, analog: null },
      place: { pin: name, offset: pin.line },
    };
  });
}

/**
 * Each line has the name `LINE<n>`; that of the board's description comes first where there is one
 * and no line before it has the same.
 */
export function chipPins(
  lines: number,
  nameOf: (offset: number) => string | null,
): readonly LinePin[] {
  const taken = new Set<string>();
  return Array.from({ length: Math.min(lines, linesMax) }, (_, offset) => {
    const number = `LINE${offset}`;
    const told = nameOf(offset) ?? "";
    const isNew = told !== "" && !taken.has(told.toLowerCase()) && !/^LINE\d+$/i.test(told);
    const name = isNew ? told : number;
    taken.add(name.toLowerCase());
    const aliases = isNew ? [number] : [];
    return {
      facts: { name, aliases, uses: digital, analog: null },
      place: { pin: name, offset },
    };
  });
}
