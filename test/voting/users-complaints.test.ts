/**
 * What users of other people's redundancy suffered, each as a test. `PX4 #n` is an issue of
 * PX4/PX4-Autopilot, `ArduPilot #n` one of ArduPilot/ardupilot.
 */
import { describe, expect, it } from "vitest";
import { SensorFaultInjector } from "../../src/faults/sensor-faults.js";
import { Prng } from "../../src/kernel/prng.js";
import { type Instant, millis, seconds } from "../../src/kernel/time.js";
import { Feed, type Word } from "./feed.js";

const hourOfClosings = (step: number): number => Math.ceil(3_600_000_000 / step);

/** Three sensors of one slowly moving quantity, with offsets and noise, on a grid of 0.01. */
function healthy(dice: Prng, index: number): [number, number, number] {
  const truth = 20 + 3 * Math.sin(index / 100);
  const read = (offset: number) => Math.round((truth + offset + 0.02 * dice.normal()) * 100) / 100;
  return [read(0.1), read(0), read(-0.15)];
}

describe("ping-pong: fail, recover, fail again (PX4 #8186)", () => {
  const second = seconds(1);

  it("is ended by the latch after a bounded number of re-admissions (HEALTH-9)", () => {
    const feed = new Feed({}, second);
    feed.run(1_000, (index) => [20, index % 50 < 10 ? 90 : 20, 20]);
    const readmitted = feed.told().filter((told) => told === "b readmitted");
    expect(readmitted).toHaveLength(4);
    expect(feed.told().slice(-2)).toEqual(["b excluded BIAS", "b latched BIAS"]);
    expect(feed.state("b")).toBe("latched");
  });

  it("never moves the value, however often it happens", () => {
    const feed = new Feed({}, second);
    for (let index = 0; index < 1_000; index += 1) {
      const { verdict } = feed.close([20, index % 50 < 10 ? 90 : 20, 20]);
      expect(verdict.value).toBe(20);
    }
  });

  it("of bare silence is slowed down, but costs nobody his sensor", () => {
    const feed = new Feed({}, second);
    feed.run(2_000, (index) => [20, index % 20 < 12 ? null : 20, 20]);
    const readmitted = feed.told().filter((told) => told === "b readmitted").length;
    expect(readmitted).toBeLessThanOrEqual(2_000 / 20);
    expect(readmitted).toBeGreaterThan(4);
    expect(feed.told()).not.toContain("b latched NO_DATA");
  });
});

describe("banned for ever (PX4 #9523, ArduPilot #27283)", () => {
  it("does not happen to a sensor that glitched once", () => {
    const feed = new Feed();
    feed.run(10, () => [20, 90, 20]);
    expect(feed.state("b")).toBe("excluded");
    feed.run(21, () => [20, 20, 20]);
    expect(feed.state("b")).toBe("trusted");
    expect(feed.close([20, 20, 20]).verdict.status).toBe("ok");
  });

  it("nor to one that fails now and then, but not too often", () => {
    // Every twenty minutes, for ten hours.
    const step = seconds(10);
    const feed = new Feed({}, step);
    feed.run(10 * hourOfClosings(step), (index) => [20, index % 120 < 5 ? 90 : 20, 20]);
    expect(feed.told().filter((told) => told === "b readmitted")).toHaveLength(30);
    expect(feed.told()).not.toContain("b latched BIAS");
  });

  it("nor do those that recover wait until all are healthy (PX4 #15224)", () => {
    const feed = new Feed();
    feed.run(5, () => [20, 90, 20]);
    // b recovers, but now c fails, and a and c cannot say which of them is right.
    expect(feed.run(5, () => [20, 20, 50]).verdict.status).toBe("no-majority");
    feed.run(16, () => [20, 20, 50]);
    expect(feed.told().slice(0, 2)).toEqual(["b excluded BIAS", "b readmitted"]);
    const { verdict } = feed.run(10, () => [20, 20, 50]);
    expect(verdict).toMatchObject({ value: 20, status: "degraded", agreeing: ["a", "b"] });
    expect(feed.told()).toContain("c excluded BIAS");
  });

  it("nor to all at once: when everybody was excluded, agreement brings them back", () => {
    const feed = new Feed();
    feed.run(20, () => [null, null, null]);
    expect(feed.told()).toHaveLength(3);
    expect(feed.run(4, () => [20, 20, 20]).verdict.status).toBe("ok");
  });
});

describe("an old value that is stamped anew (PX4 #9901)", () => {
  it("is found, because the others move and it does not (HEALTH-6)", () => {
    const feed = new Feed();
    const dice = new Prng(1);
    const frozen = new SensorFaultInjector({ kind: "stuck", value: null }, dice);
    feed.run(600, (index) => {
      const [a, b, c] = healthy(dice, index);
      if (index < 300) return [a, b, c];
      const { value } = frozen.apply({ value: b, sourceTime: feed.now });
      return [a, value, c];
    });
    expect(feed.told()).toEqual(["b excluded STUCK"]);
    expect(feed.state("b")).toBe("excluded");
  });

  it("and is not re-admitted when the others come back to where it is", () => {
    const feed = new Feed();
    const swing = (index: number) => 20 + Math.round(50 * Math.sin(index / 50)) / 100;
    feed.run(20, (index) => [20 + index / 100, 20 + index / 100, 20 + index / 100]);
    feed.run(2_000, (index) => [swing(index), 20.19, swing(index) + 0.05]);
    expect(feed.told()).toEqual(["b excluded STUCK"]);
  });
});

describe("an old value that says how old it is", () => {
  it("is an omission, whatever it is, and at last an excluded channel (HEALTH-2)", () => {
    const feed = new Feed();
    const late: Word = { value: 20, age: millis(21) };
    expect(feed.close([20, late, 20]).verdict.excluded).toMatchObject([
      { channel: "b", reason: "STALE_TIMESTAMP" },
    ]);
    feed.run(20, () => [20, late, 20]);
    expect(feed.told()).toEqual(["b excluded STALE_TIMESTAMP"]);
  });

  it("counts as old where every sample should be new and its source time stands still", () => {
    const age = (index: number) => Math.min(index, 15) * 1_000;
    const frozen = (index: number): Word => ({ value: 20, age: millis(age(index) / 1_000) });
    const feed = new Feed({ health: { requireNewSource: true } }, millis(1));
    feed.run(12, (index) => [20, frozen(index), 20]);
    expect(feed.told()).toEqual(["b excluded STALE_TIMESTAMP"]);
    // The twin: a sensor slower than the voter may repeat its source time.
    const slow = new Feed({}, millis(1));
    slow.run(12, (index) => [20, frozen(index), 20]);
    expect(slow.events).toEqual([]);
  });
});

describe("the voter's own lateness (PX4 #19139)", () => {
  const old: Word = { value: 20, age: millis(500) };

  it("is no verdict on anybody (HEALTH-7)", () => {
    const feed = new Feed();
    for (let index = 0; index < 100; index += 1) {
      expect(feed.close([old, old, old], true).verdict.status).toBe("insufficient");
    }
    expect(feed.events).toEqual([]);
    expect(feed.close([20, 20, 20]).verdict.status).toBe("ok");
  });

  it("whereas the same samples, in time, are", () => {
    const feed = new Feed();
    feed.run(10, () => [old, old, old]);
    expect(feed.told()).toHaveLength(3);
  });
});

describe("two failures at once (PX4 #11595)", () => {
  it("are no majority, and never `one remaining valid sensor` (SENSOR-3)", () => {
    const feed = new Feed();
    feed.run(10, () => [20, 20, 20]);
    for (let index = 0; index < 200; index += 1) {
      const { verdict } = feed.close([20, 25, 33]);
      expect(verdict).toMatchObject({ value: null, status: "no-majority" });
    }
    expect(feed.events).toEqual([]);
  });

  it("one after the other neither: of the two that are left, nobody knows who is right", () => {
    const feed = new Feed();
    feed.run(10, () => [20, 25, 20]);
    expect(feed.told()).toEqual(["b excluded BIAS"]);
    for (let index = 0; index < 200; index += 1) {
      expect(feed.close([20, 25, 33]).verdict.value).toBeNull();
    }
  });

  it("with two silent, the third alone is not believed", () => {
    const feed = new Feed();
    expect(feed.run(50, () => [20, null, null]).verdict.status).toBe("insufficient");
  });
});

describe("a constant signal (PX4 airspeed: constant for 3 s, disabled for the flight)", () => {
  it("is no fault, however long all stay as they are (HEALTH-6)", () => {
    const feed = new Feed();
    expect(feed.run(20_000, () => [20, 20.3, 20.1]).verdict.status).toBe("ok");
    expect(feed.events).toEqual([]);
  });

  it("is no fault of a quiet sensor among noisy ones", () => {
    const feed = new Feed();
    const dice = new Prng(7);
    const noisy = () => 20 + 0.02 * dice.normal();
    feed.run(20, (index) => [noisy(), index % 2 === 0 ? 20 : 20.01, noisy()]);
    feed.run(20_000, () => [noisy(), 20, noisy()]);
    expect(feed.events).toEqual([]);
  });

  it("is no fault of a coarse sensor among fine ones", () => {
    // Whole degrees among hundredths, with a tolerance that allows for it.
    const feed = new Feed({ tolerance: 1 });
    feed.run(20_000, (index) => {
      const truth = 20 + 5 * Math.sin(index / 500);
      return [truth, Math.round(truth), truth + 0.1];
    });
    expect(feed.events).toEqual([]);
  });
});

describe("a plausible, but wrong value (ArduPilot #6670: a blocked pitot)", () => {
  it("is found by the others as soon as it is farther off than the tolerance", () => {
    const feed = new Feed();
    const dice = new Prng(3);
    let crossed: Instant | null = null;
    feed.run(400, (index) => {
      const [a, b, c] = healthy(dice, index);
      const off = Math.max(0, index - 100) * 0.01;
      if (crossed === null && b + off - a > 1) crossed = feed.now;
      return [a, b + off, c];
    });
    expect(feed.told()).toEqual(["b excluded DRIFT"]);
    const excludedAt = feed.voter.standing()[1]?.since ?? 0;
    expect((excludedAt - (crossed ?? 0)) / feed.step).toBeLessThanOrEqual(6);
  });
});
