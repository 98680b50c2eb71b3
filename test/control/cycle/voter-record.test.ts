/** VOTERS-2: how much it takes to suspect a voter, and to trust it again. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clearingAgreements,
  type Finding,
  strikesPerAgreement,
  strikesPerDifference,
  strikesPerOmission,
  VoterRecord,
  voterStrikesMax,
} from "../../../src/control/cycle/voter-record.js";

const times = (count: number, finding: Finding): Finding[] => new Array(count).fill(finding);

function having(findings: readonly Finding[]): VoterRecord {
  const record = new VoterRecord();
  for (const finding of findings) record.note(finding);
  return record;
}

describe("VOTERS-2: a voter is suspected", () => {
  it.each<[string, Finding[], boolean]>([
    ["after three wrong results in a row", times(3, "differs"), true],
    ["not after two", times(2, "differs"), false],
    ["after ten that are missing", times(10, "omits"), true],
    ["not after nine", times(9, "omits"), false],
    [
      "not by two wrong ones between agreements",
      [...times(2, "differs"), ...times(4, "agrees"), ...times(2, "differs")],
      false,
    ],
    [
      "not by one lost vote in two",
      Array.from({ length: 400 }, (_, index) => (index % 2 === 0 ? "omits" : "agrees")),
      false,
    ],
    [
      "by one wrong result in two",
      Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? "differs" : "agrees")),
      true,
    ],
  ])("%s", (_, findings, suspected) => {
    expect(having(findings).suspected).toBe(suspected);
  });

  it("until it has agreed ten times in a row, and not before", () => {
    const record = having(times(3, "differs"));
    for (const finding of times(clearingAgreements - 1, "agrees")) {
      expect(record.note(finding)).toBe(false);
    }
    record.note("omits");
    for (const finding of times(clearingAgreements - 1, "agrees")) record.note(finding);
    expect(record.suspected).toBe(true);
    expect(record.note("agrees")).toBe(true);
    expect(record.suspected).toBe(false);
  });

  it("as a naive count of strikes says", () => {
    const costs = { agrees: -strikesPerAgreement, omits: strikesPerOmission };
    const findings = fc.array(fc.constantFrom<Finding>("agrees", "omits", "differs"));
    fc.assert(
      fc.property(findings, (list) => {
        const record = new VoterRecord();
        let [strikes, run, suspected] = [0, 0, false];
        for (const finding of list) {
          const cost = finding === "differs" ? strikesPerDifference : costs[finding];
          run = finding === "agrees" ? run + 1 : 0;
          strikes = suspected ? 0 : Math.max(0, strikes + cost);
          const before = suspected;
          if (!suspected && strikes >= voterStrikesMax) [suspected, run] = [true, 0];
          else if (suspected && run >= clearingAgreements) [suspected, strikes] = [false, 0];
          expect(record.note(finding)).toBe(before !== suspected);
          expect(record.suspected).toBe(suspected);
        }
      }),
    );
  });
});
