/** The output voter in a config (VOTES-11). */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

  it("is none without the section", async () => {
    expect(accepted(await folder.load(configOf(""))).settings.voter).toBeNull();
  });

  it.each([
    ["{ heater: { pin: D9 } }", voted, /outputs\.heater\.pin: expected one of D5, D6, D7, D8/],
    [
      "{ heater: { pin: D5 } }",
      "",
      /voter\.outputs\.heater: expected an output with `right: voter`/,
    ],
    ["{}", voted, /voter\.outputs: expected heater, which has `right: voter`/],
    ["{ heater: { pin: D5, grace: soon } }", voted, /outputs\.heater\.grace/],
    [
      "{ heater: { pin: D5 }, pump: { pin: D5 } }",
      voted,
      /pump: expected an output with `right: voter`/,
    ],
  ])("refuses %s", async (outputs, right, message) => {
    const found = await problems(configOf(`voter: { port: /dev/x, outputs: ${outputs} }\n`, right));
    expect(found.some((line) => message.test(line))).toBe(true);
  });
});
