/** HEALTH-17: a step that all make together is reason to doubt the verdict, and nobody's fault. */
import { describe, expect, it } from "vitest";
import { instant, millis } from "../../../src/kernel/time.js";
import { Feed, type Word } from "../feed.js";

const warm = (health = {}) => {
  const feed = new Feed({ health });
  feed.run(20, (index) => [20 + index / 100, 20.2 + index / 100, 20.1 + index / 100]);
  return feed;
};
const steps = (feed: Feed) => feed.sensorEvents.map(({ kind }) => kind);

describe("a common step (HEALTH-17)", () => {
  it("is a caveat of the very closing in which it happens, and makes it degraded", () => {
    const feed = warm();
    const { verdict, events } = feed.close([22, 22.2, 22.1]);
    expect(verdict).toMatchObject({ value: 22.1, status: "degraded", dissenting: [] });
    expect(verdict.caveats).toEqual([{ reason: "COMMON_MODE_SUSPECT", since: feed.now }]);
    expect(events).toEqual([{ kind: "sensor-suspected", reason: "COMMON_MODE_SUSPECT" }]);
  });

  it("excludes nobody, and the doubt is over after ten closings without another", () => {
    const feed = warm();
    const statuses = Array.from({ length: 12 }, () => feed.close([22, 22.2, 22.1]).verdict.status);
    expect(statuses.lastIndexOf("degraded")).toBe(9);
    expect(feed.sensorEvents).toMatchObject([
      { kind: "sensor-suspected", closing: 20 },
      { kind: "sensor-cleared", closing: 30 },
    ]);
    expect(feed.told()).toEqual([]);
  });

  it("is told once, however often it happens meanwhile", () => {
    const feed = warm();
    feed.run(50, (index) => [20 + 2 * (index % 2), 20.2 + 2 * (index % 2), 20.1]);
    expect(steps(feed)).toEqual(["sensor-suspected"]);
  });

  it("also is one of two out of three: that is what two who lie alike look like", () => {
    const feed = warm();
    expect(feed.close([25, 25.2, 20.3]).verdict).toMatchObject({ value: 25, status: "degraded" });
    expect(steps(feed)).toEqual(["sensor-suspected"]);
  });

  it("is none where the others step apart, or too little, or one alone steps", () => {
    const rows: [number, number, number][] = [
      [22, 18, 20.1],
      [20.9, 21.1, 21],
      [20.2, 25, 20.3],
    ];
    for (const row of rows) {
      const feed = warm();
      feed.close(row);
      expect(steps(feed)).toEqual([]);
    }
  });

  it("is none of one closing where a channel was silent, or the voter late, in between", () => {
    const silent = warm();
    silent.close([null, null, null]);
    silent.close([22, 22.2, 22.1]);
    expect(steps(silent)).toEqual([]);
    const late = warm();
    const old: Word = { value: 20, age: millis(500) };
    late.close([old, old, old], true);
    expect(late.close([22, 22.2, 22.1]).verdict.status).toBe("ok");
    expect(steps(late)).toEqual([]);
  });

  it("is none of a single channel, nor where the quantity may step", () => {
    const single = new Feed({ channels: ["a"] });
    single.run(20, (index) => [index * 5]);
    expect(single.sensorEvents).toEqual([]);
    const free = warm({ commonStepMax: 50 });
    expect(free.close([60, 60.2, 60.1]).verdict.status).toBe("ok");
  });

  it("is found with 32 channels as well, and survives a snapshot", () => {
    const channels = Array.from({ length: 32 }, (_, index) => `c${index}`);
    const feed = new Feed({ channels });
    feed.close(channels.map(() => 20));
    const other = new Feed({ channels });
    expect(other.voter.restore(feed.voter.snapshot())).toBe(true);
    other.now = feed.now;
    expect(other.close(channels.map(() => 30)).verdict.caveats).toHaveLength(1);
  });

  it("that began does not lie in the future when the clock is set back", () => {
    const feed = warm();
    feed.close([22, 22.2, 22.1]);
    feed.now = instant(0);
    const { caveats } = feed.close([22, 22.2, 22.1]).verdict;
    expect(caveats[0]?.since).toBeLessThanOrEqual(feed.now);
  });
});
