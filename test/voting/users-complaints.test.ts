/**
 * What users of other people's redundancy suffered, each as a test. `PX4 #n` is an issue of
 * PX4/PX4-Autopilot, `ArduPilot #n` one of ArduPilot/ardupilot, `iNav #n` one of iNavFlight/inav,
 * `ROS diagnostics #n` one of ros/diagnostics.
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

  it("is said in the verdict, from when on, and makes it doubtful", () => {
    const feed = new Feed();
    feed.close([20, 20, 20]);
    feed.close([20, 20, 20], true);
    const { verdict } = feed.close([20, 20, 20], true);
    const caveats = [{ reason: "VOTER_LATE", since: 20_000 }];
    expect(verdict).toMatchObject({ value: 20, status: "degraded", caveats });
    expect(feed.close([20, 20, 20]).verdict).toMatchObject({ status: "ok", caveats: [] });
  });

  it("in the middle of a fault neither adds strikes nor takes any back", () => {
    const feed = new Feed();
    feed.run(2, () => [20, 90, 20]);
    for (let index = 0; index < 50; index += 1)
      feed.close([20, index % 2 === 0 ? 90 : 20, 20], true);
    expect(feed.events).toEqual([]);
    feed.close([20, 90, 20]);
    expect(feed.told()).toEqual(["b excluded BIAS"]);
  });

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

describe("a plausible, but wrong value (ArduPilot #6670, #1628: a blocked pitot)", () => {
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

describe("crazy confidence for a dead sensor with a mean near zero (PX4 #2060)", () => {
  const grid = (value: number) => Math.round(value * 1_000) / 1_000;
  /** A gyro at rest: noise around zero. That of `b` collapses at row 1,000. */
  const gyros = (deviationOfB: number) => {
    const dice = new Prng(13);
    const feed = new Feed();
    feed.run(1_500, (index) => {
      const noise = (deviation: number) => grid(deviation * dice.normal());
      return [noise(0.05), noise(index < 1_000 ? 0.05 : deviationOfB), noise(0.05)];
    });
    return feed;
  };

  it("is not placed in it: its activity, which nothing is divided by, finds it (HEALTH-14)", () => {
    expect(gyros(0.001).told()).toEqual(["b excluded DEAD"]);
  });

  it("nor is a healthy one taken for dead because its mean is near zero", () => {
    expect(gyros(0.05).told()).toEqual([]);
  });

  it("sensors of other rates and resolutions are not presumed equal", () => {
    const dice = new Prng(14);
    const feed = new Feed();
    let held = 0;
    feed.run(5_000, (index) => {
      const truth = 5 * Math.sin(index / 300);
      if (index % 5 === 0) held = truth + 0.02 * dice.normal();
      // One is fine, one has steps of a quarter, one measures in every fifth closing.
      return [truth + 0.01 * dice.normal(), Math.round(truth * 4) / 4, held];
    });
    expect(feed.told()).toEqual([]);
  });
});

describe("a sensor that is plugged in late, or pulled (PX4 #26826)", () => {
  it("joins after three agreements, and is no failover before (HEALTH-4)", () => {
    const feed = new Feed();
    const values = new Set<number | null>();
    feed.run(500, () => [20, 20.2, null]);
    for (let index = 0; index < 10; index += 1) {
      values.add(feed.close([20, 20.2, 20.1]).verdict.value);
    }
    expect(feed.told()).toEqual(["c excluded NO_DATA", "c readmitted"]);
    expect(values).toEqual(new Set([20.1]));
    expect(feed.close([20, 20.2, 20.1]).verdict.status).toBe("ok");
  });

  it("that was pulled leaves the rest with a value, and is back when it is plugged in", () => {
    const feed = new Feed({ channels: ["a", "b", "c"] });
    feed.run(10, () => [20, 20.2, 20.1]);
    expect(feed.run(5_000, () => [null, 20.2, 20.1]).verdict).toMatchObject({
      value: 20.15,
      status: "degraded",
    });
    expect(feed.run(4, () => [20, 20.2, 20.1]).verdict.status).toBe("ok");
  });

  it("of two leaves no value, and one as soon as it is back", () => {
    const feed = new Feed({ channels: ["a", "b"] });
    feed.run(10, () => [20, 20.2]);
    expect(feed.run(5_000, () => [null, 20.2]).verdict.status).toBe("insufficient");
    expect(feed.run(4, () => [20, 20.2]).verdict.status).toBe("ok");
  });

  it("late and wrong is not let in", () => {
    const feed = new Feed();
    feed.run(500, () => [20, 20.2, null]);
    feed.run(500, () => [20, 20.2, 35]);
    expect(feed.state("c")).toBe("excluded");
    expect(feed.told()).not.toContain("c readmitted");
  });
});

describe("an error state that does not clear (PX4 #15224, ArduPilot #27283)", () => {
  it("clears for each channel by itself, while another is still in error", () => {
    const feed = new Feed({ channels: ["a", "b", "c", "d", "e"] });
    feed.run(10, () => [20, 90, 20, null, 20]);
    expect(feed.told()).toHaveLength(2);
    feed.run(21, () => [20, 20, 20, null, 20]);
    expect([feed.state("b"), feed.state("d")]).toEqual(["trusted", "excluded"]);
  });

  it("leaves nothing behind: a second glitch is judged as the first was", () => {
    const feed = new Feed({}, seconds(10));
    const closingsToExclude: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const before = feed.closings;
      feed.run(5, () => [20, 90, 20]);
      closingsToExclude.push((feed.events.at(-1)?.closing ?? 0) - before);
      feed.run(500, () => [20, 20, 20]);
      expect(feed.state("b")).toBe("trusted");
    }
    expect(closingsToExclude).toEqual([2, 2, 2]);
  });

  it("of the whole group clears with agreement, however all of them failed", () => {
    const feed = new Feed();
    feed.run(3, () => [20, 90, 20]);
    feed.run(12, () => [null, null, null]);
    expect(feed.close([20, 20, 20]).verdict.status).toBe("insufficient");
    feed.run(25, () => [20, 20, 20]);
    expect(feed.close([20, 20, 20]).verdict.status).toBe("ok");
  });
});

describe("a change of the sensor in use without a benefit (ArduPilot #14347, #30395)", () => {
  it("there is no sensor in use: a glitch of one leaves the value among the others", () => {
    for (const glitched of [0, 1, 2]) {
      const feed = new Feed();
      for (let index = 0; index < 100; index += 1) {
        const row = [20, 20.2, 20.4];
        if (index >= 50 && index < 60) row[glitched] = 60;
        const { verdict } = feed.close(row);
        expect(verdict.value).toBeGreaterThanOrEqual(20);
        expect(verdict.value).toBeLessThanOrEqual(20.4);
      }
    }
  });
});

describe("one stale sensor made the whole an error (ROS diagnostics #297, #658)", () => {
  it("it is degraded, and has a value; only where too few are left it has none", () => {
    const feed = new Feed();
    const late: Word = { value: 20, age: millis(21) };
    expect(feed.run(50, () => [20, late, 20]).verdict.status).toBe("degraded");
    expect(feed.run(50, () => [late, late, 20]).verdict.status).toBe("insufficient");
  });

  it("and is told at once, not at the next tick (ROS diagnostics #48, #324)", () => {
    const feed = new Feed();
    feed.run(9, () => [20, null, 20]);
    const { verdict, events } = feed.close([20, null, 20]);
    expect(verdict.status).toBe("degraded");
    expect(events).toMatchObject([{ kind: "channel-excluded", reason: "NO_DATA" }]);
  });
});

describe("two that disagree cannot say which is wrong (iNav #11958, ArduPilot #11939)", () => {
  it("so there is no value and nobody is blamed, and with a third there is", () => {
    const two = new Feed({ channels: ["a", "b"] });
    expect(two.run(100, () => [20, 25]).verdict.status).toBe("no-majority");
    expect(two.told()).toEqual([]);
    const three = new Feed();
    expect(three.run(100, () => [20, 25, 20]).verdict).toMatchObject({ value: 20 });
    expect(three.told()).toEqual(["b excluded BIAS"]);
  });
});
