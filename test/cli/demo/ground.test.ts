import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { layGround } from "../../../src/cli/demo/ground.js";
import { keptFor, markOwned, removeLeftovers } from "../../../src/cli/demo/leftovers.js";
import { lastLine } from "../../../src/cli/demo/log-end.js";
import { loadConfig } from "../../../src/config/load.js";
import { appModule } from "../../config/support/folder.js";
import { testFolder } from "../../host/support/folder.js";
import { nodes } from "./support/views.js";

async function tempFolder(): Promise<string> {
  const parent = await testFolder();
  vi.stubEnv("TMPDIR", parent);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return parent;
}

describe("the ground of a demo", () => {
  it("is a config like any user's, for three replicas on ports of their own", async () => {
    const parent = await tempFolder();
    const app = join(parent, "app.mjs");
    writeFileSync(app, appModule);
    const ground = await layGround({ nodes, app, cycle: "40ms", heartbeat: "20ms" });
    expect(ground.folder.startsWith(join(parent, "holdfast-demo-"))).toBe(true);
    const load = await loadConfig(ground.configFile, { env: {} });
    expect(load).toMatchObject({ ok: true, warnings: [] });
    if (!load.ok) throw new Error("unreachable");
    const { cluster, addresses, stateDir } = load.settings;
    expect(cluster.nodes).toEqual(nodes);
    expect(cluster.timing).toMatchObject({ cycle: 40_000, heartbeat: 20_000 });
    const places = [...addresses.values()].map((address) => JSON.stringify(address));
    expect(new Set(places).size).toBe(nodes.length);
    expect(stateDir.startsWith(ground.folder)).toBe(true);
    // It holds the cluster's key.
    expect(statSync(ground.configFile).mode & 0o077).toBe(0);
  });

  it("with firmware has voted outputs, and bears samples of chips that were held up", async () => {
    const app = join(await tempFolder(), "app.mjs");
    writeFileSync(app, appModule);
    const periods = { cycle: "200ms", heartbeat: "100ms" };
    const timings = [[], ["heater"]].map(async (votedOutputs) => {
      const { configFile } = await layGround({ nodes, app, ...periods, votedOutputs });
      const load = await loadConfig(configFile, { env: {} });
      if (!load.ok) throw new Error("refused");
      const { timing, votedOutputs: voted } = load.settings.cluster;
      return [[...(voted ?? [])], timing.sampleAgeMax];
    });
    expect(await Promise.all(timings)).toEqual([
      [[], 400_000],
      [["heater"], 2_000_000],
    ]);
  });

  it("has another key each time", async () => {
    await tempFolder();
    const options = { nodes, app: "app.mjs", cycle: "40ms", heartbeat: "20ms" };
    const [one, other] = [await layGround(options), await layGround(options)];
    const keyOf = (file: string) => /key: ([0-9a-f]{64})/.exec(readFileSync(file, "utf8"))?.[1];
    expect(keyOf(one.configFile)).toBeDefined();
    expect(keyOf(one.configFile)).not.toBe(keyOf(other.configFile));
  });
});

describe("the folders of earlier demos", () => {
  const now = 1_700_000_000_000;

  function folderOf(parent: string, name: string, ageMs: number, pid: string | null): string {
    const folder = join(parent, name);
    mkdirSync(folder);
    if (pid !== null) writeFileSync(join(folder, "pid"), pid);
    const seconds = (now - ageMs) / 1_000;
    utimesSync(folder, seconds, seconds);
    return folder;
  }

  it("go when they are old and nobody's (DEMO-6)", async () => {
    const parent = await testFolder();
    const old = keptFor + 1;
    const gone = [
      folderOf(parent, "holdfast-demo-a", old, null),
      folderOf(parent, "holdfast-demo-b", old, "no number"),
      // No process has this id: it is more than Linux ever gives.
      folderOf(parent, "holdfast-demo-c", old, "2147483646"),
    ];
    const young = folderOf(parent, "holdfast-demo-d", keptFor - 1, null);
    const other = folderOf(parent, "holdfast-other", old, null);
    removeLeftovers(parent, now);
    expect(gone.map((folder) => existsSync(folder))).toEqual([false, false, false]);
    expect([young, other].map((folder) => existsSync(folder))).toEqual([true, true]);
  });

  it("stay, however old, while their demo runs", async () => {
    const parent = await testFolder();
    const folder = folderOf(parent, "holdfast-demo-a", 0, null);
    markOwned(folder);
    utimesSync(folder, 0, 0);
    removeLeftovers(parent, now);
    expect(existsSync(folder)).toBe(true);
  });
});

describe("the end of a log", () => {
  it("is its last line that says something, and nothing where there is none", async () => {
    const file = join(await testFolder(), "a.log");
    expect(lastLine(file)).toBeNull();
    writeFileSync(file, "one\nerror: port in use\n\n");
    expect(lastLine(file)).toBe("error: port in use");
    writeFileSync(file, "x".repeat(10_000));
    expect(lastLine(file)?.length).toBe(300);
  });
});
