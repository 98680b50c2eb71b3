/** HEALTH-16: what the strikes forgive for ever, the density of errors does not. */
import { describe, expect, it } from "vitest";
import { Prng } from "../../../src/kernel/prng.js";
import { densityScale, nextDensity } from "../../../src/voting/health/density.js";
import { healthOptions } from "../../../src/voting/health/options.js";
import { Feed, type Word } from "../feed.js";

const everyNth = (word: Word, every: number, count: number, health = {}): Feed => {
  const feed = new Feed({ health });
  feed.run(count, (index) => [20, index % every === 0 ? word : 20, 20]);
  return feed;
};

describe("the density of errors (HEALTH-16)", () => {
  it("excludes a channel that is wrong once in five", () => {
    const feed = everyNth(500, 5, 400);
    expect(feed.told()).toEqual(["b excluded ERROR_DENSITY"]);
    expect(feed.events[0]).toMatchObject({
      fault: { kind: "value", persistence: "intermittent" },
    });
  });

  it("but not one that is wrong once in twenty, nor when it is switched off", () => {
    expect(everyNth(500, 20, 5_000).told()).toEqual([]);
    expect(everyNth(500, 5, 5_000, { densityMax: 1 }).told()).toEqual([]);
  });

  it("excludes a liar that never lets its strikes be forgiven to the last", () => {
    const feed = new Feed();
    // 10, 5, 15, 10, 5, 15, ...: never the end of the strikes, and never none.
    feed.run(400, (index) => [20, index === 0 || index % 3 === 2 ? 500 : 20, 20]);
    expect(feed.told()).toEqual(["b excluded ERROR_DENSITY"]);
  });

  it("counts an omission as much less as its strikes are fewer", () => {
    expect(everyNth(null, 2, 1_000).told()[0]).toBe("b excluded ERROR_DENSITY");
    expect(everyNth(null, 5, 5_000).told()).toEqual([]);
  });

  it("lets silence that strikes can see be called silence", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const dice = new Prng(seed);
      const feed = new Feed();
      feed.run(100, () => [20, dice.chance(0.8) ? null : 20, 20]);
      expect(feed.told()[0]).toBe("b excluded NO_DATA");
    }
  });

  it("is told with an agreement, which else would have forgiven", () => {
    const feed = new Feed();
    for (let index = 0; feed.events.length === 0; index += 1) {
      const { verdict } = feed.close([20, index % 5 === 0 ? 500 : 20, 20]);
      if (feed.events.length > 0) expect(verdict.status).toBe("degraded");
    }
    expect(feed.state("b")).toBe("excluded");
  });

  it("must fall to half before the way back begins, and the channel comes back", () => {
    const feed = everyNth(500, 5, 200);
    feed.run(20, () => [20, 20, 20]);
    expect(feed.state("b")).toBe("excluded");
    feed.run(180, () => [20, 20, 20]);
    expect(feed.told()).toEqual(["b excluded ERROR_DENSITY", "b readmitted"]);
  });

  it("does not latch, for omissions alone may be dense (HEALTH-9)", () => {
    const feed = new Feed({ health: { readmissionsPerHourMax: 0 } });
    feed.run(200, (index) => [20, index % 2 === 0 ? null : 20, 20]);
    expect(feed.told()).toEqual(["b excluded ERROR_DENSITY"]);
  });
});

describe("the leaky average", () => {
  it("stays a whole number between nothing and all, and comes to rest at both", () => {
    const options = healthOptions({}, 1);
    let density = 0;
    for (let index = 0; index < 3_000; index += 1) {
      density = nextDensity(density, "DISAGREE", options);
      expect(Number.isSafeInteger(density)).toBe(true);
    }
    expect(density).toBeGreaterThan(0.999 * densityScale);
    expect(density).toBeLessThanOrEqual(densityScale);
    expect(nextDensity(density, "NO_VERDICT", options)).toBe(density);
    for (let index = 0; index < 3_000; index += 1)
      density = nextDensity(density, "AGREES", options);
    expect(density).toBe(0);
  });
});
