import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ConfigFolder, soundConfig } from "../config/support/folder.js";
import { jsonOf, run, type Setting } from "./support/captured-io.js";

let folder: ConfigFolder;
beforeEach(async () => {
  folder = await ConfigFolder.make();
  await folder.write("holdfast.yaml", soundConfig);
  await folder.write("bad.yaml", `${soundConfig}colour: red\ntiming: { cutoff: 1s }\n`);
  await folder.write("even.yaml", soundConfig.replace(/ {2}- \{ id: c.*\n/, ""));
});
afterEach(() => folder.remove());

const config = (argv: readonly string[], setting: Setting = {}) =>
  run(["config", ...argv], { cwd: folder.path, ...setting });

describe("holdfast config check (CLI-6)", () => {
  it("says in words what is tolerated, and what is not", async () => {
    const result = await config(["check"]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toContain("ok holdfast.yaml");
    expect(result.stdout).toContain(
      "3 replicas, of which 2 must work\n  1  crash, silence   another",
    );
    expect(result.stdout).toContain(
      "\n  0  wrong command    of a faulty program or board: not voted",
    );
    expect(result.stdout).toContain(
      "\n  1  wrong value         outvoted; excluded after 3 in a row",
    );
    expect(result.stdout).toMatch(/One after the other: one is excluded; of the 2 left .* noticed/);
    expect(result.stdout).toMatch(/Single points of failure that remain:\n.*network/);
    expect(result.stdout).toMatch(/What this check cannot see:\n {2}power/);
    expect(result.stdout).toContain("\nReliability: give rates under `dependability`");
  });

  it("stays within 100 columns, and has no number that nobody gave", async () => {
    const { stdout } = await config(["check"]);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    expect(stdout).not.toMatch(/MTTF|%/);
  });

  it("reckons with the rates that are given, beside one board alone", async () => {
    const rates = "{ mttf: 5y, repair: 24h }";
    const section = `dependability: { replica: ${rates}, channel: ${rates}, coverage: 0.99 }\n`;
    await folder.write("rates.yaml", soundConfig + section);
    const { stdout, code } = await config(["check", "rates.yaml"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Reliability, only as good as the rates that were given:");
    expect(stdout).toMatch(
      /\n +needed +MTTF +works for 1y +available +down in a year\n {2}replicas +2 of 3 /,
    );
    expect(stdout).toMatch(/\n {2}one board alone +2\.5y +67\.0 % +99\.891 % +9\.59h\n/);
    expect(stdout).toContain("Coverage 0.99, common cause 0; repaired one at a time.");
    expect(stdout).toContain("common cause 0 is the best case");
    const { reliability } = jsonOf(await config(["check", "rates.yaml", "--json"]));
    expect(reliability).toMatchObject({
      missionHours: 8_760,
      coverage: 0.99,
      parts: [{ part: "replicas", needed: [2, 3] }, { part: "sensor temperature" }],
      simplex: { mttfHours: expect.closeTo(21_900, 3) },
    });
  });

  it("says when redundancy is worse than none", async () => {
    const section = "dependability: { replica: { mttf: 1y } }\n";
    await folder.write("long.yaml", `${soundConfig}${section}`);
    const long = await config(["check", "long.yaml"]);
    expect(long.stdout).toContain("Over 1y one board alone does better than all of it.");
    const short = await config(["check", "long.yaml", "--set", "dependability.mission=30d"]);
    expect(short.stdout).toContain("Its MTTF is below one board's, for nothing is repaired");
    expect(short.stdout).toContain("Channels without rates, not counted: temperature.");
    expect(short.stdout).toMatch(/no repair\n/);
  });

  it("lists all problems with their lines: code 3", async () => {
    const result = await config(["check", "--config", "bad.yaml"]);
    expect(result).toMatchObject({ code: 3, stdout: "" });
    const lines = result.stderr.split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe("error: bad.yaml: 2 problems");
    expect(lines[1]).toMatch(/^ {2}bad\.yaml:9:1: colour: /);
    expect(lines[2]).toMatch(/^ {2}bad\.yaml:10:19: timing\.cutoff: /);
    expect(lines[3]).toBe("");
  });

  it("takes the file by its name alone, too", async () => {
    const byFlag = await config(["check", "--config", "bad.yaml"]);
    expect(await config(["check", "bad.yaml"])).toEqual(byFlag);
    const print = await config(["print", "even.yaml"]);
    expect(print).toEqual(await config(["print", "-c", "even.yaml"]));
  });

  it("warns and accepts", async () => {
    const result = await config(["check", "-c", "even.yaml"]);
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/^warning: even\.yaml:4:1: nodes: .*cannot isolate/);
  });

  it("--json: tolerance, or problems with file, line and column (CLI-3)", async () => {
    const sound = jsonOf(await config(["check", "--json"]));
    expect(Object.keys(sound)[0]).toBe("schema");
    expect(sound).toMatchObject({
      schema: "holdfast.config/1",
      ok: true,
      tolerance: {
        ...{ replicas: 3, majority: 2, crashes: 1, omissions: 1, stateFaults: 1 },
        ...{ wrongClocks: 1, twoFacedClocks: 0, wrongCommands: 0, lyingReplicas: 0 },
        sensors: [{ voter: "mid-value", valueFaults: 1, silences: 1, inSequence: 1 }],
        notSeen: expect.arrayContaining([expect.stringContaining("power")]),
      },
      reliability: null,
    });
    const bad = jsonOf(await config(["check", "-c", "bad.yaml", "--json"]));
    expect(bad).toMatchObject({
      schema: "holdfast.config/1",
      error: {
        code: 3,
        problems: [
          { file: "bad.yaml", line: 9, column: 1, path: "colour" },
          { file: "bad.yaml", line: 10, column: 19, path: "timing.cutoff" },
        ],
      },
    });
  });

  it("--config beats HOLDFAST_CONFIG, which beats ./holdfast.yaml", async () => {
    const env = { HOLDFAST_CONFIG: "bad.yaml" };
    expect((await config(["check"], { env })).code).toBe(3);
    expect((await config(["check", "-c", "holdfast.yaml"], { env })).code).toBe(0);
  });
});

describe("holdfast config print (CLI-6)", () => {
  it("gives a config with the layer of each value", async () => {
    const env = { HOLDFAST_TIMING_HEARTBEAT: "20ms" };
    const { stdout, code } = await config(["print", "--set", "timing.cycle=40ms"], { env });
    expect(code).toBe(0);
    expect(stdout).toContain("cycle: 40ms # flag --set timing.cycle\n");
    expect(stdout).toContain("heartbeat: 20ms # environment HOLDFAST_TIMING_HEARTBEAT\n");
    expect(stdout).toContain("lease: 60ms # default: 3 heartbeats, at least 20ms\n");
    expect(parse(stdout)).toMatchObject({ cluster: "boiler", timing: { cutoff: "20ms" } });
  });

  it("--json: path, value, layer and origin", async () => {
    const { values } = jsonOf(await config(["print", "--json"])) as { values: unknown[] };
    expect(values).toContainEqual({
      path: "nodes[1].id",
      value: "b",
      layer: "file",
      origin: "holdfast.yaml:6:11",
    });
  });

  it("refuses what check refuses", async () => {
    expect(await config(["print", "-c", "bad.yaml"])).toMatchObject({ code: 3, stdout: "" });
    const here = { cwd: join(folder.path, "none") };
    expect((await config(["print"], here)).stderr).toBe(
      "error: holdfast.yaml: expected a file that can be read (ENOENT)\n",
    );
  });
});

it("holdfast config schema prints a JSON Schema (CLI-6)", async () => {
  const result = await config(["schema"]);
  expect(result).toMatchObject({ code: 0, stderr: "" });
  expect(jsonOf(result)).toMatchObject({ title: "holdfast.yaml", additionalProperties: false });
});
