import { describe, expect, it } from "vitest";
import { micros } from "../../../src/kernel/time.js";
import { FleetStage } from "../../../src/sim/fleet/stage.js";
import { contender, studyOf } from "./support/studies.js";

const nodes = 50;
/** Long enough for each half to have given up the other: the longest suspicion is 51 periods. */
const apartPeriods = 60;
/** Two rounds of comparing lists, and the news of what they found. */
const healedWithin = 90;

const { membership, ...rest } = studyOf(nodes);
const { period } = rest.detector;
const study = { ...rest, membership: { ...membership, syncEvery: micros(30 * period) } };

function partitioned(who: string, seed: number) {
  const stage = new FleetStage(study, contender(who), { seed, purpose: "partition" });
  stage.settle();
  const half = new Set(stage.members.filter((_, index) => index % 2 === 0));
  stage.cut((source, target) => half.has(source) !== half.has(target));
  stage.run(apartPeriods);
  const apart = stage.convergence.wrong;
  stage.heal();
  const healedAt = stage.now;
  stage.runUntil(() => stage.convergence.since !== null, 2 * healedWithin);
  const since = stage.convergence.since;
  stage.run(20);
  const regards = stage.members.flatMap((viewer) =>
    stage.members.filter((subject) => stage.views.regard(viewer, subject) !== "trusted"),
  );
  return {
    apart,
    healedAfter: since === null ? null : (since - healedAt) / period,
    lost: regards.length,
  };
}

describe("two halves of 50", () => {
  it.each(["swim", "swim-lifeguard"])("give one another up, and find together: %s", (who) => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const { apart, healedAfter, lost } = partitioned(who, seed);
      // Every member is wrong about every one of the other half.
      expect(apart).toBe(nodes * (nodes / 2));
      expect(healedAfter).not.toBeNull();
      expect(healedAfter).toBeLessThan(healedWithin);
      expect(lost).toBe(0);
    }
  });
});
