import { describe, expect, it, vi } from "vitest";
import { micros } from "../../../src/kernel/time.js";
import { FleetStage } from "../../../src/sim/fleet/stage.js";
import { fleetTrials, runFleetTrial, type TrialResult } from "../../../src/sim/fleet/trials.js";
import { contender, studyOf } from "./support/studies.js";

function run(name: string, who: string, seed = 1, study = studyOf(6)): TrialResult {
  const trial = fleetTrials.find((candidate) => candidate.name === name);
  if (trial === undefined) throw new Error(`no trial ${name}`);
  return runFleetTrial(trial, study, contender(who), seed);
}

describe("trials", () => {
  it("FLEET-5: of one seed are one, of another another", () => {
    const study = studyOf(6, { loss: 0.1 });
    expect(run("crash", "swim", 3, study)).toEqual(run("crash", "swim", 3, study));
    expect(run("crash", "swim", 3, study)).not.toEqual(run("crash", "swim", 4, study));
  });

  it("calm: nothing is suspected, and something is sent", () => {
    const { accuracy, detections, load, flaps, converged } = run("calm", "all-to-all");
    expect(accuracy).toEqual({
      localSuspicions: 0,
      suspectedInView: 0,
      givenUpInView: 0,
      givenUp: 0,
    });
    expect(detections).toEqual([]);
    expect([flaps, converged]).toEqual([0, 0]);
    expect(load.messagesMean).toBeGreaterThanOrEqual(5);
    expect(load.bytesMean).toBeGreaterThan(5 * 30);
  });

  it("crashes: a fifth of the members, each of them noticed by all", () => {
    const { detections, unnoticed } = run("crashes", "swim-lifeguard", 2, studyOf(11));
    expect(detections).toHaveLength(3);
    expect(unnoticed).toBe(0);
    for (const detection of detections) {
      const { first, everyoneSuspects, firstGivesUp, everyoneGaveUp } = detection;
      const times = [first, everyoneSuspects, firstGivesUp, everyoneGaveUp];
      expect(times.every((time) => time !== null)).toBe(true);
      expect(first ?? 0).toBeLessThanOrEqual(everyoneSuspects ?? 0);
      expect(firstGivesUp ?? 0).toBeLessThanOrEqual(everyoneGaveUp ?? 0);
    }
  });

  it("slow: the paused one is suspected, and it comes back", () => {
    const { accuracy, flaps } = run("slow", "all-to-all");
    expect(accuracy.localSuspicions).toBeGreaterThan(0);
    expect(flaps).toBeGreaterThan(0);
  });

  it("partition: nobody is lost by it", () => {
    const { converged, accuracy, took } = run("partition", "swim-lifeguard");
    expect(converged).not.toBeNull();
    expect(took).toBeGreaterThan(40 * studyOf(6).detector.period);
    expect(accuracy.localSuspicions).toBe(0);
  });

  it("one-way: who listens suspects, who asks others does not, and nobody is declared dead", () => {
    const listening = run("one-way", "all-to-all").accuracy;
    expect(listening.localSuspicions).toBeGreaterThan(0);
    expect(listening.givenUpInView).toBe(0);
    const asking = run("one-way", "swim").accuracy;
    expect([asking.localSuspicions, asking.givenUpInView]).toEqual([0, 0]);
  });

  it("restart: the new life is trusted by all, and the old one counts as no mistake", () => {
    const { converged, accuracy, detections } = run("restart", "ping-ack", 5);
    expect(converged).not.toBeNull();
    expect([accuracy.givenUpInView, detections.length]).toEqual([0, 0]);
  });

  it.each(["crash", "crashes", "slow", "partition", "one-way", "restart"])(
    "FLEET-13: %s does the same to every contender",
    (name) => {
      const trial = fleetTrials.find((candidate) => candidate.name === name);
      const study = studyOf(6, { loss: 0.1 });
      const done = ["all-to-all", "ring", "swim"].map((who) => {
        const stage = new FleetStage(study, contender(who), { seed: 9, purpose: name });
        const seen: string[] = [];
        const { members, fleet } = stage;
        const note = (what: string) => seen.push(`${fleet.now} ${what}`);
        vi.spyOn(fleet, "crash").mockImplementation((id) => note(`crash ${id}`));
        vi.spyOn(fleet, "boot").mockImplementation((id) => note(`boot ${id}`));
        vi.spyOn(fleet, "pause").mockImplementation((id, wait) => note(`pause ${id} ${wait}`));
        vi.spyOn(fleet, "block").mockImplementation((cut) => {
          const pairs = members.flatMap((a) => members.filter((b) => cut(a, b)).map((b) => a + b));
          note(`block ${pairs.join()}`);
        });
        stage.settle();
        trial?.run(stage, 1);
        return seen;
      });
      expect(done[0]?.length).toBeGreaterThan(6);
      expect(done[1]).toEqual(done[0]);
      expect(done[2]).toEqual(done[0]);
    },
  );

  it("a slower period makes a crash known later, by as much", () => {
    const fast = run("crash", "all-to-all").detections[0]?.first ?? 0;
    const { detector, ...others } = studyOf(6);
    const period = micros(10 * detector.period);
    const slow = studyOf(6, {
      ...others,
      detector: { ...detector, period, suspectAfter: micros(3 * period) },
    });
    const late = run("crash", "all-to-all", 1, slow).detections[0]?.first ?? 0;
    expect(late / fast).toBeGreaterThan(7);
    expect(late / fast).toBeLessThan(14);
  });
});
