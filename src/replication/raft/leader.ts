/**
 * The leader: it takes proposals, sends them ahead, and commits what a majority has on its disks
 * (paper 5.3, 5.4.2). Its own disk is one of them and gets no special treatment.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { after, due, type Instant } from "../../kernel/time.js";
import { Contact, leaseLength, quorumSilence } from "./contact.js";
import { everyoneIn } from "./group.js";
import type { AppendReply } from "./messages.js";
import { entryKinds, type RaftRefusal } from "./ports.js";
import { Progress } from "./progress.js";
import { reached } from "./quorum.js";
import { Reads } from "./reads.js";
import { beat, fill } from "./sending.js";
import type { RaftState } from "./state.js";
import type { Turn } from "./turn.js";

const empty = new Uint8Array(0);

export class Leader {
  readonly kind = "leader";
  readonly #state: RaftState;
  readonly #startedAt: Instant;
  readonly #progress = new Map<NodeId, Progress>();
  readonly #contact: Contact;
  readonly #reads = new Reads();
  /** The index of the first entry of this term. */
  readonly #firstOfTerm: number;
  #beatAt: Instant;
  #uncommittedBytes = 0;
  /** An answer has come that may commit or confirm something. */
  #answered = true;

  constructor(state: RaftState) {
    const { electionTimeoutMin, driftMaxPpm } = state.options;
    this.#state = state;
    this.#startedAt = state.now;
    this.#contact = new Contact(leaseLength(electionTimeoutMin, driftMaxPpm));
    this.#followGroup();
    state.leader = state.self;
    // Entries of earlier terms are committed by one of this term, never by count (paper 5.4.2).
    this.#firstOfTerm = state.propose(entryKinds.noop, empty).index;
    this.#contact.begin(state.now);
    this.#beatAt = after(state.now, state.options.heartbeat);
  }

  deadline(): Instant | null {
    return this.#beatAt;
  }

  get progress(): ReadonlyMap<NodeId, Progress> {
    return this.#progress;
  }

  get leaseUntil(): Instant | null {
    return this.#contact.leaseUntil;
  }

  /** It should have acted so long ago that others may lead by now. */
  get isLate(): boolean {
    const { now, options } = this.#state;
    return now >= after(this.#beatAt, options.electionTimeoutMin);
  }

  onTimeout(): Turn | null {
    const state = this.#state;
    if (!due(this.#beatAt, state.now)) return null;
    this.#beatAt = after(state.now, state.options.heartbeat);
    if (this.#isAlone()) return { kind: "step-down", reason: "no-quorum" };
    this.#beatAll();
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

  onAppendReply(from: NodeId, reply: AppendReply): void {
    const progress = this.#progress.get(from);
    if (progress === undefined || !this.#hear(progress, reply)) return;
    if (reply.accepted) this.#onAccepted(progress, reply.index);
    else this.#onRefused(progress, reply);
  }

  onSaved(): void {
    this.#answered = true;
  }

  settle(): Turn | null {
    if (this.#answered) this.#count();
    this.#serveReads();
    const round = this.#contact.round;
    for (const progress of this.#progress.values()) fill(this.#state, progress, round);
    return null;
  }

  /** The leadership is over: whoever still waits for something is told. */
  end(): void {
    for (const ticket of this.#reads.abandon()) this.#state.refuse(ticket, "leadership-lost");
  }

  #refusalOf(commands: readonly Uint8Array[]): RaftRefusal | null {
    const { limits, log } = this.#state;
    if (commands.some((command) => command.length > limits.commandBytesMax)) return "too-large";
    if (this.#uncommittedBytes >= limits.uncommittedBytesMax) return "overloaded";
    return log.bytes >= limits.logBytesRefused ? "overloaded" : null;
  }

  /** False of an answer that was written before the member's disk was replaced. */
  #hear(progress: Progress, reply: AppendReply): boolean {
    if (reply.life < progress.life) return false;
    if (reply.life > progress.life) progress.forget(reply.life, this.#state.log.last);
    progress.blank = reply.blank;
    progress.heardAt = this.#state.now;
    progress.round = Math.max(progress.round, Math.min(reply.round, this.#contact.round));
    this.#answered = true;
    return true;
  }

  #onAccepted(progress: Progress, index: number): void {
    if (index > this.#state.log.last) return;
    progress.acknowledge(index);
    if (progress.kind === "probe" && index >= progress.next - 1) progress.replicate();
  }

  #onRefused(progress: Progress, reply: AppendReply): void {
    if (progress.kind === "snapshot" || reply.index < progress.matched) return;
    const next = this.#commonBefore(reply) + 1;
    // An answer to something sent before what is being tried now brings nothing new.
    if (next >= progress.next) return;
    progress.probe(Math.max(next, progress.matched + 1));
  }

  /** The last entry of ours that may be the follower's too, at `index` or before. */
  #commonBefore(reply: AppendReply): number {
    const { log } = this.#state;
    let index = Math.min(reply.index, log.last);
    let term = log.termAt(index);
    while (index > log.base && term !== null && term > reply.hintTerm) {
      index -= 1;
      term = log.termAt(index);
    }
    return index;
  }

  #count(): void {
    this.#answered = false;
    const { groups, log, self, now } = this.#state;
    const index = Math.min(
      reached(groups.quorum, (voter) => this.#matchedBy(voter)),
      log.last,
    );
    if (index > log.committed && log.termAt(index) === this.#state.term) this.#commit(index);
    this.#contact.count(groups.quorum, (voter) =>
      voter === self ? this.#contact.round : this.#counted(voter, "round"),
    );
    assert(now >= this.#startedAt, "the clock went back");
  }

  #matchedBy(voter: NodeId): number {
    return voter === this.#state.self ? this.#state.log.saved : this.#counted(voter, "matched");
  }

  #counted(voter: NodeId, what: "matched" | "round"): number {
    const progress = this.#progress.get(voter);
    return progress === undefined || progress.blank ? 0 : progress[what];
  }

  #commit(index: number): void {
    const { log } = this.#state;
    for (let at = log.committed + 1; at <= index; at += 1) {
      const entry = log.entryAt(at);
      const own = entry.term === this.#state.term && entry.kind === entryKinds.command;
      if (own) this.#uncommittedBytes -= entry.data.length;
    }
    log.commit(index);
  }

  #serveReads(): void {
    const { log, now } = this.#state;
    // Before that the leader does not know what its predecessors have committed.
    if (log.committed < this.#firstOfTerm) return;
    if (this.#reads.wantsRound) {
      this.#reads.begin(this.#contact.begin(now), log.committed);
      this.#sendBeats();
      this.#count();
    }
    for (const read of this.#reads.confirm(this.#contact.confirmed)) {
      this.#state.emit({ kind: "read-ready", ...read });
    }
  }

  /** No majority has answered for an election timeout (thesis 6.2). */
  #isAlone(): boolean {
    const { groups, now, self, options } = this.#state;
    const silence = quorumSilence(groups.quorum, now, (voter) => {
      if (voter === self) return now;
      const progress = this.#progress.get(voter);
      const heardAt = progress === undefined || progress.blank ? null : progress.heardAt;
      return heardAt ?? this.#startedAt;
    });
    return silence !== null && silence >= options.electionTimeoutMin;
  }

  #beatAll(): void {
    this.#contact.begin(this.#state.now);
    this.#sendBeats();
    this.#answered = true;
  }

  #sendBeats(): void {
    const round = this.#contact.round;
    for (const progress of this.#progress.values()) beat(this.#state, progress, round);
  }

  /** Each other member has a progress, and nobody else. */
  #followGroup(): void {
    const { groups, self, log } = this.#state;
    const members = new Set(everyoneIn(groups.group));
    for (const peer of this.#progress.keys()) {
      if (!members.has(peer)) this.#progress.delete(peer);
    }
    for (const peer of members) {
      if (peer !== self && !this.#progress.has(peer)) {
        this.#progress.set(peer, new Progress(peer, log.last + 1));
      }
    }
  }
}
