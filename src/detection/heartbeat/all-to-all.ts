/**
 * All-to-all heartbeat: every replica beats to every other once a period, and suspects a peer whose
 * silence outlasts its allowance (Aguilera, Chen and Toueg 1997; the allowance that grows with each
 * mistake is that of Chandra and Toueg 1996, there by a constant, here by doubling).
 *
 * Silence is judged by the detector's own clock alone; the beats' times of sending are not
 * compared. A detector that slept cannot tell a peer's silence from its own deafness: told
 * `was-late`, it judges nobody and lets every silence begin anew.
 *
 * Invariant: after a timeout at `now`, the silence of every trusted peer ends later than `now`, and
 * so does the wait for the next beat.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Timeout } from "../../kernel/machine.js";
import { after, type Duration, due, earlier, type Instant, micros } from "../../kernel/time.js";
import type {
  Detector,
  DetectorInput,
  DetectorKind,
  DetectorOptions,
  DetectorOutput,
  PeerStanding,
} from "../detector.js";
import { Grid } from "../grid.js";
import { nothing, refusal, sendTo } from "../send.js";
import { WatchList } from "../watch-list.js";
import { beatBody, parseBeat } from "./messages.js";

const name = "all-to-all";

export interface AllToAllOptions extends DetectorOptions {
  /**
   * To where a peer's allowance may grow by its late beats. Left out, it stays `suspectAfter`: the
   * time of detection is then fixed, and a slow peer is suspected as often as it is slow.
   */
  readonly allowanceMax?: Duration;
}

export class AllToAllHeartbeat implements Detector {
  readonly #suspectAfter: Duration;
  readonly #allowanceMax: Duration;
  readonly #grid: Grid;
  readonly #list = new WatchList(name);
  /** Of each watched peer: how long it may be silent. */
  readonly #allowances = new Map<NodeId, Duration>();
  #beats = 0;

  constructor(options: AllToAllOptions) {
    const { now, peers, period, suspectAfter, allowanceMax } = options;
    assert(period > 0 && period < suspectAfter, "a peer must be able to beat within its allowance");
    this.#suspectAfter = suspectAfter;
    this.#allowanceMax = allowanceMax ?? suspectAfter;
    assert(suspectAfter <= this.#allowanceMax, "suspectAfter exceeds allowanceMax");
    this.#grid = new Grid(now, period);
    for (const peer of peers) this.#watch(now, peer);
  }

  step(now: Instant, input: DetectorInput | Timeout): readonly DetectorOutput[] {
    switch (input.kind) {
      case "message":
        return this.#onMessage(now, input.from, input.body);
      case "watch":
        if (!this.#list.has(input.peer)) this.#watch(now, input.peer);
        return nothing;
      case "forget":
        this.#list.remove(input.peer);
        this.#allowances.delete(input.peer);
        return nothing;
      case "accused":
      case "refuted":
        return nothing;
      case "was-late":
        return this.#onWasLate(now);
      case "timeout":
        return this.#onTimeout(now);
      default:
        return unreachable(input);
    }
  }

  deadline(): Instant | null {
    return earlier(this.#list.deadline(), this.#grid.next);
  }

  standing(): readonly PeerStanding[] {
    return this.#list.standing();
  }

  healthScore(): number {
    return 0;
  }

  #watch(now: Instant, peer: NodeId): void {
    this.#list.add(peer, now, after(now, this.#suspectAfter));
    this.#allowances.set(peer, this.#suspectAfter);
  }

  #onMessage(now: Instant, from: NodeId, body: unknown): readonly DetectorOutput[] {
    if (parseBeat(body) === null) return refusal(from);
    // A beat of a stranger is news for membership, not for us.
    if (!this.#list.has(from)) return nothing;
    if (this.#list.isSuspected(from)) {
      const doubled = micros(Math.min(this.#allowance(from) * 2, this.#allowanceMax));
      this.#allowances.set(from, doubled);
    }
    return this.#list.hear(from, now, after(now, this.#allowance(from)));
  }

  /** Who is suspected stays so until heard: our sleep is no proof of its health. */
  #onWasLate(now: Instant): readonly DetectorOutput[] {
    for (const [peer, allowance] of this.#allowances) {
      this.#list.expect(peer, after(now, allowance));
    }
    return nothing;
  }

  #onTimeout(now: Instant): readonly DetectorOutput[] {
    const beats = this.#grid.pass(now) ? this.#beat() : nothing;
    const outputs = [...beats, ...this.#list.judge(now)];
    assert(!due(this.deadline(), now), "a beat or a judgement is overdue after a timeout");
    return outputs;
  }

  #beat(): readonly DetectorOutput[] {
    this.#beats += 1;
    return sendTo(this.#list.peers, beatBody(this.#beats));
  }

  #allowance(peer: NodeId): Duration {
    return this.#allowances.get(peer) ?? this.#suspectAfter;
  }
}

export const allToAll: DetectorKind = {
  name,
  summary: "every node beats to every other, and each suspects whose beats stop",
  make: (options) => new AllToAllHeartbeat(options),
  detectsWithin: ({ suspectAfter }) => suspectAfter,
};
