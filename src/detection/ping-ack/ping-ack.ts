/**
 * Ping-ack: once a period every peer is asked, and who has not answered within `ackTimeout` is
 * suspected. The textbook's first detector, and the only one here that needs no beat of the other
 * side's own accord: a node that is not asked says nothing.
 *
 * Only the ack of the present round answers it. An older one shows that the peer has lived since an
 * older question, so it takes a suspicion back, but the present question stays open; counted as
 * its answer, acks that are always a round late would stretch detection by a round.
 *
 * Invariant: of a round, each peer is asked once, and judged at most once.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Timeout } from "../../kernel/machine.js";
import { after, type Duration, earlier, type Instant, micros } from "../../kernel/time.js";
import type {
  Detector,
  DetectorInput,
  DetectorKind,
  DetectorOptions,
  DetectorOutput,
  PeerStanding,
} from "../detector.js";
import { type Attempt, attemptsMax } from "../evidence.js";
import { Grid } from "../grid.js";
import { nothing, refusal, sendTo } from "../send.js";
import { WatchList } from "../watch-list.js";
import { ackBody, type PingAckMessage, parsePingAck, pingBody } from "./messages.js";

const name = "ping-ack";

/** What was asked of one peer. */
interface Questions {
  /** The last round in which it was asked and has not answered; 0 if nothing is open. */
  open: number;
  /** Since it was last heard, oldest first, at most `attemptsMax`; the last may be open yet. */
  attempts: readonly Attempt[];
}

export class PingAckDetector implements Detector {
  readonly #ackTimeout: Duration;
  readonly #grid: Grid;
  readonly #list = new WatchList(name);
  readonly #questions = new Map<NodeId, Questions>();
  #round = 0;
  /** When the questions of the present round are judged; null before the first, and once void. */
  #roundEnds: Instant | null = null;
  /** The present round's ping. */
  #asked: readonly Attempt[] = [];

  constructor(options: DetectorOptions) {
    const { now, peers, period, ackTimeout } = options;
    assert(ackTimeout > 0 && ackTimeout <= period, "a round must end before the next begins");
    this.#ackTimeout = ackTimeout;
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
        this.#questions.delete(input.peer);
        return nothing;
      case "accused":
      case "refuted":
        return nothing;
      case "was-late":
        return this.#onWasLate();
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

  /** It is asked in the next round. */
  #watch(now: Instant, peer: NodeId): void {
    this.#list.add(peer, now, null);
    this.#questions.set(peer, { open: 0, attempts: [] });
  }

  #onMessage(now: Instant, from: NodeId, body: unknown): readonly DetectorOutput[] {
    const message = parsePingAck(body);
    if (message === null) return refusal(from);
    if (!this.#list.has(from)) return nothing;
    // A ping alone restores no trust: that it reached us does not show that ours reach the peer.
    if (message.kind === "ping") return sendTo([from], ackBody(message.round));
    return this.#onAck(now, from, message);
  }

  #onAck(now: Instant, from: NodeId, { round }: PingAckMessage): readonly DetectorOutput[] {
    const questions = this.#questions.get(from);
    assert(questions !== undefined, `${from} is watched and has no questions`);
    // Nobody can answer what was not asked yet.
    if (round > this.#round) return nothing;
    if (questions.open === round) questions.open = 0;
    const isOpen = questions.open > 0 && this.#roundEnds !== null && now < this.#roundEnds;
    questions.attempts = isOpen ? this.#asked : [];
    return this.#list.hear(from, now, isOpen ? this.#roundEnds : null);
  }

  /** The answers may have come while we slept: the round is void, and the next one judges. */
  #onWasLate(): readonly DetectorOutput[] {
    this.#roundEnds = null;
    for (const [peer, questions] of this.#questions) {
      questions.open = 0;
      questions.attempts = [];
      this.#list.expect(peer, null);
    }
    return nothing;
  }

  /** The round that ends is judged before the next one begins, which may be at the same instant. */
  #onTimeout(now: Instant): readonly DetectorOutput[] {
    const judged = this.#list.judge(now, (peer) => this.#questions.get(peer)?.attempts ?? []);
    if (!this.#grid.pass(now)) return judged;
    return [...judged, ...this.#ping(now)];
  }

  #ping(now: Instant): readonly DetectorOutput[] {
    this.#round += 1;
    this.#roundEnds = after(now, this.#ackTimeout);
    this.#asked = [{ via: null, sentAt: now, outcome: "unanswered" }];
    for (const [peer, questions] of this.#questions) {
      questions.open = this.#round;
      if (questions.attempts.length < attemptsMax) {
        questions.attempts = [...questions.attempts, ...this.#asked];
      }
      this.#list.expect(peer, this.#roundEnds);
    }
    return sendTo(this.#list.peers, pingBody(this.#round));
  }
}

export const pingAck: DetectorKind = {
  name,
  summary: "asks every peer once a period, and suspects who does not answer in time",
  make: (options) => new PingAckDetector(options),
  detectsWithin: ({ period, ackTimeout }) => micros(period + ackTimeout),
};
