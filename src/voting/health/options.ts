/**
 * How patient channel health is. The counts are of closings in which the channel was judged: a
 * voter that runs at another rate needs no other numbers. The defaults are justified in README.md
 * by the recordings that they were chosen on.
 */
import { assert } from "../../kernel/assert.js";
import type { Complaint } from "./evidence.js";
import { isSilence } from "./evidence.js";

export interface HealthOptions {
  /** A channel is excluded when its strikes reach this. */
  readonly strikesMax: number;
  /** Strikes for a wrong value: STUCK, OUT_OF_RANGE, DISAGREE. */
  readonly strikesPerFault: number;
  /** Strikes for an omission: NO_DATA, STALE_TIMESTAMP. */
  readonly strikesPerOmission: number;
  /** Strikes taken back for an agreement. */
  readonly strikesPerAgreement: number;
  /**
   * How many samples without a complaint an excluded channel must give before it is tried again.
   */
  readonly quarantineSamples: number;
  /** How many consecutive agreements end a probation. */
  readonly probationAgreements: number;
  /** The same for a channel that was only silent; it needs no quarantine. */
  readonly returnAgreements: number;
  /** Re-admissions after wrong values in any hour; the next exclusion is latched. */
  readonly readmissionsPerHourMax: number;
  /** How far the others must move, in the sensor's unit, for a value that stays to be stuck. */
  readonly stuckMove: number;
  /** True where every sample is a new measurement: one with an old source time is then stale. */
  readonly requireNewSource: boolean;
}

/** Stuck is told from steady by a tenth of the tolerance, unless configured. */
const stuckMovePerTolerance = 0.1;

const defaults: Omit<HealthOptions, "stuckMove"> = {
  strikesMax: 30,
  strikesPerFault: 10,
  strikesPerOmission: 3,
  strikesPerAgreement: 5,
  quarantineSamples: 10,
  probationAgreements: 10,
  returnAgreements: 3,
  readmissionsPerHourMax: 4,
  // A sensor slower than the voter repeats its source time honestly; its age bounds it.
  requireNewSource: false,
};

export function healthOptions(given: Partial<HealthOptions>, tolerance: number): HealthOptions {
  const options = { ...defaults, stuckMove: stuckMovePerTolerance * tolerance, ...given };
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "boolean" || name === "stuckMove") continue;
    const least = name === "readmissionsPerHourMax" ? 0 : 1;
    assert(Number.isSafeInteger(value) && value >= least, `${name} is no count: ${value}`);
  }
  assert(options.stuckMove >= 0, `stuckMove is negative: ${options.stuckMove}`);
  return options;
}

export const strikesFor = (options: HealthOptions, complaint: Complaint): number =>
  isSilence(complaint) ? options.strikesPerOmission : options.strikesPerFault;
