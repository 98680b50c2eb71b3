/** Every voter in the same trials: the comparison as a value, for a table, an object, a picture. */
import type { Recording } from "../../../boards/recording/csv.js";
import type { HealthOptions } from "../../voting/sensor-voter.js";
import type { Voter } from "../../voting/voter.js";
import type { VoteRequest } from "../vote/vote-recording.js";
import { drawTrial, type FaultKind, type Trial } from "./voter-faults.js";
import { type Score, scoreOf } from "./voter-scores.js";
import { runTrial, type TrialResult } from "./voter-trial.js";

export interface ComparisonOptions {
  readonly recording: Recording;
  readonly voters: readonly Voter[];
  readonly kinds: readonly FaultKind[];
  readonly tolerance: number;
  readonly health: Partial<HealthOptions>;
  /** How large a bias is, in the sensor's unit; the other faults follow it. More than 0. */
  readonly size: number;
  readonly seed: number;
  /** Trials for each kind of fault. */
  readonly trials: number;
}

export interface VoterScores {
  readonly voter: string;
  /** The whole recording without a fault; its rows count as if they were faulty. */
  readonly faultFree: Score;
  /** One faulty channel at a time; null where no such fault was asked for. */
  readonly one: Score | null;
  /** Several at once. */
  readonly several: Score | null;
  readonly byFault: readonly { readonly fault: string; readonly score: Score }[];
}

/** @param told after each voter's trials of one kind: how many are done, of how many */
export function compareVoters(
  options: ComparisonOptions,
  told: (done: number, total: number) => void,
): VoterScores[] {
  const { voters, kinds, trials: count, recording } = options;
  const trials = kinds.map((kind) => {
    const turns = Array.from({ length: count }, (_, turn) => turn);
    return turns.map((turn) => drawTrial({ ...options, kind, turn }));
  });
  const total = voters.length * kinds.length;
  return voters.map((voter, place) => {
    const faultFree = runTrial(requestFor(options, voter, { recording, faults: [] }));
    const results = trials.map((ofKind, index) => {
      const done = ofKind.map((trial) => runTrial(requestFor(options, voter, trial)));
      told(place * kinds.length + index + 1, total);
      return done;
    });
    return scoresOf(voter.name, kinds, faultFree, results);
  });
}

function requestFor(options: ComparisonOptions, voter: Voter, trial: Trial): VoteRequest {
  const { tolerance, health, seed } = options;
  const anything = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY, ageMax: null };
  return { ...trial, ...anything, voter, tolerance, health, seed, reference: false };
}

function scoresOf(
  voter: string,
  kinds: readonly FaultKind[],
  faultFree: TrialResult,
  results: readonly (readonly TrialResult[])[],
): VoterScores {
  const together = (several: boolean): Score | null => {
    const chosen = results.filter((_, index) => kinds[index]?.several === several);
    return chosen.length === 0 ? null : scoreOf(chosen.flat());
  };
  return {
    voter,
    faultFree: scoreOf([faultFree], true),
    one: together(false),
    several: together(true),
    byFault: kinds.map(({ name }, index) => ({
      fault: name,
      score: scoreOf(results[index] ?? []),
    })),
  };
}
