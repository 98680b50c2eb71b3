/** FAULT-6: a voter that is wrong, and does not show it. */
import { describe, expect, it } from "vitest";
import { shiftedVoter } from "../../src/faults/voter-fault.js";
import { Ballots } from "../../src/voting/ballots.js";
import { midValueSelect } from "../../src/voting/mid-value-select.js";
import { Tally } from "../../src/voting/tally.js";

function voted(shift: number): { value: number; agreeing: number } {
  const voter = shiftedVoter(midValueSelect, () => shift);
  const ballots = Ballots.of([20, 20.5, 21]);
  const tally = new Tally();
  const value = voter.open({ channels: 3, tolerance: 1 }).valueOf(ballots);
  tally.count(voter, ballots, value, 1);
  return { value: tally.value, agreeing: tally.agreeingCount };
}

describe("FAULT-6: a shifted voter", () => {
  it("votes a value that is off, and all ballots seem to agree with it", () => {
    expect(voted(30)).toEqual({ value: 50.5, agreeing: 3 });
  });

  it("is the voter itself while the shift is 0", () => {
    expect(voted(0)).toEqual({ value: 20.5, agreeing: 3 });
  });
});
