import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliRun, run } from "./support/captured-io.js";
import { reportOf } from "./support/vote-report.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-vote-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `holdfast vote` on a CSV with the given text. */
function vote(csv: string, ...flags: string[]): Promise<CliRun> {
  writeFileSync(join(folder, "r.csv"), csv);
  return run(["vote", "r.csv", ...flags], { cwd: folder });
}

const small =
  "time_s,a,b,c\n0,20,20.5,20.25\n60,20,,20.25\n120,20,25,20.25\n180,,,20.25\n240,1,5,9\n";

describe("holdfast vote", () => {
  it("writes one row of NDJSON a row, and a summary last (VOTE-CLI-1)", async () => {
    const result = await vote(small);
    expect(result.code).toBe(0);
    const { rows, summary } = reportOf(result);
    expect(result.stdout.split("\n")[1]).toBe(
      '{"schema":"holdfast.vote/1","t":60,"value":20.125,"status":"degraded",' +
        '"agreeing":["a","c"],"dissenting":[],' +
        '"excluded":[{"channel":"b","reason":"NO_DATA","since":60}],' +
        '"spread":0.25,"confidence":0.6666666666666666,"caveats":[]}',
    );
    expect(rows.map(({ status }) => status)).toEqual([
      "ok",
      "degraded",
      "degraded",
      "insufficient",
      "no-majority",
    ]);
    expect(rows[2]?.dissenting).toEqual(["b"]);
    expect(summary).toMatchObject({
      rows: 5,
      voter: "mid-value",
      statuses: { ok: 1, degraded: 2, "no-majority": 1, insufficient: 1 },
      alarms: [],
      falseAlarms: 0,
      largestError: null,
    });
  });

  it("tells people a summary on stderr, and scripts none", async () => {
    expect((await vote(small)).stderr).toContain("5 rows, voter mid-value, tolerance 0.75");
    expect((await vote(small, "--json")).stderr).toBe("");
    expect((await vote(small, "--json")).stdout).toBe((await vote(small)).stdout);
  });

  it("says in words where it cannot isolate a fault, and does not guess", async () => {
    const apart = "time_s,a,b,c,d\n0,20,20,20,20\n60,20,90,20,90\n120,20,90,20,90\n";
    const said = async (channels: string): Promise<string> =>
      (await vote(apart, "--channels", channels)).stderr;
    expect(await said("a")).toContain("cannot isolate a fault: one channel has nothing to be");
    expect(await said("a,b")).toContain("cannot isolate a fault: of two that disagree either may");
    expect(await said("a,b")).toContain("no false alarm");
    expect(await said("a,b,c,d")).toContain("cannot isolate which is wrong in 2 rows");
    expect(await said("a,b,c")).not.toContain("cannot isolate");
  });

  it("votes the named columns, with the named voter, tolerance and range", async () => {
    const two = reportOf(await vote(small, "--channels", "a,b", "--tolerance", "0.4"));
    expect(two.rows.map(({ status }) => status)[0]).toBe("no-majority");
    const exact = reportOf(await vote(small, "--voter", "exact-majority"));
    expect(exact.summary.statuses.ok).toBe(0);
    const ranged = reportOf(await vote(small, "--min=10", "--max", "24"));
    expect(ranged.rows[2]?.excluded).toMatchObject([{ channel: "b", reason: "OUT_OF_RANGE" }]);
  });

  it("takes dates and times below zero as times", async () => {
    for (const begin of [-3_600, 1_163_438_042.171]) {
      const lines = [0, 1, 2].map((second) => `${begin + second},20,20,20`);
      const { summary } = reportOf(await vote(`t,a,b,c\n${lines.join("\n")}\n`, "--time", "t"));
      expect(summary.statuses.ok).toBe(3);
    }
  });
});

/** `count` rows a minute apart; `b` is said by its row. */
const recording = (count: number, b: (row: number) => number): string => {
  const rows = Array.from({ length: count }, (_, row) => `${row * 60},20,${b(row)},20.2`);
  return `time_s,a,b,c\n${rows.join("\n")}\n`;
};

describe("the summary of injected faults", () => {
  it("counts what was changed, the end exclusive, and finds the largest error", async () => {
    const csv = recording(10, (row) => 20.1 + (row % 2) / 100);
    const { summary } = reportOf(await vote(csv, "--inject", "offset=0.05@4..6:b"));
    expect(summary.injected).toEqual([
      {
        fault: "offset=0.05@4..6:b",
        channel: "b",
        changed: 2,
        isolated: null,
        firstChanged: { row: 4, t: 240 },
        firstOff: null,
        readmitted: null,
      },
    ]);
    expect(summary.faultyRows).toEqual({ rows: 2, masked: 2, missed: 0, lost: 0, unjudged: 0 });
    expect(summary.largestError?.error).toBeCloseTo(0.05);
    expect(summary.largestError).toMatchObject({ row: 4, t: 240 });
    const two = ["--inject", "offset=0.02@2:b", "--inject", "offset=0.06@7:b"];
    expect(reportOf(await vote(csv, ...two)).summary.largestError?.row).toBe(7);
  });

  it("counts values that are lost", async () => {
    const csv = recording(10, () => 20.1);
    const flags = ["--inject", "offset=9@4..6:b", "--inject", "offset=5@4..6:a"];
    expect(reportOf(await vote(csv, ...flags)).summary.valuesLost).toBe(2);
  });

  it("calls an alarm false on a channel without a fault, or before its fault", async () => {
    const broken = recording(40, (row) => (row > 5 ? 90 : 20.1));
    const falseAlarms = async (...flags: string[]) =>
      reportOf(await vote(broken, ...flags)).summary.falseAlarms;
    expect(await falseAlarms()).toBe(1);
    expect(await falseAlarms("--inject", "offset=0.1@3..5:c")).toBe(1);
    expect(await falseAlarms("--inject", "offset=1@30..35:b")).toBe(1);
    expect(await falseAlarms("--inject", "offset=1@6..35:b")).toBe(0);
  });

  it("calls an alarm false long after its fault, when the channel had agreed again", async () => {
    const late = recording(80, (row) => (row > 60 ? 90 : 20.1));
    const faultyIn = async (rows: string) =>
      reportOf(await vote(late, "--inject", `offset=0.1@${rows}:b`)).summary;
    expect(await faultyIn("5..10")).toMatchObject({ falseAlarms: 1 });
    expect((await faultyIn("5..10")).wronglyExcluded).toBeGreaterThan(10);
    expect(await faultyIn("5..55")).toMatchObject({ falseAlarms: 0, wronglyExcluded: 0 });
  });

  it("times isolation, from change and tolerance, and return (VOTE-CLI-3)", async () => {
    const csv = recording(80, (row) => 20.1 + (row % 2) / 100);
    // 0.1 a minute: eight rows take it out of its tolerance of 0.75, nine out of that of the vote.
    const { injected } = reportOf(await vote(csv, "--inject", "drift=0.1/min@10..40:b")).summary;
    expect(injected).toMatchObject([
      {
        firstChanged: { row: 11, t: 660 },
        firstOff: { row: 18, t: 1_080 },
        isolated: {
          row: 21,
          sinceChanged: { samples: 10, seconds: 600 },
          sinceOff: { samples: 3, seconds: 180 },
        },
        readmitted: { row: 60, t: 3_600, sinceCleared: { samples: 20, seconds: 1_200 } },
      },
    ]);
    const lasting = reportOf(await vote(csv, "--inject", "drift=0.1/min@10..:b"));
    expect(lasting.summary.injected[0]?.readmitted).toBeNull();
  });

  it("tells masked, missed and lost rows apart (VOTE-CLI-2)", async () => {
    const csv = recording(30, () => 20.1);
    const faulty = async (...faults: string[]) => {
      const flags = faults.flatMap((fault) => ["--inject", fault]);
      return reportOf(await vote(csv, ...flags)).summary;
    };
    const masked = await faulty("offset=5@10..12:a");
    expect(masked.faultyRows).toMatchObject({ rows: 2, masked: 2, missed: 0, lost: 0 });
    const missed = await faulty("offset=5@10..12:a+b");
    expect(missed.faultyRows).toMatchObject({ rows: 2, masked: 0, missed: 2, lost: 0 });
    expect(missed.largestError).toMatchObject({ row: 10, faultFree: 20.1 });
    expect(missed.largestError?.value).toBe(25);
    const lost = await faulty("offset=5@10..12:a", "offset=9@10..12:b");
    expect(lost.faultyRows).toMatchObject({ rows: 2, masked: 0, missed: 0, lost: 2 });
    expect((await faulty()).faultyRows).toBeNull();
  });
});

describe("common mode and two-faced sensors (VOTE-CLI-5)", () => {
  it("a common mode is one fault on several columns, with the same dice", async () => {
    const csv = recording(40, () => 20.1);
    const { rows, summary } = reportOf(await vote(csv, "--inject", "noise=3@10..20:a+b+c"));
    expect(summary.injected.map(({ channel, changed }) => [channel, changed])).toEqual([
      ["a", 10],
      ["b", 10],
      ["c", 10],
    ]);
    // All three are off by the same, so they agree as before, on what is wrong.
    for (const { agreeing } of rows) expect(agreeing).toEqual(["a", "b", "c"]);
    expect(summary.largestError?.error).toBeGreaterThan(1);
  });

  it("a column whose name has a plus is one column", async () => {
    const csv = "t,a+b,a,b\n0,1,1,1\n1,1,1,1\n";
    const { summary } = reportOf(await vote(csv, "--inject", "offset=9:a+b"));
    expect(summary.injected).toMatchObject([{ channel: "a+b", changed: 2 }]);
  });

  it("readers of a two-faced sensor vote each for itself", async () => {
    const csv = recording(60, () => 20.1);
    const { summary } = reportOf(await vote(csv, "--inject", "two-faced=0.6@10..30:b"));
    expect(summary.readers).toMatchObject({ count: 3, rowsApart: 20, rowsFarApart: 0 });
    const largest = summary.readers?.largestDifference?.difference ?? 0;
    expect(largest).toBeGreaterThan(0);
    // Mid-value of three keeps each reader among the other two channels.
    expect(largest).toBeLessThanOrEqual(0.2 + 1e-9);
    expect(reportOf(await vote(csv, "--inject", "offset=0.6@10..30:b")).summary.readers).toBeNull();
  });

  it("readers may be far apart where two channels are left", async () => {
    const two = recording(60, () => 20.1);
    const flags = ["--channels", "a,b", "--inject", "two-faced=3@10..30:b"];
    const { summary } = reportOf(await vote(two, ...flags));
    expect(summary.readers?.rowsFarApart).toBeGreaterThan(0);
  });
});

describe("options of channel health, and of age", () => {
  const csv = recording(60, (row) => (row >= 20 && row < 30 ? 90 : 20.1 + (row % 2) / 100));

  it("takes any of them by name", async () => {
    const first = async (...flags: string[]) =>
      reportOf(await vote(csv, ...flags)).summary.isolated[0]?.row ?? null;
    expect(await first()).toBe(22);
    expect(await first("--health", "strikesMax=50")).toBe(24);
    expect(
      await first("--health", "strikesMax=500", "--health", "requireNewSource=true"),
    ).toBeNull();
  });

  it("refuses what health does not take (exit 2)", async () => {
    const refused = async (option: string) => {
      const { code, stderr, stdout } = await vote(csv, "--health", option);
      expect(code).toBe(2);
      expect(stdout).toBe("");
      return stderr;
    };
    expect(await refused("strikeMax=5")).toContain('did you mean "strikesMax"');
    expect(await refused("strikesMax=0")).toContain("strikesMax is no count: 0");
    expect(await refused("strikesMax=many")).toContain("expected a number, such as 30");
    expect(await refused("requireNewSource=1")).toContain("expected true or false");
    expect(await refused("strikesMax")).toContain("Expected NAME=VALUE");
  });

  it("an age that is allowed excuses a delay, and one that is not makes it stale", async () => {
    const delayed = (...flags: string[]) =>
      vote(csv, "--inject", "delay=3@5..15:c", "--health", "requireNewSource=false", ...flags);
    const reasons = async (...flags: string[]) =>
      reportOf(await delayed(...flags)).rows[12]?.excluded.map(({ reason }) => reason);
    expect(await reasons()).toEqual(["STALE_TIMESTAMP"]);
    expect(await reasons("--age-max", "5m")).toEqual([]);
    expect((await vote(csv, "--age-max", "5")).stderr).toContain("Expected a duration such as");
  });
});

it("rows with one and the same time are samplings of their own", async () => {
  const csv = `t,a,b,c\n${Array.from({ length: 20 }, () => "7,20,20,20").join("\n")}\n`;
  expect(reportOf(await vote(csv)).summary).toMatchObject({ statuses: { ok: 20 }, alarms: [] });
});

describe("holdfast vote refuses, in one line", () => {
  const usage: [string, string[], string][] = [
    ["an unknown voter", ["--voter", "mid-valu"], 'did you mean "mid-value"'],
    ["an unknown column", ["--channels", "a,bb"], 'no column "bb"'],
    ["an unknown time", ["--time", "times"], 'no column "times"'],
    ["the time as a channel", ["--time", "time_s", "--channels", "time_s,a"], "is the time"],
    ["a column twice", ["--channels", "a,a"], "a is named twice"],
    ["no columns", ["--channels", ""], "Expected names"],
    ["a bad fault", ["--inject", "sticky@1..2:a"], "expected one of stuck"],
    ["a fault nowhere", ["--inject", "stuck@1..2:d"], 'no column "d"'],
    ["a fault on a column twice", ["--inject", "offset=1@1..2:a+a"], "a is named twice"],
    ["a fault on a wrong column too", ["--inject", "offset=1:a+bb"], 'no column "bb"'],
    ["a fault in another's words", ["--inject", "bias=1:a"], "bias is offset here"],
    ["a plot of another kind", ["--plot", "p.png"], "ends in .svg"],
    ["a fault on the time", ["--inject", "stuck:time_s"], 'no column "time_s"'],
    ["a bad tolerance", ["--tolerance", "wide"], "Expected a number"],
    ["a negative tolerance", ["--tolerance=-1"], "expected at least 0"],
    ["an empty range", ["--min", "5", "--max", "5"], "is not below"],
    ["an unknown flag", ["--wat"], "unknown option"],
  ];

  it.each(usage)("%s (exit 2)", async (_name, flags, message) => {
    const { code, stdout, stderr } = await vote(small, ...flags);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe("");
  });

  const invalid: [string, string, string][] = [
    ["a ragged row", "t,a,b\n0,1,2\n1,1\n", "r.csv:3: "],
    ["a word for a number", "t,a,b\n0,1,2\n1,1,warm\n", "r.csv:3: "],
    ["an empty file", "", "r.csv:1: "],
    ["times that go back", "t,a,b\n0,1,2\n5,1,2\n4,1,2\n", "r.csv:4: "],
    ["times in nanoseconds", "t,a,b\n0,1,2\n1e17,1,2\n", "r.csv:3: "],
  ];

  it.each(invalid)("%s (exit 3, with file, line and what was expected)", async (_name, csv, at) => {
    const { code, stdout, stderr } = await vote(csv);
    expect(stderr).toContain(at);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(code).toBe(3);
    expect(stdout).toBe("");
  });

  it("a file that is not there (exit 3)", async () => {
    const { code, stderr } = await run(["vote", "none.csv"], { cwd: folder });
    expect(stderr).toContain("none.csv: expected a readable CSV file");
    expect(code).toBe(3);
  });

  it("a fault that never took effect, after the rows (exit 1)", async () => {
    const constant = `t,a,b,c\n${[0, 1, 2, 3].map((t) => `${t},20,20,20\n`).join("")}`;
    const result = await vote(constant, "--inject", "stuck@1..3:a");
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("never took effect");
    expect(reportOf(result).rows).toHaveLength(4);
    expect((await vote(constant, "--inject", "offset=1@1..3:a")).code).toBe(0);
  });
});
