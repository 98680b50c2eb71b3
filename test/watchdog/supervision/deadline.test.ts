import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeout } from "../../../src/kernel/machine.js";
import { micros, millis } from "../../../src/kernel/time.js";
import type { DeadlineRule } from "../../../src/watchdog/supervision/rules.js";
import {
  at,
  entityOf,
  every,
  faults,
  inTime,
  kinds,
  ms,
  only,
  play,
  supervisionOf,
  type Word,
} from "./support/play.js";

const supervision = (rule: Partial<DeadlineRule> = {}) => supervisionOf([entityOf([inTime(rule)])]);

/** A start each 100 ms, with its end so long after. */
const rounds = (lengths: readonly number[]): Word[] =>
  lengths.flatMap((length, index) => [at(100 * index, "began"), at(100 * index + length, "done")]);

const times = { start: "began", end: "done", min: millis(10), max: millis(30) };

describe("the time between two checkpoints", () => {
  it.each([10, 20, 30])("DEADLINE-1: %i ms are right, and the dog is petted", (length) => {
    const told = play(supervision(), rounds([length, length, length]), 400);
    expect(kinds(told)).toEqual([[0, "supervision-began"]]);
    expect(only(told, "pet")).toEqual(every(50, 0, 401));
  });

  it("DEADLINE-2: less than the minimum is too early: no pets", () => {
    const told = play(supervision(), rounds([9.999]), 400);
    const fault = { rule: "deadline", ...times, took: micros(9_999), ended: true };
    expect(faults(told)).toEqual([[9.999, fault]]);
    expect(only(told, "pet")).toEqual([0]);
  });

  it("DEADLINE-3: more than the maximum is told right then, not when the end comes", () => {
    const told = play(supervision(), rounds([30.001]), 400);
    const fault = { rule: "deadline", ...times, took: micros(30_001), ended: false };
    expect(faults(told)).toEqual([[30.001, fault]]);
    expect(only(told, "pet")).toEqual([0]);
  });

  it("DEADLINE-3: an end that never comes is told at the same instant", () => {
    expect(faults(play(supervision(), [at(0, "began")], 400)).map(([time]) => time)).toEqual([
      30.001,
    ]);
  });

  it("DEADLINE-3: an end that comes while nobody was awake to judge is late all the same", () => {
    const machine = supervision();
    machine.step(ms(0), at(0, "began")[1]);
    const [first] = machine.step(ms(500), at(500, "done")[1]);
    expect(first).toMatchObject({ kind: "supervision-failed", fault: { took: millis(500) } });
  });

  it("DEADLINE-4: a second start does not hide that the first one's end is missing", () => {
    const starts = every(20, 0, 200).map((time) => at(time, "began"));
    const told = play(supervision(), starts, 200);
    const fault = { rule: "deadline", ...times, took: millis(20), ended: false };
    expect(faults(told)).toEqual([[20, fault]]);
  });

  it("DEADLINE-5: an end without a start, and what comes in between, are not its business", () => {
    const words = [at(0, "done"), at(1, "done"), at(10, "began"), at(15, "x"), at(25, "done")];
    expect(kinds(play(supervision(), words, 200))).toEqual([[0, "supervision-began"]]);
  });

  it("DEADLINE-6: from a checkpoint to itself it is the time from one to the next", () => {
    const rule = { start: "done", end: "done" };
    const regular = every(20, 0, 200).map((time) => at(time, "done"));
    expect(faults(play(supervision(rule), regular, 200))).toEqual([]);
    expect(faults(play(supervision(rule), regular, 300)).map(([time]) => time)).toEqual([210.001]);
    const early = [...regular, at(185, "done")];
    expect(faults(play(supervision(rule), early, 190)).map(([time]) => time)).toEqual([185]);
  });
});

describe("the tolerance of a deadline", () => {
  it("DEADLINE-7: so many more wrong times than right ones are borne", () => {
    const told = play(supervision({ tolerance: 2 }), rounds([40, 20, 5, 40, 20]), 500);
    expect(faults(told)).toEqual([]);
    expect(only(told, "pet")).toEqual(every(50, 0, 501));
  });

  it("DEADLINE-7: one more is not", () => {
    const told = play(supervision({ tolerance: 2 }), rounds([40, 20, 5, 40, 40]), 500);
    expect(faults(told).map(([time]) => time)).toEqual([430.001]);
    expect(Math.max(...only(told, "pet"))).toBe(400);
  });

  it("STATUS-3: an expired entity is restored by right times", () => {
    const told = play(supervision({ tolerance: 1 }), rounds([40, 40, 20, 20]), 500);
    expect(only(told, "supervision-restored")).toEqual([320]);
    expect(only(told, "pet")).toEqual(
      [...every(50, 0, 101), ...every(50, 350, 501)].toSpliced(3, 0, 320),
    );
  });

  it("DEADLINE-1: agrees with the plain times, for any lengths", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 60_000 }), { maxLength: 12 });
    const tolerances = fc.integer({ min: 0, max: 3 });
    fc.assert(
      fc.property(lengths, tolerances, (us, tolerance) => {
        const told = play(
          supervision({ tolerance }),
          rounds(us.map((one) => one / 1_000)),
          100 * us.length + 100,
        );
        expect(only(told, "supervision-failed").length > 0).toBe(exceeds(us, tolerance));
      }),
    );
  });

  it("DEADLINE-3: asks to be woken at the instant after the latest right one", () => {
    const machine = supervision();
    machine.step(ms(0), at(0, "began")[1]);
    expect(machine.deadline()).toBe(micros(30_001));
    machine.step(ms(20), at(20, "done")[1]);
    expect(machine.deadline()).toBe(ms(50));
    machine.step(ms(50), timeout);
  });
});

function exceeds(lengths: readonly number[], tolerance: number): boolean {
  let wrong = 0;
  for (const length of lengths) {
    wrong = length >= 10_000 && length <= 30_000 ? Math.max(0, wrong - 1) : wrong + 1;
    if (wrong > tolerance) return true;
  }
  return false;
}
