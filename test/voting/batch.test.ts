import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/kernel/assert.js";
import { Ballots } from "../../src/voting/ballots.js";
import { type Batch, voteBatch } from "../../src/voting/batch.js";
import { midValueSelect } from "../../src/voting/mid-value-select.js";
import { Tally } from "../../src/voting/tally.js";
import type { Voter } from "../../src/voting/voter.js";
import { voters } from "../../src/voting/voters.js";

type Row = readonly number[];

function batchOf(voter: Voter, rows: readonly Row[], channels: number, tolerance = 1): Batch {
  const column = (channel: number) => Float64Array.from(rows.map((row) => row[channel] ?? NaN));
  return {
    voter,
    tolerance,
    columns: Array.from({ length: channels }, (_, channel) => column(channel)),
    values: new Float64Array(rows.length).fill(77),
    agreeing: new Uint32Array(rows.length).fill(77),
  };
}

/** The same, one vote at a time. */
function oneByOne(voter: Voter, rows: readonly Row[], channels: number, tolerance = 1) {
  const voting = voter.open({ channels, tolerance });
  const tally = new Tally();
  return rows.map((row) => {
    const ballots = new Ballots(channels);
    row.forEach((value, channel) => {
      if (Number.isFinite(value)) ballots.add(channel, value);
    });
    const quorate = ballots.count >= Math.min(2, channels);
    tally.count(voter, ballots, quorate ? voting.valueOf(ballots) : NaN, tolerance);
    voting.learn(ballots, tally.value);
    return [tally.value, tally.agreeing >>> 0];
  });
}

const said = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 1e308, -1e308, -0) },
  { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);

describe("a batch gets, row by row, what the voter and the tally say (VOTE-15)", () => {
  it.each([...voters])("%s", (_name, voter) => {
    const rowsOf = (channels: number) =>
      fc.array(fc.array(said, { minLength: channels, maxLength: channels }), { maxLength: 12 });
    const some = fc
      .integer({ min: 1, max: 5 })
      .chain((channels) => fc.record({ channels: fc.constant(channels), rows: rowsOf(channels) }));
    fc.assert(
      fc.property(some, ({ channels, rows }) => {
        const batch = batchOf(voter, rows, channels);
        voteBatch(batch);
        const voted = rows.map((_, row) => [batch.values[row], batch.agreeing[row]]);
        expect(voted).toEqual(oneByOne(voter, rows, channels));
      }),
      {
        examples: [
          [
            {
              channels: 3,
              rows: [
                [1e308, 1e308, 1e308],
                [NaN, 1, 1],
              ],
            },
          ],
        ],
      },
    );
  });

  it("three by the short way: every small row, at several tolerances", () => {
    const alphabet = [NaN, -1, 0, 0.5, 1, 2];
    const rows = alphabet.flatMap((one) =>
      alphabet.flatMap((two) => alphabet.map((three) => [one, two, three])),
    );
    for (const tolerance of [0, 0.5, 1]) {
      const batch = batchOf(midValueSelect, rows, 3, tolerance);
      voteBatch(batch);
      const voted = rows.map((_, row) => [batch.values[row], batch.agreeing[row]]);
      expect(voted).toEqual(oneByOne(midValueSelect, rows, 3, tolerance));
    }
  });

  it("the last of the most channels agrees as well", () => {
    const batch = batchOf(midValueSelect, [new Array<number>(32).fill(7)], 32);
    voteBatch(batch);
    expect(batch.agreeing[0]).toBe(2 ** 32 - 1);
  });
});

describe("a batch that does not fit is refused, and nothing is written", () => {
  const fitting = batchOf(midValueSelect, [[1, 1, 1]], 3);
  const long = new Float64Array(2);

  it.each([
    ["no columns", { columns: [] }],
    ["too many columns", { columns: new Array<Float64Array>(33).fill(new Float64Array(1)) }],
    ["columns of different lengths", { columns: [new Float64Array(1), long] }],
    ["values too long", { values: long }],
    ["a mask too short", { agreeing: new Uint32Array(0) }],
    ["a tolerance below 0", { tolerance: -1 }],
    ["a tolerance that is none", { tolerance: NaN }],
  ])("%s", (_name, change) => {
    expect(() => voteBatch({ ...fitting, ...change })).toThrow(UsageError);
    expect(fitting.values[0]).toBe(77);
  });
});
