/** The check in a thread of its own, which takes the compiled program. */
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { builtFile, isBuilt, startNode } from "../host/support/built.js";
import { appModule, ConfigFolder, soundConfig } from "./support/folder.js";

const files = ["load", "load-apart", "check-thread"].map((name) => `src/config/${name}.js`);
const urlOf = (name: string): string =>
  JSON.stringify(pathToFileURL(builtFile(`src/config/${name}.js`)).href);

/** Loads in both ways, compares, and prints what came of it. */
const script = `
  import { deepStrictEqual } from "node:assert";
  import { loadConfigApart } from ${urlOf("load-apart")};
  const overrides = [{ path: "log.level", text: "warn", flag: "-l" }];
  const options = { env: process.env, overrides };
  const apart = await loadConfigApart("holdfast.yaml", options);
  const { loadConfig } = await import(${urlOf("load")});
  deepStrictEqual(apart, await loadConfig("holdfast.yaml", options));
  const { ok, settings, problems = [] } = apart;
  console.log(JSON.stringify({ ok, level: settings?.log.level, problems: problems.length }));`;

let folder: ConfigFolder;
beforeEach(async () => {
  folder = await ConfigFolder.make();
});
afterEach(() => folder.remove());

async function loadBothWays(config: string): Promise<readonly string[]> {
  await folder.write("holdfast.yaml", config);
  const node = startNode(["--input-type=module", "-e", script], { cwd: folder.path });
  const { code, stdout, stderr } = await node.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.trimEnd().split("\n");
}

describe.skipIf(!isBuilt(files))("a config that is checked in a thread (CONFIG-11)", () => {
  it("gives the same settings, channels, key and app as in the same thread", async () => {
    const more =
      "channels: { temperature: [{ node: a, channel: t1 }, { node: c, channel: t9 }] }\n";
    const lines = await loadBothWays(`${soundConfig}${more}recorder: { bytesMax: 2MiB }\n`);
    expect(lines).toEqual(['{"ok":true,"level":"warn","problems":0}']);
  });

  it("gives the same problems, the app's among them", async () => {
    await folder.write("app.mjs", 'throw new Error("not today");');
    const lines = await loadBothWays(`${soundConfig}timing: { cycle: soon }\ncolour: red\n`);
    expect(lines).toEqual(['{"ok":false,"problems":3}']);
  });

  it("gives the same problem for a file that is no YAML", async () => {
    expect(await loadBothWays("nodes: [")).toEqual([expect.stringContaining('"ok":false')]);
  });

  it("runs the app's module in this thread, and once", async () => {
    const tell =
      'import { isMainThread } from "node:worker_threads";\nconsole.log({ isMainThread });';
    await folder.write("app.mjs", `${tell}${appModule}`);
    const [first, ...rest] = await loadBothWays(soundConfig);
    expect(first).toBe("{ isMainThread: true }");
    expect(rest).toEqual(['{"ok":true,"level":"warn","problems":0}']);
  });
});
