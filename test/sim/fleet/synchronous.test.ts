import { describe, expect, it } from "vitest";
import { unnoticed } from "../../../src/sim/fleet/checkers/completeness.js";
import { contenders } from "../../../src/sim/fleet/contenders.js";
import { FleetStage } from "../../../src/sim/fleet/stage.js";
import { type Contender, longestSuspicion } from "../../../src/sim/fleet/study.js";
import { period, studyOf } from "./support/studies.js";

const seeds = 1_000;
const study = studyOf(5);

/** Suspected by whom it concerns, told to the others, in as many periods as the slowest takes. */
const patience = 120;

function runOf(contender: Contender, seed: number) {
  const stage = new FleetStage(study, contender, { seed, purpose: "synchronous", settling: 4 });
  stage.settle();
  stage.run(2 * stage.dice.fraction());
  const victim = stage.members[stage.dice.below(stage.members.length)];
  if (victim === undefined) throw new Error("nobody to crash");
  stage.crash(victim);
  stage.runUntil(() => unnoticed(stage.truth, stage.views).length === 0, patience);
  stage.run(1);
  return { seed, missed: unnoticed(stage.truth, stage.views), ...stage.accuracy.result() };
}

describe("on a synchronous network", () => {
  it.each([...contenders.values()])(
    "$name is complete and accurate in every one of 1,000 seeds",
    (contender) => {
      const bad = [];
      for (let seed = 1; seed <= seeds; seed += 1) {
        const run = runOf(contender, seed);
        const mistakes = run.localSuspicions + run.suspectedInView + run.givenUpInView;
        if (mistakes > 0 || run.missed.length > 0) bad.push(run);
      }
      expect(bad).toEqual([]);
    },
  );

  it("the slowest has the time that it needs", () => {
    for (const contender of contenders.values()) {
      expect(longestSuspicion(study, contender) / period).toBeLessThan(patience);
    }
  });
});
