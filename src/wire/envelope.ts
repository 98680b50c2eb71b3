/**
 * The envelope: what surrounds the body of every frame, so that a reader knows who sent it, in
 * which life, as which of its frames, and that nobody else did.
 *
 *     offset  bytes  field (integers are big endian)
 *     0       1      version, 1
 *     1       1      kind; the top bit marks a directed frame
 *     2       4      cluster: CRC-32C of its name
 *     6       6      boot id: grows from each boot of the source to the next
 *     12      6      sequence, from 1: counts the frames of one boot and one audience
 *     18      1      length of the source's name, 1 to 32
 *     19      n      source, ASCII
 *     19 + n  m      body, one item of CBOR, at least 1 byte
 *             t      tag over everything before it; its length is the authenticator's
 *
 * A boot has two sequences, one per audience. In the frames for everyone each gap is a loss; in the
 * directed ones a gap only says that another peer was spoken to.
 */
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { crc32c } from "../codes/crc32c.js";
import { nodeIdLengthMax } from "../kernel/ids.js";

/** 3, 4 and 5 were those of a lease by quorum that is no more. They are not given again. */
export const frameKinds = {
  heartbeat: 1,
  sample: 2,
  "state-request": 6,
  "state-reply": 7,
  "sample-request": 8,
  override: 9,
  membership: 10,
  paths: 11,
  replication: 12,
} as const;

export type FrameKind = keyof typeof frameKinds;

/** Who gets a frame: all other replicas, or only some of them. */
export type Audience = "everyone" | "some";

/**
 * The longest frame in bytes, refused before anything is decoded. It is larger than one Ethernet
 * frame (IP fragments it) because a replica's state must fit.
 */
export const frameBytesMax = 8_192;

/** Boot ids and sequences are below this. */
export const counterLimit = 2 ** 48;

export const frameVersion = 1;

const versionAt = 0;
const kindAt = 1;
const clusterAt = 2;
const bootIdAt = 6;
const sequenceAt = 12;
const sourceLengthAt = 18;
const sourceAt = 19;
const directedFlag = 0x80;

/**
 * A frame has at least this many bytes before its tag: a name of one letter, a body of one byte.
 */
export const untaggedBytesMin = sourceAt + 2;

export interface Header {
  /** As found, known or not. */
  readonly kindCode: number;
  readonly audience: Audience;
  readonly bootId: number;
  readonly sequence: number;
  readonly source: string;
}

const kindsByCode: ReadonlyMap<number, FrameKind> = new Map(
  Object.entries(frameKinds).map(([kind, code]) => [code, kind as FrameKind]),
);

export const kindOf = (code: number): FrameKind | null => kindsByCode.get(code) ?? null;

/** Sorts the frames of clusters that share a network; what keeps them apart is the key. */
export const clusterCode = (name: string): number => crc32c(utf8ToBytes(name));

export const headerBytes = (source: string): number => sourceAt + source.length;

/** Writes what is the same in every frame of one boot; `writeNumber` adds the rest. */
export function writeSource(
  frame: Uint8Array,
  cluster: number,
  bootId: number,
  source: string,
): void {
  frame[versionAt] = frameVersion;
  writeInteger32(frame, clusterAt, cluster);
  writeInteger48(frame, bootIdAt, bootId);
  frame[sourceLengthAt] = source.length;
  for (let index = 0; index < source.length; index += 1) {
    frame[sourceAt + index] = source.charCodeAt(index);
  }
}

export function writeNumber(
  frame: Uint8Array,
  kindCode: number,
  audience: Audience,
  sequence: number,
): void {
  frame[kindAt] = kindCode | (audience === "some" ? directedFlag : 0);
  writeInteger48(frame, sequenceAt, sequence);
}

/** Needs `untaggedBytesMin` bytes; so do the readers below. */
export const versionIn = (frame: Uint8Array): number => readInteger(frame, versionAt, 1);
export const clusterIn = (frame: Uint8Array): number => readInteger(frame, clusterAt, 4);

/**
 * Reads the header of a frame, whose tag begins at `end`; `null` when the name leaves no room for a
 * body, or the frame claims to be number 0.
 */
export function readHeader(frame: Uint8Array, end: number): Header | null {
  const kind = readInteger(frame, kindAt, 1);
  const sequence = readInteger(frame, sequenceAt, 6);
  const source = claimedSource(frame, end);
  if (source === null || sequence === 0) return null;
  return {
    kindCode: kind & ~directedFlag,
    audience: (kind & directedFlag) === 0 ? "everyone" : "some",
    bootId: readInteger(frame, bootIdAt, 6),
    sequence,
    source,
  };
}

/** Who a frame says that it is from. Nothing is checked: only for counting and fault injection. */
export function claimedSource(frame: Uint8Array, end: number): string | null {
  const length = frame[sourceLengthAt] ?? 0;
  if (length === 0 || length > nodeIdLengthMax || sourceAt + length >= end) return null;
  let source = "";
  for (let index = 0; index < length; index += 1) {
    source += String.fromCharCode(frame[sourceAt + index] as number);
  }
  return source;
}

/** What a frame says that it is: only for sorting and counting. Null for a kind that is none. */
export const kindIn = (frame: Uint8Array): FrameKind | null =>
  kindOf((frame[kindAt] ?? 0) & ~directedFlag);

/** At most six bytes, so that the integer is a safe one. */
function readInteger(frame: Uint8Array, at: number, bytes: number): number {
  let value = 0;
  for (let index = 0; index < bytes; index += 1)
    value = value * 256 + (frame[at + index] as number);
  return value;
}

function writeInteger48(frame: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 2 ** 32);
  frame[at] = high >>> 8;
  frame[at + 1] = high;
  writeInteger32(frame, at + 2, value);
}

/** Writes the low 32 bits; a byte array keeps the low eight of what is stored. */
function writeInteger32(frame: Uint8Array, at: number, value: number): void {
  const word = value >>> 0;
  frame[at] = word >>> 24;
  frame[at + 1] = word >>> 16;
  frame[at + 2] = word >>> 8;
  frame[at + 3] = word;
}
