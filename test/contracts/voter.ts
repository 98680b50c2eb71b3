/**
 * What every voter must do, whatever it says stands. The ids are those of src/voting/README.md.
 * A vote here is what the voter says and what of it the tally lets stand.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instant, seconds } from "../../src/kernel/time.js";
import { Ballots, channelsMax } from "../../src/voting/ballots.js";
import { SensorVoter } from "../../src/voting/sensor-voter.js";
import { Tally } from "../../src/voting/tally.js";
import type { Voter, Voting } from "../../src/voting/voter.js";
import { nobody, poll, rawValue } from "../voting/poll.js";

const wholes = fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 7 });
const doubles = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
  minLength: 1,
  maxLength: 9,
});
const tolerances = fc.constantFrom(0, 0.5, 1, 2, 1e300);

export function voterContract(voter: Voter): void {
  describe(`${voter.name} keeps the contract of voters`, () => {
    fewRules(voter);
    symmetryRules(voter);
    valueRules(voter);
    supportRules(voter);
    memoryRules(voter);
    refusalRules(voter);
  });
}

/** A sensor of three that has closed five vectors on which all agree, then one with `values`. */
function sensorAfter(voter: Voter, values: readonly (number | null)[]) {
  const channels = ["a", "b", "c"];
  const ageMax = seconds(1);
  const range = { min: -1_000, max: 1_000, tolerance: 1 };
  const sensor = new SensorVoter({ channels, ageMax, voter, ...range });
  const close = (cycle: number, said: readonly (number | null)[]) =>
    sensor.close(
      instant(cycle * 1_000_000),
      channels.map((channel, at) => ({ channel, value: said[at] ?? null, age: seconds(0) })),
      false,
    ).verdict;
  for (let cycle = 0; cycle < 5; cycle += 1) close(cycle, [20, 20, 20]);
  return close(5, values);
}

function fewRules(voter: Voter): void {
  it("VOTE-8: says nothing of nothing", () => {
    expect(poll(voter, [], 1)).toEqual(nobody);
  });

  it("VOTE-8: of two that differ by more than the tolerance none stands, whatever is past", () => {
    expect(poll(voter, [20, 21.01], 1)).toEqual(nobody);
    expect(poll(voter, [21.01, 20], 1)).toEqual(nobody);
    const verdict = sensorAfter(voter, [20, null, 21.01]);
    expect(verdict).toMatchObject({ value: null, status: "no-majority", dissenting: [] });
  });

  it("VOTE-8: two that differ by the tolerance agree, unless only equal ones do", () => {
    const { value, agreeing } = poll(voter, [20, 21], 1);
    expect(agreeing).toEqual(voter.exact ? [] : [0, 1]);
    if (value !== null) expect(value).toBeGreaterThanOrEqual(20);
    if (value !== null) expect(value).toBeLessThanOrEqual(21);
    expect(sensorAfter(voter, [20, null, 20])).toMatchObject({ value: 20, status: "degraded" });
  });

  it("VOTE-8: one of three cannot be confirmed, and is not", () => {
    const verdict = sensorAfter(voter, [null, 20, null]);
    expect(verdict).toMatchObject({ value: null, status: "insufficient", agreeing: [] });
  });
}

function symmetryRules(voter: Voter): void {
  it("VOTE-9: does not care for the order of the ballots, all records being equal", () => {
    fc.assert(
      fc.property(wholes, fc.nat(), (values, turn) => {
        const at = turn % Math.max(1, values.length);
        const turned = [...values.slice(at), ...values.slice(0, at)].reverse();
        const spoken = (said: readonly number[]) => {
          const { value, agreeing } = poll(voter, said, 1);
          return { value, agreeing: agreeing.map((place) => said[place]).sort() };
        };
        expect(spoken(turned)).toEqual(spoken(values));
      }),
    );
  });

  it("VOTE-9: does not care for the zero of the scale", () => {
    fc.assert(
      fc.property(wholes, fc.integer({ min: -500, max: 500 }), (values, by) => {
        const one = poll(voter, values, 1);
        const shifted = values.map((value) => value + by);
        const other = poll(voter, shifted, 1);
        expect(other.agreeing).toEqual(one.agreeing);
        if (one.value === null) expect(other.value).toBeNull();
        else expect(other.value).toBeCloseTo(one.value + by, 9);
      }),
    );
  });
}

function valueRules(voter: Voter): void {
  it("VOTE-10: what it says is among the ballots, for numbers of any size", () => {
    fc.assert(
      fc.property(doubles, tolerances, (values, tolerance) => {
        const said = rawValue(voter, values, tolerance);
        if (Number.isNaN(said)) return;
        expect(said).toBeGreaterThanOrEqual(Math.min(...values));
        expect(said).toBeLessThanOrEqual(Math.max(...values));
      }),
      {
        examples: [
          [[1e308, -1e308, 1e308, 1e308, -1e308], 1],
          [[1e308, 1e308, -1e308], 1e300],
        ],
      },
    );
  });

  it("VOTE-10: equal ballots all agree, to the last bit, up to the most channels", () => {
    for (const value of [0.1, -7.3, 1e308, -1e308, 5e-324, 0]) {
      for (let count = 1; count <= channelsMax; count += 1) {
        const outcome = poll(voter, new Array<number>(count).fill(value), 0);
        expect(outcome).toMatchObject({ value, dissenting: [] });
        expect(outcome.agreeing).toHaveLength(count);
      }
    }
  });

  it("VOTE-10: a zero below is a zero", () => {
    const { value, agreeing } = poll(voter, [-0, 0, -0], 0);
    expect(value).toBe(0);
    expect(agreeing).toEqual([0, 1, 2]);
  });

  it("VOTE-10: one liar of any size among the most channels changes nothing for the others", () => {
    if (voter.name === "mean") return;
    const healthy = new Array<number>(channelsMax - 1).fill(20);
    for (const lie of [1e308, -1e308, 22]) {
      const { value, dissenting } = poll(voter, [...healthy, lie], 1);
      expect(value).toBe(20);
      expect(dissenting).toEqual([channelsMax - 1]);
    }
  });
}

function supportRules(voter: Voter): void {
  const needed = (count: number) =>
    voter.support === "majority" || count <= 2 ? Math.floor(count / 2) + 1 : 2;

  it("VOTE-1, VOTE-5: what stands has its support, and without it nobody is blamed", () => {
    fc.assert(
      fc.property(wholes, (values) => {
        const { value, agreeing, dissenting } = poll(voter, values, 1);
        if (value === null) expect([...agreeing, ...dissenting]).toEqual([]);
        else expect(agreeing.length).toBeGreaterThanOrEqual(needed(values.length));
      }),
    );
  });

  it("VOTE-6: what a majority supports is within the tolerance of a healthy ballot", () => {
    if (voter.support !== "majority") return;
    const healthy = fc.array(fc.double({ min: 20, max: 21, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(healthy, doubles, (some, lies) => {
        const all = some.slice(0, 6);
        const liars = lies.slice(0, all.length - 1).map((lie) => (lie % 8) + 20);
        const { value } = poll(voter, [...all, ...liars], 1);
        if (value === null) return;
        const nearest = Math.min(...all.map((ballot) => Math.abs(ballot - value)));
        expect(nearest).toBeLessThanOrEqual(1);
      }),
    );
  });
}

/** Closings of five channels, each of which may be silent. */
const closings = fc.array(
  fc.array(fc.option(fc.integer({ min: -3, max: 3 })), { minLength: 5, maxLength: 5 }),
  { maxLength: 30 },
);

function ballotsOf(said: readonly (number | null)[]): Ballots {
  const ballots = new Ballots(said.length);
  said.forEach((value, channel) => {
    if (value !== null) ballots.add(channel, value);
  });
  return ballots;
}

/** Votes, and learns what stood, as a sensor does. */
function closeWith(voter: Voter, voting: Voting, said: readonly (number | null)[]): number {
  const tally = new Tally();
  const ballots = ballotsOf(said);
  tally.count(voter, ballots, voting.valueOf(ballots), 1);
  voting.learn(ballots, tally.value);
  return tally.value;
}

function memoryRules(voter: Voter): void {
  const open = () => voter.open({ channels: 5, tolerance: 1 });

  it("VOTE-11: goes on from its memory as if it had never stopped", () => {
    fc.assert(
      fc.property(closings, closings, (before, after) => {
        const first = open();
        for (const said of before) closeWith(voter, first, said);
        const second = open();
        const carried = JSON.parse(JSON.stringify(first.memory())) as unknown[];
        expect(second.recall(carried)).toBe(true);
        for (const said of after) {
          expect(closeWith(voter, second, said)).toBe(closeWith(voter, first, said));
        }
        expect(second.memory()).toEqual(first.memory());
      }),
    );
  });

  it("VOTE-11: remembers at most four finite numbers a channel, as many as ever", () => {
    fc.assert(
      fc.property(closings, (all) => {
        const voting = open();
        const { length } = voting.memory();
        for (const said of all) closeWith(voter, voting, said);
        expect(voting.memory()).toHaveLength(length);
        expect(length).toBeLessThanOrEqual(4 * 5);
        expect(voting.memory().every(Number.isFinite)).toBe(true);
      }),
    );
  });
}

function refusalRules(voter: Voter): void {
  const open = () => voter.open({ channels: 5, tolerance: 1 });

  it("VOTE-11: refuses what is no memory of its own, and is unchanged by it", () => {
    const voting = open();
    for (const said of [
      [1, 1, 1, 1, 3],
      [2, 2, 2, 2, 2],
    ])
      closeWith(voter, voting, said);
    const memory = voting.memory();
    const strange = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5, 1e9, "1", null, [1], {}, true];
    const bad: unknown[][] = [[...memory, 1], memory.slice(1), new Array(memory.length)];
    for (const word of strange)
      bad.push([word, ...memory.slice(1)], [...memory.slice(0, -1), word]);
    const fits = (tried: readonly unknown[]) =>
      tried.length === memory.length && tried.every(Number.isFinite);
    for (const tried of bad.filter((each) => memory.length === 0 || !fits(each))) {
      if (tried.length === 0) continue;
      expect(voting.recall(tried), JSON.stringify(tried)).toBe(false);
      expect(voting.memory()).toEqual(memory);
    }
  });

  it("VOTE-11: to vote changes neither the ballots nor the voter", () => {
    fc.assert(
      fc.property(closings, (all) => {
        const voting = open();
        for (const said of all) {
          const ballots = ballotsOf(said);
          const { values, channels } = ballots;
          const kept = [Array.from(values), Array.from(channels), voting.memory()];
          expect(voting.valueOf(ballots)).toBe(voting.valueOf(ballots));
          expect([Array.from(values), Array.from(channels), voting.memory()]).toEqual(kept);
          closeWith(voter, voting, said);
        }
      }),
    );
  });
}
