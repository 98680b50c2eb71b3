import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beatBody, beatFieldsMax, parseBeat } from "../../../src/detection/heartbeat/messages.js";

describe("the body of a beat", () => {
  it("HEART-8: comes back as it was, and later fields are not looked at", () => {
    expect(parseBeat(beatBody(17))).toBe(17);
    expect(parseBeat([17, "later", { still: "later" }])).toBe(17);
  });

  it("HEART-8: is refused when it has no count or too many fields", () => {
    const bodies = [null, {}, "1", 1, [], [0], [-1], [0.5], ["1"], [2 ** 53], [[1]]];
    for (const body of bodies) expect(parseBeat(body)).toBeNull();
    expect(parseBeat(new Array(beatFieldsMax).fill(1))).toBe(1);
    expect(parseBeat(new Array(beatFieldsMax + 1).fill(1))).toBeNull();
  });

  it("HEART-8: never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        const count = parseBeat(body);
        expect(count === null || Number.isSafeInteger(count)).toBe(true);
      }),
    );
  });
});
