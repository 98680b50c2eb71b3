import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterTag } from "../../../boards/bridge/cluster-tag.js";
import { parseDeviceFrame } from "../../../boards/bridge/device-frame.js";
import { type HostFrame, payloadBytesMax } from "../../../boards/bridge/frames.js";
import { hostFrame } from "../../../boards/bridge/host-frame.js";
import { ByteStreamReader, toByteStream } from "../../../src/wire/byte-stream.js";

type Fields = Readonly<Record<string, number>>;

interface Vector {
  readonly name: string;
  readonly from: "bridge" | "voter" | "host" | "replica" | "none";
  readonly payload: string;
  readonly line: string;
  readonly fields: Fields;
  readonly rows: readonly Fields[];
}

interface Stream {
  readonly name: string;
  readonly line: string;
  readonly payloads: readonly string[];
  readonly bad: number;
}

interface Vectors {
  readonly frames: readonly Vector[];
  readonly streams: readonly Stream[];
}

const vectors = JSON.parse(readFileSync("firmware-bridge/vectors/vectors.json", "utf8")) as Vectors;

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("the vectors beside the page", () => {
  it.each(vectors.frames)("CODEC-1: $name, on the line", ({ payload, line }) => {
    expect(hexOf(toByteStream(bytesOf(payload), payloadBytesMax))).toBe(line);
  });

  it.each(vectors.streams)("CODEC-1: $name", ({ line, payloads, bad }) => {
    const reader = new ByteStreamReader(payloadBytesMax);
    expect(reader.push(bytesOf(line)).map(hexOf)).toEqual(payloads);
    const { tooLong, malformed, badChecksum } = reader.counts();
    expect(tooLong + malformed + badChecksum).toBe(bad);
  });

  const fromDevice = vectors.frames.filter(({ from }) => from === "bridge" || from === "voter");
  it.each(fromDevice)("CODEC-1: reads $name", ({ payload, fields, rows }) => {
    const parse = parseDeviceFrame(bytesOf(payload));
    if (!parse.ok) throw new Error(parse.reason);
    expect(plainOf(parse.frame)).toEqual({ fields, rows });
  });

  const fromHost = vectors.frames.filter(({ from }) => from === "host" || from === "replica");
  it.each(fromHost)("CODEC-1: writes $name", ({ name, payload, fields }) => {
    const frame = hostFrameOf(name.split(" ")[0] ?? "", fields);
    if (frame !== null) expect(hexOf(hostFrame(frame))).toBe(payload);
  });
});

const standings = ["well", "silent", "disagrees", "late", "foreign"];
const states = ["undeclared", "driven", "grace", "no-majority", "no-votes"];

/** A frame as the vectors have it: numbers alone. */
function plainOf(frame: Extract<ReturnType<typeof parseDeviceFrame>, { ok: true }>["frame"]) {
  switch (frame.kind) {
    case "hello": {
      const { kind: _, device: kind, resetCause: cause, ...rest } = frame;
      return { fields: { version: 2, kind, cause, ...rest }, rows: [] };
    }
    case "beat": {
      const { kind: _, configured, supervised, supervisionFailed, bound, ...rest } = frame;
      const bits = [configured, supervised, supervisionFailed, bound];
      const state = bits.reduce((sum, bit, place) => sum + (bit ? 1 << place : 0), 0);
      return { fields: { state, ...rest }, rows: [] };
    }
    case "samples":
      return { fields: { sequence: frame.sequence, time: frame.time }, rows: frame.values };
    case "edges":
      return { fields: { pin: frame.pin, sequence: frame.sequence }, rows: frame.edges };
    case "question": {
      const [, sequence, question, errors] = frame.bytes;
      return { fields: { sequence, question, errors }, rows: [] };
    }
    case "verdict": {
      const { kind: _, replicas, outputs, ...rest } = frame;
      const [replica0, replica1, replica2] = replicas.map((one) => standings.indexOf(one));
      const rows = outputs.map((one) => ({ ...one, state: states.indexOf(one.state) }));
      return { fields: { ...rest, replica0, replica1, replica2 }, rows };
    }
    case "done":
    case "taken": {
      const { kind: _, ...rest } = frame;
      return { fields: rest, rows: [] };
    }
    case "other-version":
      return null;
    default:
      return frame satisfies never;
  }
}

/** Null for what is no frame of a host's own making: an answer is that of the answerer. */
function hostFrameOf(kind: string, fields: Fields): HostFrame | null {
  const of = (name: string): number => fields[name] ?? Number.NaN;
  const head = { cluster: of("cluster"), sequence: of("sequence") };
  switch (kind) {
    case "ask":
    case "hang":
      return { kind };
    case "set":
      return {
        ...{ kind, ...head, pin: of("pin"), value: of("value"), holdMs: of("hold") },
        token: of("token"),
      };
    case "drive":
      return {
        ...{ kind, ...head, output: of("output"), value: of("value"), holdMs: of("hold") },
        token: of("token"),
      };
    case "configure":
      return {
        ...{ kind, ...head, pin: of("pin"), use: of("use"), flags: of("flags") },
        ...{ initial: of("initial"), safeKind: of("safeKind"), safeValue: of("safeValue") },
        ...{ debounceMs: of("debounce"), token: of("token") },
      };
    case "sampling":
      return { kind, ...head, periodMs: of("period") };
    case "supervise":
      return {
        ...{ kind, ...head, opensMs: of("opens"), timeoutMs: of("timeout"), seed: of("seed") },
        ...{ firstTimeoutMs: of("firstTimeout"), errorsAtStart: of("errorsAtStart") },
        ...{ errorStep: of("errorStep"), errorsMax: of("errorsMax") },
      };
    case "bind":
      return {
        ...{ kind, oldCluster: of("oldCluster"), sequence: of("sequence") },
        cluster: of("newCluster"),
      };
    case "release":
      return { kind, ...head, pin: of("pin") };
    case "vote":
      return { kind, ...head, output: of("output"), value: of("value"), holdMs: of("hold") };
    case "declare":
      return {
        ...{ kind, ...head, output: of("output"), use: of("use"), safeKind: of("safeKind") },
        ...{ safeValue: of("safeValue"), tolerance: of("tolerance") },
        ...{ graceMs: of("grace"), patienceMs: of("patience") },
      };
    case "answer":
      return null;
    default:
      throw new Error(`no frame of a host: ${kind}`);
  }
}

const deviceFrames = vectors.frames
  .filter(({ from }) => from === "bridge" || from === "voter")
  .map(({ payload }) => bytesOf(payload));

it("CODEC-2: whatever comes is a frame in range, or refused with a reason", () => {
  const anything = fc.uint8Array({ maxLength: payloadBytesMax });
  const mutated = fc
    .tuple(
      fc.constantFrom(...deviceFrames),
      fc.nat(63),
      fc.nat(255),
      fc.integer({ min: -2, max: 2 }),
    )
    .map(([frame, at, byte, longer]) => {
      const bytes = new Uint8Array(Math.max(0, frame.length + longer));
      bytes.set(frame.subarray(0, bytes.length));
      if (bytes.length > 0) bytes[at % bytes.length] = byte;
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(anything, mutated), (bytes) => {
      const parse = parseDeviceFrame(bytes);
      if (!parse.ok) {
        expect(["unknown-type", "bad-length", "bad-field"]).toContain(parse.reason);
        return;
      }
      const plain = JSON.stringify(parse.frame, (_, value: unknown) => {
        expect(value).not.toBeUndefined();
        if (typeof value === "number") {
          expect(Number.isInteger(value) && value >= 0 && value < 2 ** 32).toBe(true);
        }
        return value;
      });
      expect(plain.length).toBeGreaterThan(0);
    }),
    { numRuns: 3_000 },
  );
});

it("CODEC-2: one byte more or less is refused, and so is what only a host says", () => {
  const lists = [0x11, 0x12, 0x32];
  for (const frame of deviceFrames) {
    if (lists.includes(frame[0] ?? 0)) continue;
    expect(parseDeviceFrame(frame.subarray(0, -1)).ok).toBe(false);
    expect(parseDeviceFrame(Uint8Array.of(...frame, 0)).ok).toBe(false);
  }
  for (const type of [0x00, 0x02, 0x03, 0x20, 0x25, 0x30, 0x31, 0x34, 0x41, 0xff]) {
    expect(parseDeviceFrame(Uint8Array.of(type, 0, 0, 0, 0))).toEqual({
      ok: false,
      reason: "unknown-type",
    });
  }
  expect(parseDeviceFrame(new Uint8Array(0)).ok).toBe(false);
});

it("CODEC-2: fields that cannot be are refused", () => {
  const badLevel = Uint8Array.of(0x12, 2, 0, 1, 2, 0, 0, 0, 1);
  const badResult = Uint8Array.of(0x13, 0, 1, 9, 2);
  const noQuestion = Uint8Array.of(0x51, 0, 0, 0);
  const badPlace = Uint8Array.of(0x32, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0);
  const badStanding = Uint8Array.of(0x32, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0);
  for (const bytes of [badLevel, badResult, noQuestion, badPlace, badStanding]) {
    expect(parseDeviceFrame(bytes)).toEqual({ ok: false, reason: "bad-field" });
  }
});

it("CODEC-3: another version is told as such, however long its hello is", () => {
  const other = { ok: true, frame: { kind: "other-version", version: 9 } };
  expect(parseDeviceFrame(Uint8Array.of(0x01, 9))).toEqual(other);
  expect(parseDeviceFrame(Uint8Array.of(0x01, 9, ...new Uint8Array(40)))).toEqual(other);
});

it("CODEC-4: the tag of a cluster is its checksum, and never that of none", () => {
  expect(clusterTag("123456789")).toBe(0x29b1);
  // Found by trying names: its checksum is 0.
  const names = Array.from({ length: 200_000 }, (_, index) => `c${index}`);
  expect(names.every((name) => clusterTag(name) !== 0)).toBe(true);
  expect(names.some((name) => clusterTag(name) === 0xffff)).toBe(true);
});
