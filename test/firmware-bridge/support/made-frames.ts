/** The frames of the vectors, and streams with something wrong in them. */
import { toByteStream } from "../../../src/wire/byte-stream.js";
import { type FrameName, payload, type Values } from "./layouts.js";
import type { FrameVector, StreamVector } from "./vectors.js";

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** As the codec of src/wire puts it on the line: the firmware has a codec of its own. */
export const lineOf = (hex: string): string => hexOf(toByteStream(bytesOf(hex), 64));

type From = FrameVector["from"];

const said = (
  name: string,
  from: From,
  type: FrameName,
  fields: Values,
  rows: readonly Values[] = [],
): FrameVector => {
  const hex = payload(type, fields, rows);
  return { name, from, payload: hex, line: lineOf(hex), fields, rows };
};

const plain = (name: string, hex: string): FrameVector => ({
  name,
  from: "none",
  payload: hex,
  line: lineOf(hex),
  fields: {},
  rows: [],
});

const cluster = 0x1234;
const eight = Array.from({ length: 8 }, (_, index) => index);

const hellos: readonly FrameVector[] = [
  said("hello of a bridge after power-on", "bridge", "hello", {
    version: 2,
    kind: 1,
    major: 2,
    minor: 0,
    cause: 1,
    boots: 1,
    cluster: 0,
    pins: 18,
    time: 2,
  }),
  said("hello of a voter after its watchdog", "voter", "hello", {
    version: 2,
    kind: 2,
    major: 2,
    minor: 0,
    cause: 8,
    boots: 7,
    cluster,
    pins: 4,
    time: 0xffffffff,
  }),
  said("ask", "host", "ask", { version: 2 }),
  said("hang", "host", "hang", { word: 0xdead }),
];

const fromBridge: readonly FrameVector[] = [
  said("beat", "bridge", "beat", {
    sequence: 0x0102,
    time: 50_000,
    state: 0x0b,
    errors: 3,
    refused: 4,
    badFrames: 5,
    overruns: 6,
  }),
  said("beat of a bridge that failed, counters at their end", "bridge", "beat", {
    sequence: 0xffff,
    time: 0xfffffff0,
    state: 0x0f,
    errors: 255,
    refused: 0xffff,
    badFrames: 0xffff,
    overruns: 0xffff,
  }),
  said("one sample", "bridge", "samples", { sequence: 1, time: 20_000 }, [{ pin: 14, value: 512 }]),
  said(
    "eight samples",
    "bridge",
    "samples",
    { sequence: 2, time: 40_000 },
    eight.map((index) => ({ pin: 12 + index, value: index < 2 ? index : index * 146 })),
  ),
  said("one edge", "bridge", "edges", { pin: 7, sequence: 1 }, [{ level: 1, time: 123_456 }]),
  said(
    "eight edges over the end of both counters",
    "bridge",
    "edges",
    { pin: 7, sequence: 3 },
    eight.map((index) => ({ level: index % 2, time: (0xfffffffc + index) % 2 ** 32 })),
  ),
  said("done", "bridge", "done", { sequence: 9, result: 0, pin: 13 }),
  said("refused", "bridge", "done", { sequence: 0xffff, result: 6, pin: 0 }),
  said("question", "bridge", "question", { sequence: 0, question: 1, errors: 3 }),
];

const toBridge: readonly FrameVector[] = [
  said("set", "host", "set", { cluster, sequence: 1, pin: 13, value: 0xffff, hold: 100, token: 0 }),
  said("set by the greatest right", "host", "set", {
    ...{ cluster, sequence: 1, pin: 13, value: 0xffff, hold: 100 },
    token: 2 ** 48 - 1,
  }),
  said("configure", "host", "configure", {
    cluster,
    sequence: 2,
    pin: 8,
    use: 1,
    flags: 0x0f,
    initial: 0,
    safeKind: 0,
    safeValue: 0,
    debounce: 5,
    token: 0x0102_0304_0506,
  }),
  said("sampling", "host", "sampling", { cluster, sequence: 3, period: 50 }),
  said("supervise", "host", "supervise", {
    cluster,
    sequence: 4,
    opens: 40,
    timeout: 100,
    firstTimeout: 500,
    errorsAtStart: 3,
    errorStep: 2,
    errorsMax: 7,
    seed: 1,
  }),
  said("bind", "host", "bind", { oldCluster: 0, newCluster: cluster, sequence: 5 }),
  said("release", "host", "release", { cluster, sequence: 6, pin: 13 }),
  said("release all", "host", "release", { cluster, sequence: 7, pin: 255 }),
  said("answer", "host", "answer", { sequence: 0, index: 0, answer: 0xf2 }),
];

const ofVoter: readonly FrameVector[] = [
  said("vote", "replica", "vote", { cluster, sequence: 1, output: 0, value: 30_000, hold: 100 }),
  said("declare", "replica", "declare", {
    cluster,
    sequence: 1,
    output: 1,
    use: 4,
    safeKind: 1,
    safeValue: 0,
    tolerance: 100,
    grace: 20,
    patience: 200,
  }),
  said("drive", "replica", "drive", {
    ...{ cluster, sequence: 2, output: 3, value: 30_000, hold: 100 },
    token: 0x0102_0304_0506,
  }),
  said("drive with no hold, which lets go", "replica", "drive", {
    ...{ cluster, sequence: 3, output: 3, value: 0, hold: 0 },
    token: 1,
  }),
  said("verdict without outputs", "voter", "verdict", {
    sequence: 0,
    time: 50_000,
    place: 0,
    replica0: 1,
    replica1: 1,
    replica2: 1,
  }),
  said(
    "verdict on four outputs",
    "voter",
    "verdict",
    { sequence: 1, time: 100_000, place: 2, replica0: 0, replica1: 2, replica2: 4 },
    [
      { output: 0, state: 1, agreeing: 5, value: 0xffff },
      { output: 1, state: 2, agreeing: 0, value: 30_000 },
      { output: 2, state: 0, agreeing: 0, value: 0 },
      { output: 3, state: 4, agreeing: 0, value: 1_000 },
    ],
  ),
  said("taken", "voter", "taken", { sequence: 1, result: 0, output: 1 }),
];

const others: readonly FrameVector[] = [
  plain("one byte", "ff"),
  plain("one zero", "00"),
  plain("the longest payload, all zeros", "00".repeat(64)),
  plain("the longest payload, no zero", "a5".repeat(64)),
];

export const madeFrames: readonly FrameVector[] = [
  ...hellos,
  ...fromBridge,
  ...toBridge,
  ...ofVoter,
  ...others,
];

const ask = payload("ask", { version: 2 });
const done = payload("done", { sequence: 9, result: 0, pin: 13 });
const askLine = lineOf(ask);
/** Without the zeros at its ends. */
const askStuffed = askLine.slice(2, -2);

const stream = (
  name: string,
  line: string,
  payloads: readonly string[],
  bad: number,
): StreamVector => ({ name, line, payloads, bad });

export const madeStreams: readonly StreamVector[] = [
  stream("two frames", askLine + lineOf(done), [ask, done], 0),
  stream(
    "two frames with one zero between",
    `00${askStuffed}00${lineOf(done).slice(2)}`,
    [ask, done],
    0,
  ),
  stream("nothing but zeros", "00".repeat(80), [], 0),
  stream("noise before the first zero", `31a5ff7e${askLine}`, [ask], 1),
  stream("a byte is lost", `00${askStuffed.slice(0, -2)}00${askLine}`, [ask], 1),
  stream("a byte is changed", `00${askStuffed.slice(0, -2)}5a00${askLine}`, [ask], 1),
  stream("a byte is added", `00${askStuffed}1100${askLine}`, [ask], 1),
  stream("a frame in a frame", `00${askStuffed.slice(0, 6)}${askLine}`, [ask], 1),
  stream(
    "no more than a checksum",
    `00050000000000${askLine}`.replace("0500000000", "0501020304"),
    [ask],
    1,
  ),
  stream("one byte too long", `00${"01".repeat(70)}00${askLine}`, [ask], 1),
  stream("much too long counts once", `00${"a5".repeat(300)}00${askLine}`, [ask], 1),
  stream(
    "half a frame, and the rest never",
    `${lineOf(done)}00${askStuffed.slice(0, 8)}`,
    [done],
    0,
  ),
  stream("a code beyond the end", `00ff010203040506070800${askLine}`, [ask], 1),
];
