/** A quantity that the kernel gives in a file, as an analog pin. */
import type { PinFacts } from "../../pin-board.js";

export interface Sensor {
  readonly facts: PinFacts;
  readonly path: string;
  /** From the number in the file to the unit: (number + offset) * scale. */
  readonly offset: number;
  readonly scale: number;
}

export interface Quantity {
  readonly unit: string;
  /** From the kernel's unit to this one. */
  readonly factor: number;
  /** What such a sensor can mean, where nobody knows more. */
  readonly min: number;
  readonly max: number;
}

export const quantity = (unit: string, factor: number, min: number, max: number): Quantity => ({
  unit,
  factor,
  min,
  max,
});

export function sensorFacts(
  name: string,
  aliases: readonly string[],
  { unit, min, max }: Quantity,
): PinFacts {
  return { name, aliases, uses: ["analog"], analog: { unit, min, max } };
}

/** Texts of drivers become names: no blanks, and nothing that a terminal or a file would mind. */
export const wordOf = (text: string): string =>
  text
    .trim()
    .replace(/[^\w.+-]+/g, "_")
    .slice(0, 40);

/** Null for a text that is no number. */
export function numberIn(text: string | null): number | null {
  const word = text?.trim() ?? "";
  if (word === "" || word.length > 64) return null;
  const value = Number(word);
  return Number.isFinite(value) ? value : null;
}
