/**
 * SWIM's failure detector (Das, Gupta and Motivala 2002, section 3.1; Gupta, Chandra and Goldszmidt
 * 2001), with the local health of Lifeguard (Dadgar, Phillips and Currey 2017).
 *
 * Each period one peer is probed, and nobody beats. However large the group, a member sends the
 * same few messages a period, and is probed by somebody once a period in the mean; so it is found
 * out after a constant number of periods. Before it is suspected, others are asked to probe it, so
 * that a bad path between two is not taken for a death.
 *
 * The first probe begins at a random phase: members that were started together do not probe in
 * step.
 *
 * Invariant: after a timeout at `now`, the next period, request and nack lie later than `now`.
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
  DetectorOptions,
  DetectorOutput,
  DetectorSettings,
  PeerStanding,
} from "../detector.js";
import { attemptsMax } from "../evidence.js";
import { type Detour, Detours } from "./detours.js";
import { LocalHealth, stretchMax } from "./local-health.js";
import {
  ackBody,
  nackBody,
  type ProbeMessage,
  parseProbeMessage,
  pingBody,
  pingReqBody,
  seqMax,
} from "./messages.js";
import { PeerRecords } from "./peer-records.js";
import { ProbeRound } from "./probe-round.js";
import { RelayedProbes } from "./relayed-probes.js";
import { PeerSelection, type Selection } from "./round-robin.js";
import { WatchedPeers } from "./watched-peers.js";

/** A relay without an ack says so after this share of the time that its origin waits. */
const nackShare = 0.8;

/** How many periods a relay remembers a request: the origin's own may be stretched so much. */
const relayedPeriods = stretchMax;

export class SwimProber implements Detector {
  readonly #name: string;
  readonly #self: NodeId;
  readonly #settings: DetectorSettings;
  readonly #nackAfter: Duration;
  readonly #peers: WatchedPeers;
  readonly #selection: PeerSelection;
  readonly #records: PeerRecords;
  readonly #health: LocalHealth;
  readonly #relayed = new RelayedProbes();
  readonly #detours = new Detours();
  #round: ProbeRound | null = null;
  /** The probe before this one, whose answer may still come. */
  #formerRound: ProbeRound | null = null;
  #periodEnds: Instant;
  #seq: number;

  /** @param name of the detector, for its evidence */
  constructor(name: string, selection: Selection, options: DetectorOptions) {
    const { now, self, peers, dice, period, ackTimeout, relays, lifeguard } = options;
    assert(0 < ackTimeout && ackTimeout <= period, "an ack must have its time within the period");
    assert(Number.isSafeInteger(relays) && relays >= 0, `not a number of relays: ${relays}`);
    this.#name = name;
    this.#self = self;
    this.#settings = options;
    const waits = Math.min(ackTimeout, period - ackTimeout);
    this.#nackAfter = micros(Math.floor(waits * nackShare));
    this.#peers = new WatchedPeers(peers);
    this.#selection = new PeerSelection(peers.length, selection, dice);
    // A list of all members, with this one among them, is one that all machines can share.
    const own = this.#peers.remove(self);
    if (own !== null) this.#selection.remove(own);
    this.#records = new PeerRecords(now);
    this.#health = new LocalHealth(lifeguard);
    this.#periodEnds = after(now, micros(dice.below(period)));
    // An answer to a probe of an earlier life should not fit one of this life.
    this.#seq = dice.below(seqMax + 1);
  }

  step(now: Instant, input: DetectorInput | Timeout): readonly DetectorOutput[] {
    switch (input.kind) {
      case "timeout":
        return this.#onTimeout(now);
      case "message":
        return this.#onBody(now, input.from, input.body);
      case "watch":
        return this.#onWatch(now, input.peer);
      case "forget":
        return this.#onForget(input.peer);
      case "accused":
        this.#health.change(1);
        return [];
      case "refuted":
        return this.#records.forgive(input.peer)
          ? [{ kind: "peer-trusted", peer: input.peer }]
          : [];
      case "was-late":
        return this.#onWasLate(now);
      default:
        return unreachable(input);
    }
  }

  deadline(): Instant | null {
    const round = earlier(this.#periodEnds, this.#round?.relayAt ?? null);
    return earlier(round, this.#relayed.nextNackAt());
  }

  standing(): readonly PeerStanding[] {
    const records = this.#records;
    return [...this.#peers].map((peer) => ({
      peer,
      status: records.statusOf(peer),
      silentSince: records.silentSince(peer),
      suspicions: records.suspicionsOf(peer),
    }));
  }

  healthScore(): number {
    return this.#health.score;
  }

  /** Peers whose last answer came through a relay only. */
  detours(): readonly Detour[] {
    return this.#detours.list();
  }

  #onWatch(now: Instant, peer: NodeId): readonly DetectorOutput[] {
    const number = peer === this.#self ? null : this.#peers.add(peer);
    if (number === null) return [];
    this.#selection.add(number);
    this.#records.watch(peer, now);
    return [];
  }

  #onForget(peer: NodeId): readonly DetectorOutput[] {
    const number = this.#peers.remove(peer);
    if (number === null) return [];
    this.#selection.remove(number);
    this.#records.forget(peer);
    this.#relayed.forget(peer);
    this.#detours.forget(peer);
    if (this.#round?.plan.target === peer) this.#round = null;
    if (this.#formerRound?.plan.target === peer) this.#formerRound = null;
    return [];
  }

  /** The probe in flight ends without a verdict, and the next begins at once. */
  #onWasLate(now: Instant): readonly DetectorOutput[] {
    this.#health.change(1);
    this.#relayed.withdrawNacks();
    this.#formerRound = this.#round ?? this.#formerRound;
    this.#round = null;
    this.#periodEnds = now;
    return [];
  }

  #onBody(now: Instant, from: NodeId, body: unknown): readonly DetectorOutput[] {
    const message = parseProbeMessage(body);
    if (message === null) return [{ kind: "refused", from }];
    // A stranger's probe is news for membership, which may let it be watched.
    if (this.#peers.numberOf(from) === null) return [];
    const trusted = this.#hear(now, from);
    const answers = this.#onMessage(now, from, message);
    return trusted.length === 0 ? answers : [...trusted, ...answers];
  }

  #onMessage(now: Instant, from: NodeId, message: ProbeMessage): readonly DetectorOutput[] {
    switch (message.kind) {
      case "ping":
        return this.#onPing(now, from, message.seq, message.target, message.origin);
      case "ack":
        return this.#onAck(now, from, message.seq, message.heard);
      case "ping-req":
        return this.#onPingReq(now, from, message.seq, message.target);
      case "nack":
        this.#round?.nack(from, message.seq);
        return [];
      default:
        return unreachable(message);
    }
  }

  #hear(now: Instant, peer: NodeId): readonly DetectorOutput[] {
    return this.#records.hear(peer, now) ? [{ kind: "peer-trusted", peer }] : [];
  }

  #hearByRelay(now: Instant, peer: NodeId): readonly DetectorOutput[] {
    return this.#records.hearByRelay(peer, now) ? [{ kind: "peer-trusted", peer }] : [];
  }

  /** One that names another is not answered: the address has a new owner since, and that is we. */
  #onPing(
    now: Instant,
    from: NodeId,
    seq: number,
    target: NodeId,
    origin: NodeId | null,
  ): readonly DetectorOutput[] {
    if (target !== this.#self) return [];
    const lately = now - this.#settings.period;
    const heard = origin === null ? null : this.#records.wasHeardItself(origin, lately);
    return [{ kind: "send", targets: [from], body: ackBody(seq, heard) }];
  }

  #onAck(
    now: Instant,
    from: NodeId,
    seq: number,
    heard: boolean | null,
  ): readonly DetectorOutput[] {
    if (this.#round?.isAnswer(from, seq)) return this.#onAnswer(now, this.#round, from, heard);
    if (this.#formerRound?.isAnswer(from, seq)) {
      const { target } = this.#formerRound.plan;
      // A direct ack was heard as any message of the target is.
      return from === target ? [] : this.#hearByRelay(now, target);
    }
    const relayed = this.#relayed.take(from, seq);
    if (relayed === null) return [];
    const { origin, originSeq } = relayed;
    return [{ kind: "send", targets: [origin], body: ackBody(originSeq, heard) }];
  }

  /** Of several acks the first counts, but a direct one is worth more than a detour. */
  #onAnswer(
    now: Instant,
    round: ProbeRound,
    from: NodeId,
    heard: boolean | null,
  ): readonly DetectorOutput[] {
    const { target } = round.plan;
    const isDirect = from === target;
    if (isDirect) this.#detours.forget(target);
    if (round.isAnswered) return [];
    round.answer();
    this.#health.change(-1);
    if (isDirect) return [];
    this.#detours.note(target, now, heard);
    return this.#hearByRelay(now, target);
  }

  /** Whom this node does not know it cannot ping; but it lives, and can say so. */
  #onPingReq(
    now: Instant,
    from: NodeId,
    originSeq: number,
    target: NodeId,
  ): readonly DetectorOutput[] {
    const { lifeguard, period } = this.#settings;
    if (this.#peers.numberOf(target) === null) {
      return lifeguard ? [{ kind: "send", targets: [from], body: nackBody(originSeq) }] : [];
    }
    const seq = this.#nextSeq();
    const nackAt = lifeguard ? after(now, this.#nackAfter) : null;
    const endsAt = after(now, micros(period * relayedPeriods));
    this.#relayed.add({ seq, target, origin: from, originSeq, nackAt, endsAt }, now);
    return [{ kind: "send", targets: [target], body: pingBody(seq, target, from) }];
  }

  #onTimeout(now: Instant): readonly DetectorOutput[] {
    const outputs: DetectorOutput[] = [];
    for (const { origin, originSeq } of this.#relayed.nacksDue(now)) {
      outputs.push({ kind: "send", targets: [origin], body: nackBody(originSeq) });
    }
    if (due(this.#periodEnds, now)) {
      if (this.#round !== null) outputs.push(...this.#judge(now, this.#round));
      outputs.push(...this.#beginPeriod(now));
    } else if (this.#round !== null && due(this.#round.relayAt, now)) {
      outputs.push(...this.#askRelays(now, this.#round));
    }
    assert(!due(this.deadline(), now), "a probe or a nack is overdue after a timeout");
    return outputs;
  }

  #judge(now: Instant, round: ProbeRound): readonly DetectorOutput[] {
    if (round.isAnswered) return [];
    const { target: peer, healthScore } = round.plan;
    this.#health.change(1 + round.nacksMissed);
    this.#detours.forget(peer);
    if (!this.#records.suspect(peer)) return [];
    const silence = elapsed(this.#records.silentSince(peer), now);
    const attempts = round.attempts().slice(0, attemptsMax);
    const evidence = { detector: this.#name, at: now, silence, attempts, healthScore };
    return [{ kind: "peer-suspected", peer, evidence }];
  }

  #beginPeriod(now: Instant): readonly DetectorOutput[] {
    this.#periodEnds = after(now, this.#health.stretch(this.#settings.period));
    this.#formerRound = this.#round ?? this.#formerRound;
    this.#round = null;
    const targetNumber = this.#selection.next();
    if (targetNumber === null) return [];
    const target = this.#peers.nameOf(targetNumber);
    const seq = this.#nextSeq();
    this.#round = new ProbeRound({
      target,
      targetNumber,
      seq,
      sentAt: now,
      relayAt: after(now, this.#health.stretch(this.#settings.ackTimeout)),
      healthScore: this.#health.score,
    });
    return [{ kind: "send", targets: [target], body: pingBody(seq, target, null) }];
  }

  #askRelays(now: Instant, round: ProbeRound): readonly DetectorOutput[] {
    const { target, targetNumber, seq } = round.plan;
    const numbers = this.#selection.others(targetNumber, this.#settings.relays);
    const targets = numbers.map((number) => this.#peers.nameOf(number));
    round.relayBy(now, targets);
    if (targets.length === 0) return [];
    return [{ kind: "send", targets, body: pingReqBody(seq, target) }];
  }

  #nextSeq(): number {
    this.#seq = (this.#seq + 1) % (seqMax + 1);
    return this.#seq;
  }
}
