/**
 * The detector, seen from the view: whom it watches, and whom it suspects now. What it says is
 * kept until the machine carries it on: while a claim is taken over nothing may reach back into the
 * view.
 */
import type {
  Detector,
  DetectorInput,
  DetectorOutput,
  PeerStanding,
} from "../detection/detector.js";
import type { Evidence } from "../detection/evidence.js";
import type { Timeout } from "../kernel/machine.js";
import type { Instant } from "../kernel/time.js";
import type { View } from "./view.js";

export class Watching {
  readonly #view: View;
  readonly #detector: Detector;
  #pending: DetectorOutput[] = [];
  /** Whom the detector suspects, with what it saw. */
  readonly #suspects = new Map<number, Evidence>();
  /** Of whom the last word to the outside was `peer-suspected`. */
  readonly #toldSuspected: Set<number>;

  constructor(view: View, detector: Detector) {
    this.#view = view;
    this.#detector = detector;
    this.#toldSuspected = view.about(new Set());
  }

  get suspects(): ReadonlyMap<number, Evidence> {
    return this.#suspects;
  }

  feed(input: DetectorInput | Timeout): void {
    this.#pending.push(...this.#detector.step(this.#view.now, input));
  }

  /** What the detector has said since it was last asked, in order. */
  take(): readonly DetectorOutput[] {
    const pending = this.#pending;
    this.#pending = [];
    return pending;
  }

  /** The detector begins anew with this member: it is new, or back, or in a new life. */
  watch(number: number): void {
    this.forget(number);
    if (this.#toldSuspected.delete(number)) this.#tellTrusted(number);
    this.feed({ kind: "watch", peer: this.#view.names.nameOf(number) });
  }

  forget(number: number): void {
    this.#suspects.delete(number);
    this.feed({ kind: "forget", peer: this.#view.names.nameOf(number) });
  }

  suspected(number: number, evidence: Evidence): void {
    this.#suspects.set(number, evidence);
    this.#toldSuspected.add(number);
    const peer = this.#view.names.nameOf(number);
    this.#view.tell({ kind: "peer-suspected", peer, evidence });
  }

  trusted(number: number): void {
    this.#suspects.delete(number);
    if (this.#toldSuspected.delete(number)) this.#tellTrusted(number);
  }

  deadline(): Instant | null {
    return this.#detector.deadline();
  }

  standing(): readonly PeerStanding[] {
    return this.#detector.standing();
  }

  healthScore(): number {
    return this.#detector.healthScore();
  }

  #tellTrusted(number: number): void {
    this.#view.tell({ kind: "peer-trusted", peer: this.#view.names.nameOf(number) });
  }
}
