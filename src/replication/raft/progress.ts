/**
 * What a leader knows of one other member, and how much it has sent ahead.
 *
 *     probe      where the logs meet is not known: one message at a time, then the answer
 *     replicate  it is known: messages go out ahead of the answers, as far as the window is open
 *     snapshot   what it needs next is compacted: pieces of a snapshot go out first
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import type { SnapshotSender } from "./snapshot-sender.js";
import { SendWindow } from "./window.js";

/** Entries from `from` on and before `to`; the last of them is of `term`. */
export interface Gathered {
  readonly from: number;
  to: number;
  bytes: number;
  term: number;
}

export class Progress {
  readonly peer: NodeId;
  readonly window: SendWindow;
  /** Its durable log is ours up to here. */
  matched = 0;
  /** What is sent next. */
  next: number;
  kind: "probe" | "replicate" | "snapshot" = "probe";
  /** A probe is out. */
  waits = false;
  heardAt: Instant | null = null;
  /** The newest round that it has answered. */
  round = 0;
  /** Which disk it writes to; 0 before it was heard. */
  life = 0;
  /** Its answers count for nothing yet (see blank.ts). */
  blank = true;
  /** It is a witness, or is to become one. */
  outline: boolean;
  /** What the next message would hold by now. */
  gathered: Gathered | null = null;
  /** Of a snapshot on its way to it. */
  sender: SnapshotSender | null = null;
  /** Its owner has been told that it came back blank. */
  toldBlank = false;
  #lasts: number[] = [];
  #sizes: number[] = [];
  #bytesInFlight = 0;

  /** @param inFlightBytesMax as its window begins */
  constructor(peer: NodeId, next: number, outline: boolean, inFlightBytesMax: number) {
    this.peer = peer;
    this.window = new SendWindow(inFlightBytesMax);
    this.next = next;
    this.outline = outline;
  }

  get inFlight(): number {
    return this.#lasts.length;
  }

  get bytesInFlight(): number {
    return this.#bytesInFlight;
  }

  /** Entries up to `last` were sent ahead, so many bytes. */
  sent(last: number, bytes: number): void {
    assert(last >= this.next, "sent what was sent already");
    this.#lasts.push(last);
    this.#sizes.push(bytes);
    this.#bytesInFlight += bytes;
    this.next = last + 1;
  }

  acknowledge(index: number): void {
    this.matched = Math.max(this.matched, index);
    this.next = Math.max(this.next, this.matched + 1);
    while (this.#lasts.length > 0 && (this.#lasts[0] as number) <= this.matched) {
      this.#lasts.shift();
      const bytes = this.#sizes.shift() as number;
      this.#bytesInFlight -= bytes;
      this.window.acknowledged(bytes);
    }
  }

  /** What was sent ahead has not come. */
  lost(): void {
    this.window.lost(this.#bytesInFlight);
  }

  replicate(): void {
    this.#become("replicate");
    this.next = this.matched + 1;
  }

  probe(next: number): void {
    assert(next > this.matched, "probed what is known to match");
    this.#become("probe");
    this.next = next;
  }

  snapshot(sender: SnapshotSender): void {
    this.#become("snapshot");
    this.sender = sender;
  }

  /** Another disk stands behind the name: nothing that was known of it holds. */
  forget(life: number, next: number): void {
    this.matched = 0;
    this.round = 0;
    this.heardAt = null;
    this.life = life;
    this.toldBlank = false;
    this.probe(Math.max(next, 1));
  }

  #become(kind: "probe" | "replicate" | "snapshot"): void {
    this.kind = kind;
    this.sender = null;
    this.gathered = null;
    this.waits = false;
    this.#lasts = [];
    this.#sizes = [];
    this.#bytesInFlight = 0;
  }
}
