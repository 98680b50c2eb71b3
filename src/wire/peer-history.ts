/**
 * What was received of one peer: its newest boot, which frames of that boot were seen, and the
 * counts of what the link did to them. It changes by `accept` alone, so a frame that is refused
 * leaves no trace here but its count.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { Header } from "./envelope.js";
import { ReplayWindow } from "./replay-window.js";

export interface PeerCounts {
  readonly peer: NodeId;
  /** The peer's newest boot; null before its first frame. */
  readonly bootId: number | null;
  /** Frames opened. */
  readonly received: number;
  /** Frames for everyone that are missing: gaps that no late frame has filled. */
  readonly lost: number;
  /** Frames that came again. */
  readonly duplicated: number;
  /** Frames that were opened after a newer one. */
  readonly reordered: number;
  /** Frames so far behind that nobody can say whether they came before. */
  readonly tooOld: number;
}

export class PeerHistory {
  readonly #peer: NodeId;
  #bootId: number | null = null;
  #everyone = new ReplayWindow();
  #some = new ReplayWindow();
  #received = 0;
  #lost = 0;
  #duplicated = 0;
  #reordered = 0;
  #tooOld = 0;

  constructor(peer: NodeId) {
    this.#peer = peer;
  }

  /** Why a frame of this peer is stale, or null when it is news; counts repetitions. */
  staleness(header: Header): "old-boot" | "replayed" | null {
    if (this.#bootId === null || header.bootId > this.#bootId) return null;
    if (header.bootId < this.#bootId) return "old-boot";
    const standing = this.#windowOf(header).standing(header.sequence);
    if (standing === "seen") this.#duplicated += 1;
    if (standing === "too-old") this.#tooOld += 1;
    return standing === "seen" || standing === "too-old" ? "replayed" : null;
  }

  /** Takes a frame that is news. A newer boot begins both windows anew. */
  accept(header: Header): void {
    const { bootId, sequence, audience } = header;
    assert(this.#bootId === null || bootId >= this.#bootId, "a frame of an old boot was accepted");
    if (bootId !== this.#bootId) this.#restart(bootId);
    const window = this.#windowOf(header);
    if (window.standing(sequence) === "late") this.#reordered += 1;
    const missing = window.accept(sequence);
    if (audience === "everyone") this.#lost += missing;
    this.#received += 1;
    assert(this.#lost >= 0, "more late frames than gaps");
  }

  counts(): PeerCounts {
    return {
      peer: this.#peer,
      bootId: this.#bootId,
      received: this.#received,
      lost: this.#lost,
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      tooOld: this.#tooOld,
    };
  }

  #restart(bootId: number): void {
    this.#bootId = bootId;
    this.#everyone = new ReplayWindow();
    this.#some = new ReplayWindow();
  }

  #windowOf(header: Header): ReplayWindow {
    return header.audience === "everyone" ? this.#everyone : this.#some;
  }
}
