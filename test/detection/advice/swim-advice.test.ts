import { describe, expect, it } from "vitest";
import { statedQuality } from "../../../src/detection/advice/link-quality.js";
import { adviseSwim, periodsMax } from "../../../src/detection/advice/swim-advice.js";
import type { Wishes } from "../../../src/detection/advice/wishes.js";
import { falsePositiveProbability, relaysNeeded } from "../../../src/detection/swim/analysis.js";
import { Prng } from "../../../src/kernel/prng.js";
import { millis, seconds } from "../../../src/kernel/time.js";
import { readOracle } from "../../support/oracles.js";

interface SwimOracle {
  readonly falsePositive: {
    readonly rows: readonly { pml: number; qf: number; k: number; PM: number }[];
  };
  readonly kNeeded: readonly { pml: number; PM: number; k: number; kCeil: number }[];
}

const oracle = readOracle<SwimOracle>("swim.json");

describe.skipIf(oracle === null)("the theory that the advice goes by", () => {
  it.each(oracle?.falsePositive.rows ?? [])("PM(T) for a loss of $pml and k $k is $PM", (row) => {
    const found = falsePositiveProbability({ loss: row.pml, live: row.qf }, row.k);
    expect(Number(found.toPrecision(6))).toBe(row.PM);
  });

  it.each(oracle?.kNeeded ?? [])("k for a loss of $pml and PM(T) $PM is $k", (row) => {
    const { exact, whole } = relaysNeeded({ loss: row.pml }, row.PM);
    expect(Number(exact.toFixed(3))).toBe(row.k);
    expect(whole).toBe(row.kCeil);
  });
});

const wishes = (changes: Partial<Wishes> = {}): Wishes => ({
  ...{ nodes: 30, falseAlarmsPerSecond: 1 / 86_400, within: seconds(2) },
  ...changes,
});
const link = (loss: number, ms = 5) => statedQuality({ loss, lateness: millis(ms) });

describe("what it advises", () => {
  it("ADVICE-11: the least relays that are mistaken seldom enough", () => {
    const { settings, unmet } = adviseSwim(link(0.05), wishes());
    if (settings === null) return expect.fail();
    expect(unmet).toEqual([]);
    const { period, ackTimeout, relays, falseAlarms, detectionMax } = settings;
    expect(falseAlarms.independent).toBeLessThanOrEqual(1 / 86_400);
    expect(ackTimeout).toBeLessThanOrEqual(period / 3);
    expect(detectionMax).toBeLessThanOrEqual(seconds(2));
    // A probe fails by its two messages, and by the four of each relay.
    const missed = 0.05 + 0.95 * 0.001;
    const failed = (k: number) => (1 - (1 - missed) ** 2) * (1 - (1 - missed) ** 4) ** k;
    const perSecond = (k: number) => (30 * 1_000_000 * failed(k)) / period;
    expect(falseAlarms.independent).toBeCloseTo(perSecond(relays), 9);
    expect(perSecond(relays - 1)).toBeGreaterThan(1 / 86_400);
  });

  it("ADVICE-12: enough periods that 999 of 1,000 crashes are found in time", () => {
    for (const nodes of [2, 3, 5, 30]) {
      const dice = new Prng(nodes);
      const tries = 20_000;
      let slow = 0;
      for (let count = 0; count < tries; count += 1) {
        slow += periodsToFirst(dice, nodes) > periodsMax(nodes) ? 1 : 0;
      }
      // At most 0.001 of them, and four standard deviations of a count.
      expect(slow).toBeLessThan(tries * 0.001 + 4 * Math.sqrt(tries * 0.001));
    }
    expect([2, 3, 5].map(periodsMax)).toEqual([1, 3, 7]);
  });

  /** Everyone chooses one of the others, uniformly, until somebody chooses the first. */
  function periodsToFirst(dice: Prng, nodes: number): number {
    for (let period = 1; ; period += 1) {
      for (let node = 1; node < nodes; node += 1) if (dice.below(nodes - 1) === 0) return period;
      // Round robin would have come to it by now.
      if (period === 2 * (nodes - 1) - 1) return period;
    }
  }
});

describe("what it cannot have", () => {
  it("ADVICE-13: is three round trips in a period that is too short, and it says how long", () => {
    const { settings, unmet } = adviseSwim(
      link(0.01, 50),
      wishes({ nodes: 3, within: millis(60) }),
    );
    expect(settings).toBeNull();
    const [wish] = unmet;
    if (wish?.kind !== "too-soon") return expect.fail();
    const enough = adviseSwim(link(0.01, 50), wishes({ nodes: 3, within: wish.withinMin }));
    expect(enough.settings).not.toBeNull();
  });

  it("ADVICE-13: is more relays than there are members to ask", () => {
    const perYear = { falseAlarmsPerSecond: 1 / 31_536_000 };
    const { settings, unmet } = adviseSwim(link(0.05), wishes({ nodes: 3, ...perYear }));
    expect(settings?.relays).toBe(1);
    expect(unmet).toEqual([{ kind: "too-few-relays", needed: 11, available: 1 }]);
    expect(adviseSwim(link(0.05), wishes({ nodes: 30, ...perYear })).unmet).toEqual([]);
  });

  it("ADVICE-13: is anything, on a link that carries nothing", () => {
    expect(adviseSwim(link(1), wishes())).toEqual({
      ...{ settings: null, unmet: [{ kind: "too-many-false-alarms", withinMin: null }] },
    });
  });
});
