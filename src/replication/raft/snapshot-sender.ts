/**
 * A snapshot on its way to one follower, in pieces that fit into messages, a few of them ahead of
 * the answers. The follower says how far it has come; from there it goes on, also after a loss,
 * after its restart, and where an earlier leader has sent a part of it.
 */
import type { Snapshot } from "../../recovery/log/ports.js";
import type { SnapshotPiece } from "./messages.js";

/** What a piece takes beside its bytes and its head, in bytes, at most. */
const pieceOverhead = 100;

export interface SnapshotImage {
  readonly snapshot: Snapshot;
  readonly data: Uint8Array;
  readonly crc: number;
  readonly outline: boolean;
}

export class SnapshotSender {
  readonly image: SnapshotImage;
  readonly #pieceBytes: number;
  readonly #piecesAheadMax: number;
  #received = 0;
  #sent = 0;
  /** The first piece is out; an empty snapshot has this one only. */
  #begun = false;
  #moved = true;
  /** It answers, so pieces may go ahead; into silence only one goes at a time. */
  #answers = false;

  constructor(image: SnapshotImage, messageBytesMax: number, piecesInFlightMax: number) {
    this.image = image;
    this.#pieceBytes = messageBytesMax - pieceOverhead - image.snapshot.head.length;
    this.#piecesAheadMax = piecesInFlightMax;
  }

  get total(): number {
    return this.image.data.length;
  }

  /** The follower has none of it, as far as we know. */
  get isFresh(): boolean {
    return this.#received === 0 && !this.#answers;
  }

  /** The next piece, as far as the window is open. */
  next(term: number, round: number): SnapshotPiece | null {
    const aheadMax = this.#pieceBytes * (this.#answers ? this.#piecesAheadMax : 1);
    const isOpen = this.#sent - this.#received < aheadMax && this.#sent < this.total;
    if (this.#begun && !isOpen) return null;
    const offset = this.#sent;
    const bytes = this.image.data.subarray(offset, offset + this.#pieceBytes);
    this.#begun = true;
    this.#sent += bytes.length;
    const { index, term: snapshotTerm, head } = this.image.snapshot;
    const { crc, outline } = this.image;
    const { total } = this;
    const about = { index, snapshotTerm, head, offset, total, crc, outline };
    return { kind: "snapshot", term, ...about, bytes, round };
  }

  /** True where the follower has it all, durable. */
  answered(received: number): boolean {
    if (received > this.total) return false;
    this.#answers = true;
    if (received !== this.#received) this.#moved = true;
    // Less than before: the follower has started again, and has lost what it had.
    if (received < this.#received) this.#sent = received;
    this.#received = received;
    this.#sent = Math.max(this.#sent, received);
    return received === this.total;
  }

  /** Once a heartbeat: what was not answered since the last is sent again. */
  retry(): void {
    if (!this.#moved) {
      this.#sent = this.#received;
      this.#begun = false;
      this.#answers = false;
    }
    this.#moved = false;
  }
}
