/**
 * The same computation several times, one after the other, and a vote: time redundancy in its
 * plainest form. It masks what is transient. What is wrong every time alike it cannot see, since
 * all repeats agree; for that the operands must change their form (word-unit.ts), or the version
 * (../n-version).
 */
import { UsageError } from "../../kernel/assert.js";
import { readPlain } from "../structured/plain-value.js";
import {
  type FailedParticipant,
  type StructuredBallot,
  type StructuredOutcome,
  structuredVote,
} from "../structured/structured-vote.js";
import { thrownText } from "../structured/thrown-text.js";
import { compileTolerance, type Tolerance } from "../structured/tolerance.js";
import type { Finding } from "./checked-word.js";

export interface RepeatOptions {
  /** How often, from 2 to `repeatsMax`. It takes 3 to mask, 2 only show. */
  readonly times: number;
  /** Default 0. */
  readonly tolerance?: Tolerance;
}

export const repeatsMax = 32;

export interface Repetition {
  /** The repeats are named "0", "1", ... */
  readonly outcome: StructuredOutcome;
  /**
   * `clean`: all repeats agree, which also a fault makes them do that is there all the time.
   * `transient`: most agree. `permanent`: there is no majority, so it was not repeated away.
   */
  readonly finding: Finding;
}

/**
 * @param compute is given the number of the repeat, from 0, and may throw
 * @throws UsageError for a count out of its range
 */
export function repeatAndVote(
  compute: (repeat: number) => unknown,
  { times, tolerance = 0 }: RepeatOptions,
): Repetition {
  if (!Number.isSafeInteger(times) || times < 2 || times > repeatsMax) {
    throw new UsageError(`${times} repeats: 2 to ${repeatsMax} are expected`);
  }
  const ballots: StructuredBallot[] = [];
  const failed: FailedParticipant[] = [];
  for (let repeat = 0; repeat < times; repeat += 1) {
    const once = computeOnce(compute, repeat);
    if ("value" in once) ballots.push(once);
    else failed.push(once);
  }
  const toleranceOf = compileTolerance(tolerance);
  const outcome = structuredVote({ ballots, failed, toleranceOf });
  return { outcome, finding: findingOf(outcome) };
}

function computeOnce(
  compute: (repeat: number) => unknown,
  repeat: number,
): StructuredBallot | FailedParticipant {
  const participant = String(repeat);
  try {
    const reading = readPlain(compute(repeat));
    if (!reading.ok) return { participant, reason: `malformed: ${reading.reason}` };
    if (reading.value === null) return { participant, reason: "malformed: it is null" };
    return { participant, value: reading.value };
  } catch (error) {
    return { participant, reason: `threw: ${thrownText(error)}` };
  }
}

function findingOf({ value, status }: StructuredOutcome): Finding {
  if (value === null) return "permanent";
  return status === "ok" ? "clean" : "transient";
}
