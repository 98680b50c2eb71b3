import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Prng } from "../../src/kernel/prng.js";
import { instant } from "../../src/kernel/time.js";
import { narrowColumn, wideColumn } from "../../src/membership/column.js";
import { MemberTable } from "../../src/membership/member-table.js";
import { Names, RosterIndex } from "../../src/membership/roster-index.js";
import { node, nodes } from "./support/network.js";

describe("a column", () => {
  it("is as a map with a usual value, few exceptions or many", () => {
    const write = fc.record({
      number: fc.integer({ min: 0, max: 80 }),
      value: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 120 }), fc.boolean(), (writes, isWide) => {
        const usual = (number: number): number => number * 3;
        const column = isWide ? wideColumn(usual) : narrowColumn(usual);
        const naive = new Map<number, number>();
        let slots = 1;
        for (const { number, value } of writes) {
          slots = Math.max(slots, number + 1);
          column.set(number, value, slots);
          naive.set(number, value);
        }
        for (let number = 0; number < 90; number += 1) {
          expect(column.get(number)).toBe(naive.get(number) ?? usual(number));
        }
      }),
    );
  });
});

describe("the table", () => {
  it("counts its members by state", () => {
    const table = new MemberTable(3, "expected", instant(0));
    const alive = { state: "alive", life: 5, incarnation: 0, heard: true } as const;
    table.put(0, alive, instant(1));
    table.put(3, { ...alive, state: "dead" }, instant(2));
    expect([table.live, table.total, table.slots]).toEqual([1, 4, 4]);
    table.put(3, alive, instant(3));
    expect([table.live, table.count("dead")]).toEqual([2, 0]);
    table.remove(3);
    expect([table.live, table.total, table.has(3)]).toEqual([1, 3, false]);
  });

  it("since is when the state changed, or the life", () => {
    const table = new MemberTable(1, "alive", instant(0));
    const standing = { state: "alive", life: 5, incarnation: 0, heard: true } as const;
    table.put(0, standing, instant(1));
    expect(table.sinceOf(0)).toBe(0);
    table.put(0, { ...standing, incarnation: 4 }, instant(2));
    expect(table.sinceOf(0)).toBe(0);
    table.put(0, { ...standing, state: "suspected" }, instant(3));
    expect(table.sinceOf(0)).toBe(3);
    table.put(0, { ...standing, state: "suspected", life: 6 }, instant(4));
    expect(table.sinceOf(0)).toBe(4);
  });

  it("picks only who is acceptable, each of them, and nobody where there is none", () => {
    const table = new MemberTable(50, "alive", instant(0));
    const dice = new Prng(3);
    const picked = new Set<number | null>();
    for (let count = 0; count < 200; count += 1) {
      picked.add(table.pick(dice, (number) => number % 25 === 7));
    }
    expect(picked).toEqual(new Set([7, 32]));
    expect(table.pick(dice, () => false)).toBeNull();
  });
});

describe("names", () => {
  it("are numbered by the shared roster, and after it by who comes", () => {
    const index = new RosterIndex(nodes(3));
    const names = new Names(index);
    const other = new Names(index);
    expect(names.add(node(9))).toBe(3);
    expect(names.numberOf(node(1))).toBe(1);
    expect(names.nameOf(3)).toBe(node(9));
    expect(other.numberOf(node(9))).toBeUndefined();
    names.remove(3);
    expect(names.numberOf(node(9))).toBeUndefined();
    expect(names.add(node(8))).toBe(3);
    expect(names.slots).toBe(4);
  });

  it("a roster that is not sorted is our own bug", () => {
    expect(() => new RosterIndex([node(1), node(0)])).toThrow("sorted");
    expect(() => new RosterIndex([node(1), node(1)])).toThrow("sorted");
  });
});
