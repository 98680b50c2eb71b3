/** Verdicts out of a guest: nothing that was not said counts as passed. */
import { describe, expect, it } from "vitest";
import { chosen } from "../../../scripts/hil/guest-lane.js";
import { countsOf, parseVerdicts } from "../../../scripts/hil/guest-verdicts.js";

const line = (name: string, kind: string): string => JSON.stringify({ name, kind, text: "" });
const all = '{"all":true}';

describe("verdicts", () => {
  it("are counted by what they say", () => {
    const lines = [
      '{"told":"a board"}',
      line("a", "passed"),
      line("b", "not-able"),
      line("c", "failed"),
    ];
    const verdicts = parseVerdicts([...lines, all].join("\n"));
    expect(verdicts.told).toBe("a board");
    expect(countsOf(verdicts)).toEqual({ passed: 1, failed: 1, skipped: 1 });
  });

  it("that were made a second time are known by name, and counted once", () => {
    const again = JSON.stringify({ again: "a", text: "an edge too many" });
    const verdicts = parseVerdicts([again, line("a", "passed"), all].join("\n"));
    expect(verdicts.again).toEqual([{ name: "a", text: "an edge too many" }]);
    expect(countsOf(verdicts)).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });

  it("that end early count as one that failed", () => {
    expect(countsOf(parseVerdicts(line("a", "passed")))).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
    expect(countsOf(parseVerdicts(""))).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it.each([
    ["half a line", line("a", "passed").slice(0, -3)],
    ["a kind that is none", line("a", "well")],
    ["no object", "7\nnull\n[]"],
    ["a word without a name", '{"kind":"passed","text":""}'],
  ])("are none of %s", (_, text) => {
    expect(parseVerdicts(`${text}\n${all}`)).toEqual({
      ...{ verdicts: [], again: [], told: "", complete: true },
    });
  });
});

describe("the choice of tests", () => {
  const tests = [{ name: "one" }, { name: "two" }];

  it("is all where nobody chose, and where the lane is named", () => {
    expect(chosen("lane", tests, [])).toEqual(tests);
    expect(chosen("lane", tests, ["lane"])).toEqual(tests);
  });

  it("is those that were named, and none of another lane", () => {
    expect(chosen("lane", tests, ["two"])).toEqual([{ name: "two" }]);
    expect(chosen("lane", tests, ["elsewhere"])).toEqual([]);
  });
});
