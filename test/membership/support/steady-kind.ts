/**
 * A detector that is told the truth by the test: whom it cannot hear, it suspects after a silence.
 * It pings one watched peer a period, round robin from a random start, so that claims have
 * something to travel on, and answers pings.
 */
import type {
  Detector,
  DetectorInput,
  DetectorKind,
  DetectorOptions,
  DetectorOutput,
  PeerStanding,
} from "../../../src/detection/detector.js";
import type { NodeId } from "../../../src/kernel/ids.js";
import type { Timeout } from "../../../src/kernel/machine.js";
import { after, elapsed, type Instant, micros } from "../../../src/kernel/time.js";
import { evidenceAt } from "./scripted-detector.js";

/** Is what `source` sends heard by `target` now? */
export type Hears = (source: NodeId, target: NodeId) => boolean;

class SteadyDetector implements Detector {
  readonly #options: DetectorOptions;
  readonly #hears: Hears;
  readonly #silentSince = new Map<NodeId, Instant>();
  readonly #suspected = new Set<NodeId>();
  #next: Instant;
  #turn: number;

  constructor(options: DetectorOptions, hears: Hears) {
    this.#options = options;
    this.#hears = hears;
    this.#next = after(options.now, micros(options.dice.below(options.period)));
    this.#turn = options.dice.below(1_000);
    for (const peer of options.peers) this.#silentSince.set(peer, options.now);
  }

  step(now: Instant, input: DetectorInput | Timeout): readonly DetectorOutput[] {
    switch (input.kind) {
      case "timeout":
        return now < this.#next ? [] : this.#period(now);
      case "watch":
        this.#silentSince.set(input.peer, now);
        return [];
      case "forget":
        this.#silentSince.delete(input.peer);
        this.#suspected.delete(input.peer);
        return [];
      case "message":
        if (input.body !== "ping") return [];
        return [{ kind: "send", targets: [input.from], body: "ack" }];
      default:
        return [];
    }
  }

  deadline(): Instant | null {
    return this.#next;
  }

  standing(): readonly PeerStanding[] {
    return [];
  }

  healthScore(): number {
    return 0;
  }

  #period(now: Instant): readonly DetectorOutput[] {
    this.#next = after(this.#next, this.#options.period);
    const outputs: DetectorOutput[] = [];
    const peers = [...this.#silentSince.keys()];
    for (const peer of peers) this.#judge(peer, now, outputs);
    const target = peers[this.#turn % Math.max(1, peers.length)];
    this.#turn += 1;
    if (target !== undefined) outputs.push({ kind: "send", targets: [target], body: "ping" });
    return outputs;
  }

  #judge(peer: NodeId, now: Instant, outputs: DetectorOutput[]): void {
    if (this.#hears(peer, this.#options.self)) {
      this.#silentSince.set(peer, now);
      if (this.#suspected.delete(peer)) outputs.push({ kind: "peer-trusted", peer });
      return;
    }
    const silence = elapsed(this.#silentSince.get(peer) ?? now, now);
    if (silence < this.#options.suspectAfter || this.#suspected.has(peer)) return;
    this.#suspected.add(peer);
    outputs.push({ kind: "peer-suspected", peer, evidence: evidenceAt(now) });
  }
}

export const steadyKind = (hears: Hears): DetectorKind => ({
  name: "steady",
  summary: "suspects whom it cannot hear",
  make: (options) => new SteadyDetector(options, hears),
  detectsWithin: ({ suspectAfter }) => suspectAfter,
});
