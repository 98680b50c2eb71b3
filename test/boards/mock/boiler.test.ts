import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Boiler,
  type BoilerOptions,
  boilingPoint,
  heaterChangesMax,
  smallBoiler,
} from "../../../boards/mock/boiler.js";
import { PlantOfParts } from "../../../boards/mock/plant-of-parts.js";
import { Wave } from "../../../boards/mock/wave.js";
import { AssertionFailure, UsageError } from "../../../src/kernel/assert.js";
import { seconds } from "../../../src/kernel/time.js";

const second = 1_000_000;
const temperature = (boiler: Boiler, at: number) => boiler.truth(at, "temperature");

/** The same physics by many small steps: what the formula must agree with. */
function euler(options: BoilerOptions, heaterAt: (us: number) => number, end: number): number {
  const step = 100;
  let now = options.start;
  for (let us = 0; us < end; us += step) {
    const flow = options.heaterPower * heaterAt(us) - options.lossRate * (now - options.ambient);
    now = Math.min(boilingPoint, now + (flow * step) / second / options.heatCapacity);
  }
  return now;
}

describe("the boiler", () => {
  it("PLANT-1: heats and cools as its equation says", () => {
    const boiler = new Boiler(smallBoiler, 0);
    boiler.actuate(0, "heater", 0.8);
    boiler.actuate(5 * second, "heater", 0);
    boiler.actuate(9 * second, "heater", 0.3);
    const heaterAt = (us: number) => (us < 5 * second ? 0.8 : us < 9 * second ? 0 : 0.3);
    for (const end of [2, 5, 8, 9, 15]) {
      const stepped = euler(smallBoiler, heaterAt, end * second);
      expect(temperature(boiler, end * second)).toBeCloseTo(stepped, 2);
    }
  });

  it("PLANT-1: settles where heater and loss are equal, and at ambient without a heater", () => {
    const boiler = new Boiler({ ...smallBoiler, start: 80 }, 0);
    expect(temperature(boiler, 0)).toBe(80);
    expect(temperature(boiler, 3_600 * second)).toBeCloseTo(smallBoiler.ambient, 6);
    boiler.actuate(3_600 * second, "heater", 0.2);
    const kept = smallBoiler.ambient + (0.2 * smallBoiler.heaterPower) / smallBoiler.lossRate;
    expect(temperature(boiler, 7_200 * second)).toBeCloseTo(kept, 6);
  });

  it("PLANT-1: boils at 100 degC, and cools from there", () => {
    const boiler = new Boiler(smallBoiler, 0);
    boiler.actuate(0, "heater", 1);
    expect(temperature(boiler, 100 * second)).toBe(boilingPoint);
    boiler.actuate(100 * second, "heater", 0);
    expect(temperature(boiler, 101 * second)).toBeLessThan(boilingPoint);
    expect(temperature(boiler, 101 * second)).toBeGreaterThan(95);
  });

  it("PLANT-2: is the same however often it was asked, to the last bit", () => {
    const change = fc.record({
      wait: fc.nat(3 * second),
      heater: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), fc.nat(1_000), (changes, pace) => {
        const [asked, quiet] = [new Boiler(smallBoiler, 0), new Boiler(smallBoiler, 0)];
        let now = 0;
        for (const { wait, heater } of changes) {
          for (let look = 1; look < 5; look += 1)
            temperature(asked, now + (look * wait) / 5 + pace);
          now += wait;
          asked.actuate(now, "heater", heater);
          // Saying the same again is no change.
          asked.actuate(now, "heater", heater);
          quiet.actuate(now, "heater", heater);
        }
        expect(temperature(asked, now + second)).toBe(temperature(quiet, now + second));
      }),
    );
  });

  it("PLANT-3: knows its past, as far back as it remembers", () => {
    const boiler = new Boiler(smallBoiler, 0);
    const past: number[] = [];
    for (let count = 0; count < 3 * heaterChangesMax; count += 1) {
      boiler.actuate(count * 1_000, "heater", count % 2);
      past.push(temperature(boiler, count * 1_000));
    }
    const last = past.length - 1;
    for (const back of [0, 1, 10, heaterChangesMax / 2 - 1]) {
      expect(temperature(boiler, (last - back) * 1_000)).toBe(past[last - back]);
    }
    // Further back it answers with the oldest that it has, which is warmer than the truth was.
    expect(temperature(boiler, 0)).toBeGreaterThan(smallBoiler.start);
  });

  it("PLANT-4: passes over actuators that it does not have, and refuses quantities", () => {
    const boiler = new Boiler(smallBoiler, 0);
    boiler.actuate(0, "lamp", 1);
    expect(temperature(boiler, second)).toBe(smallBoiler.start);
    expect(() => boiler.truth(0, "pressure")).toThrow(UsageError);
  });

  it("PLANT-2: takes no heater beyond its range, and no time that goes back", () => {
    const boiler = new Boiler(smallBoiler, 0);
    boiler.actuate(second, "heater", 1);
    expect(() => boiler.actuate(2 * second, "heater", 1.01)).toThrow(AssertionFailure);
    expect(() => boiler.actuate(second - 1, "heater", 0)).toThrow(AssertionFailure);
  });
});

describe("other plants", () => {
  const wave = new Wave({ quantity: "level", centre: 5, amplitude: 2, period: seconds(4) });

  it("PLANT-5: a wave swings about its centre whatever the outputs do", () => {
    wave.actuate(0, "heater", 1);
    const values = [0, 1, 2, 3, 4].map((s) => wave.truth(s * second, "level"));
    for (const [index, value] of [5, 7, 5, 3, 5].entries())
      expect(values[index]).toBeCloseTo(value, 9);
    expect(() => wave.truth(0, "temperature")).toThrow(UsageError);
  });

  it("PLANT-5: of several parts each quantity belongs to one", () => {
    const plant = new PlantOfParts([new Boiler(smallBoiler, 0), wave]);
    expect(plant.quantities).toEqual(["temperature", "level"]);
    plant.actuate(0, "heater", 1);
    expect(plant.truth(second, "temperature")).toBeGreaterThan(24);
    expect(plant.truth(second, "level")).toBeCloseTo(7, 9);
    expect(() => plant.truth(0, "pressure")).toThrow(UsageError);
    expect(() => new PlantOfParts([wave, wave])).toThrow(AssertionFailure);
  });
});
