import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  crashesTolerated,
  toleranceInWords,
  toleranceOf,
  valueFaultsTolerated,
} from "../../src/config/tolerance.js";
import { accepted, ConfigFolder, soundConfig, warningLines } from "./support/folder.js";

let folder: ConfigFolder;
beforeEach(async () => {
  folder = await ConfigFolder.make();
});
afterEach(() => folder.remove());

const nodeLine = /^ {2}- .*\n/gm;

function configOf(count: number): string {
  const ids = Array.from({ length: count }, (_, index) => `n${index}`);
  const nodes = ids.map((id, index) => `  - { id: ${id}, address: "10.0.0.${index + 1}:7400" }\n`);
  return soundConfig.replace(nodeLine, "").replace("nodes:\n", `nodes:\n${nodes.join("")}`);
}

describe("what a number of replicas tolerates (CONFIG-8)", () => {
  it("is the floor of half of the others", () => {
    expect([1, 2, 3, 4, 5, 6, 7].map(crashesTolerated)).toEqual([0, 0, 1, 1, 2, 2, 3]);
    expect([1, 2, 3, 4, 5].map(valueFaultsTolerated)).toEqual([0, 0, 1, 1, 2]);
  });

  it.each([
    [1, "no redundancy"],
    [2, "cannot isolate"],
    [4, "4 nodes tolerate 1 crash, no more than 3 do"],
    [6, "6 nodes tolerate 2 crashes, no more than 5 do"],
  ])("%i nodes are accepted with a warning", async (count, words) => {
    const load = accepted(await folder.load(configOf(count)));
    expect(warningLines(load)).toEqual([expect.stringContaining(words)]);
    expect(warningLines(load)[0]).toMatch(/^holdfast\.yaml:4:1: nodes: /);
  });

  it.each([3, 5])("%i nodes get none", async (count) => {
    expect(warningLines(accepted(await folder.load(configOf(count))))).toEqual([]);
  });

  it("is said in words, with what still brings all of it down", async () => {
    const { cluster, addresses } = accepted(await folder.load(configOf(3))).settings;
    const tolerance = toleranceOf(cluster, addresses);
    expect(toleranceInWords(tolerance)).toEqual([
      expect.stringContaining("3 replicas: 1 crash tolerated, 1 silent or late replica tolerated"),
      "sensor temperature, 3 channels: 1 wrong value tolerated at a time",
    ]);
    const points = tolerance.singlePointsOfFailure.join("\n");
    expect(points).toMatch(/network.*\n.*heater.*\nthe app/s);
    expect(points).not.toContain("a machine");
  });

  it("sees channels that hang on one node, and replicas on one machine", async () => {
    const listed = `channels:
  temperature: [{ node: n0, channel: x }, { node: n0, channel: y }, { node: n1, channel: z }]
`;
    const config = configOf(3).replaceAll("10.0.0.", "127.0.0.") + listed;
    const { cluster, addresses } = accepted(await folder.load(config)).settings;
    const points = toleranceOf(cluster, addresses).singlePointsOfFailure;
    expect(points).toContain("one node: it has 2 of 3 channels of temperature");
    expect(points).toContain("a machine: replicas share an address");
  });

  it("warns of a sensor with few channels", async () => {
    const two = "channels: { temperature: [{ node: n0, channel: x }, { node: n1, channel: y }] }\n";
    const load = await folder.load(configOf(3) + two);
    expect(warningLines(load)).toEqual([expect.stringContaining("cannot isolate")]);
  });
});

describe("the key file (CONFIG-9)", () => {
  it.each([
    ["hex", `${"ab".repeat(16)}\n`, 16],
    ["raw bytes", Uint8Array.from({ length: 20 }, (_, index) => index * 7 + 1), 20],
  ])("holds %s", async (_, content, length) => {
    await folder.write("other", content, 0o600);
    const load = await folder.load(soundConfig.replace("keyFile: key", "keyFile: other"));
    expect(accepted(load).settings.key).toHaveLength(length);
    expect(load.warnings).toEqual([]);
  });

  it.each([
    ["15 raw bytes", "too short, this\n".slice(0, 15)],
    ["15 bytes in hex", "ab".repeat(15)],
    ["65 raw bytes", "x".repeat(65)],
    ["nothing", ""],
  ])("is refused with %s", async (_, content) => {
    await folder.write("other", content, 0o600);
    const load = await folder.load(soundConfig.replace("keyFile: key", "keyFile: other"));
    expect(load).toMatchObject({ ok: false, problems: [{ path: ["keyFile"] }] });
  });

  it("is warned of when others can read it", async () => {
    await folder.write("open", keyText, 0o644);
    const load = await folder.load(soundConfig.replace("keyFile: key", "keyFile: open"));
    expect(warningLines(accepted(load))).toEqual([expect.stringContaining("chmod 600")]);
  });
});

const keyText = "ab".repeat(16);
