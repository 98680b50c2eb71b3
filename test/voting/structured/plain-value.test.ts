import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type PlainValue,
  pointerOf,
  readPlain,
  thawPlain,
  valueText,
} from "../../../src/voting/structured/plain-value.js";

const reasonOf = (value: unknown): string | null => {
  const reading = readPlain(value);
  return reading.ok ? null : reading.reason;
};

const plain = fc.letrec<{ value: PlainValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, "", "on", "a/b"),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("a", "b", "c/d", "e~"), tie("value"), { maxKeys: 3 }),
  ),
})).value;

describe("plain data (STRUCT-1)", () => {
  it("is read into a copy that is equal, frozen in depth, and nobody else's", () => {
    fc.assert(
      fc.property(plain, (value) => {
        const reading = readPlain(value);
        if (!reading.ok) throw new Error(reading.reason);
        expect(JSON.stringify(reading.value)).toBe(JSON.stringify(value));
        if (typeof value !== "object" || value === null) return;
        expect(reading.value).not.toBe(value);
        expect(Object.isFrozen(reading.value)).toBe(true);
        for (const part of Object.values(reading.value as object)) {
          expect(typeof part !== "object" || part === null || Object.isFrozen(part)).toBe(true);
        }
      }),
    );
  });

  it("is thawed into a copy whose changes reach nobody", () => {
    const reading = readPlain({ list: [{ x: 1 }] });
    if (!reading.ok) throw new Error(reading.reason);
    const thawed = thawPlain(reading.value) as { list: { x: number }[] };
    thawed.list.push({ x: 2 });
    (thawed.list[0] as { x: number }).x = 7;
    expect(reading.value).toEqual({ list: [{ x: 1 }] });
  });

  it("has no -0, which equals 0 and is told apart by some", () => {
    const reading = readPlain([-0]);
    expect(reading.ok && Object.is((reading.value as number[])[0], 0)).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ["NaN", { y: Number.NaN }, "/y is NaN"],
    ["infinity", [1, Number.POSITIVE_INFINITY], "/1 is Infinity"],
    ["a function", () => 1, "it is a function"],
    ["undefined within", { a: { b: undefined } }, "/a/b is undefined"],
    ["a symbol", [Symbol("s")], "/0 is a symbol"],
    ["a bigint", 1n, "it is a bigint"],
    ["a date", { at: new Date(0) }, "/at is an object of a class"],
    ["a map", new Map(), "it is an object of a class"],
    ["a typed array", new Float64Array(2), "it is an object of a class"],
    ["a hole", new Array(2), "/0 is a hole"],
    ["an array with more", Object.assign([1], { more: 2 }), "it has more than items"],
    ["a symbol key", { [Symbol("s")]: 1 }, "it has a symbol as a key"],
    ["a prototype key", JSON.parse('{"__proto__": 1}'), "it has the key __proto__"],
    ["a hidden part", Object.defineProperty({}, "h", { value: 1 }), "/h is hidden"],
  ])("is not %s", (_, value, reason) => {
    expect(reasonOf(value)).toBe(reason);
  });

  it("is never read through an accessor or a proxy that throws", () => {
    const accessor = {
      get x(): number {
        throw new Error("looked at");
      },
    };
    expect(reasonOf(accessor)).toBe("/x is an accessor");
    const proxy = new Proxy({}, { ownKeys: () => ["x", "x"] });
    expect(reasonOf(proxy)).toBe("it throws when it is looked at");
  });

  it("has limits: depth, parts, text; at each of them it is whole (STRUCT-2)", () => {
    const limits = { depthMax: 2, partsMax: 5, textUnitsMax: 4 };
    const isRead = (value: unknown) => readPlain(value, limits).ok;
    expect([isRead([[1]]), isRead([[[1]]])]).toEqual([true, false]);
    expect([isRead([1, 2, 3, 4]), isRead([1, 2, 3, 4, 5])]).toEqual([true, false]);
    expect([isRead({ a: 1, b: 2 }), isRead({ a: 1, b: 2, c: 3 })]).toEqual([true, false]);
    expect([isRead(["ab", "cd"]), isRead(["ab", "cde"])]).toEqual([true, false]);
    expect(isRead(new Array(1e9))).toBe(false);
    const circle: unknown[] = [];
    circle.push(circle);
    expect(isRead(circle)).toBe(false);
  });

  it("has a text for people, cut where it is long, and a pointer to each part", () => {
    expect(valueText({ y: 1 })).toBe('{"y":1}');
    expect(valueText("x".repeat(100))).toHaveLength(60);
    expect(pointerOf(["a/b", "c~d", "0"])).toBe("/a~1b/c~0d/0");
  });
});
