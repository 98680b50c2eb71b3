import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadApp } from "../../src/config/app-module.js";
import { appModule, ConfigFolder } from "./support/folder.js";

let folder: ConfigFolder;
beforeEach(async () => {
  folder = await ConfigFolder.make();
});
afterEach(() => folder.remove());

async function load(module: string) {
  await folder.write("under-test.mjs", module);
  return loadApp(join(folder.path, "under-test.mjs"));
}

describe("the app's module (CONFIG-5)", () => {
  it("exports `app`, or a default", async () => {
    const named = await load(appModule);
    expect(named).toMatchObject({ ok: true, app: { name: "boiler" } });
    await folder.write("other.mjs", appModule.replace("const app =", "default"));
    expect(await loadApp(join(folder.path, "other.mjs"))).toMatchObject({ ok: true });
  });

  it("is told apart from one that is not there, or not built yet", async () => {
    const file = join(folder.path, "no-such.js");
    const message = `expected a module that loads; ${file}: no such file (is it built?)`;
    expect(await loadApp(file)).toEqual({ ok: false, message });
  });

  it.each([
    ["throw new Error('no sensor bus');", "no sensor bus"],
    ["export const app = ;", "under-test.mjs: "],
    ["import 'no-such-package';", "no-such-package"],
    ["export const other = 1;", "found neither"],
    ["export const app = 7;", "found something else"],
    [
      "export const app = { name: 'x', sensors: { a: null }, outputs: {}, control() {} };",
      "found something else",
    ],
    [
      appModule.replace("tolerance: 0.5", "tolerance: 0"),
      "sensors.temperature.tolerance: expected more than 0",
    ],
    [appModule.replace("max: 120", "max: -1"), "expected finite min < max"],
  ])("is refused with its path: %s", async (module, expected) => {
    const result = await load(module);
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining(expected) });
    expect(result).toMatchObject({ message: expect.stringContaining("under-test.mjs") });
  });

  it("is refused when it does not exist", async () => {
    const result = await loadApp(join(folder.path, "none.mjs"));
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining("none.mjs") });
  });
});
