import { describe, expect, it } from "vitest";
import type { DetectorInput } from "../../../src/detection/detector.js";
import { beatBody } from "../../../src/detection/heartbeat/messages.js";
import { logTail } from "../../../src/detection/phi-accrual/normal-tail.js";
import {
  allowanceFactorMax,
  deviationPart,
  intervalsMin,
  PhiAccrualDetector,
  phiAccrual,
} from "../../../src/detection/phi-accrual/phi-accrual.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { Prng } from "../../../src/kernel/prng.js";
import { instant, micros, millis } from "../../../src/kernel/time.js";
import { DetectorFleet, usual } from "../support/detector-fleet.js";

const [self, two] = ["pi-1", "pi-2"].map(nodeId) as [NodeId, NodeId];
const { period, suspectAfter } = usual;

const beat: DetectorInput = { kind: "message", from: two, body: beatBody(1) };

/** A detector that hears one peer after each of the waits, and is woken between as it asks. */
class Ear {
  readonly machine: PhiAccrualDetector;
  now = 0;
  suspicions: number[] = [];

  constructor(phi = 8) {
    const options = { ...usual, phi, now: instant(0), self, peers: [two], dice: new Prng(1) };
    this.machine = new PhiAccrualDetector(options);
  }

  hear(waits: readonly number[]): void {
    for (const wait of waits) {
      this.wait(wait);
      this.machine.step(instant(this.now), beat);
    }
  }

  wait(wait: number): void {
    this.now += wait;
    const { machine } = this;
    for (let at = machine.deadline(); at !== null && at < this.now; at = machine.deadline()) {
      const told = machine.step(at, timeout);
      if (told.some(({ kind }) => kind === "peer-suspected")) this.suspicions.push(at);
    }
  }

  /** How long the peer may be silent now, found by being so. It is suspected afterwards. */
  patience(): number {
    const [heardAt, told] = [this.now, this.suspicions.length];
    this.wait(100 * suspectAfter);
    return (this.suspicions[told] ?? Number.NaN) - heardAt;
  }
}

const repeat = (count: number, ...waits: number[]): number[] =>
  Array.from({ length: count }, () => waits).flat();

describe("the allowance by phi", () => {
  it("PHI-1: is suspectAfter until enough intervals are known", () => {
    const ear = new Ear();
    ear.hear(repeat(intervalsMin, period));
    // The first beat ends no interval.
    expect(ear.patience()).toBe(suspectAfter);
    const learned = new Ear();
    learned.hear(repeat(intervalsMin + 1, period));
    expect(learned.patience()).toBeLessThan(suspectAfter);
  });

  it("PHI-3: is the silence at which phi, evaluated naively, reaches the level", () => {
    for (const level of [2, 3, 8, 12]) {
      const waits = repeat(30, 70_000, 130_000, 150_000, 90_000);
      const ear = new Ear(level);
      ear.hear([period, ...waits]);
      const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
      const squares = waits.reduce((sum, wait) => sum + (wait - mean) ** 2, 0);
      const deviation = Math.sqrt(squares / waits.length);
      expect(ear.suspicions).toEqual([]);
      expect(mean).toBeGreaterThan(period);
      expect(deviation).toBeGreaterThan(period / deviationPart);
      const phi = (silence: number) => -logTail((silence - mean) / deviation);
      const patience = ear.patience();
      expect(phi(patience)).toBeGreaterThanOrEqual(level - 1e-9);
      expect(phi(patience - 1)).toBeLessThan(level);
    }
  });

  it("PHI-6: of beats as regular as can be, a tenth of the period is the deviation", () => {
    const ear = new Ear(8);
    ear.hear(repeat(50, period));
    expect(ear.patience()).toBe(Math.ceil(period + (5.612001244174789 * period) / deviationPart));
  });

  it("PHI-5: a level that half of all beats would reach counts as the mean, not as less", () => {
    const ear = new Ear(0.01);
    ear.hear(repeat(50, period - 1));
    expect(ear.patience()).toBe(period);
  });

  it("PHI-7: beats that come all at once do not make it impatient", () => {
    const ear = new Ear();
    ear.hear([...repeat(50, period), ...repeat(500, 0)]);
    expect(ear.patience()).toBeGreaterThan(1.5 * period);
  });

  it("PHI-8: an outage counts no longer than the allowance was: the next is found as soon", () => {
    const ear = new Ear();
    ear.hear(repeat(100, period));
    ear.hear([50 * period, ...repeat(20, period)]);
    expect(ear.suspicions).toHaveLength(1);
    const patience = ear.patience();
    expect(patience).toBeGreaterThan(1.5 * period);
    expect(patience).toBeLessThan(1.7 * period);
  });

  it("PHI-8: one that has become slower is learnt after a few mistakes", () => {
    const ear = new Ear();
    ear.hear(repeat(200, period));
    ear.hear(repeat(200, 2 * period));
    const mistakes = ear.suspicions.length;
    expect(mistakes).toBeGreaterThan(0);
    expect(mistakes).toBeLessThan(30);
    ear.hear(repeat(500, 2 * period));
    expect(ear.suspicions).toHaveLength(mistakes);
  });

  it("PHI-9: has an end, however a peer draws its beats out", () => {
    const ear = new Ear();
    let wait: number = period;
    for (let count = 0; count < 2_000; count += 1) {
      ear.hear([Math.floor(wait)]);
      wait = Math.min(wait * 1.01, allowanceFactorMax * suspectAfter - 1);
    }
    expect(ear.patience()).toBe(allowanceFactorMax * suspectAfter);
  });
});

describe("a detector that slept", () => {
  const late: DetectorInput = { kind: "was-late", by: millis(1_000) };

  it("PHI-10: lets the silence begin anew, and learns nothing from its own sleep", () => {
    const ear = new Ear();
    ear.hear(repeat(50, period));
    ear.now += 100 * period;
    ear.machine.step(instant(ear.now), late);
    ear.hear([1, ...repeat(5, period)]);
    expect(ear.suspicions).toEqual([]);
    expect(ear.patience()).toBe(Math.ceil(period + (5.612001244174789 * period) / deviationPart));
  });

  it("PHI-10: without that word, blames the peer", () => {
    const ear = new Ear();
    ear.hear(repeat(50, period));
    const told = ear.machine.step(instant(ear.now + 100 * period), timeout);
    expect(told.map(({ kind }) => kind)).toContain("peer-suspected");
  });
});

describe("phi-accrual in a group", () => {
  it("PHI-3: with jitter and loss, the higher the level the fewer the mistakes", () => {
    const mistakes = [1, 3, 8].map((phi) => {
      const settings = { ...usual, phi };
      const delay = { kind: "normal", mean: 20_000, deviation: 15_000, min: 0, max: 90_000 };
      const group = DetectorFleet.inAnyPhase({
        kind: phiAccrual,
        settings,
        members: 4,
        seed: 1,
        delay: delay as never,
        loss: 0.02,
      });
      group.runFor(micros(300 * period));
      return group.suspicions().length;
    }) as [number, number, number];
    expect(mistakes[0]).toBeGreaterThan(2 * mistakes[1]);
    expect(mistakes[1]).toBeGreaterThan(2 * mistakes[2]);
  });

  it("an allowance shorter than the period is our own bug", () => {
    const options = { ...usual, now: instant(0), self, peers: [], dice: new Prng(1) };
    expect(() => phiAccrual.make({ ...options, suspectAfter: period })).toThrow("allowance");
    expect(() => phiAccrual.make({ ...options, phi: 0 })).toThrow("no level");
  });
});
