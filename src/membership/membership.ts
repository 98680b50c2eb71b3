/**
 * The membership machine: this node's view of the group, and the messages that keep it (SWIM, Das,
 * Gupta and Motivala 2002; Lifeguard, Dadgar, Phillips and Currey 2017). It drives a failure
 * detector of any kind; what it adds is in README.md.
 *
 * Invariants: a node never holds itself anything but alive, until it leaves. After a timeout at
 * `now` nothing is due any more. Claims change the view by the rule of precedence.ts and in no
 * other way, so views of members who have heard the same are the same.
 */
import type { PeerStanding } from "../detection/detector.js";
import { assert, unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { Machine, Timeout } from "../kernel/machine.js";
import { timeout } from "../kernel/machine.js";
import { type Duration, due, earlier, elapsed, type Instant, instant } from "../kernel/time.js";
import type { MembershipOptions } from "./options.js";
import { makeParts, type Parts } from "./parts.js";
import { PeriodWork } from "./period-work.js";
import type { CaseFile, Member, MembershipInput, MembershipOutput } from "./ports.js";
import { Receiving } from "./receiving.js";

export class Membership implements Machine<MembershipInput, MembershipOutput> {
  readonly #parts: Parts;
  readonly #receiving: Receiving;
  readonly #work: PeriodWork;
  #nextTick: Instant;
  #toldLeader: NodeId | null = null;

  constructor(options: MembershipOptions) {
    this.#parts = makeParts(options);
    this.#receiving = new Receiving(this.#parts);
    this.#work = new PeriodWork(this.#parts);
    this.#nextTick = options.now;
  }

  step(now: Instant, input: MembershipInput | Timeout): readonly MembershipOutput[] {
    this.#parts.view.now = now;
    this.#handle(now, input);
    this.#parts.carrying.carryAll();
    this.#parts.gossiping.settle();
    this.#tellLeader();
    return this.#parts.view.takeOutputs();
  }

  deadline(): Instant | null {
    if (this.#isOut) return this.#nextTick;
    const { watching, view, gossiping } = this.#parts;
    const own = earlier(this.#nextTick, gossiping.deadline());
    return earlier(own, earlier(watching.deadline(), view.waits.deadline()));
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
        this.#receiving.receive(input);
        break;
      case "old-life":
        this.#receiving.oldLife(input);
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
    const { watching, view, transitions, gossiping } = this.#parts;
    if (due(watching.deadline(), now)) watching.feed(timeout);
    this.#parts.carrying.carryAll();
    for (const number of view.waits.dueAt(now)) transitions.timeRanOut(number);
    gossiping.timeout();
  }

  /** Ticks lie on a grid from the start; those that a sleep has missed are not made up for. */
  #tick(now: Instant): void {
    const { period, leaving, view } = this.#parts;
    const missed = Math.floor(elapsed(this.#nextTick, now) / period);
    this.#nextTick = instant(this.#nextTick + (missed + 1) * period);
    if (this.#isOut) leaving.tick();
    else this.#work.run();
    view.tell({ kind: "completed" });
  }

  #tellLeader(): void {
    const leader = this.leader();
    if (leader === this.#toldLeader) return;
    this.#toldLeader = leader;
    this.#parts.view.event({ kind: "leader-changed", leader });
  }
}
