import { describe, expect, it } from "vitest";
import type { NodeId } from "../../../src/kernel/ids.js";
import type { Instant } from "../../../src/kernel/time.js";
import { FleetStage } from "../../../src/sim/fleet/stage.js";
import { readOracle } from "../../support/oracles.js";
import { contender, period, studyOf } from "./support/studies.js";

interface SwimOracle {
  readonly dissemination: {
    readonly rows: readonly {
      readonly n: number;
      readonly lambda: number;
      /** lambda ln n, in periods. */
      readonly t: number;
      readonly expectedMissing: number;
    }[];
  };
}

const oracle = readOracle<SwimOracle>("swim.json");
const seeds = 30;

/** After the first suspicion of a crashed member, when each of the others learnt of it. */
function spreading(nodes: number, seed: number): number[] {
  const stage = new FleetStage(studyOf(nodes), contender("swim"), { seed, purpose: "spreading" });
  const [victim] = stage.members as [NodeId];
  const learnt = new Map<NodeId, Instant>();
  stage.views.onChange(({ at, viewer, subject }) => {
    if (subject === victim && !learnt.has(viewer)) learnt.set(viewer, at);
  });
  stage.settle();
  learnt.clear();
  stage.crash(victim);
  stage.runUntil(() => learnt.size === nodes - 1, 60);
  const first = Math.min(...learnt.values());
  return [...learnt.values()].map((at) => (at - first) / period);
}

const sizes = [10, 50, 100];

describe("the news of a suspicion (SWIM, section 4.1; Bailey's epidemic)", () => {
  const runs = new Map(
    sizes.map((nodes) => [
      nodes,
      Array.from({ length: seeds }, (_, seed) => spreading(nodes, seed + 1)),
    ]),
  );

  it("reaches everybody, within 3 ln n periods in every seed", () => {
    for (const [nodes, times] of runs) {
      expect(times.map((of) => of.length)).toEqual(times.map(() => nodes - 1));
      expect(Math.max(...times.flat())).toBeLessThan(3 * Math.log(nodes));
    }
  });

  it("is not known to all at once", () => {
    for (const times of runs.values()) expect(Math.max(...times.flat())).toBeGreaterThan(1);
  });

  it.skipIf(oracle === null)("leaves out no more than the epidemic does, after lambda ln n", () => {
    for (const { n, t, expectedMissing } of oracle?.dissemination.rows ?? []) {
      const times = runs.get(n);
      if (times === undefined) continue;
      const missing = times.map((of) => of.filter((time) => time > t).length);
      const total = missing.reduce((sum, count) => sum + count, 0);
      // About Poisson distributed: four standard deviations above, and one for small expectations.
      const expected = expectedMissing * seeds;
      expect(total).toBeLessThanOrEqual(expected + 4 * Math.sqrt(expected) + 1);
    }
  });
});
