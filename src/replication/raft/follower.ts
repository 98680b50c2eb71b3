/**
 * The follower: it takes what the leader of its term sends, acknowledges what its disk has kept,
 * and asks for an election when it has not heard the leader for too long (paper 5.2, 5.3).
 */
import type { NodeId } from "../../kernel/ids.js";
import { after, due, type Instant, micros } from "../../kernel/time.js";
import { mayLead } from "./group.js";
import { takeEntries } from "./matching.js";
import type { AppendRequest, RaftMessage } from "./messages.js";
import type { RaftState } from "./state.js";
import type { Turn } from "./turn.js";

export class Follower {
  readonly kind = "follower";
  readonly #state: RaftState;
  #electionAt: Instant;
  /** Up to here our log is the leader's, on the disk or not. */
  #matched = 0;
  /** What the leader was told last. */
  #acknowledged = 0;
  /** It is owed an answer, also if there is nothing new to say. */
  #owes = false;
  #round = 0;

  /** @param patience until when it waits for a leader; drawn where it is null */
  constructor(state: RaftState, patience: Instant | null = null) {
    this.#state = state;
    this.#electionAt = patience ?? electionAt(state);
  }

  deadline(): Instant | null {
    return this.#electionAt;
  }

  /** Something happened for which an election can wait. */
  rearm(): void {
    this.#electionAt = electionAt(this.#state);
  }

  onTimeout(): Turn | null {
    const state = this.#state;
    if (!due(this.#electionAt, state.now)) return null;
    this.rearm();
    return mayCampaign(state) ? { kind: "campaign", pre: true, transfer: false } : null;
  }

  /** A leader asks us to lead at once; it has waited until our log was as long as its own. */
  onTimeoutNow(): Turn | null {
    return mayCampaign(this.#state) ? { kind: "campaign", pre: false, transfer: true } : null;
  }

  onAppend(from: NodeId, message: AppendRequest): void {
    if (!this.#hear(from)) return;
    this.#round = Math.max(this.#round, message.round);
    const taken = takeEntries(this.#state, message);
    switch (taken.kind) {
      case "matched":
        this.#matched = Math.max(this.#matched, taken.index);
        if (isAnsweredAtOnce(this.#state, message, taken.index)) this.#owes = true;
        break;
      case "unmatched":
        this.#reply(from, false, taken.index, taken.term);
        break;
      case "ignored":
        break;
    }
  }

  /** Acknowledges what has become durable: one answer for all that was saved together. */
  settle(): Turn | null {
    const state = this.#state;
    if (state.leader === null || !state.settledMeta) return null;
    const index = Math.min(this.#matched, state.log.saved);
    if (index <= this.#acknowledged && !this.#owes) return null;
    this.#acknowledged = index;
    this.#owes = false;
    this.#reply(state.leader, true, index, 0);
    return null;
  }

  /** False of a second leader in our term, which cannot be: it is not listened to. */
  #hear(from: NodeId): boolean {
    const state = this.#state;
    if (state.leader !== null && state.leader !== from) return false;
    if (state.leader === null) {
      state.leader = from;
      state.tell({ kind: "role", role: "follower", term: state.term, leader: from });
    }
    state.heardAt = state.now;
    this.rearm();
    return true;
  }

  #reply(target: NodeId, accepted: boolean, index: number, hintTerm: number): void {
    const state = this.#state;
    const message: RaftMessage = {
      kind: "append-reply",
      term: state.term,
      accepted,
      index,
      hintTerm,
      round: this.#round,
      life: state.life,
      blank: !state.founded,
    };
    state.replyWhenSaved(target, message);
  }
}

/** What carries no entries has nothing to wait for: it asks whether we are there. */
const isAnsweredAtOnce = (state: RaftState, message: AppendRequest, index: number): boolean =>
  message.entries.length === 0 || index <= state.log.saved;

/** Drawn anew each time, so that rarely two campaign at once (paper 5.2). */
export function electionAt(state: RaftState): Instant {
  const { electionTimeoutMin, electionTimeoutMax, dice } = state.options;
  const span = electionTimeoutMax - electionTimeoutMin;
  return after(state.now, micros(electionTimeoutMin + dice.below(span + 1)));
}

/** Only a member with a vote, a full copy and a disk that works should lead. */
export const mayCampaign = (state: RaftState): boolean =>
  mayLead(state.groups.group, state.self) && state.founded && state.health === "ok";
