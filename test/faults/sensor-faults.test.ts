import { describe, expect, it } from "vitest";
import {
  type Readable,
  type SensorFault,
  SensorFaultInjector,
} from "../../src/faults/sensor-faults.js";
import { AssertionFailure } from "../../src/kernel/assert.js";
import { Prng } from "../../src/kernel/prng.js";
import { instant } from "../../src/kernel/time.js";

/** One reading a second: 20, 21, 22 ... */
const ramp = (count: number): Readable[] =>
  Array.from({ length: count }, (_, index) => ({
    value: 20 + index,
    sourceTime: instant(index * 1_000_000),
  }));

const inject = (fault: SensorFault, readings: readonly Readable[], seed = 1) => {
  const injector = new SensorFaultInjector(fault, new Prng(seed));
  const distorted = readings.map((reading) => injector.apply(reading));
  return {
    changed: injector.changed,
    values: distorted.map(({ value }) => value),
    seconds: distorted.map(({ sourceTime }) => sourceTime / 1_000_000),
  };
};

describe("each fault does what its name says (FAULT-1)", () => {
  const cases: [string, SensorFault, (number | null)[], number[]][] = [
    ["stuck at the first", { kind: "stuck", value: null }, [20, 20, 20, 20], [0, 1, 2, 3]],
    ["stuck at a value", { kind: "stuck", value: 7 }, [7, 7, 7, 7], [0, 1, 2, 3]],
    ["offset", { kind: "offset", by: -1.5 }, [18.5, 19.5, 20.5, 21.5], [0, 1, 2, 3]],
    ["scale", { kind: "scale", factor: 2 }, [40, 42, 44, 46], [0, 1, 2, 3]],
    ["drift", { kind: "drift", perSecond: 0.5 }, [20, 21.5, 23, 24.5], [0, 1, 2, 3]],
    ["spike", { kind: "spike", by: 30, every: 3 }, [50, 21, 22, 53], [0, 1, 2, 3]],
    ["dropout", { kind: "dropout", probability: 1 }, [null, null, null, null], [0, 1, 2, 3]],
    ["delay", { kind: "delay", samples: 2, restamped: false }, [20, 20, 20, 21], [0, 0, 0, 1]],
    ["restamped", { kind: "delay", samples: 2, restamped: true }, [20, 20, 20, 21], [0, 1, 2, 3]],
  ];

  it.each(cases)("%s", (_name, fault, values, seconds) => {
    expect(inject(fault, ramp(4))).toMatchObject({ values, seconds });
  });

  it("noise has the deviation that it was given, and no offset", () => {
    const clean = ramp(1).concat(Array.from({ length: 9_999 }, () => ramp(1)[0] as Readable));
    const { values } = inject({ kind: "noise", deviation: 0.5 }, clean);
    const errors = values.map((value) => (value ?? 0) - 20);
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const variance = errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(Math.sqrt(variance) - 0.5)).toBeLessThan(0.02);
  });

  it("garbage fills its span, on both sides", () => {
    const { values } = inject({ kind: "garbage", span: 100 }, ramp(1_000));
    expect(Math.max(...values.map(Number))).toBeGreaterThan(90);
    expect(Math.min(...values.map(Number))).toBeLessThan(-90);
    expect(Math.max(...values.map((value) => Math.abs(Number(value))))).toBeLessThanOrEqual(100);
  });

  it("two-faced keeps to its lie with one reader, and has another for the next", () => {
    const lies = [1, 2, 3, 4, 5].map((seed) => {
      const { values } = inject({ kind: "two-faced", spread: 2 }, ramp(10), seed);
      const told = values.map((value, index) => (value ?? 0) - 20 - index);
      for (const lie of told) expect(lie).toBeCloseTo(told[0] ?? Number.NaN);
      return told[0] ?? Number.NaN;
    });
    expect(new Set(lies).size).toBe(5);
    expect(Math.max(...lies.map(Math.abs))).toBeLessThanOrEqual(2);
  });

  it("a dropout of a third loses about a third", () => {
    const { changed } = inject({ kind: "dropout", probability: 1 / 3 }, ramp(3_000));
    expect(changed).toBeGreaterThan(900);
    expect(changed).toBeLessThan(1_100);
  });
});

describe("whether a fault took effect (FAULT-2)", () => {
  const still = Array.from({ length: 5 }, (_, index) => ({
    value: 20,
    sourceTime: instant(index),
  }));

  it("is the count of the readings that it changed", () => {
    expect(inject({ kind: "stuck", value: null }, ramp(5)).changed).toBe(4);
    expect(inject({ kind: "spike", by: 1, every: 10 }, ramp(15)).changed).toBe(2);
  });

  it("stuck in a constant world did nothing, and neither did a value put anew on itself", () => {
    expect(inject({ kind: "stuck", value: null }, still).changed).toBe(0);
    expect(inject({ kind: "delay", samples: 2, restamped: true }, still).changed).toBe(0);
    // With its old source time the same value is another reading.
    expect(inject({ kind: "delay", samples: 2, restamped: false }, still).changed).toBe(4);
  });

  it("an omission stays one", () => {
    const silent = ramp(5).map((reading) => ({ ...reading, value: null }));
    expect(inject({ kind: "offset", by: 5 }, silent)).toMatchObject({ changed: 0 });
    expect(inject({ kind: "stuck", value: 5 }, silent)).toMatchObject({ changed: 0 });
  });
});

describe("an injector", () => {
  it("gives the same for the same seed, and another for another (FAULT-3)", () => {
    const fault: SensorFault = { kind: "noise", deviation: 1 };
    expect(inject(fault, ramp(20))).toEqual(inject(fault, ramp(20)));
    expect(inject(fault, ramp(20))).not.toEqual(inject(fault, ramp(20), 2));
  });

  it("leaves the rest of a reading as it is, and does not touch what it was given", () => {
    const reading = { channel: "t", value: 20, sourceTime: instant(5) };
    const injector = new SensorFaultInjector({ kind: "offset", by: 1 }, new Prng(1));
    expect(injector.apply(reading)).toEqual({ channel: "t", value: 21, sourceTime: 5 });
    expect(reading.value).toBe(20);
  });

  it("never makes a reading infinite", () => {
    const huge = [{ value: -1e300, sourceTime: instant(0) }];
    expect(inject({ kind: "scale", factor: 1e300 }, huge).values).toEqual([-Number.MAX_VALUE]);
    expect(inject({ kind: "offset", by: -1e300 }, huge).values).toEqual([-2e300]);
  });

  it("drifts on after a reboot of the board's clock", () => {
    const times = [0, 10, 20, 0, 10].map((second) => instant(second * 1_000_000));
    const readings = times.map((sourceTime) => ({ value: 0, sourceTime }));
    const { values } = inject({ kind: "drift", perSecond: 1 }, readings);
    expect(values).toEqual([0, 10, 20, 20, 30]);
  });

  it("refuses a fault that no parser would have let through", () => {
    const make = (fault: SensorFault) => () => new SensorFaultInjector(fault, new Prng(1));
    expect(make({ kind: "offset", by: Number.NaN })).toThrow(AssertionFailure);
    expect(make({ kind: "delay", samples: 0, restamped: false })).toThrow(AssertionFailure);
    expect(make({ kind: "delay", samples: 1e6, restamped: false })).toThrow(AssertionFailure);
    expect(make({ kind: "spike", by: 1, every: 0 })).toThrow(AssertionFailure);
  });
});
