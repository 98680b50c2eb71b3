/** Protection from end to end in a config: its defaults, and what cannot be protected. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accepted, appModule, ConfigFolder, problemLines, soundConfig } from "./support/folder.js";

let folder: ConfigFolder;
beforeAll(async () => {
  folder = await ConfigFolder.make();
});
afterAll(() => folder.remove());

const protectionIn = async (lines: string) =>
  accepted(await folder.load(`${soundConfig}${lines}`)).settings.cluster.protection;

const outputs = (count: number): string =>
  Array.from({ length: count }, (_, index) => `o${index}: heater`).join(", ");

describe("protection in a config (PROT-9)", () => {
  it("is none where nobody asks for it, and says so", async () => {
    const load = accepted(await folder.load(soundConfig));
    expect(load.settings.cluster.protection).toEqual({ samples: null, commands: null });
    expect(load.values.filter(({ path }) => path[0] === "protection")).toMatchObject([
      { path: ["protection", "samples"], value: "none", origin: { kind: "default" } },
      { path: ["protection", "commands"], value: "none", origin: { kind: "default" } },
    ]);
  });

  it("is what is asked for, each by itself", async () => {
    const both = "protection: { samples: P07, commands: P04 }\n";
    expect(await protectionIn(both)).toEqual({ samples: "P07", commands: "P04" });
    const one = "protection: { commands: P01 }\n";
    expect(await protectionIn(one)).toEqual({ samples: null, commands: "P01" });
    const none = "protection: { samples: none }\n";
    expect(await protectionIn(none)).toEqual({ samples: null, commands: null });
  });

  it("may come from the environment", async () => {
    const env = { HOLDFAST_PROTECTION_SAMPLES: "P02" };
    const load = accepted(await folder.load(soundConfig, { env }));
    expect(load.settings.cluster.protection.samples).toBe("P02");
  });

  it("is refused with a profile that is none", async () => {
    const load = await folder.load(`${soundConfig}protection: { samples: P11 }\n`);
    expect(problemLines(load)).toEqual([
      "holdfast.yaml:9:24: protection.samples: " +
        'expected one of P01, P02, P04, P05, P06, P07, none, got "P11"',
    ]);
  });

  it("is refused for more outputs than there are data ids", async () => {
    const heater = "const heater = { unit: '1', min: 0, max: 1, safe: { kind: 'hold' } };";
    const many = appModule.replace(/outputs: .*/, `outputs: { ${outputs(683)} },`);
    await folder.write("many.mjs", `${heater}${many.replace("heater: 0", "")}`);
    const config = soundConfig.replace("app.mjs", "many.mjs");
    const load = await folder.load(`${config}protection: { samples: P07, commands: P04 }\n`);
    expect(problemLines(load)).toEqual([
      "holdfast.yaml:9:39: protection.commands: " +
        "expected at most 2048 outputs of all nodes together to protect, got 2049",
    ]);
    accepted(await folder.load(`${config}protection: { samples: P07 }\n`));
  });

  it("is refused for more channels of a node than fit into a message", async () => {
    const list = Array.from({ length: 129 }, (_, index) => `{ node: a, channel: t${index} }`);
    const channels = `channels: { temperature: [${list.join(", ")}] }\n`;
    const load = await folder.load(`${soundConfig}protection: { samples: P01 }\n${channels}`);
    expect(problemLines(load)).toEqual([
      "holdfast.yaml:9:24: protection.samples: " +
        "expected at most 128 channels of one node to protect, got 129",
    ]);
  });
});
