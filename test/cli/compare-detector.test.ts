import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StudyScores } from "../../src/cli/compare/detector-comparison.js";
import { run } from "./support/captured-io.js";

interface Report {
  readonly schema: string;
  readonly port: string;
  readonly trials: readonly { readonly name: string }[];
  readonly studies: readonly StudyScores[];
  readonly says: readonly string[];
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-compare-detector-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const compare = (...flags: string[]) => run(["compare", "detector", ...flags], { cwd: folder });

async function reportOf(...flags: string[]): Promise<Report> {
  const { code, stdout, stderr } = await compare("--json", "--seeds", "2", ...flags);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Report;
}

const few = ["--detectors", "all-to-all,swim", "--trials", "calm,crash"];

describe("holdfast compare detector (COMPARE-1)", () => {
  it("tells of every detector, and what the numbers suggest (COMPARE-3)", async () => {
    const { code, stdout, stderr } = await compare("--seeds", "1", "--nodes", "4");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("period 50ms, suspect after 150ms");
    expect(stdout).toContain("4 members, loss 0 %");
    for (const name of ["ping-ack", "central", "ring", "gossip", "phi-accrual", "swim-lifeguard"]) {
      expect(stdout).toMatch(new RegExp(`\n${name} +yes +0 `));
    }
    expect(stdout).toMatch(/4 members: [a-z-]+ is soonest/);
    expect(stdout).toContain("the default is all-to-all");
  });

  it("gives one object, schema first, with every trial of every detector", async () => {
    const report = await reportOf("--nodes", "3");
    expect(Object.keys(report).slice(0, 2)).toEqual(["schema", "port"]);
    expect(report).toMatchObject({ schema: "holdfast.compare/1", port: "detector" });
    const names = report.trials.map(({ name }) => name);
    expect(names).toEqual(["calm", "crash", "crashes", "slow", "partition", "one-way", "restart"]);
    const [study] = report.studies;
    expect(study?.detectors.length).toBeGreaterThanOrEqual(8);
    for (const { all, byTrial } of study?.detectors ?? []) {
      expect(byTrial.map(({ trial }) => trial)).toEqual(names);
      expect(all.unnoticed).toBe(0);
      expect(all.messages.worst).toBeGreaterThanOrEqual(all.messages.mean);
    }
  });

  it("compares sizes and losses, and tells how load grows", async () => {
    const { studies, says } = await reportOf(...few, "--sizes", "3,9", "--losses", "0,0.2");
    expect(studies.map(({ nodes, loss }) => [nodes, loss])).toEqual([
      [3, 0],
      [9, 0],
      [3, 0.2],
      [9, 0.2],
    ]);
    const growth = says.at(-1) ?? "";
    expect(growth).toMatch(
      /from 3 to 9 members: all-to-all 2\.\d+ to 8\.\d+, swim 2\.\d+ to 2\.\d/,
    );
  });

  it("gives the same for the same seed, and another for another (COMPARE-2)", async () => {
    const lossy = [...few, "--loss", "0.1"];
    expect(await reportOf(...lossy)).toEqual(await reportOf(...lossy));
    const { studies } = await reportOf(...lossy, "--seed", "7");
    expect(studies).not.toEqual((await reportOf(...lossy)).studies);
  });

  it("does the same to a detector, whoever else is compared (COMPARE-2)", async () => {
    const both = await reportOf(...few);
    const one = await reportOf("--detectors", "swim", "--trials", "crash");
    const crash = (report: Report) =>
      report.studies[0]?.detectors
        .find(({ detector }) => detector === "swim")
        ?.byTrial.find(({ trial }) => trial === "crash");
    expect(crash(one)).toEqual(crash(both));
  });

  it("says where a time-out is too short for the network", async () => {
    const { says } = await reportOf(...few, "--jitter", "30ms");
    expect(says[0]).toContain("An answer may take 62ms, and who asks waits 25ms");
    expect((await reportOf(...few)).says.join()).not.toContain("An answer may take");
  });

  it("draws a picture, with lines or bars", async () => {
    await compare("--seeds", "1", ...few, "--sizes", "3,5", "--plot", "sizes.svg");
    await compare("--seeds", "1", ...few, "--plot", "one.svg");
    for (const name of ["sizes.svg", "one.svg"]) {
      const svg = readFileSync(join(folder, name), "utf8");
      expect(svg).toContain("everybody suspects, at the latest (ms)");
      expect(svg).toContain("all-to-all");
    }
  });

  it("shows its defaults as people write times", async () => {
    const { stdout } = await compare("--help");
    expect(stdout).toMatch(/--period <time> .*\(default: 50ms\)/);
    expect(stdout).toMatch(/--delay <time> .*\(default: 1ms\)/);
    expect(stdout).toMatch(/--jitter <time> .*\(default: 5ms\)/);
  });

  it("has a table a trial", async () => {
    const { stdout } = await compare("--seeds", "1", ...few, "--by-trial");
    expect(stdout).toContain("5 members, loss 0 %: calm");
    expect(stdout).toContain("5 members, loss 0 %: crash");
  });

  it.each([
    [["--nodes", "1"], "from 2 to 1000"],
    [["--loss", "0.6"], "from 0 to 0.5"],
    [["--losses", "0,x"], "Expected a probability"],
    [["--sizes", "3,"], "from 2 to 1000"],
    [["--seeds", "0"], "from 1 to 1000"],
    [["--period", "0"], "a duration such as"],
    [["--period", "10us"], "at least 1ms"],
    [["--suspect-after", "50ms"], "more than the period"],
    [["--ack-timeout", "51ms"], "at most the period"],
    [["--phi", "0"], "more than 0"],
    [["--relays", "17"], "from 0 to 16"],
    [["--detectors", "swimm"], 'no detector "swimm"'],
    [["--trials", "crush"], 'no trial "crush"'],
    [["--plot", "x.png"], "ends in .svg"],
    [["--from", "a.ndjson"], "--from: only with --advise"],
    [["--within", "1s"], "--within: only with --advise"],
    [["--false-alarms", "1/d"], "--false-alarms: only with --advise"],
  ])("refuses %j", async (flags, words) => {
    const { code, stderr } = await compare(...flags);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});
