import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Prng } from "../../../src/kernel/prng.js";
import { instant, seconds } from "../../../src/kernel/time.js";
import { Feed, type Word } from "../feed.js";

const word = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1_900, max: 2_100 }).map((n) => n / 100) },
  { weight: 1, arbitrary: fc.constantFrom<Word>(null, 500, 5_000) },
);
const stretch = fc.tuple(word, word, word, fc.nat({ max: 15 }));
const streams = fc.array(stretch, { maxLength: 30 });

/** Says the same for some closings, so that channels really get excluded and come back. */
function play(feed: Feed, rows: readonly (readonly [Word, Word, Word, number])[]): unknown[] {
  const said: unknown[] = [];
  for (const [a, b, c, more] of rows) {
    for (let index = 0; index <= more; index += 1) said.push(feed.close([a, b, c]));
  }
  return said;
}

describe("a snapshot (SNAPSHOT-1)", () => {
  it("makes another voter go on as the first one does", () => {
    const states = new Set<string>();
    fc.assert(
      fc.property(streams, streams, (before, afterwards) => {
        const one = new Feed();
        play(one, before);
        for (const { state } of one.voter.standing()) states.add(state);
        const other = new Feed();
        other.now = one.now;
        const travelled: unknown = JSON.parse(JSON.stringify(one.voter.snapshot()));
        expect(other.voter.restore(travelled)).toBe(true);
        expect(other.voter.snapshot()).toEqual(one.voter.snapshot());
        expect(play(other, afterwards)).toEqual(play(one, afterwards));
        expect(other.voter.standing()).toEqual(one.voter.standing());
      }),
      { seed: 1, numRuns: 300 },
    );
    // Otherwise the property was shown for healthy channels only.
    expect([...states].toSorted()).toEqual(
      expect.arrayContaining(["excluded", "probation", "quarantined", "suspected", "trusted"]),
    );
  });

  it("carries that a channel is stuck, although the others are back where it is", () => {
    const one = new Feed();
    one.run(10, (index) => [20 + index / 100, 20 + index / 100, 20 + index / 100]);
    one.run(10, () => [20.5, 20.09, 20.5]);
    expect(one.told()).toEqual(["b excluded STUCK"]);
    const other = new Feed();
    other.now = one.now;
    other.voter.restore(one.voter.snapshot());
    other.run(100, () => [20.09, 20.09, 20.09]);
    expect(other.state("b")).toBe("excluded");
  });

  it("goes on exactly with all that is learnt over many closings", () => {
    const health = { rateMax: 50, noiseMax: 0.3, biasMax: 0.5 };
    const dice = new Prng(12);
    const noise = () => 0.05 * dice.normal();
    const one = new Feed({ health });
    const row = (): readonly Word[] => [
      20 + noise(),
      one.closings % 700 < 350 ? 20 + noise() : 20 + noise() / 50,
      one.closings % 1_500 < 1_200 ? 20 + noise() : 20 + 12 * noise(),
    ];
    for (let restart = 0; restart < 6; restart += 1) {
      one.run(450, row);
      const other = new Feed({ health });
      other.now = one.now;
      const travelled: unknown = JSON.parse(JSON.stringify(one.voter.snapshot()));
      expect(other.voter.restore(travelled)).toBe(true);
      for (let index = 0; index < 450; index += 1) {
        const words = row();
        expect(other.close(words)).toEqual(one.close(words));
      }
      expect(other.voter.snapshot()).toEqual(one.voter.snapshot());
    }
    const reasons = new Set(one.told().map((told) => told.split(" ")[2]));
    expect([...reasons]).toEqual(expect.arrayContaining(["DEAD", "NOISY"]));
  });

  it("weighs less than 1 KiB for three channels, whatever happened (SNAPSHOT-2)", () => {
    const feed = new Feed();
    feed.now = instant(seconds(1_000_000_000));
    const odd = (index: number) => 20 + Math.sin(index) / 3;
    feed.run(3_000, (index) => [odd(index), index % 50 < 5 ? 90.1 : odd(index), odd(index) / 1.01]);
    expect(JSON.stringify(feed.voter.snapshot()).length).toBeLessThan(1_024);
  });
});

describe("a snapshot from outside (SNAPSHOT-3)", () => {
  const fresh = () => JSON.stringify(new Feed().voter.snapshot());

  it.each([
    null,
    "v1",
    {},
    { v: 1, at: 0, channels: [], common: [0, null, 0], memory: [] },
    { v: 2, at: -1, channels: [], common: [0, null, 0], memory: [] },
    { v: 2, at: 0, channels: [[], [], []], common: [0, null, 0], memory: [] },
    new Feed({ channels: ["a", "b"] }).voter.snapshot(),
  ])("is refused when it is no snapshot of this sensor: %j", (snapshot) => {
    const feed = new Feed();
    expect(feed.voter.restore(snapshot)).toBe(false);
    expect(JSON.stringify(feed.voter.snapshot())).toBe(fresh());
  });

  it.each([
    ["a phase that there is not", 0, 0, 8],
    ["a reason that there is not", 0, 1, 15],
    ["more strikes than there can be", 0, 3, 30],
    ["an instant before the clock began", 0, 4, 10_001],
    ["too many re-admissions", 0, 6, [1, 2, 3, 4, 5]],
    ["a return before the clock began", 0, 7, 10_001],
    ["a share above one", 0, 8, 1_000_001],
    ["a field more in the record", 0, 9, 0],
    ["a value that is no number", 1, 0, "20"],
    ["a mean step below zero", 1, 2, -0.1],
    ["references of another sensor", 1, 4, [20, 20]],
    ["a source time from the future", 2, 0, -1],
    ["a source time before all times", 2, 0, 2 ** 53 - 1],
    ["an accepted value that is no number", 2, 2, "20"],
    ["a residual beside the grid", 3, 0, 0.5],
    ["an unrest below zero", 3, 4, -1],
    ["an activity beside the grid", 4, 2, 0.5],
    ["an activity far from every value", 4, 0, 2 ** 52],
    ["a longer past than is kept", 4, 4, 257],
    ["more wrong samples than are counted", 0, 2, 3],
  ])("is refused when it has %s", (_name, part, field, value) => {
    const donor = new Feed();
    donor.close([20, 90, 20]);
    const snapshot = donor.voter.snapshot() as { channels: unknown[][][] };
    expect(new Feed().voter.restore(snapshot)).toBe(true);
    const fields = snapshot.channels[1]?.[part] ?? [];
    fields[field] = value;
    expect(new Feed().voter.restore(snapshot)).toBe(false);
  });

  it.each([
    ["a channel that there is not", [8, null, 0]],
    ["a doubt from before the clock began", [7, 10_001, 1]],
    ["a doubt that lasts too long", [7, 0, 11]],
    ["a doubt that is over", [7, 0, 0]],
    ["no doubt, and an end of it", [7, null, 1]],
  ])("is refused when its common mode has %s", (_name, common) => {
    const donor = new Feed();
    donor.close([20, 20, 20]);
    const snapshot = donor.voter.snapshot() as Record<string, unknown>;
    expect(new Feed().voter.restore({ ...snapshot, common })).toBe(false);
  });

  it("does not throw, then or later, whatever was done to it", () => {
    const donor = new Feed();
    donor.run(3, () => [20, 90, 20.5]);
    donor.run(15, () => [20, 20, null]);
    const sound = JSON.stringify(donor.voter.snapshot());
    const junk = fc.constantFrom<unknown>(
      ...[null, -1, 0, 0.5, 1e300, "", [], {}, true, 7, 2 ** 52, 2 ** 53 - 1, 2 ** 60],
    );
    let refused = 0;
    const parrot = new Feed();
    fc.assert(
      fc.property(fc.nat({ max: 120 }), junk, (at, replacement) => {
        const feed = new Feed();
        const before = JSON.stringify(feed.voter.snapshot());
        let seen = -1;
        const mutated: unknown = JSON.parse(sound, (_key, value: unknown) => {
          seen += 1;
          return seen === at ? replacement : value;
        });
        const taken = feed.voter.restore(mutated);
        if (!taken) {
          refused += 1;
          expect(JSON.stringify(feed.voter.snapshot())).toBe(before);
        }
        for (let index = 0; index < 60; index += 1) {
          feed.close([20, 20, index < 30 ? 90 : 20]);
          // What was taken must not make this replica one whose health no other one takes.
          expect(parrot.voter.restore(feed.voter.snapshot())).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(refused).toBeGreaterThan(300);
  });
});
