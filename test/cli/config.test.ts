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
    expect(result.stdout).toContain("3 replicas: 1 crash tolerated");
    expect(result.stdout).toContain("1 wrong value tolerated at a time");
    expect(result.stdout).toMatch(/Single points of failure that remain:\n.*network/);
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
      tolerance: { replicas: 3, crashes: 1, omissions: 1, sensors: [{ valueFaults: 1 }] },
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
    expect(stdout).toContain("lease: 60ms # default: 3 heartbeats\n");
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
