import { describe, expect, it } from "vitest";
import { sealState, stateBytesMax } from "../../../src/control/state/plain.js";
import { encodeBody } from "../../../src/wire/cbor.js";

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe("STATE-2: a state that can be compared and sent", () => {
  const plain: [string, unknown][] = [
    ["null", null],
    ["numbers", [0, -1.5, 1e300, 2 ** 53, 1e-320]],
    ["text of any language", { name: "Wärme \u{1F525}" }],
    ["nested as deep as allowed", nested(16)],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 })],
  ];
  for (const [name, state] of plain) {
    it(`is ${name}, and the wire takes it`, () => {
      expect(sealState(state)).toMatchObject({ ok: true });
      expect(() => encodeBody([1, state, null])).not.toThrow();
    });
  }

  const notPlain: [string, unknown][] = [
    ["undefined", { a: undefined }],
    ["not a number", [Number.NaN]],
    ["infinite", [Number.POSITIVE_INFINITY]],
    ["an array with a hole", [1, new Array(3)]],
    ["a big integer", 1n],
    ["a function", { toJSON: () => 1 }],
    ["a date", new Date(0)],
    ["bytes", new Uint8Array(3)],
    ["a map", new Map()],
    ["a key that sets a prototype", JSON.parse('{"__proto__": 1}')],
    ["half a character", "\ud800"],
    ["half a character in a key", { "\udc00": 1 }],
    ["nested too deep", nested(17)],
  ];
  for (const [name, state] of notPlain) {
    it(`is not ${name}`, () => {
      expect(sealState(state)).toEqual({ ok: false, reason: "not-plain-data" });
    });
  }

  it("is not one that is too large, to the byte", () => {
    expect(sealState("x".repeat(stateBytesMax - 2))).toMatchObject({ ok: true });
    expect(sealState("x".repeat(stateBytesMax - 1))).toEqual({
      ok: false,
      reason: "state-too-large",
    });
  });
});
