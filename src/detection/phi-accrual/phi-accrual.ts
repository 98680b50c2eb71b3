/**
 * Phi-accrual (Hayashibara, Défago, Yared and Katayama 2004): how suspicious a silence is depends
 * on how regular the peer's beats were. With the past intervals taken as normal,
 *
 *     phi(silence) = -log10 P(an interval is longer than the silence)
 *
 * and a peer is suspected when phi reaches the level of the settings: with level 8, a silence that
 * a sound peer would show once in 10^8 beats. Beats go all-to-all.
 *
 * The level fixes a number of standard deviations, so the silence at which phi reaches it is known
 * when a beat arrives: mean + z(level) deviation. That is the allowance, and the detector is one
 * of deadlines like the others; phi itself is never computed while it runs.
 *
 * The allowance is kept within bounds where the normal assumption would mislead:
 * - The deviation counts as a tenth of the period at least. A simulated or idle network is so
 *   regular that one late packet would be a crash.
 * - The mean counts as the period at least. Beats that have waited for a node that slept arrive
 *   all at once, and would teach it that silence is an instant.
 * - An interval that ended a suspicion counts as long as the allowance was: one outage would
 *   otherwise teach patience with the next. A peer that has become slower is learnt all the same.
 * - It never exceeds `allowanceFactorMax` times `suspectAfter`.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Timeout } from "../../kernel/machine.js";
import {
  after,
  type Duration,
  due,
  earlier,
  elapsed,
  type Instant,
  micros,
} from "../../kernel/time.js";
import type {
  Detector,
  DetectorInput,
  DetectorKind,
  DetectorOptions,
  DetectorOutput,
  DetectorSettings,
  PeerStanding,
} from "../detector.js";
import { Grid } from "../grid.js";
import { beatBody, parseBeat } from "../heartbeat/messages.js";
import { nothing, refusal, sendTo } from "../send.js";
import { WatchList } from "../watch-list.js";
import { Arrivals } from "./arrivals.js";
import { tailQuantile } from "./normal-tail.js";

const name = "phi-accrual";

/** Before so many intervals are known, the allowance is `suspectAfter`. */
export const intervalsMin = 10;
/** The least standard deviation is the period divided by this. */
export const deviationPart = 10;
export const allowanceFactorMax = 4;

interface Heard {
  readonly arrivals: Arrivals;
  /** Null before the first beat, and after a sleep of this node: the next interval is not known. */
  lastAt: Instant | null;
  allowance: Duration;
}

export class PhiAccrualDetector implements Detector {
  readonly #settings: DetectorSettings;
  /** Standard deviations above the mean at which phi has the level. */
  readonly #quantile: number;
  readonly #grid: Grid;
  readonly #list = new WatchList(name);
  readonly #heard = new Map<NodeId, Heard>();
  #beats = 0;

  constructor(options: DetectorOptions) {
    const { now, peers, period, suspectAfter, phi } = options;
    assert(period > 0 && period < suspectAfter, "a peer must be able to beat within its allowance");
    this.#settings = options;
    this.#quantile = Math.max(0, tailQuantile(phi));
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
        this.#heard.delete(input.peer);
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
    const allowance = this.#settings.suspectAfter;
    this.#list.add(peer, now, after(now, allowance));
    this.#heard.set(peer, { arrivals: new Arrivals(), lastAt: null, allowance });
  }

  #onMessage(now: Instant, from: NodeId, body: unknown): readonly DetectorOutput[] {
    if (parseBeat(body) === null) return refusal(from);
    const heard = this.#heard.get(from);
    if (heard === undefined) return nothing;
    if (heard.lastAt !== null) this.#learn(heard, elapsed(heard.lastAt, now), from);
    heard.lastAt = now;
    return this.#list.hear(from, now, after(now, heard.allowance));
  }

  #learn(heard: Heard, interval: Duration, from: NodeId): void {
    const isOutage = this.#list.isSuspected(from);
    heard.arrivals.add(isOutage ? micros(Math.min(interval, heard.allowance)) : interval);
    if (heard.arrivals.count < intervalsMin) return;
    const { period, suspectAfter } = this.#settings;
    const { mean, deviation } = heard.arrivals.spread();
    const spread = Math.max(deviation, period / deviationPart);
    const silence = Math.ceil(Math.max(mean, period) + this.#quantile * spread);
    heard.allowance = micros(Math.min(silence, allowanceFactorMax * suspectAfter));
  }

  /** Who is suspected stays so until heard. */
  #onWasLate(now: Instant): readonly DetectorOutput[] {
    for (const [peer, heard] of this.#heard) {
      heard.lastAt = null;
      this.#list.expect(peer, after(now, heard.allowance));
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
}

export const phiAccrual: DetectorKind = {
  name,
  summary: "all-to-all beats; the time-out of each peer follows how regular its beats were",
  make: (options) => new PhiAccrualDetector(options),
  detectsWithin: ({ suspectAfter }) => micros(allowanceFactorMax * suspectAfter),
};
