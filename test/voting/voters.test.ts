import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactMajority } from "../../src/voting/exact-majority.js";
import { midValueSelect } from "../../src/voting/mid-value-select.js";
import { voters } from "../../src/voting/voters.js";
import { voterContract } from "../contracts/voter.js";
import { describeShared, readShared } from "../support/shared-files.js";
import { nobody, type Outcome, poll } from "./poll.js";

/** All vectors of `length` numbers from `alphabet`. */
function vectors(alphabet: readonly number[], length: number): number[][] {
  if (length === 0) return [[]];
  const shorter = vectors(alphabet, length - 1);
  return shorter.flatMap((vector) => alphabet.map((value) => [...vector, value]));
}

/** Splits the ballots by distance from a value, in the plainest way. */
function naiveOutcome(values: readonly number[], value: number, reach: number): Outcome {
  const near = values.map((other) => Math.abs(other - value) <= reach);
  if (near.filter((is) => is).length * 2 <= values.length) return nobody;
  const places = values.map((_, place) => place);
  return {
    value,
    agreeing: places.filter((place) => near[place]),
    dissenting: places.filter((place) => !near[place]),
  };
}

/** The middle by counting ranks instead of sorting. */
function naiveMidValue(values: readonly number[], tolerance: number): Outcome {
  const middles = values.filter((value) => {
    const below = values.filter((other) => other < value).length;
    const above = values.filter((other) => other > value).length;
    return below * 2 <= values.length && above * 2 <= values.length;
  });
  if (middles.length === 0) return nobody;
  const low = Math.min(...middles);
  const high = Math.max(...middles);
  if (high - low > tolerance) return nobody;
  return naiveOutcome(values, (low + high) / 2, tolerance);
}

function naiveMajority(values: readonly number[]): Outcome {
  const winner = values.find(
    (value) => values.filter((other) => other === value).length * 2 > values.length,
  );
  return winner === undefined ? nobody : naiveOutcome(values, winner, 0);
}

describe("voters: table over every small vector (VOTE-1, VOTE-2)", () => {
  // In steps of a half, so that means of two are met, and a tolerance can be met exactly.
  const alphabet = [0, 0.5, 1, 2, 3.5];

  it.each([0, 0.5, 1, 2])("mid-value select, n = 0 to 5, tolerance %f", (tolerance) => {
    for (let count = 0; count <= 5; count += 1) {
      for (const values of vectors(alphabet, count)) {
        const outcome = poll(midValueSelect, values, tolerance);
        expect(outcome, values.join()).toEqual(naiveMidValue(values, tolerance));
      }
    }
  });

  it("exact majority, n = 0 to 5", () => {
    for (let count = 0; count <= 5; count += 1) {
      for (const values of vectors(alphabet, count)) {
        const outcome = poll(exactMajority, values, 1);
        expect(outcome, values.join()).toEqual(naiveMajority(values));
      }
    }
  });
});

describe("mid-value select", () => {
  const vote = (values: readonly number[], tolerance: number) =>
    poll(midValueSelect, values, tolerance);

  it("cannot isolate of two that differ, and says so (VOTE-3)", () => {
    expect(vote([20, 21.01], 1)).toEqual(nobody);
    expect(vote([20, 21], 1).value).toBe(20.5);
  });

  it("finds no value where four are two and two: nobody stands where the mean is", () => {
    expect(vote([0, 0, 1.5, 1.5], 1)).toEqual(nobody);
  });

  it("gives no value when all three differ (Parhami 1994: distinct results)", () => {
    expect(vote([1, 2, 3], 0.9)).toEqual(nobody);
  });

  it("measures agreement from the value: approximate equality is not transitive", () => {
    expect(vote([0, 1, 2], 1)).toEqual({
      value: 1,
      agreeing: [0, 1, 2],
      dissenting: [],
    });
  });

  it("stays between the healthy ones, whatever a minority says (VOTE-4)", () => {
    const healthy = fc.double({ min: 20, max: 21, noNaN: true });
    const liar = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(
        fc.array(healthy, { minLength: 2, maxLength: 5 }),
        fc.array(liar),
        (all, lies) => {
          const liars = lies.slice(0, all.length - 1);
          const { value, agreeing } = vote([...all, ...liars], 1);
          // Healthy ones are within the tolerance of one another, so they are never outvoted ...
          expect(value).not.toBeNull();
          expect(agreeing).toEqual(expect.arrayContaining(all.map((_, place) => place)));
          // ... and the value is theirs.
          expect(value).toBeGreaterThanOrEqual(Math.min(...all));
          expect(value).toBeLessThanOrEqual(Math.max(...all));
        },
      ),
      { examples: [[[20, 21], [0]]] },
    );
  });
});

describe("every voter", () => {
  it("is found by its name, in the order of README.md", () => {
    const names = [...voters.keys()];
    expect([...voters.values()].map(({ name }) => name)).toEqual(names);
    const readme = readFileSync("src/voting/README.md", "utf8");
    const rows = [...readme.matchAll(/^\| `([a-z-]+)` +\| /gm)].map(([, name]) => name ?? "");
    expect(rows.filter((name) => voters.has(name))).toEqual(names);
  });

  for (const voter of voters.values()) voterContract(voter);
});

interface OracleCase {
  readonly voter: string;
  readonly in: readonly (number | string)[];
  readonly out?: number;
  readonly majority?: null;
}

describeShared("voters: published cases", ["oracles/numeric.json"], () => {
  const oracle = JSON.parse(readShared("oracles/numeric.json")) as {
    voters: { cases: readonly OracleCase[] };
  };
  const caseOf = (name: string): OracleCase => {
    const found = oracle.voters.cases.find(({ voter }) => voter === name);
    if (found === undefined) throw new Error(`no case for ${name}`);
    return found;
  };

  it("exact majority", () => {
    const { in: values, out } = caseOf("exact majority");
    expect(poll(exactMajority, values.map(Number), 0).value).toBe(out);
  });

  it("median: the middle of three that differ, with a tolerance that lets them agree", () => {
    const { in: values, out } = caseOf("median");
    expect(poll(midValueSelect, values.map(Number), 2).value).toBe(out);
  });

  it("plurality without a majority has no exact majority", () => {
    const { in: values, majority } = caseOf("plurality");
    const coded = values.map((word) => String(word).charCodeAt(0));
    expect(poll(exactMajority, coded, 0).value).toBe(majority);
  });
});
