/**
 * What to do about a boot loop, decided from the boot journal: how long to wait before this life
 * begins, and whether it begins in safe mode.
 *
 * Only endings that accuse the program or its machine count, each reason by itself: `watchdog`,
 * `panic`, `crash`, `killed`. A mains that flickers must never cost a board its control, however
 * often it does, so `power` does not count; nor do `unknown`, which accuses nobody, and `refused`,
 * where no life has begun. A life that was healthy for long enough forgives all that was before it,
 * and so does an orderly stop: whoever stopped it had the chance to look.
 *
 * The wait doubles with every ending of the same reason, from the second on, up to a cap. The first
 * one is answered at once, for a single crash is what the redundancy is there for.
 *
 * A function over the journal, not a machine with counters of its own: so there is nothing that a
 * power cut could leave half-counted, and nothing to write.
 */
import { type Duration, micros } from "../../kernel/time.js";
import type { BootEntry } from "./boot-journal.js";
import type { BootReason } from "./boot-reason.js";

export const countedReasons = ["watchdog", "panic", "crash", "killed"] as const;
export type CountedReason = (typeof countedReasons)[number];

export interface RestartSettings {
  /** By reason, at how many quick endings of it safe mode begins; at least 1. */
  readonly limits: Readonly<Record<CountedReason, number>>;
  /** The wait after the second quick ending of a reason. */
  readonly backOffFirst: Duration;
  readonly backOffMax: Duration;
  /** A life that ran for so long has proved itself. */
  readonly healthyAfter: Duration;
}

export interface RestartCount {
  readonly reason: CountedReason;
  readonly count: number;
}

export interface RestartDecision {
  readonly backOff: Duration;
  readonly safeMode: boolean;
  /** The reasons that count against it now, none with 0; in the order of `countedReasons`. */
  readonly counts: readonly RestartCount[];
}

/** How a life ended, and whether it had proved itself before. */
interface Ending {
  readonly reason: BootReason;
  readonly healthy: boolean;
}

/**
 * @param starts of the journal, oldest first, without the one to be decided about
 * @param reason why the new life begins: how the last of them ended
 */
export function decideRestart(
  starts: readonly BootEntry[],
  reason: BootReason,
  settings: RestartSettings,
): RestartDecision {
  const tally = tallyOf(endingsOf(starts, reason));
  const counts = countedReasons.flatMap((one) => {
    const count = tally.get(one) ?? 0;
    return count === 0 ? [] : [{ reason: one, count }];
  });
  return {
    backOff: backOffAfter(tally.get(reason) ?? 0, settings),
    safeMode: counts.some((one) => one.count >= settings.limits[one.reason]),
    counts,
  };
}

/** Newest first. The reason of a start is how the life before it ended. */
function endingsOf(starts: readonly BootEntry[], reason: BootReason): readonly Ending[] {
  const lives = starts.toReversed();
  return lives.map(({ healthy }, index) => ({
    reason: lives[index - 1]?.reason ?? reason,
    healthy,
  }));
}

/** Of what is not forgiven. At most as many as the journal has starts. */
function tallyOf(endings: readonly Ending[]): ReadonlyMap<BootReason, number> {
  const tally = new Map<BootReason, number>();
  for (const { reason, healthy } of endings) {
    if (healthy || reason === "request" || reason === "first") break;
    if (isCounted(reason)) tally.set(reason, (tally.get(reason) ?? 0) + 1);
  }
  return tally;
}

const isCounted = (reason: BootReason): boolean =>
  countedReasons.some((counted) => counted === reason);

function backOffAfter(count: number, { backOffFirst, backOffMax }: RestartSettings): Duration {
  if (count < 2) return micros(0);
  return micros(Math.min(backOffMax, backOffFirst * 2 ** (count - 2)));
}

/** For logs and `holdfast status`. */
export function countsText(counts: readonly RestartCount[]): string {
  const words = counts.map(({ reason, count }) => `${reason} ${count} ${times(count)}`);
  return words.join(", ");
}

const times = (count: number): string => (count === 1 ? "time" : "times");
