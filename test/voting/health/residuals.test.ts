/** HEALTH-11 to HEALTH-13: what a disagreement is called, and what is found before there is one. */
import { describe, expect, it } from "vitest";
import { Prng } from "../../../src/kernel/prng.js";
import { Feed } from "../feed.js";

/** Two healthy channels with a little noise, and one that is off by what `off` says. */
function fed(off: (index: number, dice: Prng) => number, feed = new Feed(), count = 600): Feed {
  const dice = new Prng(5);
  feed.run(count, () => {
    const noise = () => 0.02 * dice.normal();
    return [20 + noise(), 20 + off(feed.closings, dice) + noise(), 20.1 + noise()];
  });
  return feed;
}

const firstTold = (off: (index: number, dice: Prng) => number): string | undefined =>
  fed(off).told()[0];

describe("the name of a disagreement (HEALTH-11)", () => {
  it("is BIAS where it jumped and stays", () => {
    expect(firstTold((index) => (index < 100 ? 0 : 3))).toBe("b excluded BIAS");
    expect(firstTold((index) => (index < 100 ? 0.6 : -1.5))).toBe("b excluded BIAS");
  });

  it("is BIAS where it was near the edge all the time, and noise takes it over", () => {
    expect(firstTold((_index, dice) => 1.12 + 0.06 * dice.normal())).toBe("b excluded BIAS");
  });

  it("is DRIFT where it grew, slowly or fast", () => {
    for (const perSample of [0.003, 0.01, 0.05, 0.15]) {
      const off = (index: number) => Math.max(0, index - 100) * perSample;
      expect(firstTold(off), `${perSample}`).toBe("b excluded DRIFT");
      expect(
        firstTold((index) => -off(index)),
        `-${perSample}`,
      ).toBe("b excluded DRIFT");
    }
  });

  it("is NOISY where it is too far away now here, now there", () => {
    expect(firstTold((index, dice) => (index < 100 ? 0 : 5 * dice.normal()))).toBe(
      "b excluded NOISY",
    );
  });

  it("is NOISY as well for garbage in every other sample", () => {
    expect(firstTold((index) => (index < 100 || index % 2 === 0 ? 0 : 50))).toBe(
      "b excluded NOISY",
    );
  });

  it("is DISAGREE where it is none of these: for a first sample, of which nothing is known", () => {
    const feed = new Feed({ health: { strikesMax: 10 } });
    feed.close([20, 23, 20]);
    expect(feed.told()).toEqual(["b excluded DISAGREE"]);
  });

  it("does not make it slower: what crossed the tolerance is out with its third sample", () => {
    for (const off of [3, 300]) {
      const feed = fed((index) => (index < 100 ? 0 : off), new Feed(), 103);
      expect(feed.events[0]?.closing).toBe(102);
    }
  });
});

describe("a noisy channel (HEALTH-12)", () => {
  it("is found although each of its samples is forgiven in turn", () => {
    // It gets worse by degrees, up to a sample of three that is out of the tolerance.
    const off = (index: number, dice: Prng) => (Math.min(index, 300) / 300) * dice.normal();
    expect(fed(off).told()[0]).toMatch(/^b excluded (NOISY|ERROR_DENSITY)$/);
    expect(fed(off, new Feed({ health: { noiseMax: 0.8 } })).told()[0]).toBe("b excluded NOISY");
  });

  it("is found within the tolerance where less noise is allowed, and returns when calm", () => {
    const noisy = (index: number, dice: Prng) =>
      index < 100 || index >= 300 ? 0 : 0.2 * dice.normal();
    const feed = fed(noisy, new Feed({ health: { noiseMax: 0.15 } }));
    expect(feed.told()).toEqual(["b excluded NOISY", "b readmitted"]);
    // The twin: with the default it is healthy, for it is within the tolerance.
    expect(fed(noisy).told()).toEqual([]);
  });

  it("is nobody where all are equally noisy, and near the threshold", () => {
    const feed = new Feed({ health: { noiseMax: 0.2 } });
    const dice = new Prng(2);
    const noisy = () => 20 + 0.2 * dice.normal();
    feed.run(2_000, () => [noisy(), noisy(), noisy()]);
    expect(feed.told()).toEqual([]);
  });

  it("nor one of two: each is as far from their mean as the other", () => {
    const feed = new Feed({ channels: ["a", "b"], health: { noiseMax: 0.1 } });
    const dice = new Prng(3);
    feed.run(500, () => [20, 20 + 0.3 * dice.normal()]);
    expect(feed.told()).toEqual([]);
  });

  it("nor a healthy one whose twin is a liar's copy, even from edge to edge (SENSOR-2)", () => {
    const dice = new Prng(4);
    for (const healthy of [() => 20 + dice.fraction(), () => 20 + dice.below(2)]) {
      const feed = new Feed();
      feed.run(20_000, () => {
        const copied = healthy();
        return [copied, copied, healthy()];
      });
      expect(feed.told()).toEqual([]);
    }
  });
});

describe("an offset within the tolerance (HEALTH-13)", () => {
  it("is no fault, however long it lasts", () => {
    expect(fed(() => 0.8, new Feed(), 5_000).told()).toEqual([]);
  });

  it("is one where `biasMax` says so, and over when it is gone", () => {
    const off = (index: number) => (index < 100 || index >= 400 ? 0 : 0.8);
    const feed = fed(off, new Feed({ health: { biasMax: 0.6 } }));
    expect(feed.told()).toEqual(["b excluded BIAS", "b readmitted"]);
  });

  it("a ramp that all follow is neither drift nor bias of anybody", () => {
    const feed = new Feed({ health: { biasMax: 0.6 } });
    feed.run(3_000, (index) => [index / 50, 0.4 + index / 50, index / 50 - 0.1]);
    expect(feed.told()).toEqual([]);
  });
});

describe("a voter for which only equal values agree", () => {
  it("has no distances to name", () => {
    const feed = new Feed({ tolerance: 0 });
    feed.run(10, () => [20, 21, 20]);
    expect(feed.told()).toEqual(["b excluded DISAGREE"]);
  });
});
