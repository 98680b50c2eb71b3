/**
 * The outcomes of voters by the class of the results that variants give: the table of Pullum (2001,
 * chapter 7), held against every vector of each class over a small alphabet.
 *
 * A result is correct when it is one of the correct ones, and there are several, as there are
 * several roots of an equation: a mean of correct results may be none. The words of the table, over
 * all vectors of a class:
 *
 *   C    there is an output for every one, and it is correct
 *   I    there is an output for every one, and it is incorrect
 *   NO   there is never an output
 *   PC   there is an output for every one, between the smallest and the largest of the results, and
 *        it is correct for some
 *   PI   the same, and it is incorrect for some
 *
 * The median and the averages of the table answer whatever the agreement; so they are asked for
 * what they say (`rawValue`). The other voters decide by agreement, and are asked for what stands.
 * A dynamic voter is the same voter given only the variants that answered.
 */
import { describe, expect, it } from "vitest";
import { exactMajority } from "../../src/voting/exact-majority.js";
import { formalMajority } from "../../src/voting/formal-majority.js";
import { mean } from "../../src/voting/mean.js";
import { median } from "../../src/voting/median.js";
import { plurality } from "../../src/voting/plurality.js";
import type { Voter } from "../../src/voting/voter.js";
import { weightedDistance } from "../../src/voting/weighted-distance.js";
import { poll, rawValue } from "./poll.js";

const correct = [0, 3, 6, 9, 12, 18];
/** On both sides of the correct ones; far from one another by the tolerance as well. */
const wrong = [-60, -40, 20, 40, 80];
const tolerance = 1;
const isCorrect = (value: number) => correct.includes(value);

type Output = (values: readonly number[]) => number;
type Word = "C" | "I" | "NO" | "PC" | "PI";

const standing =
  (voter: Voter, reach: number): Output =>
  (values) =>
    poll(voter, values, reach).value ?? Number.NaN;

const saying =
  (voter: Voter): Output =>
  (values) =>
    rawValue(voter, values, tolerance);

const columns = {
  exactMajority: standing(exactMajority, tolerance),
  median: saying(median),
  mean: saying(mean),
  weighted: saying(weightedDistance),
  consensus: standing(plurality, 0),
  formalMajority: standing(formalMajority, tolerance),
  dynamicMajority: standing(exactMajority, tolerance),
  dynamicConsensus: standing(plurality, 0),
} as const;
type Column = keyof typeof columns;

/** The rows of the table, in the order of the columns. */
const table: Readonly<Record<string, readonly Word[]>> = {
  "all identical, correct": ["C", "C", "C", "PC", "C", "C", "C", "C"],
  "majority identical, correct": ["C", "C", "PC", "PC", "C", "C", "C", "C"],
  "plurality identical, correct": ["NO", "PC", "PC", "PC", "C", "NO", "NO", "C"],
  "distinct, all correct": ["NO", "C", "PC", "PC", "NO", "NO", "NO", "NO"],
  "distinct, all incorrect": ["NO", "I", "PI", "PI", "NO", "NO", "NO", "NO"],
  "plurality identical, wrong": ["NO", "PI", "PI", "PI", "I", "NO", "NO", "I"],
  "majority identical, wrong": ["I", "I", "PI", "PI", "I", "I", "I", "I"],
  "all identical, wrong": ["I", "I", "I", "I", "I", "I", "I", "I"],
};

/** All multisets of so many results; the order is no matter (VOTE-9). */
function resultsOf(count: number, alphabet = [...correct, ...wrong]): number[][] {
  if (count === 0) return [[]];
  return alphabet.flatMap((value, at) =>
    resultsOf(count - 1, alphabet.slice(at)).map((rest) => [value, ...rest]),
  );
}

/** Null for vectors that the table does not speak of. */
function classOf(values: readonly number[]): string | null {
  const times = (value: number) => values.filter((other) => other === value).length;
  const most = Math.max(...values.map(times));
  const winners = new Set(values.filter((value) => times(value) === most));
  const [winner = Number.NaN] = winners;
  const verdict = isCorrect(winner) ? "correct" : "wrong";
  if (most === values.length) return `all identical, ${verdict}`;
  if (most * 2 > values.length) return `majority identical, ${verdict}`;
  if (most > 1) return winners.size === 1 ? `plurality identical, ${verdict}` : null;
  if (values.every(isCorrect)) return "distinct, all correct";
  return values.some(isCorrect) ? null : "distinct, all incorrect";
}

function vectorsOf(row: string, count: number): number[][] {
  return resultsOf(count).filter((values) => classOf(values) === row);
}

function expectWord(word: Word, vectors: readonly number[][], output: Output): void {
  const outputs = vectors.map(output);
  const given = outputs.filter((value) => !Number.isNaN(value));
  expect(given).toHaveLength(word === "NO" ? 0 : vectors.length);
  if (word === "C") expect(given.every(isCorrect)).toBe(true);
  if (word === "I") expect(given.some(isCorrect)).toBe(false);
  if (word === "PC") expect(given.some(isCorrect)).toBe(true);
  if (word === "PI") expect(given.every(isCorrect)).toBe(false);
  vectors.forEach((values, at) => {
    const value = outputs[at] ?? Number.NaN;
    if (Number.isNaN(value)) return;
    expect(value).toBeGreaterThanOrEqual(Math.min(...values));
    expect(value).toBeLessThanOrEqual(Math.max(...values));
  });
}

/**
 * Where we are stricter: our weighted average weighs only what has a majority around it, so it
 * says nothing where no results agree. The table's always says something.
 */
const silent = new Set([
  "plurality identical, correct",
  "distinct, all correct",
  "distinct, all incorrect",
  "plurality identical, wrong",
]);

const isDynamic = (column: Column) => column.startsWith("dynamic");
const cells = Object.entries(table).flatMap(([row, words]) =>
  (Object.keys(columns) as Column[]).map((column, at) => {
    const published = words[at] as Word;
    const word: Word = column === "weighted" && silent.has(row) ? "NO" : published;
    return [row, column, word] as const;
  }),
);

describe("Pullum 2001, the outcomes of voters: five variants", () => {
  it.each(cells)("%s: %s is %s", (row, column, word) => {
    const vectors = vectorsOf(row, 5);
    expect(vectors.length).toBeGreaterThan(0);
    expectWord(word, vectors, columns[column]);
  });
});

describe("Pullum 2001: dynamic voters, with variants that do not answer", () => {
  const dynamic = cells.filter(([, column]) => isDynamic(column));

  it.each(dynamic)("%s: %s is %s of one to four that answer", (row, column, word) => {
    let classes = 0;
    for (let answered = 1; answered < 5; answered += 1) {
      const vectors = vectorsOf(row, answered);
      // One answer is identical with itself; a plurality takes four.
      if (vectors.length === 0 || (answered === 1 && row.startsWith("distinct"))) continue;
      classes += 1;
      expectWord(word, vectors, columns[column]);
    }
    expect(classes).toBeGreaterThan(0);
  });
});

describe("where the tally is stricter than the voters of the table", () => {
  it.each([...silent])("%s: what the median or an average says does not stand", (row) => {
    for (const values of vectorsOf(row, 5)) {
      for (const voter of [median, mean, weightedDistance]) {
        expect(poll(voter, values, tolerance).value, values.join()).toBeNull();
      }
    }
  });

  it("majority identical: the mean stands where its result agrees, and is correct then", () => {
    for (const values of vectorsOf("majority identical, correct", 5)) {
      const { value } = poll(mean, values, tolerance);
      const majority = poll(exactMajority, values, tolerance).value ?? Number.NaN;
      if (value !== null) expect(Math.abs(value - majority)).toBeLessThanOrEqual(tolerance);
    }
  });
});
