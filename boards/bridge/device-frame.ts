/**
 * Reads what a device says. Anything may come from a line: another program's bytes, another baud
 * rate's, a device that was changed. What is no frame of ours is refused with a reason.
 *
 * Invariant: every number of a frame that was read is in the range that its type says.
 */
import { decodeQuestion } from "../../src/watchdog/question-answer/protocol.js";
import {
  type Beat,
  type CommandResult,
  type DeviceFrame,
  type EdgesTold,
  frameTypes,
  type OutputState,
  type OutputVerdict,
  type Place,
  protocolVersion,
  type ReplicaStanding,
  results,
} from "./frames.js";

export type FrameRefusal =
  /** No such type, or one that only a host says. */
  | "unknown-type"
  /** Longer or shorter than its layout. */
  | "bad-length"
  /** A field has a value that it cannot have. */
  | "bad-field";

export type FrameParse =
  | { readonly ok: true; readonly frame: DeviceFrame }
  | { readonly ok: false; readonly reason: FrameRefusal };

const helloBytes = 15;
const beatBytes = 15;
const answerBytes = 5;
const samplesHead = 7;
const sampleBytes = 3;
const edgesHead = 4;
const edgeBytes = 5;
const itemsMax = 8;
const verdictHead = 11;
const verdictBytes = 5;

/** Outputs of a voter. */
export const outputsMax = 4;

/** By number, as the page lists them. */
const outputStates: readonly OutputState[] = [
  "undeclared",
  "driven",
  "grace",
  "no-majority",
  "no-votes",
];

const standings: readonly ReplicaStanding[] = ["well", "silent", "disagrees", "late", "foreign"];

const commandResults: ReadonlySet<number> = new Set(Object.values(results));

type Parser = (view: DataView, payload: Uint8Array) => DeviceFrame | null | "bad-length";

const parsers: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [frameTypes.hello, parseHello],
  [frameTypes.beat, exactly(beatBytes, parseBeat)],
  [frameTypes.samples, list(samplesHead, sampleBytes, 1, itemsMax, parseSamples)],
  [frameTypes.edges, list(edgesHead, edgeBytes, 1, itemsMax, parseEdges)],
  [frameTypes.done, exactly(answerBytes, parseDone)],
  [frameTypes.question, (_, payload) => parseQuestion(payload)],
  [frameTypes.verdict, list(verdictHead, verdictBytes, 0, outputsMax, parseVerdict)],
  [frameTypes.taken, exactly(answerBytes, parseTaken)],
]);

/** @param payload of any length; it is not kept */
export function parseDeviceFrame(payload: Uint8Array): FrameParse {
  const parser = parsers.get(payload[0] ?? -1);
  if (parser === undefined) return { ok: false, reason: "unknown-type" };
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const frame = parser(view, payload);
  if (frame === "bad-length") return { ok: false, reason: frame };
  return frame === null ? { ok: false, reason: "bad-field" } : { ok: true, frame };
}

function exactly(length: number, parse: (view: DataView) => DeviceFrame | null): Parser {
  return (view) => (view.byteLength === length ? parse(view) : "bad-length");
}

/** A head, then from `least` to `most` items of one length. */
function list(
  head: number,
  each: number,
  least: number,
  most: number,
  parse: (view: DataView, count: number) => DeviceFrame | null,
): Parser {
  return (view) => {
    const count = (view.byteLength - head) / each;
    return Number.isInteger(count) && count >= least && count <= most
      ? parse(view, count)
      : "bad-length";
  };
}

/** Of another version only the version is known, and not how long its hello is. */
function parseHello(view: DataView): DeviceFrame | "bad-length" {
  if (view.byteLength < 2) return "bad-length";
  const version = view.getUint8(1);
  if (version !== protocolVersion) return { kind: "other-version", version };
  if (view.byteLength !== helloBytes) return "bad-length";
  return {
    kind: "hello",
    device: view.getUint8(2),
    major: view.getUint8(3),
    minor: view.getUint8(4),
    resetCause: view.getUint8(5),
    boots: view.getUint16(6),
    cluster: view.getUint16(8),
    pins: view.getUint8(10),
    time: view.getUint32(11),
  };
}

const stateBits = { configured: 1, supervised: 2, supervisionFailed: 4, bound: 8 } as const;

function parseBeat(view: DataView): Beat {
  const state = view.getUint8(7);
  const has = (bit: number): boolean => (state & bit) !== 0;
  return {
    kind: "beat",
    sequence: view.getUint16(1),
    time: view.getUint32(3),
    configured: has(stateBits.configured),
    supervised: has(stateBits.supervised),
    supervisionFailed: has(stateBits.supervisionFailed),
    bound: has(stateBits.bound),
    errors: view.getUint8(8),
    refused: view.getUint16(9),
    badFrames: view.getUint16(11),
    overruns: view.getUint16(13),
  };
}

function parseSamples(view: DataView, count: number): DeviceFrame {
  const values = Array.from({ length: count }, (_, index) => {
    const at = samplesHead + sampleBytes * index;
    return { pin: view.getUint8(at), value: view.getUint16(at + 1) };
  });
  return { kind: "samples", sequence: view.getUint16(1), time: view.getUint32(3), values };
}

function parseEdges(view: DataView, count: number): EdgesTold | null {
  const edges: EdgesTold["edges"][number][] = [];
  for (let index = 0; index < count; index += 1) {
    const at = edgesHead + edgeBytes * index;
    const level = view.getUint8(at);
    if (level !== 0 && level !== 1) return null;
    edges.push({ level, time: view.getUint32(at + 1) });
  }
  return { kind: "edges", pin: view.getUint8(1), sequence: view.getUint16(2), edges };
}

function parseDone(view: DataView): DeviceFrame | null {
  const result = resultAt(view, 3);
  if (result === null) return null;
  return { kind: "done", sequence: view.getUint16(1), result, pin: view.getUint8(4) };
}

function parseTaken(view: DataView): DeviceFrame | null {
  const result = resultAt(view, 3);
  if (result === null) return null;
  return { kind: "taken", sequence: view.getUint16(1), result, output: view.getUint8(4) };
}

function resultAt(view: DataView, at: number): CommandResult | null {
  const result = view.getUint8(at);
  return commandResults.has(result) ? (result as CommandResult) : null;
}

/** The bytes are copied: whoever answers may do so later. */
function parseQuestion(payload: Uint8Array): DeviceFrame | null | "bad-length" {
  if (payload.length !== 4) return "bad-length";
  return decodeQuestion(payload) === null ? null : { kind: "question", bytes: payload.slice() };
}

function parseVerdict(view: DataView, count: number): DeviceFrame | null {
  const place = view.getUint8(7);
  const [first, second, third] = [8, 9, 10].map((at) => standings[view.getUint8(at)]);
  if (place > 2 || first === undefined || second === undefined || third === undefined) return null;
  const outputs: OutputVerdict[] = [];
  for (let index = 0; index < count; index += 1) {
    const verdict = outputVerdictAt(view, verdictHead + verdictBytes * index);
    if (verdict === null) return null;
    outputs.push(verdict);
  }
  return {
    kind: "verdict",
    sequence: view.getUint16(1),
    time: view.getUint32(3),
    place: place as Place,
    replicas: [first, second, third],
    outputs,
  };
}

function outputVerdictAt(view: DataView, at: number): OutputVerdict | null {
  const output = view.getUint8(at);
  const state = outputStates[view.getUint8(at + 1)];
  const agreeing = view.getUint8(at + 2);
  if (output >= outputsMax || state === undefined || agreeing > 7) return null;
  return { output, state, agreeing, value: view.getUint16(at + 3) };
}
