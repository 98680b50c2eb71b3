/** The harness of simavr says lines of text: each is what it says, or refused. */
import { describe, expect, it } from "vitest";
import { parseSimavrLine } from "./simavr-words.js";

describe("a line of the harness", () => {
  it("has bytes that were heard", () => {
    const word = parseSimavrLine("heard 3 1250 00ff7a");
    expect(word).toMatchObject({ kind: "heard", uart: 3, at: 1250 });
    expect(word.kind === "heard" && [...word.bytes]).toEqual([0, 255, 0x7a]);
  });

  it("has the end of a run, and a byte of memory", () => {
    expect(parseSimavrLine("ran 5000 sleeping")).toEqual({
      kind: "ran",
      at: 5000,
      state: "sleeping",
    });
    expect(parseSimavrLine("peeked 2a")).toEqual({ kind: "peeked", value: 42 });
  });

  it.each([
    "",
    "heard 0 12",
    "heard 0 12 abc",
    "peeked 2A",
    "ran soon running",
    "refused say 9 00",
  ])("is refused when it is none: %j", (line) => {
    expect(parseSimavrLine(line)).toEqual({ kind: "refused", line });
  });
});
