import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactMajority } from "../../src/voting/exact-majority.js";
import { formalMajority } from "../../src/voting/formal-majority.js";
import { marzulloVoter } from "../../src/voting/marzullo.js";
import { midValueSelect } from "../../src/voting/mid-value-select.js";
import { plurality } from "../../src/voting/plurality.js";
import { voters } from "../../src/voting/voters.js";
import { voterContract } from "../contracts/voter.js";
import { describeShared, readShared } from "../support/shared-files.js";
import { nobody, poll } from "./poll.js";

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
  readonly out?: number | string;
  readonly classes?: readonly (readonly number[])[];
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
    const { in: values, out, majority } = caseOf("plurality");
    const coded = values.map((word) => String(word).charCodeAt(0));
    expect(poll(exactMajority, coded, 0).value).toBe(majority);
    expect(poll(plurality, coded, 0).value).toBe(String(out).charCodeAt(0));
  });

  it("formal majority and plurality: a member of the first class (VOTE-12)", () => {
    const { in: given, classes = [] } = caseOf("formalized plurality/majority, eps 0.0005");
    const values = given.map(Number);
    // As numbers, 0.1813 and 0.1818 are a little more than 0.0005 apart, which is what is meant.
    const tolerance = 0.1818 - 0.1813;
    for (const voter of [formalMajority, plurality, marzulloVoter]) {
      expect(classes[0]).toContain(poll(voter, values, tolerance).value);
      expect(poll(voter, values, 0.0005 / 2).value).not.toBe(0.1818);
    }
  });
});
