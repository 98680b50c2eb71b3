/** Names in order, beside an array that is sorted each time; with more than one run of them. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { SortedNames } from "../../../src/replication/service/sorted-names.js";

it("KEY-3: names that were added and not taken out, in order, from any of them", () => {
  const change = fc.record({ name: fc.nat(2_999), burst: fc.integer({ min: 1, max: 400 }) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), fc.nat(2_999), (changes, start) => {
      const names = new SortedNames();
      const naive = new Set<string>();
      const toggle = (name: string): void => {
        if (naive.delete(name)) names.remove(name);
        else {
          naive.add(name);
          names.add(name);
        }
      };
      for (const { name, burst } of changes) {
        for (let count = 0; count < burst; count += 1) toggle(`n${(name + 7 * count) % 3_000}`);
      }
      const sorted = [...naive].sort();
      expect(names.size).toBe(sorted.length);
      expect([...names.from("")]).toEqual(sorted);
      const from = `n${start}`;
      expect([...names.from(from)]).toEqual(sorted.filter((name) => name >= from));
    }),
    { numRuns: 60 },
  );
});
