/**
 * How many messages probing takes, in simulation against the closed forms (Gupta, Chandra and
 * Goldszmidt 2001, section 5). A member's load is what its own probes cause, whoever sends it: so
 * it is counted once, and adds up to the load of the group.
 */
import { describe, expect, it } from "vitest";
import {
  firstDetectionLimit,
  meanLoadPerPeriodMax,
  optimalLoad,
  relaysNeeded,
  worstLoadPerPeriod,
} from "../../../src/detection/swim/analysis.js";
import { swimProbing } from "../../../src/detection/swim/swim-probing.js";
import type { NodeId } from "../../../src/kernel/ids.js";
import { atPeriod, detectorFleet, memberNames } from "./support/detector-fleet.js";
import { ProbeLoad } from "./support/probe-load.js";
import { errorsAllowed, mean, standardError } from "./support/samples.js";

const members = 20;

/** Messages of each probe that was begun in so many periods. */
function loads(
  loss: number,
  relays: number,
  periods: number,
  lifeguard = false,
): readonly number[] {
  const settings = { relays, lifeguard };
  const fleet = detectorFleet({ kind: swimProbing, members, seed: 5, loss, settings });
  const load = new ProbeLoad();
  fleet.watch(load);
  fleet.run(atPeriod(2 + periods));
  return load.countsBetween(atPeriod(1), atPeriod(1 + periods));
}

/** A ping, and its ack where it arrives; where that fails, up to four messages by each relay. */
function expectedLoad(loss: number, relays: number): number {
  const arrives = 1 - loss;
  const byRelay = 1 + arrives + arrives ** 2 + arrives ** 3;
  return 1 + arrives + (1 - arrives ** 2) * relays * byRelay;
}

describe("messages a period (SWIM-16)", () => {
  it.each([
    [0.01, 1],
    [0.05, 1],
    [0.05, 3],
    [0.1, 3],
    [0.15, 1],
    [0.15, 3],
    [0.15, 9],
  ])("at a loss of %d and with %i relays are as many as they must be", (loss, relays) => {
    const counts = loads(loss, relays, 150);
    expect(counts.length).toBe(members * 150);
    const tolerance = errorsAllowed * standardError(counts);
    expect(Math.abs(mean(counts) - expectedLoad(loss, relays))).toBeLessThan(tolerance);
    expect(mean(counts)).toBeLessThan(meanLoadPerPeriodMax({ loss }, relays) + tolerance);
    expect(Math.max(...counts)).toBeLessThanOrEqual(worstLoadPerPeriod(relays));
  });

  it("are two without loss", () => {
    expect(new Set(loads(0, 3, 50))).toEqual(new Set([2]));
  });

  it("reach the worst where each relay gets through, and the target's own ack does not", () => {
    const [one, two] = memberNames(5) as [NodeId, NodeId];
    const fleet = detectorFleet({ kind: swimProbing, members: 5, seed: 6 });
    const load = new ProbeLoad();
    fleet.watch(load);
    fleet.block((source, target) => source === two && target === one);
    fleet.run(atPeriod(50));
    const counts = load.countsBetween(atPeriod(1), atPeriod(49));
    expect(Math.max(...counts)).toBe(worstLoadPerPeriod(3));
  });

  it("SWIM-6: are no more with nacks, since a relay sends one only for want of an ack", () => {
    const counts = loads(0.15, 3, 150, true);
    expect(Math.max(...counts)).toBeLessThanOrEqual(worstLoadPerPeriod(3));
  });
});

describe("messages over the least that the same accuracy takes (SWIM-16)", () => {
  it.each([
    [0.01, 1e-3],
    [0.01, 1e-6],
    [0.05, 1e-3],
    [0.1, 1e-3],
    [0.15, 1e-2],
    [0.15, 1e-3],
    [0.15, 1e-6],
  ])("at a loss of %d, for PM(T) = %d, are below 28 at worst and 8 in the mean", (loss, wanted) => {
    const relays = Math.min(members - 2, relaysNeeded({ loss }, wanted).whole);
    const counts = loads(loss, relays, 100);
    const perLeast = firstDetectionLimit() / optimalLoad({ loss }, wanted);
    const tolerance = errorsAllowed * standardError(counts);
    expect((mean(counts) + tolerance) * perLeast).toBeLessThan(8);
    expect(Math.max(...counts) * perLeast).toBeLessThan(28);
  });
});
