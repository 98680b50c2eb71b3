/** The section `realtime` of a config. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accepted, ConfigFolder, problemLines, soundConfig } from "./support/folder.js";

let folder: ConfigFolder;
beforeEach(async () => {
  folder = await ConfigFolder.make();
});
afterEach(() => folder.remove());

describe("realtime", () => {
  it("is what the loop asks the kernel for", async () => {
    const both = accepted(await folder.load(`${soundConfig}realtime: { priority: 98, cpu: 3 }\n`));
    expect(both.settings.realtime).toEqual({ priority: 98, cpu: 3 });
    const one = accepted(await folder.load(`${soundConfig}realtime: { priority: 1 }\n`));
    expect(one.settings.realtime).toEqual({ priority: 1, cpu: null });
  });

  it("is nothing where the config has none", async () => {
    expect(accepted(await folder.load(soundConfig)).settings.realtime).toBeNull();
  });

  it.each(["{ priority: 99 }", "{ priority: 0 }", "{ priority: 2.5 }", "{ cpu: 1 }"])(
    "refuses %s, with what was expected",
    async (text) => {
      const problems = problemLines(await folder.load(`${soundConfig}realtime: ${text}\n`));
      expect(problems.join("\n")).toContain("expected a whole number from 1 to 98");
    },
  );
});
