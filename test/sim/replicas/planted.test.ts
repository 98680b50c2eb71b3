/**
 * The sweep finds mistakes: each of support/planted.ts, within a bounded number of seeds. Where to
 * begin is a hint of where it was found last, lest each test run searches from 1; a change of the
 * code moves the dice, and then it is found elsewhere.
 *
 *     HOLDFAST_SEED=1 npx vitest run --config test/vitest.config.ts test/sim/replicas/planted
 */
import { describe, expect, it } from "vitest";
import { type RunReport, runSeed } from "../../../src/sim/replicas/run.js";
import { type Planted, planted } from "./support/planted.js";

const first = process.env["HOLDFAST_SEED"];

/** Fewer than the 2,000 in which nothing is found without a mistake. */
const seedsMax = 500;

/** By the name of the mistake; 1 where nothing is said. */
const foundBy: Readonly<Record<string, number>> = {
  "a vote is not persisted": 39,
  "an entry of an old term is committed by count": 6,
  "a read asks no quorum": 39,
  "a snapshot has not the members": 173,
  "an entry is acknowledged before it is saved": 15,
  "a session's command is applied each time that it comes": 2,
  "a joint group needs the new majority alone": 7,
  "a new leader does not wait for the leases of the sessions that it finds": 324,
  "a vote is given to a candidate whose log is behind": 6,
  "the repair of a log cuts one record too many": 3,
  "a condition is not looked at": 4,
};

function search({ name, tampering, during = (run) => run() }: Planted): RunReport | null {
  const from = Number(first ?? foundBy[name] ?? 1);
  for (let seed = from; seed < from + seedsMax; seed += 1) {
    let report: RunReport | null = null;
    during(() => {
      report = runSeed({ seed, tampering });
    });
    const told = report as RunReport | null;
    if (told !== null && told.violations.length > 0) return told;
  }
  return null;
}

describe("mistakes that are planted in replicas", () => {
  it("are ten at least, and each has a name of its own", () => {
    const names = planted.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(10);
    expect(Object.keys(foundBy).filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each(planted)("SIM-27: $name: is found by the sweep", { timeout: 600_000 }, (one) => {
    const report = search(one);
    expect(report, `not found within ${seedsMax} seeds`).not.toBeNull();
    console.log(`seed ${report?.seed}: ${report?.violations[0]?.slice(0, 160)}`);
  });
});
