/**
 * Which voters cannot be moved by a minority of liars (VOTE-4), which only by one that is near
 * (VOTE-7), and which by anybody. Each claim has its other half: the vector that shows that nothing
 * more could be claimed.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ballots } from "../../src/voting/ballots.js";
import { Tally } from "../../src/voting/tally.js";
import type { Voter } from "../../src/voting/voter.js";
import { voters } from "../../src/voting/voters.js";
import { nobody, type Outcome, outcomeOf, poll } from "./poll.js";

const named = (...names: string[]): [string, Voter][] =>
  names.map((name) => [name, voters.get(name) as Voter]);

const unmoved = named(
  "mid-value",
  "median",
  "formal-majority",
  "plurality",
  "smoothing",
  "marzullo",
  "ntp",
);
const movedByTheNear = named("weighted-distance", "weighted-history", "history", "brooks-iyengar");

const healthyOnes = fc.array(fc.double({ min: 20, max: 21, noNaN: true }), {
  minLength: 2,
  maxLength: 6,
});
const lies = fc.array(
  fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: 18, max: 23, noNaN: true }),
  ),
);

/** The healthy ones are believed, all of them, and the value is theirs. */
function expectHealthy({ value, agreeing }: Outcome, healthy: readonly number[]): void {
  expect(value).not.toBeNull();
  expect(agreeing).toEqual(expect.arrayContaining(healthy.map((_, place) => place)));
  expect(value).toBeGreaterThanOrEqual(Math.min(...healthy));
  expect(value).toBeLessThanOrEqual(Math.max(...healthy));
}

/** Votes after closings in which channel `wrong` dissented, and learned of it. */
function pollAfterDissents(voter: Voter, wrong: number, dissents: number, said: number[]): Outcome {
  const voting = voter.open({ channels: 3, tolerance: 1 });
  for (let closing = 0; closing < dissents; closing += 1) {
    const values = [20, 20, 20].map((value, at) => (at === wrong ? value + 9 : value));
    voting.learn(Ballots.of(values), 20);
  }
  const tally = new Tally();
  const ballots = Ballots.of(said);
  tally.count(voter, ballots, voting.valueOf(ballots), 1);
  return outcomeOf(tally, said.length);
}

describe("every voter is in one of the classes", () => {
  it("and README.md says so", () => {
    const names = [...unmoved, ...movedByTheNear].map(([name]) => name);
    expect([...names, "mean", "exact-majority"].sort()).toEqual([...voters.keys()].sort());
  });
});

describe("VOTE-4: a minority of liars does not move the value off the healthy ones", () => {
  it.each(unmoved)("%s", (_name, voter) => {
    fc.assert(
      fc.property(healthyOnes, lies, (healthy, some) => {
        const liars = some.slice(0, healthy.length - 1);
        expectHealthy(poll(voter, [...healthy, ...liars], 1), healthy);
      }),
      {
        examples: [
          [[20, 21], [0]],
          [[20, 20.1], [20.9]],
          [
            [20, 20.8, 21],
            [21.1, 21.2],
          ],
        ],
      },
    );
  });

  it("exact-majority, where the healthy ones are equal", () => {
    fc.assert(
      fc.property(lies, fc.nat({ max: 5 }), (some, more) => {
        const liars = some.slice(0, 1 + more);
        const healthy = new Array<number>(2 + more).fill(20);
        expectHealthy(
          poll(voters.get("exact-majority") as Voter, [...healthy, ...liars], 1),
          healthy,
        );
      }),
    );
  });

  it.each(unmoved)(
    "%s: but a majority of liars that agree wins: no voter can know",
    (_name, voter) => {
      expect(poll(voter, [20, 30, 30], 1)).toMatchObject({ value: 30, dissenting: [0] });
    },
  );

  it("of three that agree, only the middle can keep it: any of them may be the liar", () => {
    for (const [, voter] of unmoved) expect(poll(voter, [20, 20.2, 20.9], 1).value).toBe(20.2);
  });
});

describe("VOTE-7: a liar that is far has no say either", () => {
  it.each(movedByTheNear)("%s", (_name, voter) => {
    fc.assert(
      fc.property(healthyOnes, lies, (healthy, some) => {
        const isFar = (lie: number) => healthy.every((value) => Math.abs(value - lie) > 1);
        const liars = some.filter(isFar).slice(0, healthy.length - 1);
        expectHealthy(poll(voter, [...healthy, ...liars], 1), healthy);
      }),
      {
        examples: [
          [
            [20, 20, 20.1],
            [50, 50],
          ],
          [[20, 20], [21.01]],
        ],
      },
    );
  });

  it.each(movedByTheNear.filter(([name]) => name !== "history"))(
    "%s: but one that is near has: that is the nature of an average",
    (_name, voter) => {
      const { value, agreeing } = poll(voter, [20, 20, 20.9], 1);
      expect(agreeing).toEqual([0, 1, 2]);
      expect(value).toBeGreaterThan(20);
      // No farther than it is wrong itself.
      expect(value).toBeLessThanOrEqual(20.9);
    },
  );

  it("history: one that is near has, where its record is the best", () => {
    const history = voters.get("history") as Voter;
    expect(poll(history, [20, 20.1, 20.9], 1).value).toBe(20.1);
    const { value } = pollAfterDissents(history, 1, 3, [20, 20.1, 19.2]);
    expect(value).toBe(20);
    const twice = history.open({ channels: 3, tolerance: 1 });
    twice.recall([90, 90, 100]);
    expect(twice.valueOf(Ballots.of([20, 20.1, 20.9]))).toBe(20.9);
  });
});

describe("mean: anybody moves it, and then it has no value", () => {
  const mean = voters.get("mean") as Voter;

  it("a liar that is far enough takes the value off the healthy ones", () => {
    const { value, dissenting } = poll(mean, [20, 20.1, 22], 1);
    expect(value).toBeCloseTo(20.7);
    expect(dissenting).toEqual([2]);
  });

  it("and one that is farther leaves none", () => {
    expect(poll(mean, [20, 20.1, 50], 1)).toEqual(nobody);
  });

  it("nor does it stand between two camps, where nobody is", () => {
    expect(poll(mean, [0, 0, 1.5, 1.5], 1)).toEqual(nobody);
    expect(poll(voters.get("median") as Voter, [0, 0, 1.5, 1.5], 1)).toEqual(nobody);
  });
});

describe("plurality (VOTE-12)", () => {
  const plurality = voters.get("plurality") as Voter;

  it("finds a group that is no majority, and blames the others", () => {
    expect(poll(plurality, [10, 10.2, 0, 20, 30], 1)).toEqual({
      value: 10.1,
      agreeing: [0, 1],
      dissenting: [2, 3, 4],
    });
  });

  it("has no value where another group is as large, wherever it lies", () => {
    expect(poll(plurality, [10, 10, 0, 0, 30], 1)).toEqual(nobody);
    expect(poll(plurality, [10, 10.5, 30, 30.1, 0], 1)).toEqual(nobody);
  });

  it("takes the narrowest of groups that overlap, and none where that does not decide", () => {
    expect(poll(plurality, [0, 1, 1.5, 10, 20], 1).value).toBe(1.25);
    expect(poll(plurality, [0, 1, 2, 10, 20], 1)).toEqual(nobody);
  });

  it("one ballot is no group", () => {
    expect(poll(plurality, [0, 10, 20], 1)).toEqual(nobody);
  });
});

describe("formal majority asks for more than mid-value select", () => {
  it("a majority near the middle is enough for one, and no group for the other", () => {
    const said = [0, 1, 2, 9, -9];
    expect(poll(voters.get("mid-value") as Voter, said, 1).value).toBe(1);
    expect(poll(voters.get("formal-majority") as Voter, said, 1)).toEqual(nobody);
  });
});
