/**
 * How fast a claim spreads, against the theory of ../shared/oracles/swim.json: after lambda ln n
 * periods n^-(2 lambda - 2) members are expected not to have heard of it.
 */
import { describe, expect, it } from "vitest";
import { messageBody } from "../../src/membership/messages.js";
import { readOracle } from "../support/oracles.js";
import { Network, node } from "./support/network.js";
import { accused, lifeOf } from "./support/single.js";

interface Rows {
  readonly dissemination: {
    readonly rows: readonly {
      readonly n: number;
      readonly lambda: number;
      readonly t: number;
      readonly expectedMissing: number;
    }[];
  };
}

const oracle = readOracle<Rows>("swim.json");
/** Fewer of the large ones, which take longer. */
const seedsOf = (count: number): number => (count < 100 ? 20 : 8);
const told = node(1);

/** Somebody refutes, so that there is news of it; how many of `count` have not heard at `times`? */
function missingAt(count: number, seed: number, times: readonly number[]): number[] {
  const network = Network.of(count, { seed, rosterStarts: "alive" });
  network.pass(5);
  const claims = [accused("suspect", told, 0, node(0))];
  const body = messageBody(0, 0, claims, { kind: "carry", detector: null });
  const from = { kind: "message", from: node(0), life: lifeOf(1), origin: null } as const;
  network.feed(told, { ...from, body });
  let passed = 0;
  return times.map((time) => {
    network.pass(time - passed);
    passed = time;
    const machines = [...network.machines.values()];
    return machines.filter((machine) => machine.member(told)?.incarnation !== 1).length;
  });
}

describe.skipIf(oracle === null)("MEMBER-9: a claim spreads", () => {
  it.each([10, 50, 100])("among %i members as fast as the theory says", (count) => {
    const rows = (oracle?.dissemination.rows ?? []).filter(({ n }) => n === count);
    expect(rows).toHaveLength(3);
    const times = rows.map(({ t }) => t);
    const missing = rows.map(() => 0);
    const seeds = seedsOf(count);
    for (let seed = 1; seed <= seeds; seed += 1) {
      for (const [row, value] of missingAt(count, seed, times).entries()) {
        missing[row] = (missing[row] ?? 0) + value;
      }
    }
    // Of so many runs the sum is at most Poisson about `seeds * expectedMissing`; three of its
    // deviations, and one member for the tail of a mean near 0.
    for (const [row, { expectedMissing }] of rows.entries()) {
      const mean = seeds * expectedMissing;
      expect(missing[row]).toBeLessThanOrEqual(mean + 3 * Math.sqrt(mean) + 1);
    }
  });

  it("to everybody, and then is told no more", () => {
    const network = Network.of(20, { rosterStarts: "alive" });
    network.pass(60);
    const quiet = network.frames;
    network.pass(20);
    // A ping and its answer for each member and period, and nothing of ours but a few lists.
    expect(network.frames - quiet).toBeGreaterThanOrEqual(20 * 20 * 2 - 40);
    expect(network.frames - quiet).toBeLessThan(20 * 20 * 2 + 80);
  });
});
