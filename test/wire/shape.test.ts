import { describe, expect, it } from "vitest";
import { asFinite, asInteger, asList, asText, isRecord } from "../../src/wire/shape.js";

/** One of each kind that a body can have, and some that it cannot. */
const all: readonly unknown[] = [
  null,
  undefined,
  true,
  0,
  1.5,
  -3,
  Number.NaN,
  Infinity,
  2 ** 53,
  5n,
  "",
  "text",
  [],
  [1],
  {},
  { key: 1 },
  new Uint8Array(2),
  () => 1,
  Symbol("s"),
];

const accepted = (check: (value: unknown) => boolean): unknown[] => all.filter(check);

describe("WIRE-16: the shapes of decoded bodies", () => {
  it("takes integers within the bounds, and nothing else", () => {
    expect(accepted((value) => asInteger(value, -10, 10) !== null)).toEqual([0, -3]);
    expect([
      asInteger(4, 5, 6),
      asInteger(5, 5, 6),
      asInteger(6, 5, 6),
      asInteger(7, 5, 6),
    ]).toEqual([null, 5, 6, null]);
    expect(asInteger(2 ** 53, 0, Infinity)).toBeNull();
  });

  it("takes finite numbers, and nothing else", () => {
    expect(accepted((value) => asFinite(value) !== null)).toEqual([0, 1.5, -3, 2 ** 53]);
  });

  it("takes text up to a length, and nothing else", () => {
    expect(accepted((value) => asText(value, 4) !== null)).toEqual(["", "text"]);
    expect(asText("text", 3)).toBeNull();
  });

  it("takes lists up to a length, and nothing else", () => {
    expect(accepted((value) => asList(value, 1) !== null)).toEqual([[], [1]]);
    expect(asList([1, 2], 1)).toBeNull();
  });

  it("takes records, and neither lists nor bytes", () => {
    expect(accepted(isRecord)).toEqual([{}, { key: 1 }]);
  });
});
