import { describe, expect, it } from "vitest";
import { strangersMax } from "../../../src/codes/e2e/receiver.js";
import { e2eProfileNames, e2eProfiles } from "../../../src/codes/e2e/stream.js";
import { type Channel, channel } from "../../../src/control/channels.js";
import { parseSample, sampleBody } from "../../../src/control/cycle/messages.js";
import { resultsMax } from "../../../src/control/cycle/voter-watch.js";
import {
  commandIds,
  protectedBytes,
  protectedChannelsMax,
  protectedChannelsPerNodeMax,
  protectedCommandsMax,
  protectionProblems,
  sampleIds,
} from "../../../src/control/protection/protection.js";
import { nodeId, nodeIdLengthMax } from "../../../src/kernel/ids.js";
import { hmacSha256 } from "../../../src/wire/mac.js";
import { Sealer } from "../../../src/wire/sealer.js";

const nodes = ["a", "b", "c"].map(nodeId);
const mapOf = (sensors: number): ReadonlyMap<string, readonly Channel[]> =>
  new Map(
    Array.from({ length: sensors }, (_, index) => [
      `s${index}`,
      nodes.map((node) => channel(node, `s${index}`)),
    ]),
  );

describe("PROT-2: the data ids", () => {
  it("of channels count from 1 in the order of the config", () => {
    const ids = sampleIds(mapOf(2), "P07");
    expect([...ids].map(([id, { dataId }]) => [id, dataId])).toEqual([
      ["a/s0", 1],
      ["b/s0", 2],
      ["c/s0", 3],
      ["a/s1", 4],
      ["b/s1", 5],
      ["c/s1", 6],
    ]);
  });

  it("of a channel behind two sensors is one", () => {
    const shared = channel(nodes[0] ?? nodeId("a"), "probe");
    const ids = sampleIds(
      new Map([
        ["one", [shared]],
        ["two", [shared]],
      ]),
      "P05",
    );
    expect([...ids]).toEqual([["a/probe", { dataId: 1, strangers: [] }]]);
  });

  it("of commands count from 2048, node by node", () => {
    const cluster = { nodes, outputs: ["heater", "fan"] };
    const all = nodes.map((node) => [...commandIds(node, cluster, "P04").values()]);
    expect(all.flat().map(({ dataId }) => dataId)).toEqual([2048, 2049, 2050, 2051, 2052, 2053]);
  });

  it.each(e2eProfileNames)(
    "%s: the largest that there may be fits, and no two are alike",
    (name) => {
      const most = Array.from({ length: protectedChannelsMax }, (_, index) => `c${index}`);
      const [a = nodeId("a")] = nodes;
      const ids = sampleIds(new Map([["s", most.map((one) => channel(a, one))]]), name);
      const outputs = Array.from({ length: protectedCommandsMax }, (_, index) => `o${index}`);
      const commands = commandIds(a, { nodes: [a], outputs }, name);
      const all = [...ids.values(), ...commands.values()].map(({ dataId }) => dataId);
      expect(new Set(all).size).toBe(4_095);
      expect(Math.max(...all)).toBeLessThanOrEqual(e2eProfiles[name].dataIdMax("NIBBLE"));
    },
  );

  it("are known of strangers where a frame does not tell them, the nearest first", () => {
    expect(sampleIds(mapOf(2), "P07").get("a/s0")?.strangers).toEqual([]);
    expect(sampleIds(mapOf(2), "P05").get("a/s0")?.strangers).toEqual([4, 2, 3, 5, 6]);
    expect(sampleIds(mapOf(40), "P05").get("a/s0")?.strangers).toHaveLength(strangersMax);
    const outputs = Array.from({ length: 90 }, (_, index) => `o${index}`);
    const strangers = commandIds(nodes[0] ?? nodeId("a"), { nodes, outputs }, "P01");
    expect(strangers.get("o0")?.strangers).toHaveLength(strangersMax);
    expect(strangers.get("o0")?.strangers).toContain(2048 + 90);
  });
});

describe("PROT-9: too much to protect", () => {
  const both = { samples: "P07", commands: "P04" } as const;

  it("is told, each by its limit", () => {
    const tooMany = { channelCounts: [2_000, 48], commandCount: 2_049 };
    expect(protectionProblems(both, tooMany)).toEqual([
      { key: "samples", expected: "at most 2047 channels to protect, got 2048" },
      { key: "samples", expected: "at most 128 channels of one node to protect, got 2000" },
      {
        key: "commands",
        expected: "at most 2048 outputs of all nodes together to protect, got 2049",
      },
    ]);
  });

  it("is not what just fits, nor what is not protected", () => {
    const most = { channelCounts: [128, 128], commandCount: 2_048 };
    expect(protectionProblems(both, most)).toEqual([]);
    const unbounded = { channelCounts: [9_999], commandCount: 9_999 };
    expect(protectionProblems({ samples: null, commands: null }, unbounded)).toEqual([]);
  });

  it("would not fit into a frame: the most that may be does", () => {
    const count = protectedChannelsPerNodeMax;
    const frame = new Uint8Array(protectedBytes("P07"));
    const largest = 2 ** 50;
    const message = {
      ...{ cycle: largest, clock: largest, sentAt: largest, digest: 2 ** 48 - 1 },
      ...{ fresh: true, synchronised: true },
      echoes: Array.from({ length: 15 }, () => -largest),
      values: Array.from({ length: count }, () => frame),
      results: Array.from({ length: resultsMax }, () => Math.PI),
      words: 2 ** 32 - 1,
      settings: 40,
    };
    const body = sampleBody(message);
    const self = nodeId("n".repeat(nodeIdLengthMax));
    const mac = hmacSha256(new Uint8Array(32).fill(1));
    const sealer = new Sealer({ cluster: "c", self, bootId: 1, peers: [], mac });
    expect(sealer.seal("sample", body).length).toBeLessThanOrEqual(8_192);
    const shape = { nodeCount: 15, channelCount: count, sensorCount: 99, frameBytes: frame.length };
    expect(parseSample(body, shape)).toEqual(message);
  });
});

describe("PROT-6: a message", () => {
  const shapeOf = (frameBytes: number | null) => ({
    ...{ nodeCount: 1, channelCount: 1, sensorCount: 1, frameBytes },
  });
  const bodyOf = (value: unknown) => [1, 1, 1, null, 0, [null], [value], null, 0];

  it("with plain values is refused where samples are protected, and the other way round", () => {
    const frame = new Uint8Array(36);
    expect(parseSample(bodyOf([20, 0]), shapeOf(null))?.values).toEqual([{ value: 20, age: 0 }]);
    expect(parseSample(bodyOf([20, 0]), shapeOf(36))).toBeNull();
    expect(parseSample(bodyOf(frame), shapeOf(36))?.values).toEqual([frame]);
    expect(parseSample(bodyOf(frame), shapeOf(null))).toBeNull();
  });

  it.each<[string, unknown]>([
    ["a frame that is too short", new Uint8Array(35)],
    ["a frame that is too long", new Uint8Array(37)],
    ["the frame of another profile", new Uint8Array(18)],
    ["a list of its bytes", Array.from({ length: 36 }, () => 0)],
    ["text", "0".repeat(36)],
    ["nothing", null],
  ])("with %s is refused whole", (_, value) => {
    expect(parseSample(bodyOf(value), shapeOf(36))).toBeNull();
  });
});
