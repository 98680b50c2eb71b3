import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { toYaml } from "../../src/config/effective.js";
import { singleKeys, variableOf } from "../../src/config/environment.js";
import { formatOrigin, formatPath } from "../../src/config/problem.js";
import {
  accepted,
  ConfigFolder,
  keyHex,
  problemLines,
  soundConfig,
  warningLines,
} from "./support/folder.js";

let folder: ConfigFolder;
beforeEach(async () => {
  folder = await ConfigFolder.make();
});
afterEach(() => folder.remove());

const config = `${soundConfig}timing: { cycle: 40ms, heartbeat: 20ms }\n`;
const flag = (path: string, text: string) => ({ path, text, flag: `--set ${path}` });

describe("layers: flags, environment, file, defaults (CONFIG-6)", () => {
  it("the upper one wins, and each value knows its layer", async () => {
    const load = await folder.load(config, {
      env: { HOLDFAST_TIMING_CYCLE: "30ms", HOLDFAST_TIMING_HEARTBEAT: "15ms", PATH: "/bin" },
      overrides: [flag("timing.cycle", "20ms")],
    });
    const { settings, values } = accepted(load);
    expect(settings.cluster.timing).toMatchObject({ cycle: 20_000, heartbeat: 15_000 });
    const origins = new Map(values.map((v) => [formatPath(v.path), formatOrigin(v.origin)]));
    expect(origins.get("timing.cycle")).toBe("flag --set timing.cycle");
    expect(origins.get("timing.heartbeat")).toBe("environment HOLDFAST_TIMING_HEARTBEAT");
    expect(origins.get("cluster")).toBe("holdfast.yaml:1:10");
    expect(origins.get("timing.cutoff")).toBe("default: half a cycle");
    expect(load.warnings).toEqual([]);
  });

  it("a wrong value is blamed on its layer, and a wrong one below it does no harm", async () => {
    const wrong = config.replace("40ms", "40");
    const env = { HOLDFAST_TIMING_CYCLE: "30ms" };
    expect(problemLines(await folder.load(wrong, { env }))).toEqual([]);
    const load = await folder.load(config, {
      env: { HOLDFAST_FAULTS_ALLOWED: "maybe" },
      overrides: [flag("timing.cutoff", "1s"), flag("timing.cutof", "1s")],
    });
    expect(problemLines(load)).toEqual(
      expect.arrayContaining([
        'environment HOLDFAST_FAULTS_ALLOWED: faultsAllowed: expected true or false, got "maybe"',
        expect.stringContaining(
          "flag --set timing.cutoff: timing.cutoff: expected less than a cycle",
        ),
        "flag --set timing.cutof: expected the key of a single value " +
          '(did you mean "timing.cutoff"?)',
      ]),
    );
  });

  it("reads numbers and booleans; an empty variable is not set", async () => {
    const env = {
      HOLDFAST_TIMING_CLOCK_DRIFT_MAX_PPM: "200",
      HOLDFAST_FAULTS_ALLOWED: "true",
      HOLDFAST_LOG_LEVEL: "",
    };
    const { settings } = accepted(await folder.load(config, { env }));
    expect(settings.cluster.timing.clockDriftMaxPpm).toBe(200);
    expect(settings).toMatchObject({ faultsAllowed: true, log: { level: "info" } });
  });

  it("warns of a variable that means nothing, and only of ours", async () => {
    const env = { HOLDFAST_TIMING_CYCEL: "1s", HOLDFAST_CONFIG: "x", HOLDFASTER: "1" };
    expect(warningLines(await folder.load(config, { env }))).toEqual([
      "environment HOLDFAST_TIMING_CYCEL: it has no effect: no such key " +
        '(did you mean "HOLDFAST_TIMING_CYCLE"?)',
    ]);
  });

  it("HOLDFAST_KEY beats the file's keyFile", async () => {
    const key = keyHex.replaceAll("0", "f");
    const { settings } = accepted(await folder.load(config, { env: { HOLDFAST_KEY: key } }));
    expect(Buffer.from(settings.key).toString("hex")).toBe(key);
  });

  it("paths of the environment begin where the user is", async () => {
    const cwd = join(folder.path, "elsewhere");
    await folder.write("elsewhere/x", "");
    await folder.write("holdfast.yaml", config);
    const { loadConfig } = await import("../../src/config/load.js");
    const env = { HOLDFAST_STATE_DIR: "here" };
    const { settings } = accepted(await loadConfig("../holdfast.yaml", { env, cwd }));
    expect(settings.stateDir).toBe(join(cwd, "here"));
  });

  it("no two keys share a variable", () => {
    const variables = singleKeys.map((key) => variableOf(key.path));
    expect(new Set(variables).size).toBe(variables.length);
    expect(variables).toContain("HOLDFAST_TIMING_SUSPECT_AFTER");
  });

  it("what is in force, written as a config, gives the same settings (CONFIG-7)", async () => {
    const first = accepted(await folder.load(`${config}recorder: {}\n`));
    const text = toYaml(first.values);
    expect(parse(text)).toMatchObject({ timing: { cycle: "40ms", cutoff: "20ms" } });
    const second = accepted(await folder.load(text));
    expect({ ...second.settings, cluster: { ...second.settings.cluster, app: null } }).toEqual({
      ...first.settings,
      cluster: { ...first.settings.cluster, app: null },
    });
  });

  it("the key is never among the values (CONFIG-7)", async () => {
    const { values } = accepted(
      await folder.load(config.replace("keyFile: key", `key: "${keyHex}"`)),
    );
    expect(JSON.stringify(values)).not.toContain(keyHex);
    expect(toYaml(values)).toContain("key: (hidden)");
  });
});
