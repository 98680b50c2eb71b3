import { describe, expect, it } from "vitest";
import { unnoticed } from "../../../src/sim/fleet/checkers/completeness.js";
import { contenders } from "../../../src/sim/fleet/contenders.js";
import { FleetStage } from "../../../src/sim/fleet/stage.js";
import type { Contender } from "../../../src/sim/fleet/study.js";
import { jittery, studyOf } from "./support/studies.js";

const seeds = 25;
const study = studyOf(6, { delay: jittery, loss: 0.2 });

/** Gossip that a fifth of which is lost may need so many periods. */
const patience = 300;
const calm = 40;

/** The same fleet in calm, then with two crashes. */
function runOf(contender: Contender, seed: number, given = study) {
  const stage = new FleetStage(given, contender, { seed, purpose: "asynchronous" });
  stage.settle();
  stage.run(calm);
  const mistakes = stage.accuracy.result().localSuspicions;
  for (const id of stage.members.slice(0, 2)) stage.crash(id);
  const isKnown = () => unnoticed(stage.truth, stage.views).length === 0;
  stage.runUntil(isKnown, patience);
  // It is known for good: what was on its way may bring nobody back.
  stage.run(20);
  return { isKnown: isKnown(), mistakes };
}

describe("on an asynchronous network", () => {
  it.each([...contenders.values()])("$name is complete all the same", (contender) => {
    const missed = [];
    for (let seed = 1; seed <= seeds; seed += 1) {
      if (!runOf(contender, seed).isKnown) missed.push(seed);
    }
    expect(missed).toEqual([]);
  });

  it("accuracy is lost: every detector but gossip suspects live members", () => {
    const mistaken = [...contenders.values()].filter((contender) => {
      const runs = Array.from({ length: 5 }, (_, seed) => runOf(contender, seed));
      return runs.some(({ mistakes }) => mistakes > 0);
    });
    const names = [...contenders.keys()].filter((name) => name !== "gossip");
    expect(mistaken.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  });
});
