/**
 * Centralised heartbeat: everybody beats to a coordinator, which beats to everybody. 2 (n - 1)
 * beats a period instead of n (n - 1), and one node that knows who is alive.
 *
 * Who guards the guard: everybody. The coordinator alone judges the others, and all others judge
 * the coordinator. The coordinator of a node is the first by name whom it trusts, itself among
 * them, so when the coordinator is suspected the next one takes over without a word of agreement,
 * and one that comes back is the coordinator again as soon as it is heard.
 *
 * There is no standby that is beaten to beforehand. It would shorten only the search for members
 * that fail together with the coordinator, at the price of half as many beats again for ever.
 * Instead, who takes over asks everybody at once.
 *
 * Whom a node suspects it goes on asking, whether or not it still judges it. So each suspicion
 * ends when its peer is heard, and a peer cut off in one direction only hears that it is asked,
 * and is not taken for silent by those who do hear it.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Timeout } from "../../kernel/machine.js";
import { due, earlier, type Instant } from "../../kernel/time.js";
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

const name = "central";

export class CentralHeartbeat implements Detector {
  readonly #self: NodeId;
  readonly #grid: Grid;
  readonly #watch: PartialWatch;

  constructor(options: DetectorOptions) {
    const { now, self, peers, period, suspectAfter } = options;
    assert(period > 0 && period < suspectAfter, "a peer must be able to beat within its allowance");
    this.#self = self;
    this.#grid = new Grid(now, period);
    this.#watch = new PartialWatch(name, suspectAfter);
    this.#watch.add(peers, now);
    this.#watch.judgeOnly(this.#wards(), now);
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

  /** The first by name whom this node trusts, perhaps itself. */
  coordinator(): NodeId {
    const first = this.#watch.order.find((peer) => !this.#watch.isSuspected(peer));
    return first !== undefined && first < this.#self ? first : this.#self;
  }

  deadline(): Instant | null {
    return earlier(this.#watch.deadline(), this.#grid.next);
  }

  /** The coordinator's: all. The others': the coordinator, and whom they suspect. */
  standing(): readonly PeerStanding[] {
    return this.#watch.standing();
  }

  healthScore(): number {
    return 0;
  }

  /** Whom this node judges. */
  #wards(): readonly NodeId[] {
    const coordinator = this.coordinator();
    return coordinator === this.#self ? this.#watch.order : [coordinator];
  }

  /** Only a change of trust changes who coordinates. */
  #onMessage(now: Instant, from: NodeId, body: unknown): readonly DetectorOutput[] {
    const outputs = this.#watch.hear(from, body, now);
    const isMoved = outputs.some(({ kind }) => kind === "peer-trusted");
    return isMoved ? this.#settled(now, outputs) : outputs;
  }

  #onTimeout(now: Instant): readonly DetectorOutput[] {
    const suspected = this.#watch.judge(now);
    const judged = suspected.length > 0 ? this.#settled(now, suspected) : nothing;
    const beats = this.#grid.pass(now) ? this.#beat(now) : nothing;
    assert(!due(this.deadline(), now), "a beat or a judgement is overdue after a timeout");
    return [...judged, ...beats];
  }

  #beat(now: Instant): readonly DetectorOutput[] {
    return this.#watch.beat(this.#watch.watched, this.#watch.askers(now));
  }

  /** After whatever may have changed the coordinator. */
  #settled(now: Instant, outputs: readonly DetectorOutput[]): readonly DetectorOutput[] {
    const begun = this.#watch.judgeOnly(this.#wards(), now);
    return begun.length === 0 ? outputs : [...outputs, ...this.#watch.beat(begun, [])];
  }
}

export const central: DetectorKind = {
  name,
  summary: "everybody beats to a coordinator, which alone judges; all others judge the coordinator",
  make: (options) => new CentralHeartbeat(options),
  detectsWithin: ({ suspectAfter }) => suspectAfter,
};
