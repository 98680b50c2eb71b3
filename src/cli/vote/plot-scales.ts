/** The scales of a picture of a recording: where a row stands, and which values are seen. */
import type { PlotData } from "./plot-data.js";

interface Unit {
  readonly name: string;
  readonly seconds: number;
}

const units: readonly Unit[] = [
  { name: "days", seconds: 86_400 },
  { name: "hours", seconds: 3_600 },
  { name: "minutes", seconds: 60 },
  { name: "seconds", seconds: 1 },
];

/** A unit is used from so many of it on. */
const unitsMin = 5;

/** Time since the first row. Where the recording's time stands still, rows are counted instead. */
export class TimeScale {
  readonly name: string;
  readonly min = 0;
  /** Where the last row ends. */
  readonly max: number;
  readonly #positions: readonly number[];

  constructor(times: readonly number[]) {
    const beginS = times[0] ?? 0;
    const span = (times.at(-1) ?? 0) - beginS;
    const unit = units.find(({ seconds }) => span >= unitsMin * seconds) ?? units.at(-1);
    const seconds = unit?.seconds ?? 1;
    const counted = span === 0;
    const rows = `rows 0 to ${times.length - 1}`;
    this.name = counted ? `row (${rows})` : `time since the first row, in ${unit?.name} (${rows})`;
    this.#positions = times.map((timeS, row) => (counted ? row : (timeS - beginS) / seconds));
    this.max = (this.#positions.at(-1) ?? 0) + lastStep(this.#positions);
  }

  /** Where a row begins; past the last row, where the last one ends. */
  at(row: number): number {
    return this.#positions[row] ?? this.max;
  }
}

/** The last row is on for as long as rows usually are. */
function lastStep(positions: readonly number[]): number {
  const rows = positions.length - 1;
  return rows < 1 ? 1 : ((positions[rows] as number) - (positions[0] as number)) / rows;
}

/** How far outside the middle of the values a picture may reach, in heights of that middle. */
const reachMax = 1;
const margin = 0.06;
/** Left and right of this the values are not asked for: a garbled channel must not rule. */
const quantile = 0.02;

export interface ValueRange {
  readonly min: number;
  readonly max: number;
  /** Readings outside it, which are not seen. */
  readonly beyond: number;
}

/**
 * All values where that leaves the voted ones readable; else those about what most channels say,
 * for one spike of a thousand degrees would make all else a line.
 */
export function valueRange(data: PlotData): ValueRange {
  const voted = sorted(data.voted);
  const said = sorted(data.lines.flat());
  const kept = said.slice(
    Math.floor(said.length * quantile),
    Math.ceil(said.length * (1 - quantile)),
  );
  const core = extent(voted.length > 0 ? voted : kept);
  const height = Math.max(core.max - core.min, Math.abs(core.max) * 1e-6, Number.MIN_VALUE);
  const whole = extent([...said.slice(0, 1), ...said.slice(-1), core.min, core.max]);
  const min = Math.max(whole.min, core.min - reachMax * height);
  const max = Math.min(whole.max, core.max + reachMax * height);
  const pad = margin * Math.max(max - min, height);
  const beyond = said.filter((value) => value < min || value > max).length;
  return { min: min - pad, max: max + pad, beyond };
}

const sorted = (values: readonly (number | null)[]): number[] =>
  values.filter((value) => value !== null).sort((one, other) => one - other);

/** Of sorted values, or of none. */
function extent(values: readonly number[]): { readonly min: number; readonly max: number } {
  if (values.length === 0) return { min: 0, max: 1 };
  return { min: Math.min(...ends(values)), max: Math.max(...ends(values)) };
}

const ends = (values: readonly number[]): number[] =>
  values.length <= 4 ? [...values] : [values[0] as number, values.at(-1) as number];

/** Without the digits that a division leaves behind. */
export const plainNumber = (value: number): string => String(Number(value.toPrecision(6)));
