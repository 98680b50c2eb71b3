/** HEALTH-6 on sensors as they are sold: noisy, with steps of their own, and sampled fast. */
import { describe, expect, it } from "vitest";
import { Prng } from "../../src/kernel/prng.js";
import { Feed } from "./feed.js";

const steps = 1 / 16;
const deviation = 1 / 20;

/** What a sensor of sixteen steps a unit says of a truth, with its noise. */
function sensor(dice: Prng): (truth: number) => number {
  return (truth) => Math.round((truth + deviation * dice.normal()) / steps) * steps;
}

function sensors(seed: number): ((truth: number) => number)[] {
  const dice = new Prng(seed);
  return ["a", "b", "c"].map((name) => sensor(dice.split(name)));
}

describe("noise is no movement (HEALTH-6)", () => {
  it("in 20,000 closings of a constant world nobody seems stuck", () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const noisy = sensors(seed);
      const feed = new Feed();
      feed.run(2_000, () => noisy.map((say) => say(60)));
      expect(feed.told()).toEqual([]);
    }
  });

  it("nor while the world moves by less than a step from closing to closing", () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const noisy = sensors(seed);
      const feed = new Feed();
      feed.run(2_000, (index) => noisy.map((say) => say(20 + index * 0.05)));
      expect(feed.told()).toEqual([]);
    }
  });

  it("but a sensor that sticks while the world moves is found, by its name", () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const noisy = sensors(seed);
      const feed = new Feed();
      const frozen = 60 + steps;
      feed.run(300, () => noisy.map((say) => say(60)));
      feed.run(100, (index) =>
        noisy.map((say, channel) => (channel === 1 ? frozen : say(60 + index * 0.05))),
      );
      expect(feed.told()[0]).toBe("b excluded STUCK");
      expect(feed.told()).toHaveLength(1);
    }
  });
});

describe("a spike is no place to move from (HEALTH-6)", () => {
  it("so a channel that began to repeat itself when another had a spike is not stuck", () => {
    const feed = new Feed();
    feed.run(20, (index) => [20 + index / 100, 20 + index / 100, 20 + index / 100]);
    feed.close([20.2, 60.2, 20.25]);
    feed.run(10, () => [19.9, 20.2, 20.25]);
    expect(feed.told()).toEqual([]);
  });
});
