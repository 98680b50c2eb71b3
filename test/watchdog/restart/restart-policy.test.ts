/** What is done about a boot loop: who counts, who does not, how long it waits, what forgives. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seconds } from "../../../src/kernel/time.js";
import {
  type BootEntry,
  startsMax,
  withStart,
} from "../../../src/watchdog/restart/boot-journal.js";
import { type BootReason, bootReasons } from "../../../src/watchdog/restart/boot-reason.js";
import {
  type CountedReason,
  countedReasons,
  countsText,
  decideRestart,
  type RestartDecision,
  type RestartSettings,
} from "../../../src/watchdog/restart/restart-policy.js";
import { entry } from "./support/entries.js";

const settings: RestartSettings = {
  limits: { watchdog: 3, panic: 3, crash: 3, killed: 5 },
  backOffFirst: seconds(1),
  backOffMax: seconds(30),
  healthyAfter: seconds(300),
};

/** How a life ended; with a `+` it had been healthy before. */
type End = BootReason | `${BootReason}+`;

/** Plays lives that ended so, one after the other, and gives what was decided at each start. */
function play(...ends: readonly End[]): readonly RestartDecision[] {
  let starts: readonly BootEntry[] = [entry({ reason: "first" })];
  return ends.map((end) => {
    const healthy = end.endsWith("+");
    const reason = (healthy ? end.slice(0, -1) : end) as BootReason;
    starts = [...starts.slice(0, -1), { ...(starts.at(-1) ?? entry({})), healthy }];
    const decision = decideRestart(starts, reason, settings);
    starts = withStart(starts, entry({ reason, ...decision }));
    return decision;
  });
}

const modes = (...ends: readonly End[]): readonly boolean[] =>
  play(...ends).map(({ safeMode }) => safeMode);

const waits = (...ends: readonly End[]): readonly number[] =>
  play(...ends).map(({ backOff }) => backOff / 1_000_000);

describe("the restart policy", () => {
  it.each(countedReasons)("RESTART-1: %s in quick succession leads to safe mode", (reason) => {
    const limit = settings.limits[reason];
    const quick = Array<End>(limit).fill(reason);
    expect(modes(...quick)).toEqual([...Array(limit - 1).fill(false), true]);
    expect(play(...quick).at(-1)?.counts).toEqual([{ reason, count: limit }]);
  });

  it("RESTART-1: each reason counts by itself", () => {
    expect(modes("crash", "watchdog", "crash", "watchdog")).toEqual([false, false, false, false]);
    expect(modes("crash", "watchdog", "crash", "watchdog", "crash").at(-1)).toBe(true);
  });

  it("RESTART-2: a mains that flickers never costs anything, however often it does", () => {
    const flicker = Array<End>(100).fill("power");
    expect(new Set(modes(...flicker))).toEqual(new Set([false]));
    expect(new Set(waits(...flicker))).toEqual(new Set([0]));
    expect(play(...flicker).at(-1)?.counts).toEqual([]);
  });

  it.each(["request", "first", "unknown", "refused"] as const)(
    "RESTART-2: nor does %s",
    (reason) => {
      expect(new Set(modes(...Array<End>(40).fill(reason)))).toEqual(new Set([false]));
    },
  );

  it("RESTART-2: power in between neither counts nor forgives, and begins at once", () => {
    expect(modes("crash", "power", "crash", "power", "crash")).toEqual([
      ...[false, false, false, false],
      true,
    ]);
    expect(waits("crash", "crash", "power")).toEqual([0, 1, 0]);
    expect(modes("crash", "crash", "crash", "power").at(-1)).toBe(true);
    expect(modes("crash", "refused", "crash", "refused", "crash").at(-1)).toBe(true);
  });

  it("RESTART-3: waits from the second on, twice as long each time, up to the cap", () => {
    expect(waits(...Array<End>(9).fill("watchdog"))).toEqual([0, 1, 2, 4, 8, 16, 30, 30, 30]);
    expect(waits("crash", "watchdog", "crash", "killed")).toEqual([0, 0, 1, 0]);
  });

  it("RESTART-4: a life that was healthy forgives what was before, its own end too", () => {
    expect(waits("crash", "crash", "crash+", "crash")).toEqual([0, 1, 0, 0]);
    expect(modes("crash", "crash", "crash", "crash+")).toEqual([false, false, true, false]);
    expect(modes("crash", "crash", "crash+", "crash", "crash")).toEqual(Array(5).fill(false));
  });

  it("RESTART-4: an orderly stop forgives as well", () => {
    expect(modes("crash", "crash", "crash", "request")).toEqual([false, false, true, false]);
    expect(waits("crash", "crash", "request", "crash")).toEqual([0, 1, 0, 0]);
  });

  it("RESTART-4: safe mode that was not healthy stays", () => {
    expect(modes("crash", "crash", "crash", "killed", "power")).toEqual([
      ...[false, false],
      ...[true, true, true],
    ]);
  });

  it("RESTART-5: counts at most what the journal holds, and waits at most the cap", () => {
    const end = fc.constantFrom<End>(...bootReasons, ...bootReasons.map((one) => `${one}+` as End));
    fc.assert(
      fc.property(fc.array(end, { maxLength: 60 }), (ends) => {
        for (const { backOff, counts, safeMode } of play(...ends)) {
          expect(backOff).toBeLessThanOrEqual(settings.backOffMax);
          for (const { count } of counts) expect(count).toBeLessThanOrEqual(startsMax);
          const reached = counts.some(({ reason, count }) => count >= settings.limits[reason]);
          expect(safeMode).toBe(reached);
        }
      }),
    );
  });

  it("agrees with counters that are kept along the way", () => {
    const end = fc.constantFrom<End>("crash", "crash+", "power", "watchdog", "request", "killed");
    fc.assert(
      // Below what the journal keeps, or the two would forget at different times.
      fc.property(fc.array(end, { maxLength: startsMax - 1 }), (ends) => {
        const counters = new Map<string, number>();
        const decisions = play(...ends);
        for (const [index, one] of ends.entries()) {
          if (one.endsWith("+") || one === "request") counters.clear();
          else if (countedReasons.includes(one as CountedReason)) {
            counters.set(one, (counters.get(one) ?? 0) + 1);
          }
          const counts = decisions[index]?.counts.map(({ reason, count }) => [reason, count]);
          expect(new Map(counts as [string, number][])).toEqual(counters);
        }
      }),
    );
  });

  it("says what counts in words", () => {
    const counts = play("crash", "killed", "crash").at(-1)?.counts ?? [];
    expect(countsText(counts)).toBe("crash 2 times, killed 1 time");
  });
});
