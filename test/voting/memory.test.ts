/** The voters that remember: what they learn, how long it lasts, and what they refuse to recall. */
import { describe, expect, it } from "vitest";
import { Ballots } from "../../src/voting/ballots.js";
import { history } from "../../src/voting/history.js";
import { recordMax, recordMin } from "../../src/voting/records.js";
import { bridgedMax, smoothing } from "../../src/voting/smoothing.js";
import { Tally } from "../../src/voting/tally.js";
import type { Voter, Voting } from "../../src/voting/voter.js";
import { weightedHistory } from "../../src/voting/weighted-history.js";

class Closings {
  readonly voting: Voting;
  readonly #voter: Voter;
  readonly #tally = new Tally();

  constructor(voter: Voter, channels = 3) {
    this.#voter = voter;
    this.voting = voter.open({ channels, tolerance: 1 });
  }

  /** The voted value; null for none. */
  close(...values: readonly number[]): number | null {
    const ballots = Ballots.of(values);
    this.#tally.count(this.#voter, ballots, this.voting.valueOf(ballots), 1);
    this.voting.learn(ballots, this.#tally.value);
    return this.#tally.stands ? this.#tally.value : null;
  }

  times(count: number, ...values: readonly number[]): void {
    for (let closing = 0; closing < count; closing += 1) this.close(...values);
  }
}

describe("smoothing (VOTE-13)", () => {
  it("bridges a moment without a majority by the ballot nearest to the last value", () => {
    const closings = new Closings(smoothing);
    expect(closings.close(20, 20.2, 20.4)).toBe(20.2);
    expect(closings.close(20.3, 50, 90)).toBe(20.3);
    expect(closings.close(20.4, 20.5, 90)).toBe(20.5);
  });

  it("bridges two closings in a row, and no more until a majority is back", () => {
    const closings = new Closings(smoothing);
    closings.close(20, 20, 20);
    for (let bridged = 0; bridged < bridgedMax; bridged += 1) {
      expect(closings.close(20, 50, 90)).toBe(20);
    }
    for (let later = 0; later < 5; later += 1) expect(closings.close(20, 50, 90)).toBeNull();
    expect(closings.close(20, 20, 90)).toBe(20);
    expect(closings.close(20, 50, 90)).toBe(20);
  });

  it("the past grows old where nobody is near it as well", () => {
    const closings = new Closings(smoothing);
    closings.close(20, 20, 20);
    closings.times(bridgedMax, 30, 50, 90);
    expect(closings.close(20, 50, 90)).toBeNull();
  });

  it("follows what it bridged with, and never leaps by more than the tolerance", () => {
    const closings = new Closings(smoothing);
    closings.close(20, 20, 20);
    expect(closings.close(20.9, 50, 90)).toBe(20.9);
    expect(closings.close(21.8, 50, 90)).toBe(21.8);
    const other = new Closings(smoothing);
    other.close(20, 20, 20);
    expect(other.close(21.1, 50, 90)).toBeNull();
  });

  it("has no value where two are equally near on either side, or without a past", () => {
    const closings = new Closings(smoothing, 4);
    expect(closings.close(20, 50, 90)).toBeNull();
    closings.close(20, 20, 20, 20);
    expect(closings.close(19.25, 20.75, 50, 90)).toBeNull();
  });

  it("of two that disagree none stands, however near one is to the last value", () => {
    const closings = new Closings(smoothing);
    closings.close(20, 20, 20);
    expect(closings.close(20, 50)).toBeNull();
  });

  it("refuses a memory that bridges longer", () => {
    const { voting } = new Closings(smoothing);
    for (const bad of [[bridgedMax + 1, 20], [-1, 20], [0.5, 20], [1], [1, 20, 20], [1, "20"]]) {
      expect(voting.recall(bad), JSON.stringify(bad)).toBe(false);
    }
    expect(voting.memory()).toEqual([0, 0]);
    expect(voting.recall([1, 20])).toBe(true);
    expect(voting.valueOf(Ballots.of([20.5, 50, 90]))).toBe(20.5);
  });
});

describe.each([
  ["history", history],
  ["weighted-history", weightedHistory],
])("%s: records of agreement (VOTE-14)", (_name, voter) => {
  it("a dissenter's record falls, and is as good as new after so many agreements", () => {
    const closings = new Closings(voter);
    closings.times(3, 20, 20, 25);
    expect(closings.voting.memory()).toEqual([recordMax, recordMax, recordMax - 15]);
    closings.times(15, 20, 20, 20);
    expect(closings.voting.memory()).toEqual([recordMax, recordMax, recordMax]);
  });

  it("neither good nor bad is remembered for ever", () => {
    const closings = new Closings(voter);
    closings.times(1_000, 20, 20, 25);
    expect(closings.voting.memory()).toEqual([recordMax, recordMax, recordMin]);
    closings.times(recordMax - recordMin, 20, 20, 20);
    expect(closings.voting.memory()).toEqual([recordMax, recordMax, recordMax]);
  });

  it("silence, and a closing without a value, change nobody's record", () => {
    const closings = new Closings(voter);
    closings.close(20, 20, 25);
    const before = closings.voting.memory();
    closings.times(5, 20, 30, 40);
    closings.voting.learn(Ballots.of([]), 20);
    expect(closings.voting.memory()).toEqual(before);
  });

  it("refuses records that cannot be", () => {
    const { voting } = new Closings(voter);
    const bad = [
      [1, 1],
      [1, 1, 1, 1],
      [0, 1, 1],
      [1, 1, recordMax + 1],
      [1, 1, 1.5],
      [1, 1, "1"],
    ];
    for (const memory of bad) expect(voting.recall(memory), JSON.stringify(memory)).toBe(false);
    expect(voting.recall(new Array(3))).toBe(false);
    expect(voting.memory()).toEqual([recordMax, recordMax, recordMax]);
  });
});

describe("history", () => {
  it("gives the reading of the best record, and of the middle among equals", () => {
    const closings = new Closings(history);
    expect(closings.close(20, 20.2, 20.9)).toBe(20.2);
    closings.times(2, 20, 28, 20);
    expect(closings.close(20, 20.2, 20.9)).toBe(20);
  });

  it("follows no record, however good, away from the majority", () => {
    const closings = new Closings(history);
    expect(closings.voting.recall([50, 50, 100])).toBe(true);
    expect(closings.close(20, 20.2, 25)).toBe(20.2);
  });
});

describe("weighted-history", () => {
  it("gives a channel whose record is below the average no weight", () => {
    const closings = new Closings(weightedHistory);
    expect(closings.close(20, 20, 20.9)).toBeCloseTo(20.3);
    closings.close(20, 20, 25);
    expect(closings.close(20, 20, 20.9)).toBe(20);
  });

  it("weighs by the square of the record, and equal records alike", () => {
    const closings = new Closings(weightedHistory);
    closings.voting.recall([90, 80, 10]);
    expect(closings.close(20, 21, 20)).toBeCloseTo((20 * 8_100 + 21 * 6_400) / 14_500, 9);
    closings.voting.recall([33, 33, 33]);
    expect(closings.close(20, 20.3, 20.6)).toBeCloseTo(20.3, 9);
  });

  it("believes no record, however good, against the majority", () => {
    const closings = new Closings(weightedHistory);
    closings.voting.recall([10, 10, 100]);
    expect(closings.close(20, 20.5, 500)).toBeCloseTo(20.25, 9);
  });
});
