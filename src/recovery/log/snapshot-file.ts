/**
 * A snapshot in a file of its own.
 *
 *     0   HFSNP, 0, version (16 bits)
 *     8   number, index, term, head (behind its length), length of the data, data
 *         CRC-32C of all from byte 8 on, 32 bits
 *
 * It is written aside piece by piece, each of them durable before the next, so that a save of the
 * log never waits behind more than a piece; then it gets its name, and then the log says that it
 * counts.
 */
import { crc32c } from "../../codes/crc32c.js";
import { ByteReader } from "../../wire/byte-reader.js";
import type { DiskFailure, FileName } from "../disk.js";
import { ArrayWriter, numberBytesMax } from "./array-writer.js";
import { readBlock, readNumber } from "./fields.js";
import type { SnapshotMark } from "./items.js";
import type { DiskTask } from "./lanes.js";
import { snapshotName, unfinishedSnapshot } from "./names.js";
import { type Snapshot, snapshotBytesMax } from "./ports.js";
import { readFile } from "./read-file.js";

/** The longest head of a snapshot, in bytes. */
export const snapshotHeadBytesMax = 64 * 1_024;

const version = 1;
const magic = [0x48, 0x46, 0x53, 0x4e, 0x50, 0, 0, version];
const crcBytes = 4;
const numbers = 5;

/** The longest file of a snapshot, in bytes. */
const fileBytesMax =
  magic.length + numbers * numberBytesMax + snapshotHeadBytesMax + snapshotBytesMax + crcBytes;

export type SnapshotWritten =
  | { readonly ok: true; readonly mark: SnapshotMark }
  | { readonly ok: false; readonly reason: DiskFailure };

/** A part of a file that did not become whole is taken away: it may be what fills the disk. */
export function* writeSnapshot(
  snapshot: Snapshot,
  number: number,
  pieceBytes: number,
): DiskTask<SnapshotWritten> {
  const written = yield* writeAside(snapshot, number, pieceBytes);
  if (!written.ok) yield { kind: "remove", file: unfinishedSnapshot };
  return written;
}

function* writeAside(
  snapshot: Snapshot,
  number: number,
  pieceBytes: number,
): DiskTask<SnapshotWritten> {
  const made = yield { kind: "create", file: unfinishedSnapshot, bytes: 0 };
  if (!made.ok) return made;
  let crc = 0;
  let offset = 0;
  for (const part of [magicPart, headOf(snapshot, number), snapshot.data]) {
    if (part !== magicPart) crc = crc32c(part, crc);
    for (let at = 0; at < part.length; at += pieceBytes) {
      const failure = yield* writePiece(offset + at, part.subarray(at, at + pieceBytes));
      if (failure !== null) return { ok: false, reason: failure };
    }
    offset += part.length;
  }
  const trailer = new Uint8Array(crcBytes);
  new DataView(trailer.buffer).setUint32(0, crc);
  const failure = (yield* writePiece(offset, trailer)) ?? (yield* publish(snapshotName(number)));
  if (failure !== null) return { ok: false, reason: failure };
  return { ok: true, mark: { number, index: snapshot.index, term: snapshot.term, crc } };
}

const magicPart = new Uint8Array(magic);

function headOf(snapshot: Snapshot, number: number): Uint8Array {
  const { index, term, head, data } = snapshot;
  const writer = new ArrayWriter(new Uint8Array(numbers * numberBytesMax + head.length), 0);
  for (const value of [number, index, term]) writer.number(value);
  writer.block(head);
  writer.number(data.length);
  return writer.bytes.subarray(0, writer.at);
}

function* writePiece(offset: number, bytes: Uint8Array): DiskTask<DiskFailure | null> {
  const piece = { file: unfinishedSnapshot, offset, bytes, synced: true };
  const result = yield { kind: "write", ...piece };
  return result.ok ? null : result.reason;
}

function* publish(name: FileName): DiskTask<DiskFailure | null> {
  const renamed = yield { kind: "rename", from: unfinishedSnapshot, to: name };
  if (!renamed.ok) return renamed.reason;
  const synced = yield { kind: "sync-folder" };
  return synced.ok ? null : synced.reason;
}

export type SnapshotRead =
  | { readonly ok: true; readonly snapshot: Snapshot }
  | {
      readonly ok: false;
      readonly reason: "corrupt" | "unknown-version" | "unreadable";
      readonly detail: string;
    };

const corrupt = (detail: string): SnapshotRead => ({ ok: false, reason: "corrupt", detail });

/** @param bytes the length of the file, of which more than the longest is not read */
export function* readSnapshot(mark: SnapshotMark, bytes: number): DiskTask<SnapshotRead> {
  if (bytes > fileBytesMax) return corrupt(`a snapshot of ${bytes} bytes is none of ours`);
  const read = yield* readFile(snapshotName(mark.number), bytes);
  if (!read.ok) return { ok: false, reason: "unreadable", detail: `reading: ${read.reason}` };
  return parseSnapshot(read.bytes, mark);
}

function parseSnapshot(bytes: Uint8Array, mark: SnapshotMark): SnapshotRead {
  if (bytes.length < magic.length + crcBytes) return corrupt("the snapshot is cut off");
  const found = bytes.subarray(0, magic.length - 1);
  if (found.some((byte, at) => byte !== magic[at])) return corrupt("it is no snapshot");
  if (bytes[magic.length - 1] !== version) {
    const detail = `the snapshot has version ${bytes[magic.length - 1]}, this program ${version}`;
    return { ok: false, reason: "unknown-version", detail };
  }
  const body = bytes.subarray(magic.length, bytes.length - crcBytes);
  const crc = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - crcBytes);
  if (crc32c(body) !== crc) return corrupt("the CRC of the snapshot is wrong");
  if (crc !== mark.crc) return corrupt("the snapshot is not the one that the log names");
  const snapshot = parseBody(body, mark);
  return snapshot === null ? corrupt("the snapshot makes no sense") : { ok: true, snapshot };
}

function parseBody(body: Uint8Array, mark: SnapshotMark): Snapshot | null {
  const reader = new ByteReader(body);
  const [number, index, term] = [readNumber(reader), readNumber(reader), readNumber(reader)];
  const head = readBlock(reader, snapshotHeadBytesMax);
  const data = readBlock(reader, snapshotBytesMax);
  if (reader.failed || reader.left > 0 || number !== mark.number) return null;
  return index === mark.index && term === mark.term ? { index, term, head, data } : null;
}
