/** The ready queue and the timer queue against the most naive models of them: sorted arrays. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Instant } from "../../../src/kernel/time.js";
import { type Queued, ReadyQueue } from "../../../src/scheduling/executive/ready-queue.js";
import { Timer, TimerQueue } from "../../../src/scheduling/executive/timer-queue.js";

class Item implements Queued<Item> {
  level = -1;
  next: Item | null = null;
  previous: Item | null = null;
  effective = 0;
}

const readyOp = fc.record({
  item: fc.nat(7),
  level: fc.constantFrom(0, 1, 31, 32, 33, 63, 64, 95, 96, 99),
  where: fc.constantFrom("head", "tail"),
});

describe("the ready queue", () => {
  it("EXEC-1: does what the naive model does, whatever is done to it", () => {
    const property = fc.property(fc.array(readyOp, { maxLength: 60 }), (ops) => {
      const queue = new ReadyQueue<Item>();
      const items = Array.from({ length: 8 }, () => new Item());
      let model: Item[] = [];
      for (const { item: index, level, where } of ops) {
        const item = items[index] as Item;
        if (item.level >= 0) {
          queue.remove(item);
          model = model.filter((each) => each !== item);
        } else {
          item.effective = level;
          if (where === "head") queue.pushHead(item);
          else queue.pushTail(item);
          model = where === "head" ? [item, ...model] : [...model, item];
        }
        const sorted = model.toSorted((one, other) => other.effective - one.effective);
        expect([...queue].map((each) => items.indexOf(each))).toEqual(
          sorted.map((each) => items.indexOf(each)),
        );
        expect(queue.first()).toBe(sorted[0] ?? null);
        expect(queue.length).toBe(model.length);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("holds what stands in it twice, or leaves it without standing there, for a bug", () => {
    const queue = new ReadyQueue<Item>();
    const item = new Item();
    queue.pushTail(item);
    expect(() => queue.pushHead(item)).toThrow("already");
    queue.remove(item);
    expect(() => queue.remove(item)).toThrow("does not stand");
  });
});

const timerOp = fc.record({
  timer: fc.nat(9),
  at: fc.nat(20),
  kind: fc.constantFrom("set", "set", "call-off", "take"),
});

describe("the timer queue", () => {
  it("EXEC-6: does what the naive model does, whatever is done to it", () => {
    const property = fc.property(fc.array(timerOp, { maxLength: 80 }), (ops) => {
      const queue = new TimerQueue<number>();
      const timers = Array.from({ length: 10 }, (_, index) => new Timer(index, "wake"));
      let model: { owner: number; at: number }[] = [];
      for (const { timer: owner, at, kind } of ops) {
        const timer = timers[owner] as Timer<number>;
        const sorted = model.toSorted((one, other) => one.at - other.at);
        if (kind === "take") {
          const due = sorted[0] !== undefined && sorted[0].at <= at ? sorted[0] : null;
          expect(queue.takeDue(at)?.owner).toBe(due?.owner);
          model = model.filter((each) => each !== due);
        } else {
          model = model.filter((each) => each.owner !== owner);
          if (kind === "set") {
            queue.set(timer, at as Instant);
            model.push({ owner, at });
          } else queue.callOff(timer);
        }
        expect(timer.isSet).toBe(model.some((each) => each.owner === owner));
        expect(queue.length).toBe(model.length);
        const first = Math.min(...model.map((each) => each.at));
        expect([queue.first, queue.deadline]).toEqual([first, model.length > 0 ? first : null]);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });
});
