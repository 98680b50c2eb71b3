/** The numbers that `.ci/run` adds up, and the commands that rerun a failed test. */
import { describe, expect, it } from "vitest";
import { countsText, failuresOf, sumOf } from "../../scripts/lane-report.js";
import {
  countTests,
  failureLines,
  rerunCommands,
  type VitestReport,
} from "../../scripts/vitest-report.js";

const report: VitestReport = {
  testResults: [
    {
      name: "/repo/test/voting/median.test.ts",
      status: "failed",
      assertionResults: [
        { status: "passed", fullName: "median odd" },
        {
          status: "failed",
          fullName: "median isn't (ever) $1.50",
          failureMessages: ["AssertionError: 1 is not 2\n    at somewhere"],
        },
        { status: "pending", fullName: "median where recordings are" },
        { status: "todo", fullName: "median later" },
      ],
    },
    {
      name: "/repo/test/wire/cobs.test.ts",
      status: "failed",
      assertionResults: [],
      message: "cobs.js is not there",
    },
    {
      name: "/repo/test/kernel/time.test.ts",
      status: "passed",
      assertionResults: [{ status: "passed", fullName: "time" }],
    },
  ],
};

describe("countTests", () => {
  it("counts what passed, failed and did not run", () => {
    expect(countTests(report)).toEqual({ passed: 2, failed: 2, skipped: 2 });
  });

  it("counts a file that could not be loaded as one failure", () => {
    const [, broken] = report.testResults;
    expect(countTests({ testResults: broken ? [broken] : [] }).failed).toBe(1);
  });

  it("counts nothing in an empty report", () => {
    expect(countTests({ testResults: [] })).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});

describe("rerunCommands", () => {
  it("names the file and, where there is one, the very test, safe for a shell", () => {
    expect(rerunCommands(report, "/repo")).toEqual([
      String.raw`npm test -- test/voting/median.test.ts -t '^median isn'\''t \(ever\) \$1\.50$'`,
      "npm test -- test/wire/cobs.test.ts",
    ]);
  });

  it("has nothing to say of what passed", () => {
    expect(rerunCommands({ testResults: report.testResults.slice(2) }, "/repo")).toEqual([]);
  });
});

describe("failureLines", () => {
  it("tells where, which, and the first line of why", () => {
    expect(failureLines(report, "/repo")).toEqual([
      "test/voting/median.test.ts: median isn't (ever) $1.50: AssertionError: 1 is not 2",
      "test/wire/cobs.test.ts: cobs.js is not there",
    ]);
  });
});

describe("failuresOf", () => {
  const counts = { passed: 3, failed: 1, skipped: 0 };
  const lane = { schema: "holdfast.lane/1", lane: "test", counts } as const;

  it("names the parts that failed, or the step where it does not know its parts", () => {
    const steps = [
      { name: "tests", counts, seconds: 1, failures: ["a.test.ts: a"] },
      { name: "tidy", counts: { passed: 0, failed: 1, skipped: 0 }, seconds: 1 },
      { name: "biome", counts: { passed: 1, failed: 0, skipped: 0 }, seconds: 1 },
    ];
    expect(failuresOf({ ...lane, steps })).toEqual([
      "test: a.test.ts: a",
      "test: tidy: 0 passed, 1 failed, 0 skipped",
    ]);
  });
});

describe("sumOf", () => {
  it("adds up", () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(countsText(sumOf([one, one]))).toBe("2 passed, 4 failed, 6 skipped");
    expect(countsText(sumOf([]))).toBe("0 passed, 0 failed, 0 skipped");
  });
});
