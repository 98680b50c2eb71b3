/** What a comparison of detectors suggests, in sentences that its numbers carry, and no others. */
import { recommendedDetector } from "../../detection/recommendation.js";
import type { Duration } from "../../kernel/time.js";
import type { DetectorScores, StudyScores } from "./detector-comparison.js";
import type { DetectorScore, Spread } from "./detector-scores.js";
import { short, timeText } from "./detector-text.js";

export interface FindingsOptions {
  readonly period: Duration;
  readonly ackTimeout: Duration;
  /** The longest that a message may take. */
  readonly delayMax: Duration;
}

export function detectorFindings(
  studies: readonly StudyScores[],
  options: FindingsOptions,
): string[] {
  return [
    ...warnings(options),
    ...studies.flatMap((study) => studyFindings(study, options)),
    ...growth(studies),
  ];
}

function warnings({ ackTimeout, delayMax }: FindingsOptions): string[] {
  const answer = 2 * delayMax;
  if (ackTimeout > answer) return [];
  return [
    `An answer may take ${timeText(answer)}, and who asks waits ${timeText(ackTimeout)}: ` +
      "whoever probes or pings takes slow answers for none. Is the period long enough?",
  ];
}

function studyFindings(study: StudyScores, { period }: FindingsOptions): string[] {
  const { nodes, loss, detectors } = study;
  const about = loss === 0 ? `${nodes} members` : `${nodes} members, loss ${short(100 * loss)} %`;
  const sentences = [
    ...speed(detectors, period),
    ...incomplete(detectors),
    ...accuracy(detectors),
    ...unhealed(detectors),
  ];
  const { detector, lifeguard, reason } = recommendedDetector(nodes);
  const isCompared = detectors.some((entry) => entry.detector.startsWith(detector));
  const name = lifeguard ? `${detector} with Lifeguard` : detector;
  const advice = isCompared ? [`${about}: the default is ${name}. ${reason}`] : [];
  return [...sentences.map((sentence) => `${about}: ${sentence}`), ...advice];
}

/** Who is the first to be known by all, who sends least, and what each pays for it. */
function speed(detectors: readonly DetectorScores[], period: Duration): string[] {
  const timed = detectors.flatMap(({ detector, all }) =>
    all.everyoneSuspects === null ? [] : [{ detector, all, time: all.everyoneSuspects }],
  );
  if (timed.length < 2) return [];
  const [soonest] = [...timed].sort((one, other) => one.time.max - other.time.max);
  const [least] = [...timed].sort((one, other) => one.all.bytes.mean - other.all.bytes.mean);
  if (soonest === undefined || least === undefined) return [];
  const told = ({ all, time }: { all: DetectorScore; time: Spread }): string =>
    `everybody suspects after ${timeText(time.max)} at most, ` +
    `for ${short((all.bytes.mean * 1_000_000) / period)} bytes a second and member`;
  if (soonest === least) return [`${soonest.detector} is soonest and sends least: ${told(least)}.`];
  return [
    `${soonest.detector} is soonest: ${told(soonest)}.`,
    `${least.detector} sends least: ${told(least)}.`,
  ];
}

function incomplete(detectors: readonly DetectorScores[]): string[] {
  const blind = detectors.filter(({ all }) => all.unnoticed !== null && all.unnoticed > 0);
  return blind.length === 0 ? [] : [`${listed(blind)} did not notice every crash everywhere.`];
}

function accuracy(detectors: readonly DetectorScores[]): string[] {
  const deadly = detectors.filter(({ all }) => all.falseDeaths > 0);
  if (deadly.length === 0) {
    return detectors.length < 2 ? [] : ["nobody who lives was declared dead by any detector."];
  }
  return deadly.map(({ detector, all, byTrial }) => {
    const worst = byTrial.filter(({ score }) => score.falseDeaths > 0).map(({ trial }) => trial);
    const times = `${all.falseDeaths} time${all.falseDeaths === 1 ? "" : "s"}`;
    return `${detector} declared a live member dead ${times} (in ${worst.join(", ")}).`;
  });
}

function unhealed(detectors: readonly DetectorScores[]): string[] {
  const torn = detectors.filter(({ all }) => all.unhealed > 0);
  return torn.length === 0
    ? []
    : [`${listed(torn)} left views wrong after a partition or a restart.`];
}

/** How load grows from the smallest to the largest size of one loss. */
function growth(studies: readonly StudyScores[]): string[] {
  const [smallest, ...others] = [...studies].sort((one, other) => one.nodes - other.nodes);
  const largest = others.findLast(
    ({ nodes, loss }) => loss === smallest?.loss && nodes > smallest.nodes,
  );
  if (smallest === undefined || largest === undefined) return [];
  const grown = smallest.detectors.flatMap(({ detector, all }, index) => {
    const then = largest.detectors[index]?.all.messages.mean;
    return then === undefined ? [] : [{ detector, from: all.messages.mean, to: then }];
  });
  const told = grown.map(({ detector, from, to }) => `${detector} ${short(from)} to ${short(to)}`);
  return [
    `Messages of a member in a period, from ${smallest.nodes} to ${largest.nodes} members: ` +
      `${told.join(", ")}.`,
  ];
}

function listed(who: readonly DetectorScores[]): string {
  const names = who.map(({ detector }) => detector);
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}
