import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventHeap } from "../../src/sim/event-heap.js";
import { never, trueTime } from "../../src/sim/true-time.js";

describe("the heap of events (SIM-2)", () => {
  it("gives events by time, and those of one time in the order of their putting", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 300 }), (times) => {
        const heap = new EventHeap<number>();
        for (const [index, time] of times.entries()) heap.put(trueTime(time), index);
        const taken: number[] = [];
        while (heap.length > 0) {
          const at = heap.nextAt;
          const event = heap.take() as number;
          expect(times[event]).toBe(at);
          taken.push(event);
        }
        // A stable sort by time is the same order, by another way.
        const sorted = [...times.keys()].sort(
          (one, other) => (times[one] as number) - (times[other] as number),
        );
        expect(taken).toEqual(sorted);
      }),
    );
  });

  it("uses the slots of taken events again, without mixing them up", () => {
    const heap = new EventHeap<string>();
    for (let round = 0; round < 5_000; round += 1) {
      heap.put(trueTime(round), `a${round}`);
      heap.put(trueTime(round), `b${round}`);
      expect([heap.take(), heap.take()]).toEqual([`a${round}`, `b${round}`]);
    }
    expect(heap.take()).toBeUndefined();
    expect(heap.nextAt).toBe(never);
  });

  it("grows past its first slots", () => {
    const heap = new EventHeap<number>();
    for (let index = 5_000; index > 0; index -= 1) heap.put(trueTime(index), index);
    expect(heap.take()).toBe(1);
    expect(heap.length).toBe(4_999);
  });

  it("takes no event at a time that is none", () => {
    expect(() => new EventHeap<number>().put(never, 1)).toThrow("not a time");
  });
});
