/** Who drives which output, in a config. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accepted, ConfigFolder, problemLines, soundConfig } from "./support/folder.js";

let folder: ConfigFolder;
beforeAll(async () => {
  folder = await ConfigFolder.make();
});
afterAll(() => folder.remove());

const votedIn = async (lines: string) =>
  accepted(await folder.load(`${soundConfig}${lines}`)).settings.cluster.votedOutputs;

describe("outputs in a config (GATE-3)", () => {
  it("are driven by the holder of the lease where nobody says otherwise", async () => {
    expect(await votedIn("")).toEqual([]);
    expect(await votedIn("outputs: { heater: { right: lease } }\n")).toEqual([]);
  });

  it("are voted where a voter in firmware drives them", async () => {
    expect(await votedIn("outputs: { heater: { right: voter } }\n")).toEqual(["heater"]);
  });

  it("are those of the app, and the voter has three lines", async () => {
    const stranger = await folder.load(`${soundConfig}outputs: { haeter: { right: voter } }\n`);
    expect(problemLines(stranger).join()).toContain("expected the name of an output of the app");
    const word = await folder.load(`${soundConfig}outputs: { heater: { right: luck } }\n`);
    expect(problemLines(word).join()).toContain("expected `lease` or `voter`");
    const two = soundConfig.replace(/.*id: c,.*\n/, "");
    const few = await folder.load(`${two}outputs: { heater: { right: voter } }\n`);
    expect(problemLines(few).join()).toContain("outputs.heater.right: expected 3 nodes");
  });
});
