import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeout } from "../../../src/kernel/machine.js";
import { millis } from "../../../src/kernel/time.js";
import type { AliveRule } from "../../../src/watchdog/supervision/rules.js";
import {
  alive,
  at,
  done,
  entityOf,
  every,
  faults,
  ms,
  only,
  play,
  supervisionOf,
} from "./support/play.js";

const supervision = (rule: Partial<AliveRule> = {}) => supervisionOf([entityOf([alive(rule)])]);

describe("petting", () => {
  it("PET-1: goes on at its own period while the entity is in time", () => {
    const told = play(supervision(), done(every(10, 5, 2_000)), 2_000);
    expect(only(told, "pet")).toEqual(every(50, 0, 2_001));
    expect(only(told, "supervision-failed")).toEqual([]);
  });

  it("PET-1: ends with the reference cycle in which the entity was late", () => {
    const told = play(supervision(), done(every(10, 5, 300)), 5_000);
    // Its cycles begin with its first checkpoint: the first that is short ends at 405 ms.
    expect(only(told, "supervision-failed")).toEqual([405]);
    expect(only(told, "pet")).toEqual(every(50, 0, 401));
  });

  it("PET-1: ends when one of several is late, though the others are in time", () => {
    const other = entityOf([alive()], { entity: "heartbeat" });
    const machine = supervisionOf([entityOf([alive()]), other]);
    const told = play(machine, [at(1, "heartbeat/done"), ...done(every(10, 5, 1_000))], 1_000);
    expect(only(told, "supervision-failed")).toEqual([101]);
    expect(Math.max(...only(told, "pet"))).toBe(100);
    expect(machine.status().entities).toMatchObject([
      { entity: "cycle", status: "ok", fault: null, lastCheckpoint: ms(995) },
      { entity: "heartbeat", status: "expired", lastCheckpoint: ms(1) },
    ]);
  });

  it("PET-2: a sleep is not made up for by a burst of pets", () => {
    const machine = supervision();
    play(machine, done(every(10, 5, 100)), 100);
    expect(machine.step(ms(104), at(104, "done")[1])).toEqual([]);
    const idle = supervisionOf([entityOf([alive()], { grace: millis(5_000) })]);
    expect(idle.step(ms(1_030), timeout)).toEqual([{ kind: "pet" }]);
    expect(idle.step(ms(1_030), timeout)).toEqual([]);
    expect(idle.deadline()).toBe(ms(1_050));
  });
});

describe("the margins", () => {
  const failedAt = (count: number): number[] => {
    const spacing = 99 / count;
    return only(play(supervision(), done(every(spacing, 0, 99)), 100), "supervision-failed");
  };

  it.each([9, 10, 11])("ALIVE-1: %i checkpoints in a cycle of 10 are right", (count) => {
    expect(failedAt(count)).toEqual([]);
  });

  it.each([1, 8])("ALIVE-1: %i are too few, which shows at the end of the cycle", (count) => {
    expect(failedAt(count)).toEqual([100]);
  });

  it("ALIVE-2: 12 are too many, which shows at once, with the figures", () => {
    const told = play(supervision(), done(every(1, 0, 12)), 99);
    const figures = { count: 12, countMin: 9, countMax: 11, cycle: millis(100) };
    expect(faults(told)).toEqual([[11, { rule: "alive", checkpoint: "done", ...figures }]]);
    expect(only(told, "pet")).toEqual([0]);
  });

  it("ALIVE-2: however many too many, it is one wrong cycle", () => {
    const told = play(supervision({ tolerance: 1 }), done(every(1, 0, 99)), 100);
    expect(only(told, "supervision-failed")).toEqual([]);
    expect(only(told, "supervision-tolerated")).toEqual([11]);
  });

  it("ALIVE-3: other checkpoints are not counted", () => {
    const words = every(5, 0, 500).flatMap((time) => [
      at(time, "other"),
      ...(time % 10 === 0 ? [at(time, "done")] : []),
    ]);
    expect(only(play(supervision(), words, 500), "supervision-failed")).toEqual([]);
    const others = every(10, 0, 500).map((time) => at(time, "other"));
    expect(only(play(supervision(), others, 500), "supervision-failed")).toEqual([100]);
  });

  it("ALIVE-1: the verdict is that of the plain count, for any checkpoints", () => {
    const times = fc.uniqueArray(fc.integer({ min: 1, max: 99_999 }), { maxLength: 15 });
    fc.assert(
      fc.property(times, (moments) => {
        const sorted = moments.toSorted((one, other) => one - other).map((us) => us / 1_000);
        const told = play(supervision(), done([0, ...sorted]), 100);
        const right = sorted.length + 1 >= 9 && sorted.length + 1 <= 11;
        expect(only(told, "supervision-failed").length).toBe(right ? 0 : 1);
      }),
    );
  });
});

describe("the tolerance", () => {
  const withGap = (gapEnds: number) => done([...every(10, 0, 100), ...every(10, gapEnds, 1_000)]);

  it("ALIVE-4: so many wrong cycles are borne, told once, and petting goes on", () => {
    const told = play(supervision({ tolerance: 2 }), withGap(300), 1_000);
    expect(only(told, "supervision-failed")).toEqual([]);
    expect(only(told, "supervision-tolerated")).toEqual([200]);
    expect(only(told, "pet")).toEqual(every(50, 0, 1_001));
  });

  it("ALIVE-4: one more is not", () => {
    const told = play(supervision({ tolerance: 2 }), withGap(400), 1_000);
    expect(only(told, "supervision-failed")).toEqual([400]);
  });

  it("STATUS-3: an expired entity is restored by as many right cycles, and not by fewer", () => {
    const told = play(supervision({ tolerance: 2 }), withGap(400), 1_000);
    expect(only(told, "supervision-restored")).toEqual([700]);
    expect(only(told, "pet")).toEqual([...every(50, 0, 400), ...every(50, 700, 1_001)]);
    const twoRight = done([...every(10, 0, 100), ...every(10, 400, 600)]);
    const short = play(supervision({ tolerance: 2 }), twoRight, 2_000);
    expect(only(short, "supervision-restored")).toEqual([]);
  });

  it("ALIVE-5: cycles that nobody was awake to judge were wrong", () => {
    const kindsAt = (time: number, machine = supervision({ tolerance: 2 })) => {
      play(machine, done(every(10, 0, 100)), 99);
      return machine.step(ms(time), timeout).map(({ kind }) => kind);
    };
    expect(kindsAt(399)).toEqual(["supervision-tolerated", "pet"]);
    expect(kindsAt(400)).toEqual(["supervision-failed", "supervision-stopped"]);
    expect(kindsAt(1_000_000)).toEqual(["supervision-failed", "supervision-stopped"]);
  });
});
