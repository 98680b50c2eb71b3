import { join } from "node:path";
import { asyncProperty, integer, assert as property, record } from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { channel } from "../../src/control/channels.js";
import { nodeId } from "../../src/kernel/ids.js";
import { seconds } from "../../src/kernel/time.js";
import { voters } from "../../src/voting/voters.js";
import { accepted, ConfigFolder, keyHex, problemLines, soundConfig } from "./support/folder.js";

let folder: ConfigFolder;
beforeEach(async () => {
  folder = await ConfigFolder.make();
});
afterEach(() => folder.remove());

/** The sound config with lines added; their numbers begin at 9. */
const withMore = (lines: string): string => `${soundConfig}${lines}`;

/** The sound config with second addresses, that of the first node as given. */
function withSecond(first: string): string {
  const addresses = [first, "10.1.0.2:7400", "10.1.0.3:7400"];
  return soundConfig.replace(
    /(- \{.*) \}/g,
    (_, node) => `${node}, secondAddress: "${addresses.shift()}" }`,
  );
}

describe("a sound config", () => {
  it("gives the settings, defaults derived (CONFIG-2)", async () => {
    const { settings, warnings } = accepted(await folder.load(soundConfig));
    expect(warnings).toEqual([]);
    expect(settings.cluster).toMatchObject({ cluster: "boiler", nodes: ["a", "b", "c"] });
    expect(settings.cluster.timing).toEqual({
      cycle: 100_000,
      cutoff: 50_000,
      heartbeat: 50_000,
      suspectAfter: 150_000,
      lease: 150_000,
      clockDriftMaxPpm: 500,
      skewMax: 12_500,
      sampleAgeMax: 200_000,
      latenessMax: 75_000,
      watchdog: 1_000_000,
    });
    expect(settings.addresses.get(nodeId("c"))).toEqual({ address: "fe80::3", port: 7400 });
    expect(Buffer.from(settings.key).toString("hex")).toBe(keyHex);
    expect(settings).toMatchObject({
      board: { kind: "mock", seed: 1 },
      recorder: null,
      stateDir: join(folder.path, "state"),
      log: { level: "info" },
      faultsAllowed: false,
    });
    expect(settings.cluster.channels).toEqual(
      new Map([
        ["temperature", ["a", "b", "c"].map((node) => channel(nodeId(node), "temperature"))],
      ]),
    );
  });

  it("may have a second path, by second addresses", async () => {
    const one = accepted(await folder.load(soundConfig)).settings;
    expect([one.secondAddresses, one.cluster.paths.map(({ name }) => name)]).toEqual([
      null,
      ["udp"],
    ]);
    const { settings } = accepted(await folder.load(withSecond("10.1.0.1:7400")));
    expect(settings.secondAddresses?.get(nodeId("b"))).toEqual({ address: "10.1.0.2", port: 7400 });
    expect(settings.cluster.paths).toEqual([
      { name: "udp", silenceMax: seconds(1) },
      { name: "udp2", silenceMax: seconds(1) },
    ]);
  });

  it("derives one time from another (CONFIG-2)", async () => {
    const load = await folder.load(withMore("timing: { cycle: 400ms, heartbeat: 10ms }\n"));
    expect(accepted(load).settings.cluster.timing).toMatchObject({
      cutoff: 200_000,
      lease: 30_000,
      latenessMax: 15_000,
      skewMax: 50_000,
      watchdog: 4_000_000,
    });
  });

  it("lowers the skew with the cutoff, so that a default is never refused (CONFIG-2)", async () => {
    const load = await folder.load(withMore("timing: { cutoff: 10ms }\n"));
    expect(accepted(load).settings.cluster.timing.skewMax).toBe(2_500);
  });

  it("sorts the nodes, and keeps the listed order of channels", async () => {
    const listed =
      "channels: { temperature: [{ node: c, channel: t9 }, { node: a, channel: t1 }, " +
      "{ node: b, channel: t }] }\n";
    const config = withMore(listed).replace("{ id: a,", "{ id: z,").replace("node: a,", "node: z,");
    const { cluster } = accepted(await folder.load(config)).settings;
    expect(cluster.nodes).toEqual(["b", "c", "z"]);
    expect(cluster.channels.get("temperature")?.map(({ id }) => id)).toEqual([
      "c/t9",
      "z/t1",
      "b/t",
    ]);
  });

  it("reads recorder, voting and a recorded board; paths begin beside the config", async () => {
    await folder.write("motes.csv", "t,m1\n0,1\n");
    const more = `recorder: { bytesMax: 1MiB }
voting: { temperature: { voter: exact-majority, tolerance: 0.2, health: { strikesMax: 5 } } }
`;
    const recorded = "{ kind: recorded, file: motes.csv, columns: { a/temperature: m1 } }";
    const load = await folder.load(withMore(more).replace("{ kind: mock }", recorded));
    const { settings } = accepted(load);
    expect(settings.recorder).toEqual({
      path: join(folder.path, "state", "recordings"),
      bytesMax: 1_048_576,
      bytesPerSecondMax: 262_144,
    });
    expect(settings.cluster.voting.get("temperature")).toEqual({
      voter: voters.get("exact-majority"),
      tolerance: 0.2,
      health: { strikesMax: 5 },
    });
    expect(settings.board).toMatchObject({ file: join(folder.path, "motes.csv"), speed: 1 });
  });
});

describe("refusals (CONFIG-3)", () => {
  it.each([
    ["timing: { cycle: 100 }", "9:18: timing.cycle: expected a duration such as"],
    [
      "timing: { cutof: 5ms }",
      '9:11: timing.cutof: expected a known key, got "cutof" (did you mean "cutoff"?)',
    ],
    ["timing: { cycle: 0ms, cutoff: 0ms }", "9:18: timing.cycle: expected more than 0"],
    ["timing: { cutoff: 101ms }", "9:19: timing.cutoff: expected less than a cycle"],
    ["timing: { cutoff: 100ms }", "9:19: timing.cutoff: expected less than a cycle"],
    ["timing: { lease: 99ms }", "9:18: timing.lease: expected at least 2 heartbeats"],
    ["timing: { suspectAfter: 50ms }", "9:25: timing.suspectAfter: expected more than a heartbeat"],
    ["timing: { skewMax: 26ms }", "9:20: timing.skewMax: expected at most half of the cutoff"],
    ["timing: { sampleAgeMax: 49ms }", "9:25: timing.sampleAgeMax: expected at least the cutoff"],
    ["timing: { latenessMax: 151ms }", "9:24: timing.latenessMax: expected at most the lease"],
    ["timing: { watchdog: 199ms }", "9:21: timing.watchdog: expected at least 2 cycles"],
    ["timing: { clockDriftMaxPpm: 1.5 }", "9:29: timing.clockDriftMaxPpm: expected a whole number"],
    ["timing:", "9:8: timing: expected a mapping of keys to values, got null"],
    ["faultsAllowed: yes", '9:16: faultsAllowed: expected true or false, got "yes"'],
    ["log: { level: verbose }", "9:15: log.level: expected one of trace, debug"],
    ["recorder: { bytesMax: 16 }", "9:23: recorder.bytesMax: expected a size such as"],
    ["cluster: again", "9:1: cluster: expected each key once, and line 1 has it already"],
    ["__proto__: { a: 1 }", '9:1: __proto__: expected a known key, got "__proto__"'],
    ["key: 00112233445566778899aabbccddeeff", "9:1: key: expected key or keyFile, not both"],
    ["voting: { pressure: {} }", "9:11: voting.pressure: expected the name of a sensor of the app"],
    [
      "voting: { temperature: { tolerance: 0 } }",
      "9:37: voting.temperature.tolerance: expected a number above 0",
    ],
    [
      "channels: { temperatur: [] }",
      'channels.temperatur: expected the name of a sensor of the app (did you mean "temperature"?)',
    ],
    [
      "channels: { temperature: [{ node: d, channel: t }] }",
      '9:35: channels.temperature[0].node: expected the id of a node, got "d"',
    ],
    [
      "channels: { temperature: [{ node: a, channel: t }, { node: a, channel: t }] }",
      "9:52: channels.temperature[1]: expected each channel once, or a/t has two votes",
    ],
  ])("%s", async (line, expected) => {
    const lines = problemLines(await folder.load(withMore(`${line}\n`)));
    expect(lines.join("\n")).toContain(expected);
    expect(lines[0]).toMatch(/^holdfast\.yaml:9:/);
  });

  it.each([
    [
      'id: b, address: "10.0.0.2:7400"',
      'id: a, address: "10.0.0.2:7400"',
      '6:11: nodes[1].id: expected each id once, and line 5 has "a" already',
    ],
    [
      "10.0.0.2:7400",
      "10.0.0.1:7400",
      "6:23: nodes[1].address: expected each address once, and line 5",
    ],
    ["10.0.0.2:7400", "10.0.0.2", "6:23: nodes[1].address: expected an address such as"],
    ["id: b", "id: B", "6:11: nodes[1].id: expected lower-case letters"],
    ["id: b, ", "", "6:5: nodes[1].id: missing: expected lower-case letters"],
    ["cluster: boiler\n", "", "1:1: cluster: missing: expected lower-case letters"],
    ["keyFile: key\n", "", "1:1: missing: expected keyFile (openssl rand"],
    ["keyFile: key", "keyFile: no-such", "2:10: keyFile: expected a file that can be read"],
    [
      "keyFile: key",
      "key: '0011'",
      "2:6: key: expected at least 32 hexadecimal digits (16 bytes), in quotes, got 4 characters",
    ],
    ["{ kind: mock }", "{ kind: pi }", "8:16: board.kind: expected a mapping with `kind: mock` or"],
    [
      "{ kind: mock }",
      "{ kind: recorded, file: no.csv }",
      "8:32: board.file: expected a file that can be read",
    ],
    [
      "{ kind: mock }",
      "{ kind: mock, file: no.csv }",
      '8:22: board.file: expected a known key, got "file" (of another kind)',
    ],
  ])("%s -> %s", async (from, to, expected) => {
    const lines = problemLines(await folder.load(soundConfig.replace(from, to)));
    expect(lines.join("\n")).toContain(`holdfast.yaml:${expected}`);
  });

  it.each([
    ["10.1.0.2:7400", "6:55: nodes[1].secondAddress: expected each secondAddress once, and line 5"],
    ["10.0.0.1:7400", "5:55: nodes[0].secondAddress: expected each secondAddress once, and line 5"],
    ["10.0.0.2:7400", "6:23: nodes[1].address: expected each address once, and line 5"],
    ["10.1.0.1", "5:55: nodes[0].secondAddress: expected an address such as"],
  ])("a second address %s that is another's", async (first, expected) => {
    const lines = problemLines(await folder.load(withSecond(first)));
    expect(lines.join("\n")).toContain(`holdfast.yaml:${expected}`);
  });

  it("a second address at some nodes only", async () => {
    const some = withSecond("x").replace(', secondAddress: "x"', "");
    expect(problemLines(await folder.load(some))).toEqual([
      "holdfast.yaml:5:5: nodes[0].secondAddress: " +
        "missing: expected a secondAddress at every node, or at none",
    ]);
  });

  it("all at once, sorted by line (CONFIG-4)", async () => {
    const config = soundConfig
      .replace("cluster: boiler", "cluster: Boiler")
      .replace("app: app.mjs", "app: none.mjs")
      .replace("10.0.0.2:7400", "10.0.0.2");
    const lines = problemLines(await folder.load(`${config}colour: red\ntiming: { cutoff: 1s }\n`));
    expect(lines.map((line) => Number(line.split(":")[1]))).toEqual([1, 3, 6, 9, 10]);
  });

  it("accepts no contradiction, and refuses no default (CONFIG-2)", async () => {
    const duration = integer({ min: 1, max: 600 }).map((ms) => `${ms}ms`);
    const keys = ["cycle", "cutoff", "heartbeat", "suspectAfter", "lease", "skewMax"];
    const some = record(Object.fromEntries(keys.map((key) => [key, duration])), {
      requiredKeys: [],
    });
    const check = asyncProperty(some, async (timing) => {
      const load = await folder.load(withMore(`timing: ${JSON.stringify(timing)}\n`));
      const blamed = load.ok ? [] : load.problems.map(({ path }) => String(path[1]));
      expect(Object.keys(timing)).toEqual(expect.arrayContaining(blamed));
      if (!load.ok) return;
      const t = load.settings.cluster.timing;
      expect(t.cutoff).toBeLessThanOrEqual(Math.min(t.cycle, t.sampleAgeMax));
      expect(t.lease).toBeGreaterThanOrEqual(Math.max(2 * t.heartbeat, t.latenessMax));
      expect(t.suspectAfter).toBeGreaterThan(t.heartbeat);
      expect(t.skewMax).toBeLessThanOrEqual(t.cutoff / 2);
      expect(t.watchdog).toBeGreaterThanOrEqual(2 * t.cycle);
    });
    await property(check, { numRuns: 200 });
  });

  it("does not blame what hangs on an unreadable value", async () => {
    const load = await folder.load(withMore("timing: { cycle: soon, cutoff: 10m, skewMax: 4m }\n"));
    expect(problemLines(load)).toEqual([
      expect.stringContaining("timing.cycle: expected a duration"),
    ]);
  });

  it("a key file that is not there, telling how to make one", async () => {
    const load = await folder.load(soundConfig.replace("keyFile: key", "keyFile: no-such"));
    const file = join(folder.path, "no-such");
    expect(problemLines(load).join()).toContain(`make one: openssl rand -hex 32 > ${file}`);
  });

  it("a file that is missing, empty, no mapping, no UTF-8, or no YAML", async () => {
    const load = (text: string) => folder.load(text).then(problemLines);
    expect(await load("")).toEqual([
      "holdfast.yaml:1:1: expected a mapping of keys to values, got null",
    ]);
    expect(await load("- a\n")).toEqual([expect.stringContaining("1:1: expected a mapping")]);
    expect((await load('a: "b\n')).join()).toContain("expected YAML: Missing closing");
    expect((await load("a: [&x [1], *y]\n")).join()).toContain("expected YAML: ");
    const prose = `a: 1\n${"words and more words\n".repeat(50)}`;
    for (const line of await load(prose)) expect(line.length).toBeLessThan(160);
    await folder.write("latin1.yaml", Uint8Array.of(0x61, 0x3a, 0xe9));
    const { loadConfig } = await import("../../src/config/load.js");
    const of = (name: string) => loadConfig(name, { env: {}, cwd: folder.path }).then(problemLines);
    expect(await of("latin1.yaml")).toEqual(["latin1.yaml: expected text in UTF-8"]);
    expect(await of("none.yaml")).toEqual(["none.yaml: expected a file that can be read (ENOENT)"]);
    await folder.write("huge.yaml", "#".repeat(1_048_577));
    expect(await of("huge.yaml")).toEqual(["huge.yaml: expected at most 1MiB of YAML"]);
  });

  it("an alias bomb", async () => {
    const level = (name: string, of: string) =>
      `${name}: &${name} [${`*${of}, `.repeat(9)}*${of}]\n`;
    const levels = [level("b", "a"), level("c", "b"), level("d", "c"), level("e", "d")];
    const bomb = `a: &a [x]\n${levels.join("")}`;
    expect(problemLines(await folder.load(bomb)).join()).toContain("Excessive alias count");
  });

  it("never tells the key", async () => {
    const secret = "deadbeefdeadbeefdeadbeefdeadbee";
    const load = await folder.load(soundConfig.replace("keyFile: key", `key: ${secret}`));
    expect(problemLines(load).join()).toContain("key: expected at least 32");
    expect(JSON.stringify(load)).not.toContain(secret);
  });
});
