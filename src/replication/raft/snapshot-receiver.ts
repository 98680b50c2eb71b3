/**
 * A snapshot that comes in pieces, in order. Which transfer a piece is of is said by what is sent,
 * not by who sends it: when leaders change, and the new one has the same snapshot, it goes on where
 * the old one stopped.
 *
 * Invariant: of one transfer at a time, at most `snapshotBytesMax` bytes are kept.
 */
import { crc32c } from "../../codes/crc32c.js";
import { parseGroup } from "./group.js";
import type { SnapshotPiece } from "./messages.js";

export type Received =
  /** So much has come from the beginning; the next piece should begin there. */
  | { readonly kind: "more"; readonly received: number }
  | { readonly kind: "whole"; readonly data: Uint8Array; readonly piece: SnapshotPiece }
  /** The whole is not what its sum says: it begins again. */
  | { readonly kind: "broken" };

interface Transfer {
  readonly first: SnapshotPiece;
  readonly pieces: Uint8Array[];
  received: number;
}

export class SnapshotReceiver {
  #transfer: Transfer | null = null;

  take(piece: SnapshotPiece): Received {
    if (this.#transfer === null || !areOfOne(this.#transfer.first, piece)) {
      if (parseGroup(piece.head) === null) return { kind: "broken" };
      this.#transfer = { first: piece, pieces: [], received: 0 };
    }
    const transfer = this.#transfer;
    if (piece.offset === transfer.received) {
      transfer.pieces.push(piece.bytes);
      transfer.received += piece.bytes.length;
    }
    if (transfer.received < piece.total) return { kind: "more", received: transfer.received };
    this.#transfer = null;
    const data = joined(transfer);
    if (crc32c(data) !== piece.crc) return { kind: "broken" };
    return { kind: "whole", data, piece: transfer.first };
  }

  clear(): void {
    this.#transfer = null;
  }
}

function areOfOne(first: SnapshotPiece, piece: SnapshotPiece): boolean {
  return (
    first.index === piece.index &&
    first.snapshotTerm === piece.snapshotTerm &&
    first.total === piece.total &&
    first.crc === piece.crc &&
    first.outline === piece.outline
  );
}

function joined(transfer: Transfer): Uint8Array {
  const data = new Uint8Array(transfer.received);
  let at = 0;
  for (const piece of transfer.pieces) {
    data.set(piece, at);
    at += piece.length;
  }
  return data;
}
