import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PlainValue } from "../../../src/voting/structured/plain-value.js";
import {
  isSettled,
  type StructuredOutcome,
  structuredVote,
  type VoteRule,
} from "../../../src/voting/structured/structured-vote.js";
import { compileTolerance, type Tolerance } from "../../../src/voting/structured/tolerance.js";
import { naiveVote } from "./naive-vote.js";

const names = ["a", "b", "c", "d", "e", "f"];

/** Votes; `undefined` stands for a participant that failed. */
function vote(
  values: readonly (PlainValue | undefined)[],
  tolerance: Tolerance = 0,
  rule: VoteRule = "majority",
): StructuredOutcome {
  return structuredVote({ ...sort(values), toleranceOf: compileTolerance(tolerance), rule });
}

function sort(values: readonly (PlainValue | undefined)[]) {
  const named = values.map((value, index) => ({ participant: names[index] as string, value }));
  const ballots = named.flatMap(({ participant, value }) =>
    value === undefined ? [] : [{ participant, value }],
  );
  const failed = named.flatMap(({ participant, value }) =>
    value === undefined ? [{ participant, reason: "threw" }] : [],
  );
  return { ballots, failed };
}

/** All vectors of `length` items of an alphabet. */
function vectors<Item>(alphabet: readonly Item[], length: number): Item[][] {
  if (length === 0) return [[]];
  const shorter = vectors(alphabet, length - 1);
  return shorter.flatMap((vector) => alphabet.map((item) => [...vector, item]));
}

function isSameText(outcome: StructuredOutcome, expected: ReturnType<typeof naiveVote>): boolean {
  const { value, status, agreeing, dissenting } = expected;
  const picked = [outcome.value, outcome.status, outcome.agreeing, outcome.dissenting];
  return JSON.stringify(picked) === JSON.stringify([value, status, agreeing, dissenting]);
}

type Row = [name: string, alphabet: (PlainValue | undefined)[], tolerance: number, most: number];

const rows: Row[] = [
  ["words and enums", ["on", "off", true, undefined], 0, 5],
  ["numbers, a chain of neighbours", [0, 1, 2, 3, undefined], 1, 5],
  ["numbers of two kinds, in strings too", [0, 0.5, 1.5, "0", undefined], 1, 5],
  [
    "records",
    [
      { m: "x", v: 0 },
      { v: 1, m: "x" },
      { m: "x", v: 2 },
      { m: "y", v: 0 },
    ],
    1,
    4,
  ],
  ["arrays of other lengths", [[0, 0], [1, 0], [0, 2], [0], undefined], 1, 4],
];

describe("the structured vote: table against a naive model (STRUCT-3, STRUCT-4, STRUCT-5)", () => {
  it.each(rows)("%s", (_, alphabet, tolerance, most) => {
    const counts = [...Array(most + 1).keys()];
    const all = counts.flatMap((count) => vectors(alphabet, count));
    for (const rule of ["majority", "plurality"] as const) {
      for (const values of all) {
        const expected = naiveVote(values, tolerance, rule, names);
        const outcome = vote(values, tolerance, rule);
        // Most are equal as texts, which is a hundred times faster to see.
        if (isSameText(outcome, expected)) continue;
        expect(outcome, `${rule}: ${JSON.stringify(values)}`).toMatchObject(expected);
      }
    }
  });
});

describe("the structured vote", () => {
  it("cannot isolate of two that disagree, nor check one alone (STRUCT-6)", () => {
    const nobody = { value: null, agreeing: [], dissenting: [] };
    expect(vote(["on", "off"])).toMatchObject({ ...nobody, status: "no-majority" });
    expect(vote(["on"])).toMatchObject({ ...nobody, status: "insufficient" });
    expect(vote([])).toMatchObject({ ...nobody, status: "insufficient" });
    expect(vote(["on", "on"])).toMatchObject({ value: "on", status: "ok" });
    expect(vote(["on"], 0, "plurality").value).toBeNull();
  });

  it("asks for more than half of those asked, not of those who answered (STRUCT-4)", () => {
    const two = vote(["on", "on", undefined, undefined]);
    expect(two).toMatchObject({ value: null, status: "insufficient" });
    expect(two.failed.map(({ participant }) => participant)).toEqual(["c", "d"]);
    expect(vote(["on", "on", "on", undefined])).toMatchObject({ value: "on", status: "degraded" });
    expect(vote(["on", "on", undefined, undefined], 0, "plurality").value).toBe("on");
  });

  it("names each one asked once, and blames nobody without a value (STRUCT-7)", () => {
    expect(vote(["x", "y", "x", undefined, "x"])).toEqual({
      value: "x",
      status: "degraded",
      agreeing: ["a", "c", "e"],
      dissenting: ["b"],
      failed: [{ participant: "d", reason: "threw" }],
    });
    expect(vote(["x", "y", "z"])).toMatchObject({ agreeing: [], dissenting: [] });
  });

  it("takes the middle of each number, of the lower two of an even count (STRUCT-5)", () => {
    const pair = (x: number, y: number) => ({ mode: "auto", x, y });
    const three = [pair(1, 12), pair(2, 11), pair(3, 10)];
    expect(vote(three, 2)).toMatchObject({ value: pair(2, 11), status: "ok" });
    expect(vote([1, 2], 1).value).toBe(1);
  });

  it("never mixes records that disagree: a strange mode takes its numbers with it", () => {
    const said = [
      { mode: "heat", duty: 0.5 },
      { mode: "heat", duty: 0.52 },
      { mode: "off", duty: 0.51 },
    ];
    expect(vote(said, 0.1)).toMatchObject({
      value: { mode: "heat", duty: 0.5 },
      dissenting: ["c"],
    });
  });

  it("anchors groups: the ends of a chain do not agree with one another (STRUCT-3)", () => {
    expect(vote([0, 1, 2], 1)).toMatchObject({ value: 1, status: "ok" });
    // Each neighbour agrees, and no pivot has more than three of the five.
    expect(vote([0, 1, 2, 3, 4], 1)).toMatchObject({ value: 1, dissenting: ["d", "e"] });
    expect(vote([0, 1.5, 3, 4.5], 1).value).toBeNull();
  });

  it("does not look at the order of keys, and does at that of items", () => {
    expect(
      vote([
        { x: 1, y: "a" },
        { y: "a", x: 1 },
      ]).status,
    ).toBe("ok");
    expect(
      vote([
        [1, 2],
        [2, 1],
      ]).value,
    ).toBeNull();
    const [one, other] = [
      vote([
        { b: 1, a: 2 },
        { a: 2, b: 1 },
      ]),
      vote([
        { a: 2, b: 1 },
        { b: 1, a: 2 },
      ]),
    ];
    expect(JSON.stringify(one.value)).toBe(JSON.stringify(other.value));
  });

  it("does not take text for a number's mark, nor numbers in text for numbers", () => {
    expect(vote(["#", 1, 1]).dissenting).toEqual(["a"]);
    expect(vote([["#"], [1], ["#"]]).dissenting).toEqual(["b"]);
    expect(vote(["1", 1, 1], 5).dissenting).toEqual(["a"]);
    expect(vote([{ 'a":#': 1 }, { a: 1 }, { a: 1 }]).dissenting).toEqual(["a"]);
  });

  it("lets two of three that lie alike win: no vote can know (STRUCT-10)", () => {
    expect(vote(["right", "wrong", "wrong"])).toMatchObject({ value: "wrong", dissenting: ["a"] });
  });

  it("lets a plurality win only over rivals that are smaller (STRUCT-4)", () => {
    expect(vote(["x", "x", "y", "z"], 0, "plurality").value).toBe("x");
    expect(vote(["x", "x", "y", "z"]).value).toBeNull();
    expect(vote(["x", "x", "y", "y", "z"], 0, "plurality").status).toBe("no-majority");
    expect(vote([0, 0, 5, 6], 1, "plurality").value).toBeNull();
    // Of what is left outside of {0, 1, 2} there is one, not two.
    expect(vote([0, 1, 2, 3], 1, "plurality").value).toBe(1);
  });
});

describe("the structured vote: properties", () => {
  const record = (near: fc.Arbitrary<number>) =>
    fc.record({ mode: fc.constantFrom("heat", "off"), x: near, list: fc.tuple(near) });

  it("does not depend on the order of the ballots", () => {
    const values = fc.array(record(fc.integer({ min: 0, max: 3 })), { maxLength: 6 });
    fc.assert(
      fc.property(
        values,
        fc.integer(),
        fc.constantFrom("majority", "plurality"),
        (all, turn, rule) => {
          const turned = all.map((_, index) => all[(index + Math.abs(turn)) % all.length] ?? null);
          expect(vote(turned, 1, rule).value).toEqual(vote(all, 1, rule).value);
          expect(vote([...all].reverse(), 1, rule).value).toEqual(vote(all, 1, rule).value);
        },
      ),
    );
  });

  it("masks a minority of liars: a value near the healthy, with their words (STRUCT-9)", () => {
    const near = fc.double({ min: 20, max: 21, noNaN: true });
    const healthy = fc.record({ mode: fc.constant("heat"), x: near });
    const x = fc.oneof(fc.double({ min: 18, max: 23, noNaN: true }), fc.constant(1e300));
    const liar = fc.oneof(
      fc.constant("lies"),
      fc.record({ mode: fc.constantFrom("heat", "off"), x }),
    );
    const lists = [fc.array(healthy, { minLength: 2, maxLength: 3 }), fc.array(liar)] as const;
    fc.assert(
      fc.property(...lists, (all, lies) => {
        const { value } = vote([...all, ...lies.slice(0, all.length - 1)], 1);
        expect(value).toMatchObject({ mode: "heat" });
        // The pivot agrees with a healthy one, and the value with the pivot.
        const voted = (value as { x: number }).x;
        expect(Math.min(...all.map((ballot) => Math.abs(ballot.x - voted)))).toBeLessThanOrEqual(2);
      }),
    );
  });
});

describe("whether a vote is settled (STRUCT-11)", () => {
  const alphabet: (PlainValue | undefined)[] = [0, 1, 2, "x", undefined];

  it.each(["majority", "plurality"] as const)("%s: no completion changes the value", (rule) => {
    let settled = 0;
    for (const [asked, heard] of [
      [3, 1],
      [3, 2],
      [4, 2],
      [4, 3],
      [5, 3],
      [5, 4],
    ] as const) {
      const completions = vectors(alphabet, asked - heard);
      for (const values of vectors(alphabet, heard)) {
        const election = { ...sort(values), toleranceOf: compileTolerance(1), rule };
        if (!isSettled(election, asked - heard)) continue;
        settled += 1;
        const silent = completions.map((rest) => vote([...values, ...rest], 1, rule).value);
        expect(new Set(silent.map((value) => JSON.stringify(value))).size, values.join()).toBe(1);
      }
    }
    expect(settled).toBeGreaterThan(50);
  });

  it("waits while one may shift the middle, and not for what is lost", () => {
    const election = (values: readonly PlainValue[], tolerance: number) => ({
      ...sort(values),
      toleranceOf: compileTolerance(tolerance),
    });
    expect(isSettled(election([1, 1], 0), 1)).toBe(true);
    expect(isSettled(election([1, 2], 1), 1)).toBe(false);
    expect(isSettled(election([1, 1], 1), 1)).toBe(true);
    expect(isSettled(election(["x", "y"], 0), 1)).toBe(false);
    expect(isSettled({ ...election([], 0), failed: sort([undefined, undefined]).failed }, 1)).toBe(
      true,
    );
    expect(isSettled(election(["x", "y"], 0), 0)).toBe(true);
  });
});
