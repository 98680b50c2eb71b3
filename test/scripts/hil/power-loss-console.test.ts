import { describe, expect, it } from "vitest";
import { parseConsole } from "../../../scripts/hil/power-loss-console.js";

describe("the console of a guest whose power fails", () => {
  it("tells what was recovered, and the last that was called durable", () => {
    const text =
      "boot\r\n@repaired torn-tail log-1 12\r\n@recovered 7\r\n@durable 8\r\n@durable 9\r\n";
    const expected = { recovered: 7, durable: 9, repairs: 1, complaints: [] };
    expect(parseConsole(text)).toEqual(expected);
  });

  it("a line that the power cut off does not count", () => {
    expect(parseConsole("@recovered 7\n@durable 8\n@durable 90").durable).toBe(8);
  });

  it("has nothing to say where the guest did not come to its log, and passes complaints on", () => {
    expect(parseConsole("panic\n@wrong entry 3 is another\n")).toEqual({
      ...{ recovered: null, durable: null, repairs: 0 },
      complaints: ["entry 3 is another"],
    });
  });
});
