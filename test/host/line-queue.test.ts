import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineQueue, lineQueueMax, ranksMax } from "../../src/host/line-queue.js";
import { ReasonCounts, reasonsMax } from "../../src/host/reason-counts.js";

type Item = readonly [rank: number, number: number];

/** A list that is sorted anew each time. */
class NaiveQueue {
  #items: Item[] = [];

  push(item: Item): Item | undefined {
    this.#items.push(item);
    if (this.#items.length <= lineQueueMax) return undefined;
    const least = Math.max(...this.#items.map(([rank]) => rank));
    const dropped = this.#items.find(([rank]) => rank === least);
    this.#items = this.#items.filter((one) => one !== dropped);
    return dropped;
  }

  shift(): Item | undefined {
    const most = Math.min(...this.#items.map(([rank]) => rank));
    const first = this.#items.find(([rank]) => rank === most);
    this.#items = this.#items.filter((one) => one !== first);
    return first;
  }
}

describe("STREAM-12: what waits for a line", () => {
  it("leaves by rank, then by age, and the least urgent makes room, oldest first", () => {
    const deed = fc.oneof(
      { weight: 3, arbitrary: fc.nat(ranksMax - 1) },
      { weight: 1, arbitrary: fc.constant(null) },
    );
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 200 }), (deeds) => {
        const [queue, naive] = [new LineQueue<Item>(), new NaiveQueue()];
        for (const [number, rank] of deeds.entries()) {
          if (rank === null) expect(queue.shift()).toEqual(naive.shift());
          else expect(queue.push([rank, number], rank)).toEqual(naive.push([rank, number]));
          expect(queue.length).toBeLessThanOrEqual(lineQueueMax);
        }
      }),
    );
  });

  it("never loses a heartbeat to what is less urgent", () => {
    const queue = new LineQueue<string>();
    queue.push("heartbeat", 0);
    for (let count = 0; count < 2 * lineQueueMax; count += 1) queue.push("state", 3);
    expect(queue.shift()).toBe("heartbeat");
  });

  it("refuses what is less urgent than all that fill it", () => {
    const queue = new LineQueue<string>();
    for (let count = 0; count < lineQueueMax; count += 1) queue.push("heartbeat", 0);
    expect(queue.push("state", 3)).toBe("state");
    expect(queue.push("newest", 0)).toBe("heartbeat");
    expect(queue.length).toBe(lineQueueMax);
  });
});

describe("STREAM-11: counts by reason", () => {
  it("are bounded, whatever is told", () => {
    const counts = new ReasonCounts();
    for (let count = 0; count < 100; count += 1) counts.add(`reason ${count} ${"x".repeat(100)}`);
    counts.add("reason 99");
    const all = counts.all();
    expect(Object.keys(all)).toHaveLength(reasonsMax);
    expect(all["other"]).toBe(100 - (reasonsMax - 1) + 1);
    expect(Math.max(...Object.keys(all).map(({ length }) => length))).toBeLessThanOrEqual(40);
  });

  it("add up for one reason", () => {
    const counts = new ReasonCounts();
    for (const reason of ["ended", "closed", "ended"]) counts.add(reason);
    expect(counts.all()).toEqual({ ended: 2, closed: 1 });
  });
});
