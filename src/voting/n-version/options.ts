/** What an N-version machine is made of, and what it allows its versions. */
import { UsageError } from "../../kernel/assert.js";
import { type Duration, millis, seconds } from "../../kernel/time.js";
import type { PlainLimits } from "../structured/plain-value.js";
import { plainLimits } from "../structured/plain-value.js";
import { participantsMax, type VoteRule } from "../structured/structured-vote.js";
import type { Tolerance } from "../structured/tolerance.js";

export interface NVersionOptions {
  /** The names of the versions, each once; 1 to `participantsMax`. Of one, nothing is believed. */
  readonly versions: readonly string[];
  /** How long a call may take, from its being asked; then those without an answer have hung. */
  readonly deadline: Duration;
  /** Default 0: results must be equal. */
  readonly tolerance?: Tolerance;
  /** Default `majority`, of the versions that were asked. */
  readonly rule?: VoteRule;
  /** What differs from `defaultPatience`. */
  readonly patience?: Partial<Patience>;
  /** How large an answer may be. Default `plainLimits`. */
  readonly answerLimits?: PlainLimits;
}

/** How long a version that fails is borne. */
export interface Patience {
  /** So many failures in a row, of whatever kind, put it into quarantine; at least 1. */
  readonly failuresMax: number;
  /** For so many calls it is then not asked; at least 1. */
  readonly quarantineCalls: number;
  /** So many quarantines are borne; the next one is for good. At least 0. */
  readonly quarantinesMax: number;
  /** After so many agreements in a row its quarantines are forgotten; at least 1. */
  readonly forgetAfter: number;
  /** The wait before the first restart; it doubles with each that no agreement followed. */
  readonly restartAfter: Duration;
  readonly restartAfterMax: Duration;
  /** So many restarts without an agreement are tried; then it is latched. At least 0. */
  readonly restartsMax: number;
  /** How long a restart may take until `ready`. */
  readonly startMax: Duration;
}

export const defaultPatience: Patience = Object.freeze({
  failuresMax: 3,
  quarantineCalls: 10,
  quarantinesMax: 3,
  forgetAfter: 1_000,
  restartAfter: millis(100),
  restartAfterMax: seconds(10),
  restartsMax: 5,
  startMax: seconds(10),
});

/** @throws UsageError for options that make no machine */
export function checkOptions(options: NVersionOptions): void {
  const { versions, deadline } = options;
  if (versions.length < 1 || versions.length > participantsMax) {
    throw new UsageError(`${versions.length} versions: 1 to ${participantsMax} are expected`);
  }
  const twice = versions.find((name, index) => versions.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`two versions are named ${twice}`);
  if (!(deadline > 0)) throw new UsageError(`a deadline of ${deadline} us: no call could meet it`);
}

/** @throws UsageError for a count that is none */
export function patienceOf(given: Partial<Patience> = {}): Patience {
  const patience = { ...defaultPatience, ...given };
  for (const [name, value] of Object.entries(patience)) {
    const least = name === "quarantinesMax" || name === "restartsMax" ? 0 : 1;
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new UsageError(`${name} is ${value}: a whole number, at least ${least}, is expected`);
  }
  return patience;
}

export const answerLimitsOf = (options: NVersionOptions): PlainLimits =>
  options.answerLimits ?? plainLimits;
