/** Every detector in the same trials: the comparison as a value, for table, object and picture. */
import type { Contender, FleetStudy } from "../../sim/fleet/study.js";
import { type FleetTrial, runFleetTrial, type TrialResult } from "../../sim/fleet/trials.js";
import { type DetectorScore, detectorScore } from "./detector-scores.js";

export interface DetectorComparisonOptions {
  /** One for each size and loss that is compared. */
  readonly studies: readonly FleetStudy[];
  readonly contenders: readonly Contender[];
  readonly trials: readonly FleetTrial[];
  /** How often each trial is run. */
  readonly seeds: number;
  readonly seed: number;
}

export interface DetectorScores {
  readonly detector: string;
  readonly all: DetectorScore;
  readonly byTrial: readonly { readonly trial: string; readonly score: DetectorScore }[];
}

export interface StudyScores {
  readonly nodes: number;
  readonly loss: number;
  readonly detectors: readonly DetectorScores[];
}

/** @param told after each detector's runs of one trial: how many are done, of how many */
export function compareDetectors(
  options: DetectorComparisonOptions,
  told: (done: number, total: number) => void,
): StudyScores[] {
  const { studies, contenders, trials } = options;
  const total = studies.length * contenders.length * trials.length;
  let done = 0;
  const tell = (): void => {
    done += 1;
    told(done, total);
  };
  return studies.map((study) => ({
    nodes: study.nodes,
    loss: study.loss,
    detectors: contenders.map((contender) => scoresOf(options, study, contender, tell)),
  }));
}

function scoresOf(
  { trials, seeds, seed }: DetectorComparisonOptions,
  study: FleetStudy,
  contender: Contender,
  tell: () => void,
): DetectorScores {
  const turns = Array.from({ length: seeds }, (_, turn) => seed + turn);
  const results = trials.map((trial): readonly TrialResult[] => {
    const ofTrial = turns.map((turn) => runFleetTrial(trial, study, contender, turn));
    tell();
    return ofTrial;
  });
  return {
    detector: contender.name,
    all: detectorScore(results.flat()),
    byTrial: trials.map(({ name }, index) => ({
      trial: name,
      score: detectorScore(results[index] ?? []),
    })),
  };
}
