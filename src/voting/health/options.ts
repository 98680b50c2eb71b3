/**
 * How patient channel health is. The counts are of closings in which the channel was judged: a
 * voter that runs at another rate needs no other numbers. The defaults are justified in README.md
 * by the recordings that they were chosen on.
 */
import { assert } from "../../kernel/assert.js";
import { type Duration, seconds } from "../../kernel/time.js";
import { type Complaint, isSilence } from "./evidence.js";

export interface HealthOptions {
  /** The confirm counter: a channel is excluded when its strikes reach this. */
  readonly strikesMax: number;
  /** Strikes for a wrong value: all complaints but omissions. */
  readonly strikesPerFault: number;
  /** Strikes for an omission: NO_DATA, LATE, STALE_TIMESTAMP. */
  readonly strikesPerOmission: number;
  /** The heal counter: strikes taken back for an agreement. */
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
  /** How long an exclusion for wrong values lasts at least before the quarantine may begin. */
  readonly dwell: Duration;
  /** Exclusions for these are latched at once. */
  readonly latchOn: readonly Complaint[];
  /** A channel excluded for silence, and silent for so long after, has crashed. */
  readonly crashAfter: Duration;
  /** A fault is permanent when its channel gave no good sample for so long after its exclusion. */
  readonly permanentAfter: Duration;
  /** How far the others must move, in the sensor's unit, for a value that stays to be stuck. */
  readonly stuckMove: number;
  /** True where every sample is a new measurement: one with an old source time is then stale. */
  readonly requireNewSource: boolean;
  /**
   * How fast the quantity can change at most, in the sensor's unit a second; may be infinite. From
   * the last value that could be true a sample may be so far away, and the tolerance more.
   */
  readonly rateMax: number;
  /** The most that the mean distance from the voted value may be, in the sensor's unit. */
  readonly biasMax: number;
  /** The most that this distance may change from sample to sample, in the mean. */
  readonly noiseMax: number;
  /**
   * A channel is dead when its activity falls below this part of what it was, while that of the
   * others does not; 0 for never.
   */
  readonly deadRatio: number;
  /** Over how many closings the share of bad samples is taken. */
  readonly densityWindow: number;
  /** The most that this share may be; an omission counts as much less as its strikes are fewer. */
  readonly densityMax: number;
  /** The most that the channels may step together in one closing, in the sensor's unit. */
  readonly commonStepMax: number;
}

/** Stuck is told from steady by a tenth of the tolerance, unless configured. */
const stuckMovePerTolerance = 0.1;

const defaults = {
  strikesMax: 30,
  strikesPerFault: 10,
  strikesPerOmission: 3,
  strikesPerAgreement: 5,
  quarantineSamples: 10,
  probationAgreements: 10,
  returnAgreements: 3,
  readmissionsPerHourMax: 4,
  dwell: seconds(0),
  latchOn: [],
  crashAfter: seconds(10),
  permanentAfter: seconds(600),
  // A sensor slower than the voter repeats its source time honestly; its age bounds it.
  requireNewSource: false,
  rateMax: Number.POSITIVE_INFINITY,
  deadRatio: 0.1,
  densityWindow: 100,
  densityMax: 0.1,
} satisfies Partial<HealthOptions>;

const counts = [
  "strikesMax",
  "strikesPerFault",
  "strikesPerOmission",
  "strikesPerAgreement",
  "quarantineSamples",
  "probationAgreements",
  "returnAgreements",
  "densityWindow",
] as const;

const measures = ["stuckMove", "rateMax", "biasMax", "noiseMax", "commonStepMax"] as const;
const shares = ["deadRatio", "densityMax"] as const;

export function healthOptions(given: Partial<HealthOptions>, tolerance: number): HealthOptions {
  const options = { ...defaults, ...perTolerance(tolerance), ...given };
  for (const name of counts) checkCount(name, options[name], 1);
  checkCount("readmissionsPerHourMax", options.readmissionsPerHourMax, 0);
  for (const name of measures) assert(options[name] >= 0, `${name} is negative: ${options[name]}`);
  for (const name of shares) {
    const value = options[name];
    assert(value >= 0 && value <= 1, `${name} is no share: ${value}`);
  }
  return options;
}

const perTolerance = (tolerance: number) => ({
  stuckMove: stuckMovePerTolerance * tolerance,
  biasMax: tolerance,
  // A healthy channel may go from one edge of the tolerance to the other.
  noiseMax: 2 * tolerance,
  commonStepMax: tolerance,
});

function checkCount(name: string, value: number, least: number): void {
  assert(Number.isSafeInteger(value) && value >= least, `${name} is no count: ${value}`);
}

export const strikesFor = (options: HealthOptions, complaint: Complaint): number =>
  isSilence(complaint) ? options.strikesPerOmission : options.strikesPerFault;
