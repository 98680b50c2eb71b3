/** RIGHT-8: how long whoever keeps losing waits. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Backoff } from "../../../src/control/right/backoff.js";
import { instant, micros, millis, seconds } from "../../../src/kernel/time.js";

const make = () => new Backoff({ first: millis(50), most: millis(300), steady: seconds(3) });

describe("RIGHT-8: the wait after a loss", () => {
  it("is none the first time, then the first, and doubles up to the most", () => {
    const backoff = make();
    const waits = [0, 1, 2, 3, 4, 5, 6].map((at) => backoff.lost(instant(at * 100_000)));
    expect(waits.map((us) => us / 1_000)).toEqual([0, 50, 100, 200, 300, 300, 300]);
  });

  it("is forgotten after a while without a loss, and not a microsecond earlier", () => {
    const backoff = make();
    backoff.lost(instant(0));
    expect(backoff.lost(instant(2_999_999))).toBe(millis(50));
    expect(backoff.lost(instant(5_999_998))).toBe(millis(100));
    expect(backoff.lost(instant(8_999_998))).toBe(0);
    expect(backoff.lost(instant(8_999_999))).toBe(millis(50));
  });

  it("never leaves its bounds, however often it is", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 4_000_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(gaps, (list) => {
        const backoff = make();
        let now = 0;
        for (const gap of list) {
          now += gap;
          const wait = backoff.lost(instant(now));
          expect([0, ...[50, 100, 200, 300].map((ms) => ms * 1_000)]).toContain(wait);
        }
      }),
    );
    const often = make();
    for (let at = 0; at < 5_000; at += 1) often.lost(instant(at));
    expect(often.lost(instant(5_000))).toBe(millis(300));
  });

  it("is of a first wait that there is", () => {
    const none = { first: micros(0), most: millis(1), steady: seconds(1) };
    expect(() => new Backoff(none)).toThrow("does not grow");
  });
});
