/**
 * Period and time-out of all-to-all heartbeats for a link and wishes: of all settings that detect a
 * crash in time and are mistaken seldom enough, those with the longest period.
 *
 * A time-out of `m` periods and a bound of lateness is outlived by `m` beats in a row that are lost
 * or later than that, and by nothing less. A crash is suspected at most the time-out after the last
 * beat arrived, and that was late itself: so the time-out is the wished time less that lateness.
 */
import { type Duration, micros } from "../../kernel/time.js";
import { carriesNothing, type LinkQuality } from "./link-quality.js";
import { mistakesPerBeat } from "./mistakes.js";
import {
  type FalseAlarms,
  falseAlarmRate,
  roundDown,
  roundUp,
  smallestWithin,
  type Unmet,
  type Wishes,
} from "./wishes.js";

export interface HeartbeatAdvice {
  readonly period: Duration;
  readonly suspectAfter: Duration;
  /** So many beats in a row, lost or later than `latenessBorne`, are a false alarm. */
  readonly missedBeats: number;
  readonly latenessBorne: Duration;
  readonly falseAlarms: FalseAlarms;
  /** From a crash to the suspicion, at the longest, if the last beat was no later than that. */
  readonly detectionMax: Duration;
  /** Of the whole cluster. */
  readonly framesPerSecond: number;
}

export interface Advice<Settings> {
  /** The best there is, also where it does not fulfil all wishes; null where there is none. */
  readonly settings: Settings | null;
  readonly unmet: readonly Unmet[];
}

/** On a link that carries nothing. */
export const hopeless: Advice<never> = {
  settings: null,
  unmet: [{ kind: "too-many-false-alarms", withinMin: null }],
};

/** A beat a millisecond is the most that a small board sends beside its work. */
export const periodMin = 1_000;

/** With a longer run of misses to bear, the period only gets shorter for nothing. */
export const missedBeatsMax = 32;

export function adviseHeartbeat(link: LinkQuality, wishes: Wishes): Advice<HeartbeatAdvice> {
  if (carriesNothing(link)) return hopeless;
  const all = settingsWithin(link, wishes);
  const best = bestOf(all, wishes);
  if (best !== null) return { settings: best, unmet: [] };
  const fulfils = (within: Duration): boolean =>
    bestOf(settingsWithin(link, { ...wishes, within }), wishes) !== null;
  const withinMin = smallestWithin(wishes.within, fulfils);
  const leastMistaken = all.reduce<HeartbeatAdvice | null>(lessMistaken, null);
  if (leastMistaken !== null) {
    return { settings: leastMistaken, unmet: [{ kind: "too-many-false-alarms", withinMin }] };
  }
  return { settings: null, unmet: [{ kind: "too-soon", withinMin: soonest(link) }] };
}

/** Below this no beat can be missed at all. */
function soonest({ bounds, latenessMax }: LinkQuality): Duration {
  return micros(roundUp(latenessMax) + roundUp(bounds[0] ?? 0) + periodMin);
}

/** For each bound and number of misses the setting with the longest period that is in time. */
function settingsWithin(link: LinkQuality, wishes: Wishes): readonly HeartbeatAdvice[] {
  const timeout = wishes.within - roundUp(link.latenessMax);
  return link.bounds.flatMap((bound) => {
    const latenessBorne = roundUp(bound);
    const counts = Array.from({ length: missedBeatsMax }, (_, index) => index + 1);
    return counts.flatMap((missedBeats) => {
      const period = roundDown((timeout - latenessBorne) / missedBeats);
      if (period < periodMin || (missedBeats === 1 && latenessBorne === 0)) return [];
      return [settingOf(link, wishes, period, missedBeats, latenessBorne)];
    });
  });
}

function settingOf(
  link: LinkQuality,
  { nodes }: Wishes,
  period: number,
  missedBeats: number,
  latenessBorne: number,
): HeartbeatAdvice {
  const suspectAfter = micros(missedBeats * period + latenessBorne);
  const beatsPerSecond = (nodes * (nodes - 1) * 1_000_000) / period;
  const byRuns = link.runs(latenessBorne, missedBeats);
  return {
    ...{ period: micros(period), suspectAfter, missedBeats, latenessBorne: micros(latenessBorne) },
    falseAlarms: {
      independent: beatsPerSecond * mistakesPerBeat(link.missed, period, suspectAfter),
      byRuns: byRuns === null ? null : beatsPerSecond * byRuns,
    },
    detectionMax: micros(suspectAfter + roundUp(link.latenessMax)),
    framesPerSecond: beatsPerSecond,
  };
}

function bestOf(all: readonly HeartbeatAdvice[], wishes: Wishes): HeartbeatAdvice | null {
  return all
    .filter(({ falseAlarms }) => falseAlarmRate(falseAlarms) <= wishes.falseAlarmsPerSecond)
    .reduce<HeartbeatAdvice | null>((best, one) => (isBetter(one, best) ? one : best), null);
}

/** A longer period is less work for everybody; of two that are equal, the one less mistaken. */
function isBetter(one: HeartbeatAdvice, best: HeartbeatAdvice | null): boolean {
  if (best === null || one.period !== best.period) return one.period > (best?.period ?? 0);
  return falseAlarmRate(one.falseAlarms) < falseAlarmRate(best.falseAlarms);
}

const lessMistaken = (best: HeartbeatAdvice | null, one: HeartbeatAdvice): HeartbeatAdvice =>
  best === null || falseAlarmRate(one.falseAlarms) < falseAlarmRate(best.falseAlarms) ? one : best;
