/** Reads a file whole, piece by piece. */
import { assert } from "../../kernel/assert.js";
import type { DiskFailure, FileName } from "../disk.js";
import type { DiskTask } from "./lanes.js";

/** So little that whoever steps through it, and records it, has time for other things between. */
const pieceBytes = 64 * 1_024;

export type FileRead =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: DiskFailure };

/** @param length of the file as it was listed; fewer bytes come where it has become shorter */
export function* readFile(file: FileName, length: number): DiskTask<FileRead> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const wanted = Math.min(pieceBytes, length - at);
    const result = yield { kind: "read", file, offset: at, length: wanted };
    if (!result.ok) return result;
    const piece = result.bytes ?? new Uint8Array(0);
    assert(piece.length <= wanted, "a disk gave more than was asked for");
    if (piece.length === 0) break;
    bytes.set(piece, at);
    at += piece.length;
  }
  return { ok: true, bytes: bytes.subarray(0, at) };
}
