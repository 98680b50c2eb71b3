/** The bounded queue against the most naive model of it: an array that is cut at the front. */

import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedQueue } from "../../src/kernel/queue.js";
import { type Command, playScenarios } from "../support/scenario.js";

class NaiveQueue {
  readonly #lengthMax: number;
  items: number[] = [];
  dropped = 0;

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  push(item: number): void {
    this.items = [...this.items, item];
    if (this.items.length <= this.#lengthMax) return;
    this.items = this.items.slice(1);
    this.dropped += 1;
  }

  shift(): number | undefined {
    const [first, ...rest] = this.items;
    this.items = rest;
    return first;
  }
}

const operation = fc.oneof(fc.constant("shift" as const), fc.integer());

describe("BoundedQueue", () => {
  it("does what the naive model does, whatever is done to it", () => {
    const runs = fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(operation, { maxLength: 60 }),
      (lengthMax, operations) => {
        const [queue, model] = [new BoundedQueue<number>(lengthMax), new NaiveQueue(lengthMax)];
        for (const next of operations) {
          if (next === "shift") expect(queue.shift()).toBe(model.shift());
          else for (const each of [queue, model]) each.push(next);
          expect([...queue]).toEqual(model.items);
          expect([queue.length, queue.dropped]).toEqual([model.items.length, model.dropped]);
        }
      },
    );
    fc.assert(runs, { numRuns: 500 });
  });

  it("takes undefined for an item like any other", () => {
    const queue = new BoundedQueue<undefined>(2);
    queue.push(undefined);
    expect(queue.length).toBe(1);
    expect([...queue]).toEqual([undefined]);
    queue.shift();
    expect(queue.length).toBe(0);
  });

  it.each([0, -1, 1.5, Number.NaN])("cannot hold %s items", (lengthMax) => {
    expect(() => new BoundedQueue(lengthMax)).toThrow("not a length");
  });
});

describe("BoundedQueue, as told", () => {
  playScenarios(join("test", "kernel", "scenarios"), () => {
    let queue = new BoundedQueue<string>(1);
    return ({ name, words, named }: Command): string => {
      if (name === "queue") queue = new BoundedQueue(Number(named.get("lengthMax")));
      if (name === "push") for (const word of words) queue.push(word);
      const taken = name === "shift" ? `${queue.shift() ?? "nothing"} <- ` : "";
      return `${taken}[${[...queue].join(" ")}] dropped ${queue.dropped}`;
    };
  });
});
