import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rumours, rumoursMax } from "../../src/membership/rumours.js";

describe("MEMBER-9: what is to be told", () => {
  it("is told so many times, what was told least first", () => {
    const rumours = new Rumours();
    for (const number of [1, 2, 3]) rumours.add(number);
    expect([...rumours.next()]).toEqual([1, 2, 3]);
    rumours.told(1, 1, 3);
    rumours.told(2, 2, 3);
    expect([...rumours.next()]).toEqual([3, 1, 2]);
    rumours.told(2, 1, 3);
    expect([...rumours.next()]).toEqual([3, 1]);
    rumours.told(3, 9, 3);
    expect([...rumours.next()]).toEqual([1]);
  });

  it("begins anew with newer news of the same member", () => {
    const rumours = new Rumours();
    rumours.add(1);
    rumours.told(1, 2, 3);
    rumours.add(1);
    rumours.told(1, 2, 3);
    expect([...rumours.next()]).toEqual([1]);
    expect(rumours.size).toBe(1);
  });

  it("is bounded; what was told most makes room", () => {
    const rumours = new Rumours();
    for (let number = 0; number < rumoursMax; number += 1) rumours.add(number);
    rumours.told(7, 2, 9);
    rumours.told(8, 1, 9);
    rumours.add(rumoursMax);
    expect(rumours.size).toBe(rumoursMax);
    expect([...rumours.next()]).not.toContain(7);
    expect([...rumours.next()]).toContain(8);
  });

  it("is as a list sorted by how often it was told", () => {
    const command = fc.record({
      kind: fc.constantFrom("add", "told", "delete"),
      number: fc.integer({ min: 0, max: 6 }),
      copies: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const rumours = new Rumours();
        const naive = new Map<number, number>();
        for (const { kind, number, copies } of commands) {
          if (kind === "add") {
            rumours.add(number);
            naive.set(number, 0);
          } else if (kind === "delete") {
            rumours.delete(number);
            naive.delete(number);
          } else {
            rumours.told(number, copies, 5);
            const times = naive.get(number);
            if (times !== undefined) naive.set(number, times + copies);
            if ((naive.get(number) ?? 0) >= 5) naive.delete(number);
          }
          const order = [...rumours.next()];
          expect([...order].sort()).toEqual([...naive.keys()].sort());
          const times = order.map((one) => naive.get(one) ?? -1);
          expect(times).toEqual([...times].sort((one, other) => one - other));
        }
      }),
    );
  });
});
