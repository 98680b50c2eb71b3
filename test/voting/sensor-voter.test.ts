import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AssertionFailure, UsageError } from "../../src/kernel/assert.js";
import { Prng } from "../../src/kernel/prng.js";
import { instant, millis } from "../../src/kernel/time.js";
import { exactMajority } from "../../src/voting/exact-majority.js";
import type { VoteStatus } from "../../src/voting/voter.js";
import { Feed, samplesOf, type Word } from "./feed.js";

const old = (value: number): Word => ({ value, age: millis(21) });

describe("the status of a verdict (SENSOR-1)", () => {
  const cases: [string, readonly Word[], VoteStatus, number | null][] = [
    ["three agree", [20, 20.5, 21], "ok", 20.5],
    ["one of three is missing", [20, null, 20.5], "degraded", 20.25],
    ["one of three dissents", [20, 35, 20.5], "degraded", 20.5],
    ["one of three is too old", [20, old(20.5), 20.5], "degraded", 20.25],
    ["one of three is out of range", [20, 1_001, 20.5], "degraded", 20.25],
    ["all three differ", [20, 25, 30], "no-majority", null],
    ["two of three differ, the third is missing", [20, 25, null], "no-majority", null],
    ["two of three are missing", [20, null, null], "insufficient", null],
    ["all are missing", [null, null, null], "insufficient", null],
    ["two agree", [20, 20.5], "ok", 20.25],
    ["two differ: which of them is wrong cannot be said", [20, 25], "no-majority", null],
    ["one of two is missing", [20, null], "insufficient", null],
    ["one alone is never ok", [20], "degraded", 20],
    ["one alone is missing", [null], "insufficient", null],
  ];

  it.each(cases)("%s", (_name, words, status, value) => {
    const channels = ["a", "b", "c"].slice(0, words.length);
    const { verdict } = new Feed({ channels }).close(words);
    expect({ status: verdict.status, value: verdict.value }).toEqual({ status, value });
  });

  it("names who agreed, who did not, and who was not asked and why", () => {
    const feed = new Feed({ channels: ["a", "b", "c", "d", "e"] });
    const { verdict } = feed.close([20, 35, 20.5, null, 20.25]);
    expect(verdict).toEqual({
      value: 20.375,
      status: "degraded",
      agreeing: ["a", "c", "e"],
      dissenting: ["b"],
      excluded: [{ channel: "d", reason: "NO_DATA", since: instant(10_000) }],
      caveats: [],
      spread: 15,
      confidence: 0.6,
      age: millis(1),
    });
  });

  it("takes another voter", () => {
    const feed = new Feed({ voter: exactMajority });
    expect(feed.close([20, 20, 20.1]).verdict.value).toBe(20);
    expect(feed.close([20, 20.2, 20.1]).verdict.status).toBe("no-majority");
  });
});

describe("samples", () => {
  it("may come in any order, and a channel without one is an omission", () => {
    const one = new Feed().voter.close(instant(1), samplesOf(["a", "b"], [1, 2]), false);
    const other = new Feed().voter.close(instant(1), samplesOf(["b", "a"], [2, 1]), false);
    expect(one).toEqual(other);
    expect(one.verdict.excluded.map(({ channel }) => channel)).toEqual(["c"]);
  });

  it("of a stranger, or two of one channel, are a bug of the caller", () => {
    const close = (channels: string[]) => () =>
      new Feed().voter.close(instant(1), samplesOf(channels, [1, 2]), false);
    expect(close(["a", "x"])).toThrow(AssertionFailure);
    expect(close(["a", "a"])).toThrow(AssertionFailure);
  });

  it("that are no numbers cannot be true", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const infinite = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
      const { verdict } = new Feed(infinite).close([20, value, 20]);
      expect(verdict.excluded).toMatchObject([{ channel: "b", reason: "OUT_OF_RANGE" }]);
    }
  });
});

describe("one bad sample (HEALTH-1)", () => {
  const bad: [string, Word][] = [
    ["a spike", 500],
    ["an omission", null],
    ["an old value", old(20)],
    ["an impossible value", 5_000],
  ];

  it.each(bad)("%s is masked, not excluded, and forgotten", (_name, word) => {
    const feed = new Feed();
    feed.run(50, (index) => [20, 20.1 + (index % 3) / 10, 20.2]);
    const { verdict } = feed.close([20, word, 20.2]);
    expect(verdict.value).toBeGreaterThanOrEqual(20);
    expect(verdict.value).toBeLessThanOrEqual(20.2);
    expect(feed.state("b")).toBe("suspected");
    feed.run(2, () => [20, 20.1, 20.2]);
    expect(feed.state("b")).toBe("trusted");
    expect(feed.events).toEqual([]);
  });

  it("but three in a row are excluded, once, with the reason", () => {
    const feed = new Feed();
    feed.run(20, (index) => [20, index < 10 ? 20 : 500, 20]);
    expect(feed.events).toEqual([
      {
        kind: "channel-excluded",
        channel: "b",
        reason: "BIAS",
        fault: { kind: "value", persistence: "transient" },
        closing: 12,
      },
    ]);
    expect(feed.close([20, 500, 20]).verdict.excluded).toEqual([
      { channel: "b", reason: "BIAS", since: instant(130_000) },
    ]);
  });

  it("and so is garbage in every other sample: that is no single glitch", () => {
    const feed = new Feed();
    feed.run(60, (index) => [20, index % 2 === 0 ? 500 : 20, 20]);
    expect(feed.told()).toContain("b excluded NOISY");
  });

  it("ten omissions in a row are excluded, nine are not", () => {
    const feed = new Feed();
    feed.run(9, () => [20, null, 20]);
    expect(feed.events).toEqual([]);
    feed.close([20, null, 20]);
    expect(feed.told()).toEqual(["b excluded NO_DATA"]);
  });
});

describe("the way back (HEALTH-3, HEALTH-4)", () => {
  it("leads through quarantine and probation", () => {
    const feed = new Feed();
    feed.run(3, () => [20, 500, 20]);
    const states: string[] = [];
    for (let index = 0; index < 21; index += 1) {
      feed.close([20, 20, 20]);
      states.push(feed.state("b"));
    }
    expect(states.indexOf("quarantined")).toBe(0);
    expect(states.indexOf("probation")).toBe(10);
    expect(states.indexOf("trusted")).toBe(20);
    expect(feed.told()).toEqual(["b excluded BIAS", "b readmitted"]);
  });

  it("its samples do not count on the way, and are said to be quarantined", () => {
    const feed = new Feed();
    feed.run(3, () => [20, 500, 20.5]);
    const { verdict } = feed.run(15, () => [20, 20.1, 20.5]);
    expect(feed.state("b")).toBe("probation");
    expect(verdict).toMatchObject({
      value: 20.25,
      agreeing: ["a", "c"],
      excluded: [{ channel: "b", reason: "QUARANTINED", since: 30_000 }],
    });
  });

  it("begins anew at every relapse", () => {
    const feed = new Feed();
    feed.run(3, () => [20, 500, 20]);
    feed.run(19, () => [20, 20, 20]);
    expect(feed.state("b")).toBe("probation");
    feed.close([20, 500, 20]);
    expect(feed.state("b")).toBe("excluded");
    feed.run(20, () => [20, 20, 20]);
    expect(feed.told()).toEqual(["b excluded BIAS"]);
    feed.close([20, 20, 20]);
    expect(feed.told()).toEqual(["b excluded BIAS", "b readmitted"]);
  });

  it("is short after silence, which told no lie", () => {
    const feed = new Feed();
    feed.run(10, () => [20, null, 20]);
    feed.run(2, () => [20, 20, 20]);
    expect(feed.told()).toEqual(["b excluded NO_DATA"]);
    feed.close([20, 20, 20]);
    expect(feed.told()).toEqual(["b excluded NO_DATA", "b readmitted"]);
  });

  it("of one that is only suspected of silence is to speak, also without a majority", () => {
    const feed = new Feed();
    // A gap now and then, in hours in which no two agree: gaps must not add up.
    feed.run(600, (index) => [20, index % 20 === 0 ? null : 25, 30]);
    expect(feed.events).toEqual([]);
    expect(feed.state("b")).toBe("trusted");
    // The twin: silence that lasts is no gap.
    feed.run(10, () => [20, null, 30]);
    expect(feed.told()).toEqual(["b excluded NO_DATA"]);
  });

  it("is not short for one that was silent and then wrong", () => {
    const feed = new Feed();
    feed.run(10, () => [20, null, 20]);
    feed.run(3, () => [20, 500, 20]);
    const { verdict } = feed.run(20, () => [20, 20, 20]);
    expect(feed.told()).toEqual(["b excluded NO_DATA", "b excluded BIAS"]);
    // It was out the whole time, since its tenth omission.
    expect(verdict.excluded).toMatchObject([{ channel: "b", since: 100_000 }]);
  });

  it("starts over for one that falls silent on it", () => {
    const feed = new Feed();
    feed.run(3, () => [20, 500, 20]);
    feed.run(15, () => [20, 20, 20]);
    expect(feed.state("b")).toBe("probation");
    feed.run(9, () => [20, null, 20]);
    expect(feed.state("b")).toBe("probation");
    feed.run(10, () => [20, null, 20]);
    expect(feed.state("b")).toBe("excluded");
  });

  it("is not gone by speaking alone: somebody must agree", () => {
    const feed = new Feed();
    feed.run(3, () => [20, 500, 20]);
    feed.run(100, () => [20, 35, 50]);
    expect(feed.state("b")).toBe("probation");
  });

  it("is closed to one that still disagrees", () => {
    const feed = new Feed();
    feed.run(500, () => [20, 25, 20]);
    expect(feed.told()).toEqual(["b excluded BIAS"]);
  });
});

describe("when all of five were excluded (HEALTH-5)", () => {
  const excluded = () => {
    const feed = new Feed({ channels: ["a", "b", "c", "d", "e"] });
    feed.run(10, () => [null, null, null, null, null]);
    expect(feed.told()).toHaveLength(5);
    return feed;
  };
  const readmitted = (feed: Feed) =>
    feed.events.filter(({ kind }) => kind === "channel-readmitted").map(({ channel }) => channel);

  it("three of them that agree come back", () => {
    const feed = excluded();
    feed.run(5, () => [20, null, 20.5, 20, null]);
    expect(readmitted(feed)).toEqual(["a", "c", "d"]);
  });

  it("two are too few, whether a third dissents or is silent", () => {
    for (const third of [null, 50]) {
      const feed = excluded();
      feed.run(50, () => [20, 20, third, null, null]);
      expect(readmitted(feed)).toEqual([]);
    }
  });
});

describe("the age of a sample (HEALTH-2)", () => {
  it("may be just the most that is allowed", () => {
    const feed = new Feed();
    expect(feed.close([20, { value: 20, age: millis(20) }, 20]).verdict.status).toBe("ok");
    expect(feed.close([20, old(20), 20]).verdict.status).toBe("degraded");
  });

  it("shows a replay of old samples, where every sample should be new", () => {
    const feed = new Feed({ ageMax: millis(500), health: { requireNewSource: true } });
    const ages = [0, 50, 40, 30].map((ms) => ({ value: 20, age: millis(ms) }));
    const statuses = ages.map((word) => feed.close([20, word, 20]).verdict.status);
    // The source times are 10, -30, -10 and 10 ms: none of the last three is later than the first.
    expect(statuses).toEqual(["ok", "degraded", "degraded", "degraded"]);
  });
});

describe("a latched channel", () => {
  it("comes back when a person vouches for it, and only then", () => {
    const feed = new Feed({ health: { readmissionsPerHourMax: 0 } });
    feed.run(3, () => [20, 500, 20]);
    feed.run(1_000, () => [20, 20, 20]);
    expect(feed.told()).toEqual(["b excluded BIAS", "b latched BIAS"]);
    expect(feed.voter.release("a")).toBe(false);
    expect(feed.voter.release("b")).toBe(true);
    expect(() => feed.voter.release("x")).toThrow(UsageError);
    feed.run(20, () => [20, 20, 20]);
    expect(feed.state("b")).toBe("trusted");
  });

  const fail = (feed: Feed) => feed.run(3, () => [20, 500, 20]);
  const heal = (feed: Feed) => feed.run(21, () => [20, 20, 20]);

  it("starts with a clean record when it was vouched for", () => {
    const feed = new Feed({ health: { readmissionsPerHourMax: 2 } });
    for (let round = 0; round < 2; round += 1) {
      fail(feed);
      heal(feed);
    }
    fail(feed);
    expect(feed.state("b")).toBe("latched");
    feed.voter.release("b");
    heal(feed);
    fail(feed);
    expect(feed.state("b")).toBe("excluded");
  });

  it("silence does not latch one, even when its re-admissions are used up", () => {
    const feed = new Feed({ health: { readmissionsPerHourMax: 1 } });
    fail(feed);
    heal(feed);
    feed.run(10, () => [20, null, 20]);
    expect(feed.state("b")).toBe("excluded");
    feed.run(3, () => [20, 20, 20]);
    expect(feed.state("b")).toBe("trusted");
  });
});

describe("a channel that comes back", () => {
  it("does not testify by what it said when it was wrong (HEALTH-6)", () => {
    const feed = new Feed();
    // The run of c begins while b is off by 0.9, which is within the tolerance ...
    feed.close([20.3, 20.9, 19.99]);
    feed.close([20.3, 20.9, 20]);
    feed.run(3, () => [20.3, 500, 20]);
    // ... and when b is back where it belongs, it has not moved for all that, and a hardly.
    feed.run(60, () => [20.15, 20, 20]);
    expect(feed.told()).toEqual(["b excluded BIAS", "b readmitted"]);
  });
});

describe("invariants under any words", () => {
  const word = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 18, max: 22 }) },
    { weight: 2, arbitrary: fc.constantFrom<Word>(null, 500, 5_000, old(20)) },
  );
  const streams = fc.array(fc.tuple(word, word, word, fc.boolean()), { maxLength: 400 });

  it("every channel is named at most once, and exactly once where there is a value", () => {
    fc.assert(
      fc.property(streams, (rows) => {
        const feed = new Feed();
        for (const [a, b, c, late] of rows) {
          const { verdict } = feed.close([a, b, c], late);
          const excluded = verdict.excluded.map(({ channel }) => channel);
          const named = [...verdict.agreeing, ...verdict.dissenting, ...excluded].toSorted();
          expect(new Set(named).size).toBe(named.length);
          if (verdict.value !== null) expect(named).toEqual(["a", "b", "c"]);
          const valued = verdict.status === "ok" || verdict.status === "degraded";
          expect(verdict.value !== null).toBe(valued);
        }
      }),
    );
  });

  it("nobody is re-admitted who was not excluded, nor told so twice (HEALTH-8)", () => {
    fc.assert(
      fc.property(streams, (rows) => {
        const feed = new Feed();
        const out = new Set<string>();
        for (const [a, b, c] of rows) {
          for (const event of feed.close([a, b, c]).events) {
            if (event.kind === "channel-excluded") expect(out.has(event.channel)).toBe(false);
            if (event.kind === "channel-excluded") out.add(event.channel);
            if (event.kind === "channel-readmitted") expect(out.delete(event.channel)).toBe(true);
          }
          for (const { channel, state } of feed.voter.standing()) {
            expect(out.has(channel)).toBe(state !== "trusted" && state !== "suspected");
          }
        }
      }),
    );
  });

  it("a liar never takes the healthy ones along, nor moves the value off them (SENSOR-2)", () => {
    const lie = fc.oneof(fc.double({ min: -2_000, max: 2_000, noNaN: true }), fc.constant(null));
    fc.assert(
      fc.property(fc.array(lie, { maxLength: 300 }), fc.nat(), (lies, seed) => {
        const dice = new Prng(seed);
        const feed = new Feed();
        for (const said of lies) {
          const healthy = [20 + dice.fraction(), 20 + dice.fraction()] as const;
          const { verdict } = feed.close([healthy[0], said, healthy[1]]);
          expect(verdict.value).toBeGreaterThanOrEqual(Math.min(...healthy));
          expect(verdict.value).toBeLessThanOrEqual(Math.max(...healthy));
        }
        expect(feed.events.filter(({ channel }) => channel !== "b")).toEqual([]);
      }),
    );
  });
});
