/**
 * CYCLE-3 as a measure: how often replicas diverge when every link loses one datagram in ten, with
 * samples sent again and without. Boards measure different values, so that a vector which lacks one
 * gives another vote.
 */
import { describe, expect, it } from "vitest";
import { Prng } from "../../src/kernel/prng.js";
import { BenchCluster } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";
import { isKind } from "../support/frames.js";

const loss = 0.1;
const seconds = 50;
const seeds = [1, 2, 3, 4];

interface Measure {
  readonly cycles: number;
  readonly faults: number;
  readonly repaired: number;
}

function measure(seed: number, sendsAgain: boolean): Measure {
  const cluster = new BenchCluster(counting, 3);
  cluster.read = (node) => 20 + Number(node.slice(1)) * 0.2;
  cluster.run(2_000);
  const dice = new Prng(seed);
  cluster.drop = (_, __, bytes) =>
    dice.chance(loss) || (!sendsAgain && isKind(bytes, "sample-request"));
  cluster.run(seconds * 1_000);
  cluster.drop = () => false;
  cluster.run(1_000);
  const statuses = [...cluster.nodes.values()].map((node) => node.status(cluster.now).cycle);
  expect(statuses.map(({ standing }) => standing)).toEqual(statuses.map(() => "consistent"));
  return {
    cycles: seconds * 10,
    faults: statuses.reduce((sum, { stateFaults }) => sum + stateFaults, 0),
    repaired: cluster.events("state-repaired").length,
  };
}

describe(`CYCLE-3: with ${loss * 100} % loss on every link`, () => {
  const pairs = seeds.map((seed) => ({
    seed,
    with: measure(seed, true),
    without: measure(seed, false),
  }));
  const perThousand = (of: (pair: (typeof pairs)[number]) => Measure): number => {
    const cycles = pairs.reduce((sum, pair) => sum + of(pair).cycles, 0);
    return (pairs.reduce((sum, pair) => sum + of(pair).faults, 0) * 1_000) / cycles;
  };

  for (const { seed, with: again, without } of pairs) {
    it(`sending samples again makes state faults rare: seed ${seed}`, () => {
      expect(without.faults).toBeGreaterThan(20);
      expect(again.faults).toBeLessThan(without.faults / 3);
    });

    it(`every fault is repaired once: seed ${seed}`, () => {
      expect(again.repaired).toBe(again.faults);
      expect(without.repaired).toBe(without.faults);
    });
  }

  it("is measured", () => {
    const again = perThousand((pair) => pair.with);
    const without = perThousand((pair) => pair.without);
    console.log(`state faults in 1,000 cycles of three: ${again} sent again, ${without} not`);
    expect(again).toBeLessThan(without);
  });
});
