/**
 * Ring heartbeat: the nodes stand in a ring by name, the last before the first; each beats to its
 * successor and judges its predecessor. n beats a period, the fewest that watch everybody.
 *
 * Neighbours that fail together: while the predecessor is suspected, the one before it is judged
 * too, and so on back to one that is trusted. That one cannot know that its successor is gone, so
 * it is asked (asking.ts), and then beats to whoever asks. A peer that is judged and has been
 * silent for one and a half periods is asked as well: a beat that was lost, or a view in which
 * somebody else stands between, is found out before it costs a suspicion.
 *
 * `forget` closes the ring.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Timeout } from "../../kernel/machine.js";
import { type Duration, due, earlier, elapsed, type Instant } from "../../kernel/time.js";
import type {
  Detector,
  DetectorInput,
  DetectorKind,
  DetectorOptions,
  DetectorOutput,
  PeerStanding,
} from "../detector.js";
import { Grid } from "../grid.js";
import { nothing } from "../send.js";
import { PartialWatch } from "./partial-watch.js";

const name = "ring";

export class RingHeartbeat implements Detector {
  readonly #self: NodeId;
  readonly #period: Duration;
  readonly #grid: Grid;
  readonly #watch: PartialWatch;

  constructor(options: DetectorOptions) {
    const { now, self, peers, period, suspectAfter } = options;
    assert(period > 0 && period < suspectAfter, "a peer must be able to beat within its allowance");
    this.#self = self;
    this.#period = period;
    this.#grid = new Grid(now, period);
    this.#watch = new PartialWatch(name, suspectAfter);
    this.#watch.add(peers, now);
    this.#watch.judgeOnly(this.#upToTrusted(this.#followers().reverse()), now);
  }

  step(now: Instant, input: DetectorInput | Timeout): readonly DetectorOutput[] {
    switch (input.kind) {
      case "message":
        return this.#onMessage(now, input.from, input.body);
      case "watch":
        return this.#watch.add([input.peer], now) ? this.#settled(now, nothing) : nothing;
      case "forget":
        return this.#watch.remove(input.peer) ? this.#settled(now, nothing) : nothing;
      case "accused":
      case "refuted":
        return nothing;
      case "was-late":
        this.#watch.beginAnew(now);
        return nothing;
      case "timeout":
        return this.#onTimeout(now);
      default:
        return unreachable(input);
    }
  }

  deadline(): Instant | null {
    return earlier(this.#watch.deadline(), this.#grid.next);
  }

  /** The predecessor; while it is suspected those before it too, and whoever is suspected. */
  standing(): readonly PeerStanding[] {
    return this.#watch.standing();
  }

  healthScore(): number {
    return 0;
  }

  /** Only a change of trust moves the ring. */
  #onMessage(now: Instant, from: NodeId, body: unknown): readonly DetectorOutput[] {
    const outputs = this.#watch.hear(from, body, now);
    const isMoved = outputs.some(({ kind }) => kind === "peer-trusted");
    return isMoved ? this.#settled(now, outputs) : outputs;
  }

  #onTimeout(now: Instant): readonly DetectorOutput[] {
    const judged = this.#watch.judge(now);
    const outputs = judged.length > 0 ? this.#settled(now, judged) : nothing;
    const beats = this.#grid.pass(now) ? this.#beat(now) : nothing;
    assert(!due(this.deadline(), now), "a beat or a judgement is overdue after a timeout");
    return [...outputs, ...beats];
  }

  #beat(now: Instant): readonly DetectorOutput[] {
    const asked = this.#watch.watched.filter((peer) => this.#isQuiet(peer, now));
    const heirs = this.#upToTrusted(this.#followers());
    return this.#watch.beat(asked, [...heirs, ...this.#watch.askers(now)]);
  }

  #isQuiet(peer: NodeId, now: Instant): boolean {
    const silence = elapsed(this.#watch.silentSince(peer), now);
    return this.#watch.isSuspected(peer) || silence > 1.5 * this.#period;
  }

  /** Judges as far back as it must, and asks at once whom it did not judge before. */
  #settled(now: Instant, outputs: readonly DetectorOutput[]): readonly DetectorOutput[] {
    const judged = this.#upToTrusted(this.#followers().reverse());
    const begun = this.#watch.judgeOnly(judged, now);
    return begun.length === 0 ? outputs : [...outputs, ...this.#watch.beat(begun, [])];
  }

  /** The peers in the order of the ring, from the successor to the predecessor. */
  #followers(): NodeId[] {
    const { order } = this.#watch;
    const after = order.filter((peer) => peer > this.#self);
    return [...after, ...order.slice(0, order.length - after.length)];
  }

  /** The suspected ones at the beginning, and the first that is trusted. */
  #upToTrusted(peers: readonly NodeId[]): readonly NodeId[] {
    const first = peers.findIndex((peer) => !this.#watch.isSuspected(peer));
    return first === -1 ? peers : peers.slice(0, first + 1);
  }
}

export const ring: DetectorKind = {
  name,
  summary: "each node beats to the next by name, and judges the one before it",
  make: (options) => new RingHeartbeat(options),
  detectsWithin: ({ suspectAfter }) => suspectAfter,
};
