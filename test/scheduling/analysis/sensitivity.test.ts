import { describe, expect, it } from "vitest";
import { Prng } from "../../../src/kernel/prng.js";
import { micros } from "../../../src/kernel/time.js";
import { analyse } from "../../../src/scheduling/analysis/analyse.js";
import { prioritise } from "../../../src/scheduling/analysis/priorities.js";
import { marginsOf, scaleOf } from "../../../src/scheduling/analysis/sensitivity.js";
import type { Step, TaskSet } from "../../../src/scheduling/analysis/task-set.js";
import { randomSet } from "../support/random-sets.js";
import { setOf } from "../support/tasks.js";

/** The set with so much more computation at the end of one body. */
function longer(set: TaskSet, place: number, extra: number): TaskSet {
  const more: Step = { kind: "run", time: micros(extra) };
  const tasks = set.tasks.map((task, index) =>
    index === place ? { ...task, body: [...task.body, more] } : task,
  );
  return { ...set, tasks };
}

describe("margins (SENS-1)", () => {
  it("is what is left of a task alone", () => {
    expect(marginsOf(setOf([{ period: 100, deadline: 40, jitter: 5, body: 10 }]))).toEqual([25]);
  });

  it("one microsecond more than the margin misses, the margin itself does not", () => {
    let tried = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const kind = { protocol: "inheritance", resources: 2, jitter: false, long: true } as const;
      const drawn = randomSet(new Prng(seed).split("margin"), kind);
      const set = prioritise(drawn, "optimal") ?? drawn;
      if (!analyse(set).schedulable) continue;
      for (const [place, margin] of marginsOf(set).entries()) {
        expect(margin).toBeGreaterThanOrEqual(0);
        expect(analyse(longer(set, place, margin ?? 0)).schedulable).toBe(true);
        expect(analyse(longer(set, place, (margin ?? 0) + 1)).schedulable).toBe(false);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(20);
  });

  it("says by how much a task must be shorter where a deadline is missed", () => {
    const set = setOf([
      { period: 100, body: 40 },
      { period: 100, deadline: 50, body: 20 },
    ]);
    expect(marginsOf(set)).toEqual([-10, -10]);
  });

  it("and null where that is not enough, or nothing is", () => {
    const full = setOf([
      { period: 100, body: 90 },
      { period: 100, deadline: 10, body: 9 },
      { period: 100, deadline: 10, body: 9 },
    ]);
    expect(marginsOf(full)).toEqual([null, null, null]);
    const inverted = setOf(
      [
        { period: 100, body: "+a 1 -a" },
        { period: 100, body: "+a 1 -a" },
      ],
      "none",
    );
    expect(marginsOf(inverted)).toEqual([null, null]);
    expect(scaleOf(inverted)).toBeNull();
  });
});

describe("the factor for all (SENS-2)", () => {
  it("is how many times as slow the core may be", () => {
    expect(scaleOf(setOf([{ period: 100, body: 40 }]))).toBe(2.5);
    expect(scaleOf(setOf([{ period: 100, deadline: 20, body: 40 }]))).toBe(0.5);
  });
});

describe("priorities (PRIO-1)", () => {
  const set = setOf([
    { name: "slow", period: 300, deadline: 30, body: 10 },
    { name: "quick", period: 50, body: 10 },
    { name: "middle", period: 100, body: 10 },
  ]);
  const order = (given: TaskSet | null) =>
    [...(given?.tasks ?? [])]
      .sort((one, other) => other.priority - one.priority)
      .map(({ name }) => name);

  it("by period, and by deadline", () => {
    expect(order(prioritise(set, "rate-monotonic"))).toEqual(["quick", "middle", "slow"]);
    expect(order(prioritise(set, "deadline-monotonic"))).toEqual(["slow", "quick", "middle"]);
    const levels = prioritise(set, "rate-monotonic")?.tasks.map(({ priority }) => priority);
    expect(levels).toEqual([1, 3, 2]);
  });

  it("Audsley's search finds an order where deadline-monotonic finds none", () => {
    // Deadlines beyond periods: Lehoczky's pair the wrong way round.
    const late = setOf([
      { name: "a", period: 70, deadline: 120, body: 26 },
      { name: "b", period: 100, deadline: 119, body: 62 },
    ]);
    const byDeadline = prioritise(late, "deadline-monotonic");
    expect(byDeadline === null ? null : analyse(byDeadline).schedulable).toBe(false);
    const found = prioritise(late, "optimal");
    expect(order(found)).toEqual(["a", "b"]);
    expect(found === null ? null : analyse(found).schedulable).toBe(true);
  });

  it("finds one exactly where trying all orders does", () => {
    const counts = { some: 0, none: 0 };
    for (let seed = 1; seed <= 150; seed += 1) {
      const kind = { protocol: "inheritance", resources: 2, jitter: true, long: true } as const;
      const drawn = randomSet(new Prng(seed).split("order"), kind);
      const small = { ...drawn, tasks: drawn.tasks.slice(0, 4) };
      const any = permutations(small.tasks.map((_, place) => place)).some((places) => {
        const levels = places.map((place) => 10 + place);
        const tasks = small.tasks.map((task, place) => ({
          ...task,
          priority: levels[place] as typeof task.priority,
        }));
        return analyse({ ...small, tasks }).schedulable;
      });
      const found = prioritise(small, "optimal");
      expect(found !== null, `seed ${seed}`).toBe(any);
      if (found !== null) expect(analyse(found).schedulable).toBe(true);
      counts[any ? "some" : "none"] += 1;
    }
    expect(Math.min(counts.some, counts.none)).toBeGreaterThan(10);
  });
});

function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
