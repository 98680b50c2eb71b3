/**
 * A snapshot on its way to one follower, in pieces that fit into messages, a few of them ahead of
 * the answers. The follower says how far it has come; from there it goes on, also after a loss,
 * after its restart, and where an earlier leader has sent a part of it.
 */
import type { Snapshot } from "../../recovery/log/ports.js";
import type { SnapshotPiece } from "./messages.js";
import type { SendWindow } from "./window.js";

/** What a piece takes beside its bytes and its head, in bytes, at most. */
const pieceOverhead = 100;

/** However narrow the window, also behind the head of a large group. */
const pieceBytesMin = 128;

/** In heartbeats. */
const patienceMax = 4;

export interface SnapshotImage {
  readonly snapshot: Snapshot;
  readonly data: Uint8Array;
  readonly crc: number;
  readonly outline: boolean;
}

export class SnapshotSender {
  readonly image: SnapshotImage;
  readonly #window: SendWindow;
  readonly #messageBytesMax: number;
  readonly #piecesAheadMax: number;
  #received = 0;
  #sent = 0;
  /** The first piece is out; an empty snapshot has this one only. */
  #begun = false;
  #beatsWaited = 0;
  /** So many beats it waits for an answer. */
  #patience = 1;
  /** It answers, so pieces may go ahead; into silence only one goes at a time. */
  #answers = false;

  constructor(
    image: SnapshotImage,
    window: SendWindow,
    messageBytesMax: number,
    piecesInFlightMax: number,
  ) {
    this.image = image;
    this.#window = window;
    this.#messageBytesMax = messageBytesMax;
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
    const pieceBytes = this.#pieceBytes;
    const ahead = this.#sent - this.#received;
    const isOpen = ahead < this.#aheadMax(pieceBytes) && this.#sent < this.total;
    if (this.#begun && !isOpen) return null;
    const offset = this.#sent;
    const bytes = this.image.data.subarray(offset, offset + pieceBytes);
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
    if (received !== this.#received) this.#onMoved(received);
    // Less than before: the follower has started again, and has lost what it had.
    if (received < this.#received) this.#sent = received;
    this.#received = received;
    this.#sent = Math.max(this.#sent, received);
    return received === this.total;
  }

  /**
   * Once a heartbeat: what was not answered since the last is sent again. It waits longer each
   * time that it was of no use: on a line that takes longer than a heartbeat for a piece, each
   * would else be sent twice.
   */
  retry(): void {
    this.#beatsWaited += 1;
    if (this.#beatsWaited <= this.#patience) return;
    this.#window.lost(this.#sent - this.#received);
    this.#sent = this.#received;
    this.#begun = false;
    this.#answers = false;
    this.#beatsWaited = 1;
    this.#patience = Math.min(2 * this.#patience, patienceMax);
  }

  get #pieceBytes(): number {
    const around = pieceOverhead + this.image.snapshot.head.length;
    const wanted = Math.max(this.#window.bytes - around, pieceBytesMin);
    return Math.min(this.#messageBytesMax - around, wanted);
  }

  #aheadMax(pieceBytes: number): number {
    return this.#answers ? Math.min(pieceBytes * this.#piecesAheadMax, this.#window.bytes) : 1;
  }

  #onMoved(received: number): void {
    if (received > this.#received) this.#window.acknowledged(received - this.#received);
    if (this.#beatsWaited < 2 && this.#patience > 1) this.#patience -= 1;
    this.#beatsWaited = 0;
  }
}
