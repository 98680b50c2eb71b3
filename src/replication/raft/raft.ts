/**
 * Raft (Ongaro and Ousterhout 2014, "In search of an understandable consensus algorithm"; Ongaro
 * 2014, the thesis): one log on several members, which a majority keeps and one of them leads.
 *
 * This file is the switch: it judges the term of what comes in, hands it to the role that the
 * member has, and changes roles. The roles are in follower.ts, candidate.ts and leader.ts; what
 * they share is in state.ts.
 *
 * Invariants (paper, figure 3): at most one leader is elected in a term; a leader never changes or
 * drops its own entries; logs that have an entry of one index and term in common are the same up to
 * it; what is committed is in the log of every later leader; no two members apply different entries
 * at one index.
 */
import { unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import { after, due, earlier, type Instant } from "../../kernel/time.js";
import type { DiskHealth } from "../../recovery/log/ports.js";
import { Candidate } from "./candidate.js";
import { electionAt, Follower } from "./follower.js";
import { roleIn } from "./group.js";
import { Leader } from "./leader.js";
import type { RaftMessage, VoteRequest } from "./messages.js";
import type { RaftOptions } from "./options.js";
import type { RaftInput, RaftOutput, RaftRole, RaftStatus, StepDownReason } from "./ports.js";
import { RaftState } from "./state.js";
import { raftStatus } from "./status.js";
import type { Handover } from "./transfer.js";
import type { Turn } from "./turn.js";
import { answerVote } from "./voting.js";

type Role = Follower | Candidate | Leader;

export class Raft implements Machine<RaftInput, RaftOutput> {
  readonly #state: RaftState;
  #role: Role;
  /** A leadership that we have given away, until its successor is heard. */
  #handover: Handover | null = null;

  /** @throws UsageError where what was recovered was not written by a Raft of this version. */
  constructor(options: RaftOptions) {
    this.#state = new RaftState(options);
    this.#role = new Follower(this.#state);
    this.#state.founding.ask();
  }

  step(now: Instant, input: RaftInput | Timeout): readonly RaftOutput[] {
    this.#state.now = now;
    if (this.#role.kind === "leader" && this.#role.isLate) this.#stepDown("late");
    this.#take(input);
    this.#settle();
    return this.#state.finish();
  }

  deadline(): Instant | null {
    if (this.#state.hasNews) return this.#state.now;
    const handover = this.#handover?.until ?? null;
    const saves = earlier(this.#state.savesAt, this.#state.keeper.deadline());
    return earlier(earlier(this.#role.deadline(), handover), saves);
  }

  status(): RaftStatus {
    return raftStatus(this.#state, this.#role);
  }

  #take(input: RaftInput | Timeout): void {
    switch (input.kind) {
      case "message":
        this.#onMessage(input.from, input.message);
        break;
      case "messages":
        for (const { from, message } of input.messages) {
          this.#onMessage(from, message);
          this.#settle();
        }
        break;
      case "propose":
        if (this.#role.kind === "leader") this.#role.propose(input.ticket, input.commands);
        else this.#refuse(input.ticket);
        break;
      case "read":
        if (this.#role.kind === "leader") this.#role.read(input.ticket);
        else this.#refuse(input.ticket);
        break;
      case "change":
        if (this.#role.kind === "leader") this.#role.change(input.ticket, input.change);
        else this.#refuse(input.ticket);
        break;
      case "transfer":
        if (this.#role.kind === "leader") this.#role.transfer(input.ticket, input.target);
        else this.#refuse(input.ticket);
        break;
      case "saved":
        this.#state.saver.saved(input.ticket);
        if (this.#role.kind === "leader") this.#role.onSaved();
        break;
      case "snapshot-saved":
        this.#state.keeper.snapshotSaved(input.ticket);
        break;
      case "not-saved":
        this.#onNotSaved(input.ticket);
        break;
      case "snapshot-taken":
        this.#state.keeper.taken(input.index, input.data);
        break;
      case "disk-health":
        this.#onDiskHealth(input.health);
        break;
      case "suspicion":
        this.#onSuspicion(input.member, input.suspected);
        break;
      case "was-late":
        this.#onLate();
        break;
      case "timeout":
        this.#turn(this.#role.onTimeout());
        break;
      default:
        unreachable(input);
    }
  }

  // --- messages ------------------------------------------------------------------------------

  #onMessage(from: NodeId, message: RaftMessage): void {
    if (from === this.#state.self) return;
    if (message.kind === "vote-request") {
      this.#onVoteRequest(from, message);
      return;
    }
    if (message.term > this.#state.term && !isPromise(message)) {
      if (!this.#mayRaiseTerm(from, message)) return;
      this.#enterTerm(message.term);
    }
    if (message.term < this.#state.term) this.#answerOld(from, message);
    else this.#dispatch(from, message);
  }

  /** A leader of an old term steps down when it hears of a newer one. */
  #answerOld(from: NodeId, message: RaftMessage): void {
    if (message.kind !== "append" && message.kind !== "snapshot") return;
    const refusal = { term: this.#state.term, accepted: false, index: 0, hintTerm: 0, round: 0 };
    const { aboutDisk } = this.#state;
    this.#state.sendWhenSaved(from, { kind: "append-reply", ...refusal, ...aboutDisk });
  }

  /** Whoever is not of the group cannot depose its leader by an answer that nobody asked for. */
  #mayRaiseTerm(from: NodeId, message: RaftMessage): boolean {
    if (message.kind === "append" || message.kind === "snapshot") return true;
    if (this.#role.kind === "leader" && this.#role.progress.has(from)) return true;
    return roleIn(this.#state.group, from) !== null;
  }

  #dispatch(from: NodeId, message: Exclude<RaftMessage, VoteRequest>): void {
    switch (message.kind) {
      case "append":
        this.#asFollower(from)?.onAppend(from, message);
        break;
      case "snapshot":
        this.#asFollower(from)?.onSnapshot(from, message);
        break;
      case "vote-reply":
        if (this.#role instanceof Candidate) this.#role.onVoteReply(from, message);
        else this.#state.founding.hear(from, message);
        break;
      case "append-reply":
        if (this.#role.kind === "leader") this.#role.onAppendReply(from, message);
        break;
      case "snapshot-reply":
        if (this.#role.kind === "leader") this.#role.onSnapshotReply(from, message);
        break;
      case "timeout-now":
        if (this.#role.kind === "follower") this.#turn(this.#role.onTimeoutNow());
        break;
      default:
        unreachable(message);
    }
  }

  /**
   * While a leader is heard, a request changes nothing, whatever its term: a member that was
   * removed or cut off cannot disturb the group (thesis 4.2.3). Only a leader itself can lift this.
   */
  #onVoteRequest(from: NodeId, request: VoteRequest): void {
    const state = this.#state;
    const leads = this.#role.kind === "leader";
    if (!request.transfer && (leads || state.loyalty.binds(state.now))) return;
    if (request.term > state.term && !request.pre) this.#enterTerm(request.term);
    const granted = answerVote(state, from, request);
    state.founding.vouch(from, request);
    if (granted && this.#role.kind === "follower") this.#role.rearm();
  }

  /** Null at a leader: a second one in its term cannot be, and is not listened to. */
  #asFollower(from: NodeId): Follower | null {
    if (this.#role instanceof Candidate) this.#turn({ kind: "follow", leader: from });
    return this.#role.kind === "follower" ? this.#role : null;
  }

  // --- the disk and the clock ----------------------------------------------------------------

  #onNotSaved(ticket: number): void {
    this.#state.keeper.notSaved(ticket);
    const wasOpen = this.#state.saver.notSaved(ticket);
    if (wasOpen) this.#state.notSaved();
    if (wasOpen && this.#role.kind === "leader") this.#stepDown("disk");
  }

  #onDiskHealth(health: DiskHealth): void {
    this.#state.healthIs(health);
    if (health === "ok") return;
    if (this.#role.kind === "leader") this.#stepDown("disk");
    // The votes of the others may be on their way, and would make a leader of it.
    else if (this.#role instanceof Candidate) this.#turn({ kind: "follow", leader: null });
  }

  #onSuspicion(member: NodeId, suspected: boolean): void {
    const { loyalty } = this.#state;
    loyalty.suspect(member, suspected);
    if (suspected && loyalty.isFree && this.#role.kind === "follower") this.#role.hasten();
  }

  #onLate(): void {
    if (this.#role.kind === "leader") this.#stepDown("late");
    else this.#turn({ kind: "follow", leader: this.#state.leader });
  }

  // --- roles ---------------------------------------------------------------------------------

  #settle(): void {
    for (let turn = this.#role.settle(); turn !== null; turn = this.#role.settle()) {
      this.#turn(turn);
    }
    if (this.#handover !== null) this.#endHandover(this.#handover);
  }

  #enterTerm(term: number): void {
    if (this.#role.kind === "leader") {
      this.#endLeadership(this.#role.handover === null ? "higher-term" : "transferred");
    }
    this.#state.enterTerm(term);
    const patience = this.#role.kind === "follower" ? this.#role.deadline() : null;
    this.#become(new Follower(this.#state, patience));
  }

  #turn(turn: Turn | null): void {
    if (turn === null) return;
    switch (turn.kind) {
      case "follow":
        this.#state.leader = turn.leader;
        this.#become(new Follower(this.#state));
        break;
      case "campaign":
        this.#campaign(turn.pre, turn.transfer);
        break;
      case "lead":
        this.#become(new Leader(this.#state));
        break;
      case "step-down":
        this.#stepDown(turn.reason);
        break;
      default:
        unreachable(turn);
    }
  }

  #campaign(pre: boolean, transfer: boolean): void {
    const state = this.#state;
    state.leader = null;
    if (!pre) {
      state.enterTerm(state.term + 1);
      state.voteFor(state.self);
    }
    this.#become(new Candidate(state, pre, transfer));
  }

  #stepDown(reason: StepDownReason): void {
    if (this.#role.kind === "leader" && (reason === "disk" || reason === "removed")) {
      this.#role.nameSuccessor();
    }
    this.#endLeadership(reason);
    this.#state.leader = null;
    this.#become(new Follower(this.#state, patienceAfter(this.#state)));
  }

  #endLeadership(reason: StepDownReason): void {
    if (this.#role.kind !== "leader") return;
    this.#state.tell({ kind: "stepped-down", term: this.#state.term, reason });
    this.#handover = this.#role.handover;
    this.#role.end();
  }

  /** Whoever wanted another leader hears whether it has become that one. */
  #endHandover(handover: Handover): void {
    const { leader, now } = this.#state;
    if (leader === null && !due(handover.until, now)) return;
    this.#handover = null;
    if (leader === handover.target) this.#state.emit({ kind: "done", ticket: handover.ticket });
    else this.#state.refuse(handover.ticket, "leadership-lost");
  }

  #refuse(ticket: number): void {
    const helpless = !this.#state.isWritable && this.#state.leader === null;
    this.#state.refuse(ticket, helpless ? "disk-not-writable" : "not-leader");
  }

  #become(role: Role): void {
    const before: RaftRole = this.#role.kind;
    this.#role = role;
    if (role.kind === before && role.kind !== "leader") return;
    const { term, leader } = this.#state;
    this.#state.tell({ kind: "role", role: role.kind, term, leader });
  }
}

/** A granted pre-vote names the term that it is for, in which its voter is not. */
const isPromise = (message: RaftMessage): boolean =>
  message.kind === "vote-reply" && message.pre && message.granted;

/** Whoever could not lead lets the others try first. */
const patienceAfter = (state: RaftState): Instant =>
  after(electionAt(state), state.options.electionTimeoutMax);
