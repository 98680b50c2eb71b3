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
  /** In memory of its own, which grows with what has come: `total` is only what a peer says. */
  bytes: Uint8Array;
  received: number;
}

export class SnapshotReceiver {
  #transfer: Transfer | null = null;

  take(piece: SnapshotPiece): Received {
    if (this.#transfer === null || !areOfOne(this.#transfer.first, piece)) {
      if (parseGroup(piece.head) === null) return { kind: "broken" };
      this.#transfer = { first: piece, bytes: new Uint8Array(0), received: 0 };
    }
    const transfer = this.#transfer;
    if (piece.offset === transfer.received) append(transfer, piece.bytes);
    if (transfer.received < piece.total) return { kind: "more", received: transfer.received };
    this.#transfer = null;
    const data = transfer.bytes;
    if (crc32c(data) !== piece.crc) return { kind: "broken" };
    return { kind: "whole", data, piece: transfer.first };
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

function append(transfer: Transfer, piece: Uint8Array): void {
  const end = transfer.received + piece.length;
  if (end > transfer.bytes.length) {
    const length = Math.min(Math.max(end, 2 * transfer.bytes.length), transfer.first.total);
    const grown = new Uint8Array(length);
    grown.set(transfer.bytes);
    transfer.bytes = grown;
  }
  transfer.bytes.set(piece, transfer.received);
  transfer.received = end;
}
