import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AssertionFailure } from "../../src/kernel/assert.js";
import { nodeId } from "../../src/kernel/ids.js";
import { Copies, copiesMax } from "../../src/node/copies.js";

const [a, b] = [nodeId("a"), nodeId("b")];
const frame = (sequence: number, bootId = 1) =>
  ({ bootId, audience: "everyone", sequence }) as const;

describe("NODE-7: a frame is new on a path once", () => {
  it("on each path, and not again", () => {
    const copies = new Copies();
    expect(copies.isNew(a, frame(1), 0)).toBe(true);
    expect(copies.isNew(a, frame(1), 1)).toBe(true);
    expect(copies.isNew(a, frame(1), 0)).toBe(false);
    expect(copies.isNew(a, frame(1), 1)).toBe(false);
  });

  it("by source, audience and boot", () => {
    const copies = new Copies();
    expect(copies.isNew(a, frame(1), 0)).toBe(true);
    expect(copies.isNew(b, frame(1), 0)).toBe(true);
    expect(copies.isNew(a, { ...frame(1), audience: "some" }, 0)).toBe(true);
    expect(copies.isNew(a, frame(1, 2), 0)).toBe(true);
    expect(copies.isNew(a, frame(2, 1), 0)).toBe(false);
  });

  it("is never new when it is too old to be remembered", () => {
    const copies = new Copies();
    copies.isNew(a, frame(1), 0);
    copies.isNew(a, frame(1 + copiesMax), 0);
    expect(copies.isNew(a, frame(1), 1)).toBe(false);
    expect(copies.isNew(a, frame(1 + copiesMax), 1)).toBe(true);
  });

  it("as a set of all that came says, as long as nothing is older than what is remembered", () => {
    const arrival = fc.record({ step: fc.integer({ min: -60, max: 100 }), path: fc.nat(3) });
    const property = fc.property(fc.array(arrival, { maxLength: 300 }), (arrivals) => {
      const copies = new Copies();
      const seen = new Set<string>();
      let newest = copiesMax;
      for (const { step, path } of arrivals) {
        const sequence = newest + step;
        const name = `${sequence} ${path}`;
        expect(copies.isNew(a, frame(sequence), path)).toBe(!seen.has(name));
        seen.add(name);
        newest = Math.max(newest, sequence);
      }
    });
    fc.assert(property);
  });

  it("asserts a path that cannot be", () => {
    expect(() => new Copies().isNew(a, frame(1), 8)).toThrow(AssertionFailure);
  });
});
