/** Names of nodes from outside, and what a majority is. */
import { describe, expect, it } from "vitest";
import { majorityOf, nodeIdLengthMax, parseNodeId } from "../../src/kernel/ids.js";

describe("parseNodeId", () => {
  it.each(["a", "pi-4", "0", "x".repeat(nodeIdLengthMax)])("takes %j", (text) => {
    expect(parseNodeId(text)).toBe(text);
  });

  it.each(["", "A", "-a", "a b", "a_b", "\u00e9", "a\n", "x".repeat(nodeIdLengthMax + 1)])(
    "refuses %j",
    (text) => {
      expect(parseNodeId(text)).toBeNull();
    },
  );

  it.each([null, undefined, 1, {}, ["a"]])("refuses %j, which is no text", (value) => {
    expect(parseNodeId(value)).toBeNull();
  });
});

describe("majorityOf", () => {
  it("is the least count that is more than half, so two majorities always meet", () => {
    for (let count = 1; count <= 15; count += 1) {
      const majority = majorityOf(count);
      expect(2 * majority).toBeGreaterThan(count);
      expect(2 * (majority - 1)).toBeLessThanOrEqual(count);
    }
  });
});
