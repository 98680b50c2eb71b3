/** The judge of a guest: it must pass what was as it must be, and nothing else. */
import { describe, expect, it } from "vitest";
import type { GuestEnd } from "../../../scripts/hil/machine.js";
import {
  judgeEnd,
  neverReset,
  resetByWatchdog,
  type Scenario,
  said,
} from "../../../scripts/hil/scenario.js";
import { parseStory } from "../../../scripts/hil/story.js";

const resetStory = `1 5.69 bootstatus 0
1 6.03 closed, state active
2 4.63 bootstatus 32
`;

const reset: GuestEnd = {
  story: parseStory(resetStory),
  code: 0,
  boots: 2,
  bites: 1,
  timedOut: false,
  seconds: 17,
  folder: "",
  complaint: "",
};

const left: GuestEnd = { ...reset, story: parseStory("1 5.69 bootstatus 0"), boots: 1, bites: 0 };

const scenario: Scenario = {
  ...{ name: "", proves: "", script: "", variables: {}, modules: [], secondsMax: 90 },
  judge: resetByWatchdog,
};

describe("a story", () => {
  it("is read line by line; a line that was cut short is left out", () => {
    expect(parseStory("1 5.69 up and well\n1 6.")).toEqual([
      { boot: 1, uptime: 5.69, words: "up and well" },
    ]);
  });
});

describe("the judge", () => {
  it("is content with a reset by the watchdog where one is expected", () => {
    expect(judgeEnd(scenario, reset)).toEqual([]);
  });

  it.each([
    ["no bite", { bites: 0 }],
    ["two bites", { bites: 2 }],
    ["no second boot", { boots: 1 }],
    ["a third boot", { boots: 3 }],
    ["a reset of another kind", { story: parseStory("1 5.0 bootstatus 0\n2 4.0 bootstatus 0") }],
    ["a word of the first boot only", { story: parseStory("1 5.0 bootstatus 32") }],
    ["a script that failed", { code: 1 }],
    ["a script without an end", { code: null }],
    ["no end in time", { timedOut: true }],
  ])("complains of %s", (_, change) => {
    expect(judgeEnd(scenario, { ...reset, ...change })).toHaveLength(1);
  });

  it("is content without a reset where none is expected, and complains of one", () => {
    const quiet = { ...scenario, judge: neverReset };
    expect(judgeEnd(quiet, left)).toEqual([]);
    expect(judgeEnd(quiet, reset)).toHaveLength(2);
  });

  it("says what QEMU complained of when the guest did not end well", () => {
    expect(
      judgeEnd({ ...scenario, judge: () => [] }, { ...left, code: null, complaint: "no KVM\n" }),
    ).toEqual(["its script ended with no code; QEMU says: no KVM"]);
  });

  it("looks for the words in the boot that must have said them", () => {
    expect(said(reset, 1, "closed, state active")).toEqual([]);
    expect(said(reset, 2, "closed, state active")).toHaveLength(1);
  });
});
