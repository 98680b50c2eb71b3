import { describe, expect, it } from "vitest";
import { micros, millis } from "../../../src/kernel/time.js";
import { suspicionLeast } from "../../../src/membership/scales.js";
import { FleetStage } from "../../../src/sim/fleet/stage.js";
import { pausing } from "../../../src/sim/fleet/trials.js";
import { contender, studyOf } from "./support/studies.js";

/**
 * One of 30 is paused for 0.8 of the time-out of a suspicion, again and again, and runs for at most
 * 2 ms in between: less than many an answer takes. It is not told that it was late. So it takes
 * answers that wait for it for none, and accuses others: Lifeguard was made against that.
 */
const nodes = 30;
const alpha = 2;
const base = studyOf(nodes);
const study = {
  ...base,
  delay: { kind: "uniform", min: millis(1), max: millis(2) } as const,
  membership: { ...base.membership, suspicionAlpha: alpha },
};
const { period } = base.detector;
const timeOut = suspicionLeast(alpha, nodes, period);
const seeds = 5;
const periods = 200;

function mistakesOf(name: string) {
  const mistakes = { suspicions: 0, views: 0, deaths: 0, slowDeaths: 0, lost: new Set<string>() };
  for (let seed = 1; seed <= seeds; seed += 1) {
    const stage = new FleetStage(study, contender(name), { seed, purpose: "slow" });
    stage.settle();
    const slow = pausing(stage, micros(Math.round(0.8 * timeOut)), millis(2));
    stage.fleet.watch({
      output: (_at, _member, output) => {
        if (output.kind === "peer-suspected" && output.peer !== slow) mistakes.suspicions += 1;
      },
    });
    stage.views.onChange(({ subject, to }) => {
      if (to === "suspected" && subject !== slow) mistakes.views += 1;
      if (to !== "given-up") return;
      if (subject === slow) mistakes.slowDeaths += 1;
      else mistakes.deaths += 1;
      mistakes.lost.add(`${seed} ${subject}`);
    });
    stage.run(periods);
  }
  return mistakes;
}

describe("a member that is only slow, among 30", () => {
  const plain = mistakesOf("swim");
  const lifeguard = mistakesOf("swim-lifeguard");

  it("makes plain SWIM suspect and give up members that nothing ails", () => {
    expect(plain.suspicions).toBeGreaterThan(200);
    expect(plain.deaths).toBeGreaterThanOrEqual(20);
  });

  it("with Lifeguard does so at least 20 times less", () => {
    expect(20 * lifeguard.suspicions).toBeLessThan(plain.suspicions);
    expect(20 * lifeguard.views).toBeLessThan(plain.views);
    expect(20 * lifeguard.deaths).toBeLessThanOrEqual(plain.deaths);
  });

  it("is itself given up in fewer views; less so, for it does not answer in time", () => {
    expect(4 * lifeguard.slowDeaths).toBeLessThan(plain.slowDeaths);
    expect(lifeguard.lost.size).toBeLessThan(plain.lost.size);
  });
});
