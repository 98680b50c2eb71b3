/** SENSOR-4: what goes wrong is said in the closing in which it does. */
import { describe, expect, it } from "vitest";
import { instant, millis, seconds } from "../../src/kernel/time.js";
import { Feed, type Word } from "./feed.js";

const old = (value: number): Word => ({ value, age: millis(21) });

describe("degradation is published at once (SENSOR-4)", () => {
  const steady = () => {
    const feed = new Feed();
    feed.run(20, (index) => [20 + index / 100, 20 + index / 100, 20 + index / 100]);
    return feed;
  };

  it.each<[string, Word]>([
    ["a dissent", 500],
    ["an omission", null],
    ["an old value", old(20)],
    ["an impossible value", 5_000],
  ])("%s, in the verdict of its own closing", (_name, word) => {
    expect(steady().close([20.2, word, 20.2]).verdict.status).toBe("degraded");
  });

  it("the exclusion, in the closing that confirms it: as an event, and in the status", () => {
    const feed = steady();
    feed.run(2, () => [20.2, 500, 20.2]);
    const { verdict, events } = feed.close([20.2, 500, 20.2]);
    expect(events).toMatchObject([{ kind: "channel-excluded", channel: "b" }]);
    // It had its ballot, and dissented; from the next closing on it has none.
    expect(verdict).toMatchObject({ status: "degraded", dissenting: ["b"], excluded: [] });
    expect(feed.close([20.2, 500, 20.2]).verdict.excluded).toMatchObject([{ channel: "b" }]);
  });

  it("a complaint about a channel that agrees, too: stuck, where the others have moved", () => {
    const feed = steady();
    const statuses = [0.2, 0.25, 0.35, 0.4, 0.45, 0.5].map((move) => {
      const { verdict, events } = feed.close([20.19 + move, 20.19, 20.19 + move]);
      return [verdict.status, verdict.agreeing.length, events.length];
    });
    const complained = statuses.findIndex(([status]) => status === "degraded");
    expect(complained).toBeGreaterThanOrEqual(0);
    expect(statuses[complained]).toEqual(["degraded", 3, 0]);
    expect(statuses[complained + 2]).toEqual(["degraded", 3, 1]);
  });

  it("and it is ok again in the first closing in which nothing is wrong", () => {
    const feed = steady();
    feed.close([20.2, 500, 20.2]);
    expect(feed.close([20.2, 20.2, 20.2]).verdict.status).toBe("ok");
  });
});

describe("the cluster's clock is set back", () => {
  it("then an hour is still an hour, and nothing lies in the future", () => {
    const feed = new Feed({ health: { readmissionsPerHourMax: 1 } });
    const fail = () => feed.run(3, () => [20, 500, 20]);
    const heal = () => feed.run(21, () => [20, 20, 20]);
    feed.now = instant(seconds(100_000));
    fail();
    heal();
    feed.now = instant(5);
    feed.close([20, 500, 20]);
    for (const { since } of feed.voter.standing()) expect(since).toBeLessThanOrEqual(feed.now);
    feed.close([20, 20, 20]);
    feed.now = instant(seconds(3_601));
    fail();
    heal();
    expect(feed.told().filter((told) => told === "b readmitted")).toHaveLength(2);
  });
});
