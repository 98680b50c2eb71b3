/** Bodies of samples: what is written is read again, and what does not fit is refused whole. */
import { describe, expect, it } from "vitest";
import { channel } from "../../../src/control/channels.js";
import {
  orderBody,
  parseOrder,
  parseSample,
  type SampleMessage,
  sampleBody,
} from "../../../src/control/cycle/messages.js";
import { resultsMax } from "../../../src/control/cycle/voter-watch.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { micros } from "../../../src/kernel/time.js";
import { encodeBody } from "../../../src/wire/cbor.js";
import { frameBytesMax } from "../../../src/wire/envelope.js";

const shape = { nodeCount: 3, channelCount: 2, sensorCount: 2, frameBytes: null };

const message: SampleMessage = {
  ...{ cycle: 7, clock: 1_000, sentAt: 2_000, digest: 99, fresh: false, synchronised: true },
  echoes: [null, 5, -5],
  values: [
    { value: 20.5, age: micros(10) },
    { value: null, age: micros(0) },
  ],
  results: [20.25, null],
  words: 2 ** 32 - 1,
  settings: 40,
};

describe("a sample", () => {
  it("is read as it was written, with its results or without", () => {
    expect(parseSample(sampleBody(message), shape)).toEqual(message);
    const silent = { ...message, results: null };
    expect(parseSample(sampleBody(silent), shape)).toEqual(silent);
  });

  const results: [string, unknown][] = [
    ["too few", [20.25]],
    ["too many", [20.25, null, null]],
    ["none", []],
    ["very many", new Array(100_000).fill(1)],
    ["no numbers", [20.25, "20"]],
    ["not finite", [20.25, Number.NaN]],
    ["no list", { 0: 1, 1: 2, length: 2 }],
    ["absent", undefined],
    ["within a list", [[20.25, null]]],
  ];
  it.each(results)("is refused where its results are %s", (_, field) => {
    const body = sampleBody(message) as unknown[];
    expect(parseSample([...body.slice(0, 7), field, 0], shape)).toBeNull();
  });

  it("is refused with a field too few or too many", () => {
    const body = sampleBody(message) as unknown[];
    expect(parseSample(body.slice(0, 8), shape)).toBeNull();
    expect(parseSample([...body, null], shape)).toBeNull();
  });

  it.each([-1, 2 ** 32, 0.5, null, "0"])("is refused where its words are %s", (field) => {
    const body = sampleBody(message) as unknown[];
    expect(parseSample([...body.slice(0, 8), 0], shape)?.words).toBe(0);
    expect(parseSample([...body.slice(0, 8), field], shape)).toBeNull();
  });

  it("AGREED-1: has one field less where the app has no replicated state", () => {
    const without = { ...message, settings: null };
    expect(sampleBody(without)).toHaveLength(9);
    expect(parseSample(sampleBody(without), shape)).toEqual(without);
    const body = sampleBody(message) as unknown[];
    for (const field of [-1, 0.5, null, "0", 2 ** 53]) {
      expect(parseSample([...body.slice(0, 9), field], shape)).toBeNull();
    }
  });

  it("VOTERS-4: of a replica with many sensors fits its frame", () => {
    const many = 400;
    const values = Array.from({ length: many }, () => ({ value: 20.123, age: micros(100_000) }));
    const results = new Array(resultsMax).fill(20.123);
    const body = sampleBody({ ...message, values, results });
    expect(parseSample(body, { ...shape, channelCount: many, sensorCount: many })).not.toBeNull();
    expect(encodeBody(body).length).toBeLessThan(frameBytesMax - 128);
  });
});

describe("an order", () => {
  const channels = new Map([
    ["level", [channel(nodeId("n1"), "l"), channel(nodeId("n2"), "l")]],
    ["flow", [channel(nodeId("n2"), "f")]],
  ]);
  const nodes = [nodeId("n1"), nodeId("n2")];
  const said = { cycle: 9, sensor: "level", channel: "n2/l", word: "include" } as const;
  const order = { ...said, source: nodeId("n1") };

  it("is read as it was written", () => {
    expect(orderBody(order)).toEqual([9, "level", "n2/l", "include", "n1"]);
    expect(parseOrder(orderBody(order), channels, nodes)).toEqual(order);
  });

  const bodies: unknown[] = [
    [9, "depth", "n2/l", "include"],
    [9, "flow", "n1/l", "include"],
    [9, "level", "n2/l", "insist"],
    [9, "level", "n2/l", 1],
    [9, "level", 1, "include"],
    [9, ["level"], "n2/l", "include"],
    [9, "__proto__", "n2/l", "include"],
    [9, "level", "n2/l".repeat(10_000), "include"],
    [-1, "level", "n2/l", "include"],
    [2 ** 51, "level", "n2/l", "include"],
    [0.5, "level", "n2/l", "include"],
    [9, "level", "n2/l"],
    [9, "level", "n2/l", "include", 1],
    null,
    { 0: 9, 1: "level", 2: "n2/l", 3: "include", length: 4 },
  ];
  it.each(bodies.map((body) => [body]))("is refused: %j", (body) => {
    expect(parseOrder(body, channels, nodes)).toBeNull();
  });
});
