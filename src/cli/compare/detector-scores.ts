/** What one detector came to in its trials, summed up. */
import type { Duration } from "../../kernel/time.js";
import type { Detection } from "../../sim/fleet/checkers/detection.js";
import type { TrialResult } from "../../sim/fleet/trials.js";

/** In microseconds. */
export interface Spread {
  readonly median: number;
  readonly max: number;
}

export interface DetectorScore {
  /** Trials that were run. */
  readonly trials: number;
  readonly memberHours: number;
  /** Crashed members that a live one trusted in the end, by pairs; null where nobody crashed. */
  readonly unnoticed: number | null;
  /** Of live members, by a detector itself, for each member and hour, while nothing fails. */
  readonly falseSuspicions: number;
  /** How often a live member was given up in somebody's view. */
  readonly falseDeaths: number;
  /** Live members that somebody gave up, summed over the trials. */
  readonly membersLost: number;
  /** Returns of live members into views, for each member and hour, while nothing fails. */
  readonly flaps: number;
  /** Crash to first suspicion; null where nobody crashed or some crash was not suspected. */
  readonly first: Spread | null;
  readonly everyoneSuspects: Spread | null;
  readonly everyoneGaveUp: Spread | null;
  /** Of a member in a period: the mean of all, and of the one that has most of it. */
  readonly messages: { readonly mean: number; readonly worst: number };
  /** Of frames, as messages. */
  readonly bytes: { readonly mean: number; readonly worst: number };
  /** From the end of a partition or a restart until all views are true; null where none was. */
  readonly healed: Spread | null;
  /** Trials at whose end a view was wrong. */
  readonly unhealed: number;
}

const nothing: DetectorScore = {
  trials: 0,
  memberHours: 0,
  unnoticed: null,
  falseSuspicions: 0,
  falseDeaths: 0,
  membersLost: 0,
  flaps: 0,
  first: null,
  everyoneSuspects: null,
  everyoneGaveUp: null,
  messages: { mean: 0, worst: 0 },
  bytes: { mean: 0, worst: 0 },
  healed: null,
  unhealed: 0,
};

/** @param results of one detector; of several trials, or of one */
export function detectorScore(results: readonly TrialResult[]): DetectorScore {
  if (results.length === 0) return nothing;
  const sum = (of: (result: TrialResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const detections = results.flatMap((result) => result.detections);
  const healing = results.filter(({ trial }) => healingTrials.includes(trial));
  return {
    trials: results.length,
    memberHours: sum((result) => result.memberHours),
    unnoticed: detections.length === 0 ? null : sum((result) => result.unnoticed),
    falseDeaths: sum(({ accuracy }) => accuracy.givenUpInView),
    membersLost: sum(({ accuracy }) => accuracy.givenUp),
    ...timesOf(detections),
    ...atRest(results),
    healed: spreadOf(healing.map(({ converged }) => converged)),
    unhealed: healing.filter(({ converged }) => converged === null).length,
  };
}

const healingTrials: readonly string[] = ["partition", "restart"];

const timesOf = (detections: readonly Detection[]) => ({
  first: spreadOf(detections.map(({ first }) => first)),
  everyoneSuspects: spreadOf(detections.map(({ everyoneSuspects }) => everyoneSuspects)),
  everyoneGaveUp: spreadOf(detections.map(({ everyoneGaveUp }) => everyoneGaveUp)),
});

/** Where the calm was tried, only that counts: what a fault stirs up is not the rest. */
function atRest(
  results: readonly TrialResult[],
): Pick<DetectorScore, "messages" | "bytes" | "falseSuspicions" | "flaps"> {
  const calm = results.filter(({ trial }) => trial === "calm");
  const those = calm.length === 0 ? results : calm;
  const sum = (of: (result: TrialResult) => number) =>
    those.reduce((total, result) => total + of(result), 0);
  const memberHours = sum((result) => result.memberHours);
  return {
    falseSuspicions: sum(({ accuracy }) => accuracy.localSuspicions) / memberHours,
    flaps: sum((result) => result.flaps) / memberHours,
    messages: {
      mean: sum(({ load }) => load.messagesMean) / those.length,
      worst: Math.max(...those.map(({ load }) => load.messagesMax)),
    },
    bytes: {
      mean: sum(({ load }) => load.bytesMean) / those.length,
      worst: Math.max(...those.map(({ load }) => load.bytesMax)),
    },
  };
}

/** Null where there is nothing, or something never happened: then no number would be true. */
export function spreadOf(times: readonly (Duration | null)[]): Spread | null {
  const known = times.filter((time) => time !== null).sort((one, other) => one - other);
  if (known.length === 0 || known.length < times.length) return null;
  const middle = (known.length - 1) / 2;
  const [low = 0, high = 0] = [known[Math.floor(middle)], known[Math.ceil(middle)]];
  return { median: (low + high) / 2, max: known.at(-1) ?? 0 };
}
