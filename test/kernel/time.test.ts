/** Time: whole microseconds, never negative, and a clock that does not go back. */
import { describe, expect, it } from "vitest";
import {
  due,
  earlier,
  elapsed,
  instant,
  micros,
  millis,
  seconds,
  after as soonAfter,
} from "../../src/kernel/time.js";

describe("durations", () => {
  it("count microseconds", () => {
    expect(micros(7)).toBe(7);
    expect(millis(50)).toBe(50_000);
    expect(seconds(2)).toBe(2_000_000);
    expect(micros(0)).toBe(0);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("are never %s", (count) => {
    expect(() => micros(count)).toThrow("not a duration");
  });

  it("may be given in fractions of a millisecond, down to the microsecond", () => {
    expect(millis(0.25)).toBe(250);
    expect(() => millis(0.0005)).toThrow("not a duration");
  });
});

describe("instants", () => {
  it.each([-1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY])("are never %s", (us) => {
    expect(() => instant(us)).toThrow("not an instant");
  });

  it("lie a duration apart", () => {
    const start = instant(1_000);
    expect(soonAfter(start, millis(1))).toBe(2_000);
    expect(elapsed(start, soonAfter(start, millis(1)))).toBe(1_000);
    expect(elapsed(start, start)).toBe(0);
  });

  it("do not go back", () => {
    expect(() => elapsed(instant(2), instant(1))).toThrow("went back");
  });

  it("last longer than any board", () => {
    const years = Number.MAX_SAFE_INTEGER / seconds(365.25 * 24 * 3_600);
    expect(years).toBeGreaterThan(285);
    expect(() => soonAfter(instant(Number.MAX_SAFE_INTEGER), micros(1))).toThrow("not an instant");
  });
});

describe("deadlines", () => {
  it("earlier takes the nearer, and null for none", () => {
    const [near, far] = [instant(1), instant(2)];
    expect(earlier(near, far)).toBe(near);
    expect(earlier(far, near)).toBe(near);
    expect(earlier(null, far)).toBe(far);
    expect(earlier(far, null)).toBe(far);
    expect(earlier(null, null)).toBeNull();
  });

  it("are due at their instant and after it, not before, and never when there is none", () => {
    expect(due(instant(5), instant(4))).toBe(false);
    expect(due(instant(5), instant(5))).toBe(true);
    expect(due(instant(5), instant(6))).toBe(true);
    expect(due(null, instant(6))).toBe(false);
  });
});
