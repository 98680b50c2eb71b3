/** Every voter without a memory on every small vector, against a plain model of it. */
import { describe, expect, it } from "vitest";
import type { Voter } from "../../src/voting/voter.js";
import { voters } from "../../src/voting/voters.js";
import { naiveOutcome, naiveVotes } from "./naive-voters.js";
import { poll, rawValue } from "./poll.js";

/** All vectors of `length` numbers from `alphabet`. */
function vectors(alphabet: readonly number[], length: number): number[][] {
  if (length === 0) return [[]];
  const shorter = vectors(alphabet, length - 1);
  return shorter.flatMap((vector) => alphabet.map((value) => [...vector, value]));
}

// In steps of a half, so that means of two are met, and a tolerance can be met exactly.
const alphabet = [0, 0.5, 1, 2, 3.5];
const all = [0, 1, 2, 3, 4, 5].flatMap((count) => vectors(alphabet, count));

/** Compared by hand where it is equal: a matcher a vector would take most of the time. */
function checkAll(voter: Voter, tolerance: number): void {
  const naive = naiveVotes[voter.name];
  if (naive === undefined || voter.support === "continuity") throw new Error("no model");
  const reach = voter.exact ? 0 : tolerance;
  for (const values of all) {
    const model = naive(values, tolerance);
    const raw = rawValue(voter, values, tolerance);
    const place = `${voter.name} of ${values.join()} within ${tolerance}`;
    // What exact majority says without a majority is a candidate, and its model says nothing.
    const isSilent = Number.isNaN(model);
    if (!isSilent) expect(raw, place).toBeCloseTo(model, 12);
    else if (!voter.exact) expect(raw, place).toBeNaN();
    expect(poll(voter, values, tolerance), place).toEqual(
      naiveOutcome(voter.support, values, voter.exact ? model : raw, reach),
    );
  }
}

describe("table over every small vector (VOTE-1, VOTE-2, VOTE-3, VOTE-12)", () => {
  const memoryless = [...voters].filter(([name]) => naiveVotes[name] !== undefined);

  it("has all voters but those with a memory", () => {
    const others = [...voters.keys()].filter((name) => naiveVotes[name] === undefined);
    expect(others).toEqual(["weighted-history", "smoothing", "history"]);
  });

  it.each(memoryless)("%s, n = 0 to 5, several tolerances", (_name, voter) => {
    for (const tolerance of [0, 0.5, 1, 2]) checkAll(voter, tolerance);
  });
});
