import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { VoterScores } from "../../src/cli/compare/voter-comparison.js";
import { describeShared, sharedPath } from "../support/shared-files.js";
import { run } from "./support/captured-io.js";

interface Report {
  readonly schema: string;
  readonly port: string;
  readonly faults: readonly { readonly name: string; readonly several: boolean }[];
  readonly voters: readonly VoterScores[];
  readonly says: readonly string[];
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-compare-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const compare = (...flags: string[]) => run(["compare", "voter", ...flags], { cwd: folder });

async function reportOf(...flags: string[]): Promise<Report> {
  const { code, stdout, stderr } = await compare("--json", "--seeds", "3", ...flags);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Report;
}

const scoreOf = (report: Report, voter: string, fault: string) => {
  const scores = report.voters.find((candidate) => candidate.voter === voter);
  const score = scores?.byFault.find((entry) => entry.fault === fault)?.score;
  if (score === undefined) throw new Error(`no score of ${voter} for ${fault}`);
  return score;
};

describe("holdfast compare voter (COMPARE-1)", () => {
  it("needs nothing at hand, and tells totals, and what they suggest (COMPARE-3)", async () => {
    const { code, stdout, stderr } = await compare("--seeds", "2");
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toContain("a synthetic quantity: 3 channels, 2400 rows");
    expect(stdout).toContain("One channel at a time is faulty");
    expect(stdout).toMatch(/\nmid-value +100 % +0 % +0 % +0 /);
    expect(stdout).toContain("no voter masks a majority that is wrong alike");
  });

  it("says of a voter alone what its numbers carry", async () => {
    const { says } = await reportOf("--voters", "mid-value");
    expect(says).toContain(
      "One faulty channel: mid-value never gave a wrong value and masked every row, " +
        "without a false alarm.",
    );
    const useless = await reportOf("--voters", "exact-majority");
    expect(useless.says).toEqual([
      "exact-majority: no value in most rows even without a fault, not made for sensors.",
    ]);
  });

  it("gives one object, schema first, with every voter and every fault", async () => {
    const report = await reportOf();
    expect(Object.keys(report).slice(0, 2)).toEqual(["schema", "port"]);
    expect(report).toMatchObject({ schema: "holdfast.compare/1", port: "voter" });
    expect(report.faults.map(({ name }) => name)).toEqual([
      "stuck",
      "bias",
      "drift",
      "noise",
      "spike",
      "dropout",
      "delay",
      "byzantine",
      "two at once",
      "common mode",
    ]);
    for (const { byFault } of report.voters) {
      for (const { score } of byFault) {
        expect(score.masked + score.missed + score.lost).toBe(score.rows);
        expect(score.isolated).toBeLessThanOrEqual(score.faulty);
      }
    }
  });

  it("mid-value masks what one channel does, and isolates a bias of four tolerances", async () => {
    const report = await reportOf("--voters", "mid-value");
    const { one, faultFree } = report.voters[0] as VoterScores;
    expect(faultFree).toMatchObject({ missed: 0, lost: 0, falseAlarms: 0 });
    expect(one).toMatchObject({ missed: 0, falseAlarms: 0 });
    expect(scoreOf(report, "mid-value", "bias")).toMatchObject({
      trials: 3,
      faulty: 3,
      isolated: 3,
      isolateMedian: 2,
      readmitMedian: 20,
    });
    expect(scoreOf(report, "mid-value", "spike").isolated).toBe(0);
    expect(scoreOf(report, "mid-value", "byzantine").apart).toBeGreaterThan(0);
    expect(scoreOf(report, "mid-value", "bias").apart).toBe(0);
  });

  it("no voter masks a majority that is wrong alike", async () => {
    const report = await reportOf("--faults", "common mode");
    for (const { voter } of report.voters) {
      // One that remembers what was voted may hold out for a row or two.
      const { masked, rows } = scoreOf(report, voter, "common mode");
      expect(masked, voter).toBeLessThanOrEqual(0.1 * rows);
    }
    expect(report.says.join(" ")).toContain("no voter masks a majority that is wrong alike");
    expect(report.voters[0]?.one).toBeNull();
  });

  it("a bias within the tolerance is no fault that anybody isolates", async () => {
    const report = await reportOf("--voters", "mid-value", "--faults", "bias", "--size", "0.1");
    expect(scoreOf(report, "mid-value", "bias")).toMatchObject({ isolated: 0, missed: 0 });
  });

  it("gives the same for the same seed, and another for another (COMPARE-2)", async () => {
    const few = ["--seeds", "2", "--faults", "bias,noise,byzantine"];
    expect(await compare(...few)).toEqual(await compare(...few));
    expect((await compare(...few, "--seed", "2")).stdout).not.toBe((await compare(...few)).stdout);
  });

  it("tries the same faults on a voter, whoever else is compared (COMPARE-2)", async () => {
    const all = await reportOf("--faults", "noise,two at once");
    const alone = await reportOf("--faults", "two at once", "--voters", "mid-value");
    const both = scoreOf(all, "mid-value", "two at once");
    expect(scoreOf(alone, "mid-value", "two at once")).toEqual(both);
  });

  it("has a table for each fault with --by-fault", async () => {
    const { stdout } = await compare("--seeds", "1", "--by-fault", "--faults", "stuck,delay");
    expect(stdout).toMatch(/\nstuck\nvoter .*\nmid-value .*\n/);
    expect(stdout).toMatch(/\ndelay\nvoter .*\nmid-value .*\n/);
    expect(stdout).not.toContain("One channel at a time is faulty");
  });

  it("tells a terminal how far it is, and nobody else", async () => {
    const few = ["compare", "voter", "--seeds", "1", "--faults", "bias,stuck"];
    expect((await run(few, { cwd: folder, terminal: true })).stderr).toContain("50 %");
  });

  it("draws a panel for each fault, the same each time", async () => {
    const flags = ["--seeds", "1", "--faults", "bias,common mode", "--plot", "c.svg"];
    await compare(...flags);
    const svg = readFileSync(join(folder, "c.svg"), "utf8");
    for (const text of ["without a fault", "bias", "common mode", "mid-value", "masked"]) {
      expect(svg).toContain(`>${text}</text>`);
    }
    expect(svg).not.toContain(">stuck</text>");
    await compare(...flags);
    expect(readFileSync(join(folder, "c.svg"), "utf8")).toBe(svg);
  });
});

describe("holdfast compare refuses, in one line", () => {
  const csv = (rows: number, channels: string): string => {
    const cells = channels.split(",").map(() => "1");
    const lines = Array.from({ length: rows }, (_, t) => [t, ...cells].join(","));
    return `t,${channels}\n${lines.join("\n")}\n`;
  };

  const usage: [string, string[], string][] = [
    ["an unknown port", ["compare", "votr"], 'did you mean "voter"'],
    ["no port", ["compare"], "missing required argument 'port'"],
    ["an unknown voter", ["compare", "voter", "--voters", "mid-valu"], 'did you mean "mid-value"'],
    ["an unknown fault", ["compare", "voter", "--faults", "stuk"], 'did you mean "stuck"'],
    ["no trial", ["compare", "voter", "--seeds", "0"], "from 1 to 1000"],
    ["a size of nothing", ["compare", "voter", "--size", "0"], "expected more than 0"],
    ["no tolerance and no size", ["compare", "voter", "--tolerance", "0"], "--size: expected more"],
    ["columns of no file", ["compare", "voter", "--channels", "a,b"], "none is given"],
    ["one channel", ["compare", "voter", "one.csv"], "expected at least 2, got 1"],
    ["a plot of another kind", ["compare", "voter", "--plot", "p.pdf"], "ends in .svg"],
  ];

  it.each(usage)("%s (exit 2)", async (_name, argv, message) => {
    writeFileSync(join(folder, "one.csv"), csv(100, "a"));
    const { code, stdout, stderr } = await run(argv, { cwd: folder });
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe("");
  });

  it("a recording that is too short, and takes the shortest (exit 3)", async () => {
    writeFileSync(join(folder, "short.csv"), csv(79, "a,b,c"));
    const { code, stderr } = await compare("short.csv");
    expect(stderr).toContain("short.csv:80: 79 rows, expected at least 80");
    expect(code).toBe(3);
    writeFileSync(join(folder, "short.csv"), csv(80, "a,b,c"));
    expect((await compare("short.csv")).code).toBe(0);
  });

  it("a file that is not there (exit 3), and a plot that cannot be (exit 4)", async () => {
    expect((await compare("none.csv")).code).toBe(3);
    expect((await compare("--plot", "none/p.svg")).code).toBe(4);
  });
});

describe("holdfast compare voter on other recordings", () => {
  const wavy = (channels: string): string => {
    const lines = Array.from({ length: 200 }, (_, t) => {
      const cells = channels.split(",").map((_, index) => Math.sin(t / 20) + index / 20);
      return [t, ...cells].join(",");
    });
    return `t,${channels}\n${lines.join("\n")}\n`;
  };

  it.each(["a,b", "a,b,c,d,e", "a+b,a,b"])("takes the channels %s", async (channels) => {
    writeFileSync(join(folder, "wavy.csv"), wavy(channels));
    const report = await reportOf("wavy.csv", "--tolerance", "0.5", "--voters", "mid-value");
    expect(report.voters[0]?.one?.missed).toBe(0);
  });

  it("of two that disagree neither is believed", async () => {
    writeFileSync(join(folder, "two.csv"), wavy("a,b"));
    const report = await reportOf("two.csv", "--voters", "mid-value", "--faults", "bias");
    const score = scoreOf(report, "mid-value", "bias");
    expect(score.lost).toBe(score.rows);
    expect(score.isolated).toBe(0);
  });
});

const triples = ["data/library-triple-8-18-19.csv", "data/library-triple-3-4-5.csv"] as const;

describeShared("holdfast compare voter on recorded triples", triples, () => {
  it.each(triples)("%s: mid-value gives no wrong value with one faulty channel", async (name) => {
    const report = await reportOf(sharedPath(name), "--voters", "mid-value");
    expect(report.voters[0]?.one).toMatchObject({ missed: 0, falseAlarms: 0 });
    expect(report.voters[0]?.faultFree).toMatchObject({ missed: 0, lost: 0, falseAlarms: 0 });
  });
});
