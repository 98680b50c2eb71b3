import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { valueFaultsTolerated } from "../../src/config/sensor-tolerance.js";
import {
  crashesTolerated,
  type Tolerance,
  toleranceOf,
  twoFacedClocksTolerated,
} from "../../src/config/tolerance.js";
import { toleranceInWords } from "../../src/config/tolerance-words.js";
import { midValueSelect } from "../../src/voting/mid-value-select.js";
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
    expect([1, 2, 3, 4, 6, 7].map(twoFacedClocksTolerated)).toEqual([0, 0, 0, 1, 1, 2]);
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

  const toleranceFor = async (config: string): Promise<Tolerance> =>
    toleranceOf(accepted(await folder.load(config)).settings);

  /** By kind of fault, the count and the words of a group. */
  function rowsOf(tolerance: Tolerance, group: number): Map<string, string> {
    const rows = toleranceInWords(tolerance)[group]?.rows ?? [];
    return new Map(rows.map(({ count, fault, words }) => [fault, `${count} ${words}`]));
  }

  it("is said in words, by kind of fault", async () => {
    const tolerance = await toleranceFor(configOf(3));
    const [replicas, sensor] = toleranceInWords(tolerance);
    expect(replicas?.heading).toBe("3 replicas, of which 2 must work");
    expect(replicas?.notes[0]).toMatch(/^One after the other: one is borne; with the next, the/);
    const rows = rowsOf(tolerance, 0);
    expect(rows.get("crash, silence")).toBe(
      "1 another replica drives after about 150ms; 400ms where it led the log",
    );
    expect(rows.get("timing")).toMatch(/^1 late/);
    expect(rows.get("lost renewal")).toMatch(/^2 of the right to drive, in a row/);
    expect(rows.get("damaged state")).toMatch(/^1 found/);
    expect(rows.get("wrong clock")).toMatch(/^1 the same to all/);
    expect(rows.get("two-faced clock")).toMatch(/^0 .*takes 4 replicas$/);
    expect(rows.get("wrong command")).toMatch(/^0 of a faulty program/);
    expect(rows.get("lying replica")).toMatch(/^0 it has the key/);
    expect(sensor?.heading).toBe("Sensor temperature: 3 channels on 3 replicas, voter mid-value");
  });

  it("counts what the timing bears", async () => {
    const config = `${configOf(3)}timing: { heartbeat: 20ms, lease: 100ms }\n`;
    const times = { takeoverMs: 100, takeoverOfLeaderMs: 60 + 100 + 100 };
    expect(await toleranceFor(config)).toMatchObject({ lostRenewals: 2, ...times });
    const fast = `${config}state: { heartbeat: 20ms, election: 100ms }\n`;
    expect(await toleranceFor(fast)).toMatchObject({
      ...{ ...times, takeoverOfLeaderMs: 60 + 20 + 100 },
    });
    // By lease nobody leads before the longest patience is over.
    const leased = `${config}state: { heartbeat: 20ms, election: 100ms, leaseReads: true }\n`;
    expect(await toleranceFor(leased)).toMatchObject({ takeoverOfLeaderMs: 125 + 100 });
  });

  it("says that nothing is borne by one or two, and why", async () => {
    const one = await toleranceFor(configOf(1));
    expect([...rowsOf(one, 0).keys()]).toEqual([
      "crash, silence",
      "damaged state",
      "wrong command",
    ]);
    expect([...rowsOf(one, 0).values()].join()).not.toMatch(/[1-9] /);
    expect(rowsOf(one, 1).get("wrong value")).toBe("0 believed, for nothing contradicts it");
    const two = await toleranceFor(configOf(2));
    expect(rowsOf(two, 1).get("wrong value")).toMatch(/^0 noticed, but not which/);
    expect(rowsOf(two, 1).get("silent, lost, late")).toMatch(/^0 one alone does not count/);
    expect(two.singlePointsOfFailure[0]).toBe("either replica: alone, the other is no majority");
  });

  it("says the sequence, and how long an exclusion takes", async () => {
    const voting = "voting: { temperature: { health: { strikesPerFault: 15 } } }\n";
    const five = await toleranceFor(configOf(5) + voting);
    const rows = rowsOf(five, 1);
    expect(rows.get("wrong value")).toBe("2 outvoted; excluded after 2 in a row (200ms)");
    expect(rows.get("silent, lost, late")).toBe("3 left out; excluded after 10 in a row (1s)");
    const notes = toleranceInWords(five)[1]?.notes.join(" ");
    expect(notes).toContain("One after the other: 3 are excluded; of the 2 left a wrong one is");
    expect(notes).toContain("A value that is not from 0 to 120 degC counts as none.");
  });

  it("warns of a voter that does not suit, and claims nothing of an unknown one", async () => {
    const config = `${configOf(3)}voting: { temperature: { voter: exact-majority } }\n`;
    const { settings } = accepted(await folder.load(config));
    const exact = toleranceInWords(toleranceOf(settings))[1];
    expect(exact?.notes[0]).toMatch(/equal to the last bit/);
    const voter = { ...midValueSelect, name: "guess" };
    const voting = new Map([["temperature", { voter }]]);
    const unknown = toleranceOf({ ...settings, cluster: { ...settings.cluster, voting } });
    expect(unknown.sensors[0]).toMatchObject({ voterKnown: false, valueFaults: 0, inSequence: 0 });
    const notes = [expect.stringContaining("src/voting/README.md")];
    expect(toleranceInWords(unknown)[1]).toMatchObject({ rows: [], notes });
  });

  it("says which voters a liar nearby moves, and claims nothing of a mean", async () => {
    const wordsFor = async (voter: string) => {
      const voting = `voting: { temperature: { voter: ${voter} } }\n`;
      return toleranceInWords(await toleranceFor(configOf(3) + voting))[1];
    };
    const near = "A wrong value within the tolerance of a right one moves the voted value there.";
    expect((await wordsFor("brooks-iyengar"))?.notes).toContain(near);
    expect((await wordsFor("median"))?.notes).not.toContain(near);
    expect((await wordsFor("mean"))?.rows).toEqual([]);
  });

  it("says what a wrong vote of a replica does, and what protection refuses", async () => {
    const plain = rowsOf(await toleranceFor(configOf(3)), 0);
    expect(plain.get("wrong vote")).toMatch(/^1 .*named by all/);
    expect(plain.get("damaged command")).toMatch(/^0 .*written/);
    expect(plain.has("damaged sample")).toBe(false);
    const two = rowsOf(await toleranceFor(configOf(2)), 0);
    expect(two.get("wrong vote")).toMatch(/^0 .*cannot say which/);
    const protection = "protection: { samples: P07, commands: P04 }\n";
    const rows = rowsOf(await toleranceFor(configOf(3) + protection), 0);
    expect(rows.get("damaged command")).toMatch(/^n .*refused.*P04/);
    expect(rows.get("damaged sample")).toMatch(/^n .*refused.*P07/);
  });

  it("names what still brings all of it down, and what it cannot see", async () => {
    const tolerance = await toleranceFor(configOf(3));
    const points = tolerance.singlePointsOfFailure.join("\n");
    expect(points).toMatch(/^the network.*\n.*heater.*\nthe key.*\nthe app/);
    expect(points).not.toMatch(/machine|recording|channel/);
    expect(tolerance.notSeen.join("\n")).toMatch(/^power.*\nwiring.*\nhardware: .*`mock`/);
  });

  it("a recording is one for all boards", async () => {
    await folder.write("rows.csv", "t,a\n0,1\n");
    const columns = "{ a/temperature: a, b/temperature: a, c/temperature: a }";
    const board = `{ kind: recorded, file: rows.csv, columns: ${columns} }`;
    const tolerance = await toleranceFor(soundConfig.replace("{ kind: mock }", board));
    expect(tolerance.singlePointsOfFailure.join("\n")).toContain("the recording: all boards");
    expect(tolerance.notSeen.join("\n")).toContain("`recorded`");
  });

  it("sees channels that hang on one node, and replicas on one machine", async () => {
    const listed = `channels:
  temperature: [{ node: n0, channel: x }, { node: n0, channel: y }, { node: n1, channel: z }]
`;
    const config = configOf(3).replaceAll("10.0.0.", "127.0.0.") + listed;
    const points = (await toleranceFor(config)).singlePointsOfFailure;
    expect(points).toContain("one node: it has 2 of 3 channels of temperature");
    expect(points).toContain("the machine: all replicas share one address");
    const two = configOf(3).replace("10.0.0.1", "10.0.0.2").replace(":7400", ":7401");
    const shared = (await toleranceFor(two)).singlePointsOfFailure;
    expect(shared).toContain("a machine: replicas share an address");
    const all = listed.replaceAll("n1", "n0");
    const second = (host: string) =>
      toleranceFor(
        configOf(3).replace(/(- \{.*[.](\d+):7400") \}/g, `$1, secondAddress: "${host}$2:7401" }`),
      );
    const apart = await second("10.1.0.");
    expect(apart.singlePointsOfFailure.join("\n")).not.toContain("the network");
    expect(apart.notSeen).toContain("networks: the two may share a switch or a cable");
    expect((await second("10.0.0.")).singlePointsOfFailure.join("\n")).toContain(
      "both addresses are at one host",
    );
    const sensor = (await toleranceFor(configOf(3) + all)).singlePointsOfFailure;
    expect(sensor).toContain("one node: it has all channels of temperature");
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
