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
import { earlier, type Instant } from "../../kernel/time.js";
import type { DiskHealth } from "../../recovery/log/ports.js";
import { Candidate } from "./candidate.js";
import { Follower } from "./follower.js";
import { Leader } from "./leader.js";
import type { RaftMessage, VoteRequest } from "./messages.js";
import type { RaftOptions } from "./options.js";
import type { RaftInput, RaftOutput, RaftRole, RaftStatus, StepDownReason } from "./ports.js";
import { RaftState } from "./state.js";
import { raftStatus } from "./status.js";
import type { Turn } from "./turn.js";
import { answerVote } from "./voting.js";

type Role = Follower | Candidate | Leader;

export class Raft implements Machine<RaftInput, RaftOutput> {
  readonly #state: RaftState;
  #role: Role;

  /** @throws UsageError where what was recovered was not written by a Raft of this version. */
  constructor(options: RaftOptions) {
    this.#state = new RaftState(options);
    this.#role = new Follower(this.#state);
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
    return earlier(this.#role.deadline(), null);
  }

  status(): RaftStatus {
    return raftStatus(this.#state, this.#role);
  }

  #take(input: RaftInput | Timeout): void {
    switch (input.kind) {
      case "message":
        this.#onMessage(input.from, input.message);
        break;
      case "propose":
        if (this.#role.kind === "leader") this.#role.propose(input.ticket, input.commands);
        else this.#state.refuse(input.ticket, "not-leader");
        break;
      case "read":
        if (this.#role.kind === "leader") this.#role.read(input.ticket);
        else this.#state.refuse(input.ticket, "not-leader");
        break;
      case "change":
      case "transfer":
        this.#state.refuse(input.ticket, "not-leader");
        break;
      case "saved":
        this.#state.saved(input.ticket);
        if (this.#role.kind === "leader") this.#role.onSaved();
        break;
      case "not-saved":
        this.#onNotSaved(input.ticket);
        break;
      case "snapshot-taken":
        break;
      case "disk-health":
        this.#onDiskHealth(input.health);
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
    const { term, life, founded } = this.#state;
    this.#state.replyWhenSaved(from, {
      kind: "append-reply",
      term,
      accepted: false,
      index: 0,
      hintTerm: 0,
      round: 0,
      life,
      blank: !founded,
    });
  }

  /** Whoever is not of the group cannot depose its leader by an answer that nobody asked for. */
  #mayRaiseTerm(from: NodeId, message: RaftMessage): boolean {
    if (message.kind === "append" || message.kind === "snapshot") return true;
    const { members, outgoing } = this.#state.groups.group;
    return members.has(from) || outgoing?.has(from) === true;
  }

  #dispatch(from: NodeId, message: Exclude<RaftMessage, VoteRequest>): void {
    switch (message.kind) {
      case "append":
        this.#asFollower(from)?.onAppend(from, message);
        break;
      case "snapshot":
        break;
      case "vote-reply":
        if (this.#role instanceof Candidate) this.#role.onVoteReply(from, message);
        break;
      case "append-reply":
        if (this.#role.kind === "leader") this.#role.onAppendReply(from, message);
        break;
      case "snapshot-reply":
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
    if (!request.transfer && (leads || state.hearsLeader)) return;
    if (request.term > state.term && !request.pre) this.#enterTerm(request.term);
    const granted = answerVote(state, from, request);
    if (granted && this.#role.kind === "follower") this.#role.rearm();
  }

  /** Null at a leader: a second one in its term cannot be, and is not listened to. */
  #asFollower(from: NodeId): Follower | null {
    if (this.#role instanceof Candidate) this.#turn({ kind: "follow", leader: from });
    return this.#role.kind === "follower" ? this.#role : null;
  }

  // --- the disk and the clock ----------------------------------------------------------------

  #onNotSaved(ticket: number): void {
    this.#state.notSaved(ticket);
    if (this.#role.kind === "leader") this.#stepDown("disk");
  }

  #onDiskHealth(health: DiskHealth): void {
    this.#state.health = health;
    if (health !== "ok" && this.#role.kind === "leader") this.#stepDown("disk");
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
  }

  #enterTerm(term: number): void {
    if (this.#role.kind === "leader") {
      this.#tellStepDown("higher-term");
      this.#role.end();
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
    this.#tellStepDown(reason);
    if (this.#role.kind === "leader") this.#role.end();
    this.#state.leader = null;
    this.#become(new Follower(this.#state));
  }

  #tellStepDown(reason: StepDownReason): void {
    this.#state.tell({ kind: "stepped-down", term: this.#state.term, reason });
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
