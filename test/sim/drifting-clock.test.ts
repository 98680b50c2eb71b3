import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instant } from "../../src/kernel/time.js";
import { DriftingClock } from "../../src/sim/drifting-clock.js";
import { type TrueTime, trueTime } from "../../src/sim/true-time.js";

const started = (ratePpm: number) => new DriftingClock(trueTime(0), instant(1_000), ratePpm);

/** The clock in exact fractions: reading and millionths, from a list of stretches. */
function exactReading(stretches: readonly (readonly [length: number, ratePpm: number])[]): bigint {
  let parts = 1_000n * 1_000_000n;
  for (const [length, ratePpm] of stretches) parts += BigInt(length) * BigInt(1_000_000 + ratePpm);
  return parts / 1_000_000n;
}

describe("a drifting clock (SIM-1)", () => {
  it("shows true time from its first reading when its rate is true", () => {
    expect(started(0).read(trueTime(123_456_789))).toBe(123_457_789);
  });

  it.each([
    [100, 10_000, 1_000 + 10_001],
    [100, 9_999, 1_000 + 9_999],
    [-100, 10_000, 1_000 + 9_999],
    [-100, 10_001, 1_000 + 9_999],
    [50_000, 1_000_000, 1_000 + 1_050_000],
  ])("at %i ppm, %i us later, shows %i: exact to the microsecond", (ratePpm, at, reading) => {
    expect(started(ratePpm).read(trueTime(at))).toBe(reading);
  });

  it("loses no microsecond in 30 days, nor where its rate changes", () => {
    const stretch = fc.tuple(
      fc.integer({ min: 0, max: 30 * 86_400_000_000 }),
      fc.integer({ min: -500_000, max: 500_000 }),
    );
    fc.assert(
      fc.property(fc.array(stretch, { minLength: 1, maxLength: 6 }), (stretches) => {
        const clock = started(0);
        let now = 0;
        for (const [length, ratePpm] of stretches) {
          clock.setRate(trueTime(now), ratePpm);
          now += length;
        }
        expect(BigInt(clock.read(trueTime(now)))).toBe(exactReading(stretches));
      }),
    );
  });

  it("does not jump where its rate changes", () => {
    const clock = started(300);
    const before = clock.read(trueTime(777_777));
    clock.setRate(trueTime(777_777), -400);
    expect(clock.read(trueTime(777_777))).toBe(before);
  });

  it("knows the first true time of a reading, near and far (SIM-1)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -500_000, max: 500_000 }),
        fc.integer({ min: 0, max: 5_000_000_000 }),
        fc.integer({ min: 1, max: 20_000_000_000 }),
        (ratePpm, since, ahead) => {
          const clock = started(ratePpm);
          const reading = instant(clock.read(trueTime(since)) + ahead);
          const at = clock.whenReads(reading);
          expect(
            new DriftingClock(trueTime(0), instant(1_000), ratePpm).read(at),
          ).toBeGreaterThanOrEqual(reading);
          expect(started(ratePpm).read((at - 1) as TrueTime)).toBeLessThan(reading);
        },
      ),
    );
  });

  it("does not let true time go back", () => {
    const clock = started(0);
    clock.setRate(trueTime(500), 1);
    expect(() => clock.read(trueTime(499))).toThrow("went back");
  });
});
