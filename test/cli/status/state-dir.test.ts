import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigFolder, soundConfig } from "../../config/support/folder.js";
import { run } from "../support/captured-io.js";

let folder: ConfigFolder;
beforeEach(async () => {
  folder = await ConfigFolder.make();
  // Two nodes: `config check` warns of it.
  await folder.write("holdfast.yaml", soundConfig.replace(/ {2}- \{ id: c.*\n/, ""));
});
afterEach(() => folder.remove());

const ask = (env: Readonly<Record<string, string>> = {}) =>
  run(["kv", "get", "x"], { cwd: folder.path, env });

describe("a question to the replicas of a config (CLI-STATE-1)", () => {
  it("does not say again what `config check` and `run` warn of", async () => {
    const { code, stderr } = await ask();
    expect(code).toBe(4);
    expect(stderr).toContain(`no folder ${join(folder.path, "state")}`);
    expect(stderr).not.toContain("warning");
  });

  it("warns of a variable that it does not know, for the folder may hang on it", async () => {
    const { stderr } = await ask({ HOLDFAST_STATEDIR: "/elsewhere" });
    expect(stderr).toContain("warning: environment HOLDFAST_STATEDIR: it has no effect");
  });

  it("is not asked where the config is none", async () => {
    await folder.write("holdfast.yaml", "cluster: 1\n");
    const { code, stderr } = await ask();
    expect(code).toBe(3);
    expect(stderr).toContain("holdfast.yaml:1:");
  });
});
