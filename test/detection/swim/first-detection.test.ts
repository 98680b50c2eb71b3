/**
 * How soon somebody probes a member that has crashed, in simulation against the closed form (Das,
 * Gupta and Motivala 2002, sections 3.1 and 4.3).
 *
 * A member crashes at a random phase. From then on each other member chooses once in every whole
 * period, so the number of the period in which it is first chosen is geometric: it is what the
 * paper counts, without the period that the probe itself takes until it has failed.
 */
import { describe, expect, it } from "vitest";
import {
  firstDetectionPeriods,
  roundRobinPeriodsMax,
} from "../../../src/detection/swim/analysis.js";
import type { Selection } from "../../../src/detection/swim/round-robin.js";
import { swimProbing, swimProbingWith } from "../../../src/detection/swim/swim-probing.js";
import type { NodeId } from "../../../src/kernel/ids.js";
import { Prng } from "../../../src/kernel/prng.js";
import { after, type Instant, micros } from "../../../src/kernel/time.js";
import {
  atPeriod,
  type DetectorFleet,
  detectorFleet,
  memberNames,
  period,
} from "./support/detector-fleet.js";
import { errorsAllowed, mean } from "./support/samples.js";

/** Sizes, and how many crashes are looked at; the larger ones take longer. */
const sizes = [
  [3, 1_500],
  [5, 1_500],
  [10, 1_000],
  [25, 700],
  [50, 500],
  [100, 400],
] as const;

const isOwnPing = (body: unknown): boolean => (body as unknown[])[0] === 0 && !hasOrigin(body);
const hasOrigin = (body: unknown): boolean => (body as unknown[]).length > 3;

/** The numbers of the periods in which members that crashed one after another were first chosen. */
function firstChoices(selection: Selection, members: number, crashes: number): number[] {
  const kind = swimProbingWith({ selection });
  const fleet = detectorFleet({ kind, members, seed: 1_000 + members, settings: { relays: 0 } });
  const dice = new Prng(members);
  const names = memberNames(members);
  let victim: NodeId | null = null;
  let chosenAt: Instant | null = null;
  fleet.watch({
    message: (at, _source, target, body) => {
      if (target === victim && isOwnPing(body)) chosenAt ??= at;
    },
  });
  return Array.from({ length: crashes }, () => {
    fleet.run(after(fleet.now, micros(period + dice.below(period))));
    const crashed = names[dice.below(members)] as NodeId;
    const crashedAt = fleet.now;
    fleet.crash(crashed);
    [victim, chosenAt] = [crashed, null];
    const number = periodsUntil(fleet, crashedAt, () => chosenAt);
    victim = null;
    fleet.boot(crashed);
    return number;
  });
}

function periodsUntil(fleet: DetectorFleet, start: Instant, seen: () => Instant | null): number {
  for (let slice = 0; slice < 1_000; slice += 1) {
    const at = seen();
    if (at !== null) return Math.floor((at - start) / period) + 1;
    fleet.run(after(fleet.now, micros(period / 4)));
  }
  throw new Error("nobody probes it");
}

/** Of a geometric distribution with this mean, so many drawn. */
const geometricError = (expected: number, count: number): number =>
  Math.sqrt((expected * (expected - 1)) / count);

describe("first detection (SWIM-16)", () => {
  it.each(sizes)("by uniform choice among %i members is geometric, as published", (n, crashes) => {
    const numbers = firstChoices("uniform", n, crashes);
    const expected = firstDetectionPeriods(n);
    const tolerance = errorsAllowed * geometricError(expected, crashes);
    expect(Math.abs(mean(numbers) - expected)).toBeLessThan(tolerance);
    // One in 1/expected is chosen in the first period.
    const inFirst = numbers.filter((number) => number === 1).length / crashes;
    const chance = 1 / expected;
    const shareError = Math.sqrt((chance * (1 - chance)) / crashes);
    expect(Math.abs(inFirst - chance)).toBeLessThan(errorsAllowed * shareError);
  });

  it.each(sizes)("by random round robin among %i members is no later in the mean", (n, crashes) => {
    const numbers = firstChoices("round-robin", n, crashes);
    const expected = firstDetectionPeriods(n);
    const tolerance = errorsAllowed * geometricError(expected, crashes);
    expect(mean(numbers)).toBeLessThan(expected + tolerance);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(roundRobinPeriodsMax(n - 1));
  });

  it("a suspicion follows one period after the choice", () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const fleet = detectorFleet({ kind: swimProbing, members: 10, seed });
      const victim = memberNames(10)[3] as NodeId;
      const chosenAt: Instant[] = [];
      const suspectedAt: Instant[] = [];
      fleet.watch({
        message: (at, _source, target, body) => {
          if (!fleet.isUp(victim) && target === victim && isOwnPing(body)) chosenAt.push(at);
        },
        output: (at, _member, output) => {
          if (output.kind === "peer-suspected") suspectedAt.push(at);
        },
      });
      fleet.run(atPeriod(2 + seed / 20));
      fleet.crash(victim);
      fleet.run(atPeriod(30));
      // An ack may have been lost with the crash, of a probe that was sent just before it.
      const first = (chosenAt[0] as Instant) + period;
      expect(suspectedAt.filter((at) => at <= first).at(-1)).toBe(first);
    }
  });
});

describe("random round robin (SWIM-2)", () => {
  it.each([2, 3, 5, 10, 25])("among %i members probes each within 2n - 1 periods, always", (n) => {
    const loss = 0.1;
    const fleet = detectorFleet({ kind: swimProbing, members: n, seed: n, loss });
    const lastAt = new Map<string, Instant>();
    let longest = 0;
    fleet.watch({
      message: (at, source, target, body) => {
        if (!isOwnPing(body)) return;
        const pair = `${source} ${target}`;
        longest = Math.max(longest, at - (lastAt.get(pair) ?? atPeriod(0)));
        lastAt.set(pair, at);
      },
    });
    fleet.run(atPeriod(20 * n));
    expect(lastAt.size).toBe(n * (n - 1));
    expect(longest).toBeLessThanOrEqual(roundRobinPeriodsMax(n - 1) * period);
    // The bound is sharp: somebody came close to it.
    const close = Math.min(roundRobinPeriodsMax(n - 1), 1.5 * (n - 1));
    expect(longest).toBeGreaterThanOrEqual(close * period);
  });

  it("makes every member suspect a crashed one within 2n periods (completeness)", () => {
    for (const n of [2, 3, 8, 20]) {
      const fleet = detectorFleet({ kind: swimProbing, members: n, seed: n });
      const accusers = new Set<NodeId>();
      fleet.watch({
        output: (_at, member, output) => {
          if (output.kind === "peer-suspected") accusers.add(member);
        },
      });
      fleet.run(atPeriod(3.3));
      expect(accusers.size).toBe(0);
      fleet.crash(memberNames(n)[0] as NodeId);
      fleet.run(atPeriod(3.3 + 2 * (n - 1)));
      expect(accusers.size).toBe(n - 1);
    }
  });
});
