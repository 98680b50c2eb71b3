import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { VoteSummary } from "../../src/cli/vote/summary.js";
import type { VoteStatus } from "../../src/voting/voter.js";
import { describeShared, sharedPath } from "../support/shared-files.js";
import { type CliRun, run } from "./support/captured-io.js";

interface Row {
  readonly schema: string;
  readonly t: number;
  readonly value: number | null;
  readonly status: VoteStatus;
  readonly agreeing: readonly string[];
  readonly dissenting: readonly string[];
  readonly excluded: readonly { readonly channel: string; readonly reason: string }[];
}

function reportOf({ stdout }: CliRun): { rows: Row[]; summary: VoteSummary } {
  const lines = stdout.trimEnd().split("\n");
  const parsed = lines.map((line) => JSON.parse(line) as unknown);
  const { summary } = parsed.pop() as { summary: VoteSummary };
  return { rows: parsed as Row[], summary };
}

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
  it("writes one row of NDJSON a row, and a summary last", async () => {
    const result = await vote(small);
    expect(result.code).toBe(0);
    const { rows, summary } = reportOf(result);
    expect(result.stdout.split("\n")[1]).toBe(
      '{"schema":"holdfast.vote/1","t":60,"value":20.125,"status":"degraded",' +
        '"agreeing":["a","c"],"dissenting":[],"excluded":[{"channel":"b","reason":"NO_DATA"}]}',
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

  it("votes the named columns, with the named voter, tolerance and range", async () => {
    const two = reportOf(await vote(small, "--channels", "a,b", "--tolerance", "0.4"));
    expect(two.rows.map(({ status }) => status)[0]).toBe("no-majority");
    const exact = reportOf(await vote(small, "--voter", "exact-majority"));
    expect(exact.summary.statuses.ok).toBe(0);
    const ranged = reportOf(await vote(small, "--min=10", "--max", "24"));
    expect(ranged.rows[2]?.excluded).toEqual([{ channel: "b", reason: "OUT_OF_RANGE" }]);
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
      { fault: "offset=0.05@4..6:b", channel: "b", changed: 2, isolated: null },
    ]);
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

const triples = ["data/library-triple-8-18-19.csv", "data/library-triple-3-4-5.csv"] as const;

const channelsOf = {
  "data/library-triple-8-18-19.csv": ["mote8", "mote18", "mote19"],
  "data/library-triple-3-4-5.csv": ["mote3", "mote4", "mote5"],
} as const;

const voteTriple = async (name: string, ...faults: string[]) => {
  const flags = faults.flatMap((fault) => ["--inject", fault]);
  const result = await run(["vote", sharedPath(name), "--json", ...flags]);
  expect(result.stderr).toBe("");
  return reportOf(result);
};

describeShared("holdfast vote on recorded triples, with default settings", triples, () => {
  it.each(triples)("%s: a value wherever two are present, and no alarm", async (name) => {
    const { rows, summary } = await voteTriple(name);
    expect(rows).toHaveLength(1_595);
    for (const row of rows) {
      const missing = row.excluded.filter(({ reason }) => reason === "NO_DATA").length;
      expect(row.value === null, `t=${row.t}`).toBe(missing >= 2);
    }
    expect(summary).toMatchObject({ alarms: [], falseAlarms: 0 });
  });

  it("a stuck sensor is named, and masked while the others move", async () => {
    const { rows, summary } = await voteTriple(triples[0], "stuck@400..700:mote18");
    expect(summary.alarms).toMatchObject([{ channel: "mote18", reason: "STUCK", count: 1 }]);
    expect(summary.falseAlarms).toBe(0);
    const [named] = summary.isolated;
    expect(named?.row).toBeGreaterThanOrEqual(400);
    expect(named?.row).toBeLessThan(700);
    // The value moves with the others and stays among them.
    const values = rows.slice(400, 700).map(({ value }) => value ?? Number.NaN);
    const present = values.filter((value) => !Number.isNaN(value));
    expect(Math.max(...present) - Math.min(...present)).toBeGreaterThan(0.2);
    expect(summary.largestError?.error).toBeLessThan(0.29);
    expect(summary.readmitted).toMatchObject([{ channel: "mote18" }]);
  });
});

describeShared("holdfast vote with one large fault on a recorded triple", triples, () => {
  const large: [string, string[]][] = [
    ["offset=1.5", ["BIAS"]],
    ["offset=-1.5", ["BIAS"]],
    ["offset=+5", ["BIAS"]],
    ["drift=0.02/min", ["DRIFT"]],
    ["drift=-0.1/min", ["DRIFT"]],
    ["noise=3", ["NOISY"]],
    // Three in a row may seem to grow.
    ["garbage", ["NOISY", "DISAGREE"]],
  ];
  const cases = triples.flatMap((name) =>
    channelsOf[name].flatMap((channel) =>
      large.map(([fault, reason]) => ({ name, channel, fault, reason })),
    ),
  );

  it.each(cases)("$name, $channel, $fault: isolated, masked, re-admitted", async (row) => {
    const { name, channel, fault, reason } = row;
    const { summary } = await voteTriple(name, `${fault}@400..700:${channel}`);
    expect(summary.falseAlarms).toBe(0);
    expect(summary.injected[0]?.isolated).toMatchObject({ channel });
    expect(reason).toContain(summary.injected[0]?.isolated?.reason);
    expect(summary.readmitted.at(-1)).toMatchObject({ channel });
    expect(summary.readmitted.at(-1)?.row).toBeGreaterThanOrEqual(700);
    // Two that are left may stand half the tolerance apart from their mean, never more.
    expect(summary.largestError?.error).toBeLessThanOrEqual(0.75 / 2);
  });

  const small = ["offset=1", "offset=-1", "spike=30", "spike=30/3", "dropout", "delay=3"];
  const blameless = triples.flatMap((name) =>
    channelsOf[name].flatMap((channel) => small.map((fault) => [name, channel, fault] as const)),
  );

  it.each(blameless)("%s, %s, %s: nobody healthy is blamed", async (name, channel, fault) => {
    const { summary } = await voteTriple(name, `${fault}@100..1500:${channel}`);
    expect(summary.falseAlarms).toBe(0);
    expect(summary.injected[0]?.changed).toBeGreaterThan(0);
  });
});

describeShared("holdfast vote with faults of time, or two at once", triples, () => {
  it("a delayed sensor that says so is stale; one that lies about it is masked", async () => {
    const honest = await voteTriple(triples[0], "delay=3@400..700:mote8");
    expect(honest.summary.alarms).toMatchObject([{ reason: "STALE_TIMESTAMP" }]);
    const lying = await voteTriple(triples[0], "restamp=3@400..700:mote8");
    expect(lying.summary.largestError?.error).toBeLessThan(0.29);
  });

  it.each([
    ["offset=+3@400..700", "offset=-3@400..700"],
    ["offset=+3@400..700", "offset=+6@400..700"],
    ["garbage@400..700", "offset=+5@400..700"],
  ])("two at once, %s and %s: no majority, and no wrong value", async (first, second) => {
    const { rows, summary } = await voteTriple(triples[0], `${first}:mote8`, `${second}:mote19`);
    // Garbage may by chance agree with somebody, in one row of a thousand.
    const faulty = rows.slice(400, 700).filter(({ excluded }) => excluded.length === 0);
    expect(faulty.length).toBeGreaterThan(200);
    const valued = faulty.filter(({ value }) => value !== null);
    expect(valued.length).toBeLessThanOrEqual(1);
    expect(summary.largestError?.error).toBeLessThanOrEqual(0.75);
    expect(summary.isolated.filter(({ row }) => row >= 720)).toEqual([]);
  });

  it("the same command gives the same bytes", async () => {
    const twice = ["vote", sharedPath(triples[0]), "--inject", "noise=2@100..200:mote8"];
    expect(await run(twice)).toEqual(await run(twice));
    const other = await run([...twice, "--seed", "2"]);
    expect(other.stdout).not.toBe((await run(twice)).stdout);
  });
});
