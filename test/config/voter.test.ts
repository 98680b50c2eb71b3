/** The output voter in a config (VOTES-11). */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { placeOf } from "../../src/cli/run/voter.js";
import { nodeId } from "../../src/kernel/ids.js";
import { millis } from "../../src/kernel/time.js";
import { accepted, ConfigFolder, problemLines, soundConfig } from "./support/folder.js";

let folder: ConfigFolder;
beforeAll(async () => {
  folder = await ConfigFolder.make();
});
afterAll(() => folder.remove());

const voted = "outputs: { heater: { right: voter } }\n";
const configOf = (voter: string, outputs = voted): string => `${soundConfig}${outputs}${voter}`;

const problems = async (config: string): Promise<readonly string[]> =>
  problemLines(await folder.load(config)).map((line) =>
    line.replace(/^holdfast.yaml:\d+:\d+: /, ""),
  );

describe("VOTES-11: the voter of a config", () => {
  it("is where the voted outputs go, with what holds by default", async () => {
    const voter =
      "voter: { port: /dev/ttyACM0, ports: { b: /dev/ttyACM1 }, " +
      "outputs: { heater: { pin: D6, as: pwm, tolerance: 0.02 } } }\n";
    const { settings } = accepted(await folder.load(configOf(voter)));
    expect(settings.voter).toMatchObject({
      ...{ port: "/dev/ttyACM0", ports: { b: "/dev/ttyACM1" }, baudRate: 115_200, rebind: false },
    });
    const { cycle } = settings.cluster.timing;
    expect(settings.voter?.outputs.get("heater")).toEqual({
      ...{ number: 1, use: "pwm", tolerance: 0.02 },
      ...{ grace: Math.min(2 * cycle, millis(1_000)), patience: 5 * cycle },
    });
  });

  it("gives each node the line of its name's place, however the file lists them", async () => {
    const [c, a, b] = ["c", "a", "b"].map(
      (id, at) => `  - { id: ${id}, address: "10.0.0.${at}:7" }\n`,
    );
    const config = soundConfig.replace(/( {2}- .*\n)+/, `${c}${a}${b}`);
    const { settings } = accepted(await folder.load(config));
    const places = ["a", "b", "c"].map((id) => placeOf(settings.cluster, nodeId(id)));
    expect(places).toEqual([0, 1, 2]);
    expect(() => placeOf(settings.cluster, nodeId("d"))).toThrow(/no line/);
  });

  it("is none without the section", async () => {
    expect(accepted(await folder.load(configOf(""))).settings.voter).toBeNull();
  });

  it.each([
    ["grace: 1001ms", /grace: expected at most 1s, which is all that the voter waits, got 1001ms/],
    ["patience: 2m", /patience: expected at most 65535ms, which is all .* got 2m/],
    ["tolerance: 1.5", /tolerance: expected at most 1, the whole range of heater, got 1.5/],
  ])("refuses %s, which the firmware does not take, with its line", async (limit, message) => {
    const outputs = `  outputs:\n    heater:\n      pin: D5\n      ${limit}\n`;
    const lines = problemLines(await folder.load(configOf(`voter:\n  port: /dev/x\n${outputs}`)));
    expect(lines).toHaveLength(1);
    const line = configOf("").split("\n").length + 5;
    expect(lines[0]).toMatch(new RegExp(`^holdfast.yaml:${line}:`));
    expect(lines[0]).toMatch(message);
  });

  it("takes as much as the firmware does", async () => {
    const most = "pin: D5, grace: 1s, patience: 65535ms, tolerance: 1";
    const voter = `voter: { port: /dev/x, outputs: { heater: { ${most} } } }\n`;
    expect(accepted(await folder.load(configOf(voter))).settings.voter).not.toBeNull();
  });

  it("takes an output that is not voted, which the voter drives by right", async () => {
    const voter = "voter: { port: /dev/x, outputs: { heater: { pin: D5 } } }\n";
    const { settings } = accepted(await folder.load(configOf(voter, "")));
    expect(settings.cluster.votedOutputs).toEqual([]);
    expect(settings.voter?.outputs.has("heater")).toBe(true);
  });

  it.each([
    ["{ heater: { pin: D9 } }", voted, /outputs\.heater\.pin: expected one of D5, D6, D7, D8/],
    [
      "{ heated: { pin: D5 } }",
      "",
      /voter\.outputs\.heated: expected the name of an output of the app/,
    ],
    ["{}", voted, /voter\.outputs: expected heater, which has `right: voter`/],
    ["{ heater: { pin: D5, grace: soon } }", voted, /outputs\.heater\.grace/],
    [
      "{ heater: { pin: D5 }, pump: { pin: D5 } }",
      voted,
      /pump: expected the name of an output of the app/,
    ],
  ])("refuses %s", async (outputs, right, message) => {
    const found = await problems(configOf(`voter: { port: /dev/x, outputs: ${outputs} }\n`, right));
    expect(found.some((line) => message.test(line))).toBe(true);
  });
});
