/** HEALTH-14: dead is one whose activity collapsed while that of the others did not. */
import { describe, expect, it } from "vitest";
import { Prng } from "../../../src/kernel/prng.js";
import { Feed } from "../feed.js";

const grid = (value: number) => Math.round(value * 1_000) / 1_000;

/** Three sensors of the same noise around `level`; `b` has another from row 1,000 to row 2,000. */
function fed(noiseOfB: number, level = 20, health = {}): Feed {
  const dice = new Prng(6);
  const feed = new Feed({ health });
  feed.run(3_000, (index) => {
    const noise = (deviation: number) => level + deviation * dice.normal();
    const isOff = index >= 1_000 && index < 2_000;
    return [noise(0.05), isOff ? noise(noiseOfB) : noise(0.05), noise(0.05)].map(grid);
  });
  return feed;
}

describe("a dead channel (HEALTH-14)", () => {
  it("goes on to say something, but not what the others' noise says, and is found", () => {
    const feed = fed(0.002);
    expect(feed.told()).toEqual(["b excluded DEAD", "b readmitted"]);
    const [excluded, readmitted] = feed.events;
    expect(excluded?.closing).toBeLessThan(1_150);
    // Alive again from row 2,000 on.
    expect(readmitted?.closing).toBeGreaterThan(2_000);
    expect(readmitted?.closing).toBeLessThan(2_100);
  });

  it("is found by the same with a mean near zero, and nobody else is (PX4 #2060)", () => {
    expect(fed(0.002, 0).told()).toEqual(["b excluded DEAD", "b readmitted"]);
    expect(fed(0.05, 0).told()).toEqual([]);
  });

  it("is not one that is quieter, but not dead", () => {
    expect(fed(0.02).told()).toEqual([]);
  });

  it("is none where that is switched off", () => {
    expect(fed(0.002, 20, { deadRatio: 0 }).told()).toEqual([]);
  });
});

describe("a quiet channel is not dead (HEALTH-14)", () => {
  it("when all came to rest", () => {
    const dice = new Prng(7);
    const feed = new Feed();
    feed.run(3_000, (index) => {
      const noise = () => 20 + (index < 1_000 ? 0.05 : 0.001) * dice.normal();
      return [noise(), noise(), noise()];
    });
    expect(feed.told()).toEqual([]);
  });

  it("when it is coarse, and the noise no longer takes it over the edge of a step", () => {
    const dice = new Prng(8);
    const feed = new Feed();
    feed.run(4_000, (index) => {
      const truth = index < 1_000 ? 20.25 : 20.5;
      const noise = () => truth + 0.05 * dice.normal();
      return [noise(), Math.round(noise() * 2) / 2, noise()];
    });
    expect(feed.told()).toEqual([]);
  });

  it("when it always was, and a ramp that all followed has ended", () => {
    const dice = new Prng(9);
    const feed = new Feed();
    feed.run(3_000, (index) => {
      const truth = 20 + Math.min(index, 1_000) / 20;
      const noise = () => truth + 0.05 * dice.normal();
      return [noise(), truth, noise()];
    });
    expect(feed.told()).toEqual([]);
  });

  it("when it was mended: the noise and the spikes that it had are over", () => {
    for (const every of [1, 5, 20]) {
      const dice = new Prng(15);
      const feed = new Feed({ health: { densityMax: 1 } });
      feed.run(3_000, (index) => {
        const noise = (deviation: number) => grid(20 + deviation * dice.normal());
        const isBad = index < 1_000 && index % every === 0;
        return [noise(0.01), noise(0.01) + (isBad ? (every === 1 ? noise(0.3) - 20 : 5) : 0), 20.1];
      });
      expect(feed.told().filter((told) => !told.includes("NOISY"))).not.toContain(
        "b excluded DEAD",
      );
    }
  });

  it("when it is back after a time without a majority, in which it said anything", () => {
    const dice = new Prng(16);
    const feed = new Feed();
    feed.run(2_000, (index) => {
      const noise = () => grid(20 + 0.05 * dice.normal());
      const isLost = index >= 500 && index < 1_000;
      return isLost ? [1e3 * dice.normal(), 900, noise()] : [noise(), noise(), noise()];
    });
    expect(feed.told().join()).not.toContain("DEAD");
  });

  it("when only one other could say so", () => {
    const dice = new Prng(10);
    const feed = new Feed({ channels: ["a", "b"] });
    feed.run(3_000, (index) => {
      const noise = (deviation: number) => grid(20 + deviation * dice.normal());
      return [noise(0.05), index < 1_000 ? noise(0.05) : noise(0.002)];
    });
    expect(feed.told()).toEqual([]);
  });

  it("when the voter has not seen it for long enough to know how it is", () => {
    const dice = new Prng(11);
    const feed = new Feed();
    const noise = (deviation: number) => grid(20 + deviation * dice.normal());
    feed.run(200, () => [noise(0.05), noise(0.05), noise(0.05)]);
    feed.run(40, () => [noise(0.05), noise(0.002), noise(0.05)]);
    expect(feed.told()).toEqual([]);
  });
});
