/**
 * The leader: it takes proposals, sends them ahead, and commits what a majority has on its disks
 * (paper 5.3, 5.4.2). Its own disk is one of them and gets no special treatment.
 */
import type { NodeId } from "../../kernel/ids.js";
import { after, due, earlier, type Instant } from "../../kernel/time.js";
import { Contact, leaseLength } from "./contact.js";
import { Followers } from "./followers.js";
import { electorsOf, encodeGroup, mayLead } from "./group.js";
import { GroupChange } from "./group-change.js";
import type { AppendReply, SnapshotReply } from "./messages.js";
import { entryKinds, type MemberChange, type RaftRefusal } from "./ports.js";
import type { Progress } from "./progress.js";
import { reached } from "./quorum.js";
import { Reads } from "./reads.js";
import { Sending } from "./sending.js";
import type { RaftState } from "./state.js";
import { type Handover, Transfer } from "./transfer.js";
import type { Turn } from "./turn.js";

const empty = new Uint8Array(0);

export class Leader {
  readonly kind = "leader";
  readonly #state: RaftState;
  readonly #followers: Followers;
  readonly #sending: Sending;
  readonly #contact: Contact;
  readonly #reads = new Reads();
  readonly #change: GroupChange;
  readonly #transfer: Transfer;
  /** The index of the first entry of this term. */
  readonly #firstOfTerm: number;
  #beatAt: Instant;
  #uncommittedBytes = 0;
  /** The group by which those who had left were dismissed last. */
  #dismissedAt = 0;
  /** Something has come that may commit or confirm something. */
  #answered = true;

  constructor(state: RaftState) {
    const { electionTimeoutMin, driftMaxPpm, heartbeat } = state.options;
    this.#state = state;
    this.#followers = new Followers(state);
    this.#sending = new Sending(state);
    this.#contact = new Contact(leaseLength(electionTimeoutMin, driftMaxPpm), state.now);
    this.#change = new GroupChange(state);
    this.#transfer = new Transfer(state);
    state.leader = state.self;
    // Entries of earlier terms are committed by one of this term, never by count (paper 5.4.2).
    this.#firstOfTerm = this.#countsAlone
      ? state.log.last + 1
      : state.propose(entryKinds.noop, empty).index;
    this.#nameFirstLives();
    this.#contact.begin(state.now);
    this.#beatAt = after(state.now, heartbeat);
  }

  deadline(): Instant | null {
    return earlier(earlier(this.#beatAt, this.#change.deadline()), this.#transfer.deadline());
  }

  get progress(): ReadonlyMap<NodeId, Progress> {
    return this.#followers.all;
  }

  get leaseUntil(): Instant | null {
    return this.#contact.leaseUntil;
  }

  /** A successor that was told to campaign, and for whom. */
  get handover(): Handover | null {
    return this.#transfer.handover;
  }

  /** It should have acted so long ago that others may lead by now. */
  get isLate(): boolean {
    const { now, options } = this.#state;
    return now >= after(this.#beatAt, options.electionTimeoutMin);
  }

  onTimeout(): Turn | null {
    const { now, options } = this.#state;
    if (!due(this.#beatAt, now)) return null;
    this.#beatAt = after(now, options.heartbeat);
    if (this.#isAlone()) return { kind: "step-down", reason: "no-quorum" };
    const { last } = this.#state.log;
    if (last < this.#firstOfTerm) this.#state.propose(entryKinds.noop, empty);
    for (const progress of this.#followers.all.values()) this.#sending.retry(progress);
    this.#transfer.repeat();
    this.#contact.begin(now);
    this.#sendBeats();
    this.#answered = true;
    return null;
  }

  propose(ticket: number, commands: readonly Uint8Array[]): void {
    const state = this.#state;
    const refusal = this.#refusalOf(commands);
    if (refusal !== null) {
      state.refuse(ticket, refusal);
      return;
    }
    const first = state.log.last + 1;
    for (const command of commands) {
      state.propose(entryKinds.command, command);
      this.#uncommittedBytes += command.length;
    }
    state.emit({ kind: "proposed", ticket, first, term: state.term });
  }

  read(ticket: number): void {
    const { limits } = this.#state;
    if (this.#reads.count >= limits.readsMax) this.#state.refuse(ticket, "overloaded");
    else this.#reads.add(ticket);
  }

  change(ticket: number, change: MemberChange): void {
    const state = this.#state;
    if (this.#transfer.isOpen) state.refuse(ticket, "transferring");
    else if (this.#change.isPending || !this.#isSettledIn) {
      state.refuse(ticket, "change-in-progress");
    } else {
      this.#change.begin(ticket, change, (member) => this.#followers.isHeard(member));
      this.#followers.welcome(this.#change.guest);
    }
  }

  transfer(ticket: number, target: NodeId | null): void {
    const state = this.#state;
    const best = target ?? this.#followers.mostUpToDate()?.peer ?? null;
    if (this.#transfer.isOpen) state.refuse(ticket, "transferring");
    else if (best === null) state.refuse(ticket, "no-quorum");
    else if (best === state.self) state.emit({ kind: "done", ticket });
    else if (!mayLead(state.group, best)) state.refuse(ticket, "unknown-member");
    else this.#transfer.begin(ticket, best);
  }

  onAppendReply(from: NodeId, reply: AppendReply): void {
    const progress = this.#hear(from, reply);
    if (progress !== null) this.#followers.onAppendReply(progress, reply);
  }

  onSnapshotReply(from: NodeId, reply: SnapshotReply): void {
    const progress = this.#hear(from, reply);
    if (progress !== null) this.#followers.onSnapshotReply(progress, reply);
  }

  onSaved(): void {
    this.#answered = true;
  }

  settle(): Turn | null {
    if (this.#answered) this.#count();
    if (this.#isSettledIn) {
      this.#changeGroup();
      this.#serveReads();
    }
    if (this.#transfer.settle((member) => this.#followers.get(member))) this.#contact.voidLease();
    const { round } = this.#contact;
    for (const progress of this.#followers.all.values()) this.#sending.fill(progress, round);
    this.#sending.end();
    return this.#isRemoved ? { kind: "step-down", reason: "removed" } : null;
  }

  /** The leadership is over: whoever still waits for something is told. */
  end(): void {
    this.#transfer.end();
    this.#change.end();
    for (const ticket of this.#reads.abandon()) this.#state.refuse(ticket, "leadership-lost");
  }

  /**
   * A leader that must go, and can still speak, names a successor that has all of the log: the
   * group need not wait until its patience is at an end.
   */
  nameSuccessor(): void {
    const best = this.#followers.mostUpToDate();
    if (best === null || best.matched < this.#state.log.committed) return;
    this.#state.send(best.peer, { kind: "timeout-now", term: this.#state.term });
  }

  #refusalOf(commands: readonly Uint8Array[]): RaftRefusal | null {
    const { limits, log, group, self } = this.#state;
    // What is proposed to a leader that is leaving could end on a witness and nowhere else.
    if (this.#transfer.isOpen || !mayLead(group, self)) return "transferring";
    if (commands.some((command) => command.length > limits.commandBytesMax)) return "too-large";
    if (this.#uncommittedBytes >= limits.uncommittedBytesMax) return "overloaded";
    return log.bytes >= limits.logBytesRefused ? "overloaded" : null;
  }

  #hear(from: NodeId, reply: AppendReply | SnapshotReply): Progress | null {
    const progress = this.#followers.hear(from, reply, this.#contact.round);
    if (progress !== null) this.#answered = true;
    return progress;
  }

  /** Only where a test has planted it. */
  get #countsAlone(): boolean {
    return this.#state.options.mistake === "commits-by-count-alone";
  }

  #count(): void {
    this.#answered = false;
    const { groups, log, term } = this.#state;
    const index = Math.min(reached(groups.quorum, this.#matchedBy), log.last);
    const isOurs = log.termAt(index) === term || this.#countsAlone;
    if (index > log.committed && isOurs) this.#commit(index);
    this.#contact.count(groups.quorum, this.#roundOf);
  }

  readonly #matchedBy = (voter: NodeId): number => {
    if (voter === this.#state.self) return this.#state.log.saved;
    const progress = this.#followers.get(voter);
    return progress === undefined || progress.blank ? 0 : progress.matched;
  };

  readonly #roundOf = (voter: NodeId): number => {
    if (voter === this.#state.self) return this.#contact.round;
    const progress = this.#followers.get(voter);
    return progress === undefined || progress.blank ? 0 : progress.round;
  };

  #commit(index: number): void {
    const { log, term } = this.#state;
    for (let at = log.committed + 1; at <= index; at += 1) {
      const entry = log.entryAt(at);
      const isOurs = entry.term === term && entry.kind === entryKinds.command;
      if (isOurs) this.#uncommittedBytes -= entry.data.length;
    }
    log.commit(index);
  }

  /** Before that the leader does not know what its predecessors have committed (thesis 6.4). */
  get #isSettledIn(): boolean {
    return this.#state.log.committed >= this.#firstOfTerm;
  }

  #serveReads(): void {
    const { log, now, options } = this.#state;
    this.#serveConfirmed();
    if (!this.#reads.wantsRound) return;
    const leased = options.leaseReads && !due(this.leaseUntil ?? now, now);
    this.#reads.begin(leased ? this.#contact.confirmed : this.#contact.begin(now), log.committed);
    if (!leased) {
      this.#sendBeats();
      this.#count();
    }
    this.#serveConfirmed();
  }

  #serveConfirmed(): void {
    for (const read of this.#reads.confirm(this.#contact.confirmed)) {
      this.#state.emit({ kind: "read-ready", ...read });
    }
  }

  #changeGroup(): void {
    const { group, groups, log } = this.#state;
    const isCommitted = groups.index <= log.committed && group.outgoing === null;
    if (isCommitted && this.#dismissedAt !== groups.index) this.#dismiss();
    const appended = this.#change.settle((member) => this.#followers.get(member));
    const { guest } = this.#change;
    if (appended || guest !== null) this.#followers.welcome(guest);
  }

  /** The last that they hear is that they are not needed any more. */
  #dismiss(): void {
    this.#dismissedAt = this.#state.groups.index;
    for (const progress of this.#followers.dismiss(this.#change.guest)) {
      this.#sending.beat(progress, this.#contact.round);
    }
  }

  /** The committed group has no place for this leader (thesis 4.2.2). */
  get #isRemoved(): boolean {
    const { group, groups, log, self } = this.#state;
    if (groups.index > log.committed || group.outgoing !== null) return false;
    return !mayLead(group, self);
  }

  /** No majority has answered what was sent within an election timeout (thesis 6.2). */
  #isAlone(): boolean {
    const { now, options } = this.#state;
    return now >= after(this.#contact.confirmedAt, options.electionTimeoutMin);
  }

  #sendBeats(): void {
    const { round } = this.#contact;
    for (const progress of this.#followers.all.values()) this.#sending.beat(progress, round);
  }

  /** The first members' disks, which no group names yet (see blank.ts). */
  #nameFirstLives(): void {
    const { group } = this.#state;
    if (group.outgoing !== null) return;
    const lives = new Map(group.lives);
    for (const elector of electorsOf(group.members)) {
      const life = this.#state.lifeOf(elector);
      if (life > 0) lives.set(elector, life);
    }
    if (lives.size === group.lives.size) return;
    this.#state.propose(entryKinds.members, encodeGroup({ ...group, lives }));
  }
}
