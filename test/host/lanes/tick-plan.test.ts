import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TickPlan } from "../../../src/host/lanes/tick-plan.js";
import { micros } from "../../../src/kernel/time.js";

const plan = () => new TickPlan(1_000, micros(100));

describe("the plan of a lane's ticks", () => {
  it("goes on from instant to instant, whatever a tick took (LANE-1)", () => {
    const ticks = plan();
    expect([ticks.tick, ticks.planned]).toEqual([0, 1_000]);
    ticks.ended(1_090);
    expect([ticks.tick, ticks.planned, ticks.skipped]).toEqual([1, 1_100, 0]);
  });

  it("does not skip a tick that is due just now (LANE-2)", () => {
    const ticks = plan();
    ticks.ended(1_100);
    expect([ticks.tick, ticks.planned, ticks.skipped]).toEqual([1, 1_100, 0]);
  });

  it("skips those that have passed, and counts them (LANE-2)", () => {
    const ticks = plan();
    ticks.ended(1_101);
    expect([ticks.tick, ticks.planned, ticks.skipped]).toEqual([2, 1_200, 1]);
    ticks.ended(1_650);
    expect([ticks.tick, ticks.planned, ticks.skipped]).toEqual([7, 1_700, 5]);
  });

  it("always plans the first instant of the grid that is not past (LANE-1, LANE-2)", () => {
    const took = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 50 });
    fc.assert(
      fc.property(took, fc.integer({ min: 1, max: 300 }), (lengths, period) => {
        const ticks = new TickPlan(0, micros(period));
        let ran = 0;
        for (const length of lengths) {
          const now = ticks.planned + length;
          const before = ticks.tick;
          ticks.ended(now);
          ran += 1;
          const next = Math.max(before + 1, Math.ceil(now / period));
          expect([ticks.tick, ticks.planned]).toEqual([next, next * period]);
          expect(ticks.skipped).toBe(ticks.tick - ran);
        }
      }),
    );
  });
});
