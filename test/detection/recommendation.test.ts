import { describe, expect, it } from "vitest";
import { compareDetectors } from "../../src/cli/compare/detector-comparison.js";
import type { DetectorScore } from "../../src/cli/compare/detector-scores.js";
import { allToAllNodesMax, recommendedDetector } from "../../src/detection/recommendation.js";
import { fleetTrials } from "../../src/sim/fleet/trials.js";
import { contender, studyOf, synchronous } from "../sim/fleet/support/studies.js";

const both = ["all-to-all", "swim-lifeguard"];
const sizes = [3, 5, allToAllNodesMax, allToAllNodesMax + 1, 40];

const studies = sizes.map((nodes) => studyOf(nodes));
const compared = compareDetectors(
  {
    studies,
    contenders: both.map(contender),
    trials: fleetTrials.filter(({ name }) => name === "calm" || name === "crash"),
    seeds: 8,
    seed: 1,
  },
  () => {},
);

function scoresAt(nodes: number): [listening: DetectorScore, probing: DetectorScore] {
  const study = compared.find((candidate) => candidate.nodes === nodes);
  const [listening, probing] = study?.detectors ?? [];
  if (listening === undefined || probing === undefined) throw new Error(`no ${nodes} members`);
  return [listening.all, probing.all];
}

const bound = (studies[0]?.detector.suspectAfter ?? 0) + synchronous.max;

describe("the detector that is recommended", () => {
  it("for a few boards is all-to-all: everybody suspects within the time-out, always", () => {
    for (const nodes of sizes.filter((size) => size <= allToAllNodesMax)) {
      expect(recommendedDetector(nodes)).toMatchObject({
        detector: "all-to-all",
        lifeguard: false,
      });
      const [listening] = scoresAt(nodes);
      expect(listening.everyoneSuspects?.max).toBeLessThanOrEqual(bound);
    }
    const [, probing] = scoresAt(allToAllNodesMax);
    expect(probing.everyoneSuspects?.max).toBeGreaterThan(1.5 * bound);
  });

  it("costs a few boards little, and at most about seven times as much as SWIM would", () => {
    const ratios = [3, 5, allToAllNodesMax].map((nodes) => {
      const [listening, probing] = scoresAt(nodes);
      return listening.messages.mean / probing.messages.mean;
    });
    expect(ratios[0]).toBeLessThan(1.1);
    expect(ratios[1]).toBeLessThan(2.1);
    expect(ratios[2]).toBeGreaterThan(6);
    expect(ratios[2]).toBeLessThan(8);
  });

  it("for more is SWIM with Lifeguard: two messages at any size", () => {
    for (const nodes of sizes.filter((size) => size > allToAllNodesMax)) {
      expect(recommendedDetector(nodes)).toMatchObject({ detector: "swim", lifeguard: true });
      const [listening, probing] = scoresAt(nodes);
      expect(probing.messages.mean).toBeLessThan(2.2);
      expect(listening.messages.mean).toBeGreaterThan(nodes - 1);
      expect(probing.unnoticed).toBe(0);
    }
  });

  it("says why in a sentence with the number in it", () => {
    for (const nodes of [1, 3, 15, 16, 500]) {
      expect(recommendedDetector(nodes).reason).toContain(`With ${nodes} members`);
      expect(recommendedDetector(nodes).reason).toMatch(/\.$/);
    }
  });
});
