/**
 * The follower: it takes what the leader of its term sends, acknowledges what its disk has kept,
 * and asks for an election when it has not heard the leader for too long (paper 5.2, 5.3).
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { after, due, type Instant, micros } from "../../kernel/time.js";
import { numberMax } from "./fields.js";
import { parseGroup } from "./group.js";
import { takeEntries } from "./matching.js";
import type { AppendRequest, SnapshotPiece } from "./messages.js";
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
  /** A snapshot whose sender waits to hear that it is durable. */
  #installed: SnapshotPiece | null = null;

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

  /** The leader is suspected: not all who suspect it call the election in one moment. */
  hasten(): void {
    const { now, options } = this.#state;
    const soon = after(now, micros(options.dice.below(options.heartbeat + 1)));
    if (soon < this.#electionAt) this.#electionAt = soon;
  }

  onTimeout(): Turn | null {
    const state = this.#state;
    if (!due(this.#electionAt, state.now)) return null;
    this.rearm();
    state.founding.ask();
    if (mayCampaign(state)) return { kind: "campaign", pre: true, transfer: false };
    this.#forgetLeader();
    return null;
  }

  /** Who may not campaign must know all the same that nobody is there to hand work to. */
  #forgetLeader(): void {
    const state = this.#state;
    if (state.leader === null) return;
    state.leader = null;
    state.tell({ kind: "role", role: "follower", term: state.term, leader: null });
  }

  /** A leader asks us to lead at once; it has waited until our log was as long as its own. */
  onTimeoutNow(): Turn | null {
    return mayCampaign(this.#state) ? { kind: "campaign", pre: false, transfer: true } : null;
  }

  onAppend(from: NodeId, message: AppendRequest): void {
    if (!this.#hear(from, message.leased)) return;
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
      default:
        unreachable(taken);
    }
  }

  onSnapshot(from: NodeId, piece: SnapshotPiece): void {
    if (!this.#hear(from, null)) return;
    const state = this.#state;
    this.#round = Math.max(this.#round, piece.round);
    // Of a term to come: our own entries would be of an earlier one than those before them.
    if (piece.snapshotTerm > piece.term) return;
    if (piece.index <= state.log.committed) {
      // All of it is here already, or on its way to the disk.
      if (piece.index <= state.log.saved) this.#answerPiece(from, piece, piece.total);
      return;
    }
    if (!state.isWritable || (state.isOutline && !piece.outline)) return;
    const received = state.receiver.take(piece);
    switch (received.kind) {
      case "more":
        this.#answerPiece(from, piece, received.received);
        break;
      case "broken":
        this.#answerPiece(from, piece, 0);
        break;
      case "whole":
        this.#install(received.piece, received.data);
        break;
      default:
        unreachable(received);
    }
  }

  /** Acknowledges what has become durable: one answer for all that was saved together. */
  settle(): Turn | null {
    const state = this.#state;
    if (state.leader === null || !state.saver.isSettled) return null;
    const index = Math.min(this.#matched, state.log.saved);
    if (index <= this.#acknowledged && !this.#owes) return null;
    this.#acknowledged = index;
    this.#owes = false;
    if (this.#installed !== null && this.#installed.index <= index) {
      this.#answerPiece(state.leader, this.#installed, this.#installed.total);
      this.#installed = null;
    }
    this.#reply(state.leader, true, index, 0);
    return null;
  }

  /** False of a second leader in our term, which cannot be: it is not listened to. */
  #hear(from: NodeId, leased: boolean | null): boolean {
    const state = this.#state;
    if (state.leader !== null && state.leader !== from) return false;
    if (state.leader === null) {
      state.leader = from;
      state.tell({ kind: "role", role: "follower", term: state.term, leader: from });
    }
    state.loyalty.hear(state.now, from, state.term, leased);
    this.rearm();
    return true;
  }

  #install(piece: SnapshotPiece, data: Uint8Array): void {
    const state = this.#state;
    const { index, snapshotTerm: term, head, outline } = piece;
    const group = parseGroup(head);
    assert(group !== null, "a group that cannot be read came past the receiver");
    if (outline) state.becomeOutline();
    // Our own entries say the same where they have the snapshot's last one.
    if (state.log.termAt(index) === term) state.log.commit(index);
    else state.install({ index, term, head, data }, group);
    this.#installed = piece;
    this.#matched = Math.max(this.#matched, index);
  }

  #answerPiece(target: NodeId, piece: SnapshotPiece, received: number): void {
    const { term, aboutDisk } = this.#state;
    const about = { term, index: piece.index, received, round: this.#round };
    this.#state.sendWhenSaved(target, { kind: "snapshot-reply", ...about, ...aboutDisk });
  }

  #reply(target: NodeId, accepted: boolean, index: number, hintTerm: number): void {
    const state = this.#state;
    const { term, aboutDisk } = state;
    const about = { term, accepted, index, hintTerm, round: this.#round };
    state.sendWhenSaved(target, { kind: "append-reply", ...about, ...aboutDisk });
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

/**
 * Only a member with a vote, a full copy and a disk that works may lead. A broken peer may have
 * spent all terms that there are: one more could be neither told nor kept.
 */
export const mayCampaign = (state: RaftState): boolean =>
  state.mayLead && state.mayFound && state.health === "ok" && state.term < numberMax;
