/**
 * The membership machine: this node's view of the group, and the messages that keep it (SWIM, Das,
 * Gupta and Motivala 2002; Lifeguard, Dadgar, Phillips and Currey 2017). It drives a failure
 * detector of any kind; what it adds is in README.md.
 *
 * Invariants: a node never holds itself anything but alive, until it leaves. After a timeout at
 * `now` nothing is due any more. Claims change the view by the rule of precedence.ts and in no
 * other way, so views of members who have heard the same are the same.
 */
import type { DetectorOutput, PeerStanding } from "../detection/detector.js";
import { assert, unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { Machine, Timeout } from "../kernel/machine.js";
import { timeout } from "../kernel/machine.js";
import type { Prng } from "../kernel/prng.js";
import { type Duration, due, earlier, elapsed, type Instant, instant } from "../kernel/time.js";
import type { Frame } from "./hearing.js";
import { type Message, parseMessage } from "./messages.js";
import type { MembershipOptions } from "./options.js";
import { makeParts, type Parts } from "./parts.js";
import type { CaseFile, Member, MembershipInput, MembershipOutput } from "./ports.js";

type FrameInput = Extract<MembershipInput, { kind: "message" }>;

export class Membership implements Machine<MembershipInput, MembershipOutput> {
  readonly #parts: Parts;
  readonly #gossipDice: Prng;
  #nextTick: Instant;
  #toldLeader: NodeId | null = null;

  constructor(options: MembershipOptions) {
    this.#parts = makeParts(options);
    this.#gossipDice = options.dice.split("gossip");
    this.#nextTick = options.now;
  }

  step(now: Instant, input: MembershipInput | Timeout): readonly MembershipOutput[] {
    this.#parts.view.now = now;
    this.#handle(now, input);
    this.#carryDetector();
    this.#tellLeader();
    return this.#parts.view.takeOutputs();
  }

  deadline(): Instant | null {
    if (this.#isOut) return this.#nextTick;
    const { watching, view } = this.#parts;
    return earlier(this.#nextTick, earlier(watching.deadline(), view.waits.deadline()));
  }

  /** Sorted by name; this node among them, and whoever is remembered. */
  members(): readonly Member[] {
    const { view } = this.#parts;
    const members: Member[] = [];
    for (let number = 0; number < view.table.slots; number += 1) {
      if (view.table.has(number)) members.push(view.memberOf(number));
    }
    return members.sort((one, other) => (one.member < other.member ? -1 : 1));
  }

  member(id: NodeId): Member | null {
    const number = this.#parts.view.names.numberOf(id);
    return number === undefined ? null : this.#parts.view.memberOf(number);
  }

  /** Of a member that is, or was, not alive; null where it never was, or too long ago. */
  caseOf(id: NodeId): CaseFile | null {
    const number = this.#parts.view.names.numberOf(id);
    const caseFile = number === undefined ? null : this.#parts.view.cases.get(number);
    return caseFile === null ? null : { ...caseFile };
  }

  /**
   * Whom this node trusts as leader. Null once it is out, while nobody is alive, and at its start
   * until it knows of somebody else, or has waited for it.
   */
  leader(): NodeId | null {
    const { view, own } = this.#parts;
    const { leader } = view.oracle;
    if (leader === null || this.#isOut) return null;
    const isAlone = leader === view.self && view.table.count("alive") === 1;
    const waits = isAlone && own.isYoung && view.names.seats > 1;
    return waits ? null : view.names.nameOf(leader);
  }

  detectorStanding(): readonly PeerStanding[] {
    return this.#parts.watching.standing();
  }

  healthScore(): number {
    return this.#parts.watching.healthScore();
  }

  /** It is leaving, has left, or has lost its name. */
  get #isOut(): boolean {
    return this.#parts.speaking.isSilent || this.#parts.leaving.isLeaving;
  }

  #handle(now: Instant, input: MembershipInput | Timeout): void {
    // Who is out hears nothing any more; its periods go on, for the watchdog.
    if (this.#isOut && input.kind !== "timeout") return;
    switch (input.kind) {
      case "timeout":
        this.#onTimeout(now);
        break;
      case "message":
        this.#onMessage(input);
        break;
      case "old-life":
        this.#onOldLife(input);
        break;
      case "join":
        this.#parts.joining.begin(input.seeds);
        break;
      case "leave":
        this.#parts.leaving.begin();
        break;
      case "was-late":
        this.#onWasLate(now, input.by);
        break;
      default:
        unreachable(input);
    }
  }

  #onMessage(frame: FrameInput): void {
    const { view, own } = this.#parts;
    if (frame.from === view.names.nameOf(view.self)) {
      // Frames of our own come back to us, or of somebody who has our name.
      if (frame.life > own.life) this.#loseIdentity(frame.life, frame.origin);
      return;
    }
    const message = frame.life > 0 ? parseMessage(frame.body) : null;
    if (message === null) {
      view.refuse(frame.from, "malformed");
      return;
    }
    const heard = this.#parts.hearing.hear(frame, message);
    switch (heard.kind) {
      case "refused":
        view.refuse(frame.from, heard.reason);
        break;
      case "outlived":
        this.#onOutlived(heard.number, frame.origin);
        break;
      case "member":
        this.#onMember(frame, message, heard.number, heard.isBehind);
        break;
      default:
        unreachable(heard);
    }
  }

  #onOldLife({ from, life, origin }: Frame): void {
    const { names, table } = this.#parts.view;
    const number = names.numberOf(from);
    if (number === undefined) return;
    if (table.isHeard(number) && life < table.lifeOf(number)) this.#onOutlived(number, origin);
  }

  /**
   * It does not know that it was replaced: it is told what we have heard ourselves. Where the name
   * is now at another address, only its frames show where the old life still speaks.
   */
  #onOutlived(number: number, origin: string | null): void {
    const { outlived, view, speaking } = this.#parts;
    if (!outlived.take(number, view.now)) return;
    const address = view.addresses.addressOf(number);
    const content = { kind: "outlived", life: view.table.lifeOf(number), address } as const;
    if (origin === null) speaking.say(number, content, []);
    else speaking.sayToAddress(origin, content, []);
  }

  #onMember(frame: FrameInput, message: Message, number: number, isBehind: boolean): void {
    const { view, hearing, own, speaking } = this.#parts;
    const { content } = message;
    const isList = content.kind === "sync-request" || content.kind === "sync-reply";
    const malformed = message.malformedClaims > 0 ? "malformed" : null;
    const refused = hearing.takeClaims(frame, message.claims, isList) ?? malformed;
    if (refused !== null) view.refuse(frame.from, refused);
    // Its own claims may have made room with its tombstone.
    if (view.names.numberOf(frame.from) !== number) return;
    hearing.seen(number, frame.origin);
    own.settle();
    this.#onContent(frame, message, number);
    this.#carryDetector();
    if (!view.table.has(number)) return;
    if (isBehind || speaking.isAccused(number)) speaking.warn(number);
  }

  #onContent(frame: Frame, { content }: Message, number: number): void {
    const { view, watching, lists, joining, answers, speaking, own } = this.#parts;
    if (content.kind !== "outlived") own.spokenTo();
    switch (content.kind) {
      case "carry":
        if (content.detector === null || !this.#isWatched(number)) return;
        watching.feed({ kind: "message", from: frame.from, body: content.detector });
        break;
      case "sync-request":
        lists.requested(number, content.page);
        break;
      case "sync-reply":
        joining.done();
        break;
      case "ask":
        if (!answers.take(number, view.now)) return;
        speaking.tell(number, { kind: "carry", detector: null });
        break;
      case "outlived":
        if (!own.isOutlived(frame.from, content.life)) return;
        this.#loseIdentity(content.life, content.address);
        break;
      default:
        unreachable(content);
    }
  }

  #isWatched(number: number): boolean {
    const state = this.#parts.view.table.stateOf(number);
    return state !== "dead" && state !== "left";
  }

  #loseIdentity(life: number, address: string | null): void {
    this.#parts.speaking.fallSilent();
    this.#parts.view.event({ kind: "identity-lost", life, address });
  }

  #onWasLate(now: Instant, by: Duration): void {
    const { view, watching } = this.#parts;
    watching.feed({ kind: "was-late", by });
    view.waits.postpone(by);
    view.lateAt = now;
    view.event({ kind: "verdicts-suspended", by });
  }

  #onTimeout(now: Instant): void {
    if (!this.#isOut) this.#onDeadlines(now);
    if (due(this.#nextTick, now)) this.#tick(now);
    assert(!due(this.#nextTick, now), "a period's work is overdue after a timeout");
  }

  #onDeadlines(now: Instant): void {
    const { watching, view, transitions } = this.#parts;
    if (due(watching.deadline(), now)) watching.feed(timeout);
    this.#carryDetector();
    for (const number of view.waits.dueAt(now)) transitions.timeRanOut(number);
  }

  /** Ticks lie on a grid from the start; those that a sleep has missed are not made up for. */
  #tick(now: Instant): void {
    const { period, leaving, view } = this.#parts;
    const missed = Math.floor(elapsed(this.#nextTick, now) / period);
    this.#nextTick = instant(this.#nextTick + (missed + 1) * period);
    if (this.#isOut) leaving.tick();
    else this.#periodWork(now);
    view.tell({ kind: "completed" });
  }

  #periodWork(now: Instant): void {
    const { view, transitions, lists, sync, joining, accusing, leads, own } = this.#parts;
    for (const number of view.tombstones.expiredAt(now)) transitions.forgotten(number);
    own.settle();
    joining.tick();
    lists.proceed();
    sync.tick();
    accusing.again();
    leads.follow();
    this.#parts.speaking.sweep();
    this.#parts.answers.sweep(now);
    this.#parts.outlived.sweep(now);
    this.#gossip();
  }

  /** News does not wait for the detector, which may speak to few, and always to the same. */
  #gossip(): void {
    const { view, speaking } = this.#parts;
    if (view.rumours.size === 0) return;
    const isOther = (number: number): boolean =>
      number !== view.self && view.table.stateOf(number) === "alive";
    const target = view.table.pick(this.#gossipDice, isOther);
    if (target !== null) speaking.gossip(target);
  }

  #carryDetector(): void {
    const { watching } = this.#parts;
    for (let outputs = watching.take(); outputs.length > 0; outputs = watching.take()) {
      for (const output of outputs) this.#carry(output);
    }
  }

  #carry(output: DetectorOutput): void {
    const { view, speaking, accusing, watching } = this.#parts;
    switch (output.kind) {
      case "send":
        speaking.carry(output.targets, output.body);
        break;
      case "peer-suspected": {
        const number = view.names.numberOf(output.peer);
        if (number === undefined) return;
        watching.suspected(number, output.evidence);
        accusing.suspects(number, output.evidence);
        break;
      }
      case "peer-trusted": {
        const number = view.names.numberOf(output.peer);
        if (number !== undefined) watching.trusted(number);
        break;
      }
      case "refused":
        view.refuse(output.from, "malformed");
        break;
      default:
        unreachable(output);
    }
  }

  #tellLeader(): void {
    const leader = this.leader();
    if (leader === this.#toldLeader) return;
    this.#toldLeader = leader;
    this.#parts.view.event({ kind: "leader-changed", leader });
  }
}
