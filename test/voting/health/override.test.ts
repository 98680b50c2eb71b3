/** HEALTH-18: a person's word stands above what the health of a channel says. */
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/kernel/assert.js";
import { Feed } from "../feed.js";

describe("a channel that a person keeps out (HEALTH-18)", () => {
  it("does not count from the next closing on, which tells so", () => {
    const feed = new Feed();
    feed.run(5, () => [20, 20.5, 21]);
    expect(feed.voter.override("b", "exclude")).toBe(true);
    const { verdict, events } = feed.close([20, 20.5, 21]);
    expect(verdict).toMatchObject({ status: "degraded", agreeing: ["a", "c"] });
    expect(verdict.excluded).toMatchObject([{ channel: "b", reason: "OVERRIDDEN", since: 50_000 }]);
    expect(events).toEqual([
      { kind: "channel-overridden", channel: "b", override: "exclude" },
      { kind: "channel-excluded", channel: "b", reason: "OVERRIDDEN", fault: null },
    ]);
  });

  it("stays out however well it does, and comes back over quarantine and probation", () => {
    const feed = new Feed({ health: { readmissionsPerHourMax: 0 } });
    feed.voter.override("b", "exclude");
    feed.run(500, () => [20, 20, 20]);
    expect(feed.state("b")).toBe("overridden");
    expect(feed.voter.override("b", "auto")).toBe(true);
    expect(feed.state("b")).toBe("quarantined");
    feed.run(20, () => [20, 20, 20]);
    expect(feed.state("b")).toBe("trusted");
    expect(feed.told()).toEqual([
      "b overridden",
      "b excluded OVERRIDDEN",
      "b overridden",
      "b readmitted",
    ]);
  });

  it("is told even in a closing that the voter was late for", () => {
    const feed = new Feed();
    feed.voter.override("c", "exclude");
    expect(feed.close([20, 20, 20], true).events).toHaveLength(2);
  });
});

describe("a channel that a person vouches for (HEALTH-18)", () => {
  it("counts at once, latched or not, and whatever it says", () => {
    const feed = new Feed({ health: { readmissionsPerHourMax: 0 } });
    feed.run(3, () => [20, 25, 20]);
    expect(feed.state("b")).toBe("latched");
    feed.voter.override("b", "include");
    const { verdict, events } = feed.run(500, () => [20, 25, 20]);
    expect(verdict).toMatchObject({ value: 20, status: "degraded", dissenting: ["b"] });
    expect(events).toEqual([]);
    expect(feed.told().slice(-2)).toEqual(["b overridden", "b readmitted"]);
    expect(feed.voter.standing()[1]).toMatchObject({ state: "vouched", reason: null, fault: null });
  });

  it("but a sample that is missing, or cannot be true, is no ballot", () => {
    const feed = new Feed();
    feed.voter.override("b", "include");
    for (const [word, reason] of [
      [null, "NO_DATA"],
      [5_000, "OUT_OF_RANGE"],
    ] as const) {
      const { verdict } = feed.close([20, word, 20]);
      expect(verdict.excluded).toMatchObject([{ channel: "b", reason }]);
      expect(verdict.status).toBe("degraded");
    }
  });

  it("is left to its health again by `auto`", () => {
    const feed = new Feed();
    feed.voter.override("b", "include");
    feed.run(50, () => [20, 25, 20]);
    feed.voter.override("b", "auto");
    feed.run(3, () => [20, 25, 20]);
    expect(feed.state("b")).toBe("excluded");
  });
});

describe("a word that changes nothing", () => {
  it("is answered with false, and told to nobody", () => {
    const feed = new Feed();
    expect(feed.voter.override("a", "auto")).toBe(false);
    feed.voter.override("a", "exclude");
    expect(feed.voter.override("a", "exclude")).toBe(false);
    expect(() => feed.voter.override("x", "auto")).toThrow(UsageError);
    feed.close([20, 20, 20]);
    expect(feed.told()).toEqual(["a overridden", "a excluded OVERRIDDEN"]);
  });

  it("a word and its opposite are both told, in order", () => {
    const feed = new Feed();
    feed.voter.override("a", "exclude");
    feed.voter.override("a", "include");
    feed.close([20, 20, 20]);
    expect(feed.told()).toEqual([
      "a overridden",
      "a excluded OVERRIDDEN",
      "a overridden",
      "a readmitted",
    ]);
  });

  it("what a person said survives a snapshot", () => {
    const feed = new Feed();
    feed.voter.override("a", "exclude");
    feed.voter.override("b", "include");
    feed.close([20, 20, 20]);
    const other = new Feed();
    expect(other.voter.restore(feed.voter.snapshot())).toBe(true);
    expect([other.state("a"), other.state("b")]).toEqual(["overridden", "vouched"]);
  });
});
