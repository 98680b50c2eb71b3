/**
 * The candidate, and before it the pre-candidate: who would win an election is asked before a term
 * is begun for it (thesis 9.6), so that a member that was cut off disturbs nobody when it is back.
 */
import type { NodeId } from "../../kernel/ids.js";
import { after, due, type Instant, micros } from "../../kernel/time.js";
import { electionAt, mayCampaign } from "./follower.js";
import { electorsOf, noMembers } from "./group.js";
import type { VoteReply, VoteRequest } from "./messages.js";
import { voteResult } from "./quorum.js";
import type { RaftState } from "./state.js";
import type { Turn } from "./turn.js";

export class Candidate {
  readonly kind: "pre-candidate" | "candidate";
  readonly #state: RaftState;
  readonly #pre: boolean;
  readonly #endsAt: Instant;
  readonly #votes = new Map<NodeId, boolean>();
  /** When this version is durable, the term and our own vote are; 0 in a pre-vote. */
  readonly #ownVersion: number;

  /** The state is in the term of the candidacy already, and has voted for itself in it. */
  constructor(state: RaftState, pre: boolean, transfer: boolean) {
    this.kind = pre ? "pre-candidate" : "candidate";
    this.#state = state;
    this.#pre = pre;
    this.#endsAt = pre && state.loyalty.isFree ? askedAgainAt(state) : electionAt(state);
    this.#ownVersion = pre ? 0 : state.saver.version;
    this.#ask(transfer);
  }

  deadline(): Instant | null {
    return this.#endsAt;
  }

  onTimeout(): Turn | null {
    const state = this.#state;
    if (!due(this.#endsAt, state.now)) return null;
    if (!mayCampaign(state)) return { kind: "follow", leader: null };
    return { kind: "campaign", pre: true, transfer: false };
  }

  onVoteReply(from: NodeId, reply: VoteReply): void {
    // An answer to the other kind of question is none to this one.
    if (reply.pre !== this.#pre || reply.blank) return;
    if (reply.granted && reply.term !== this.#term) return;
    if (!this.#votes.has(from)) this.#votes.set(from, reply.granted);
  }

  /**
   * Nothing is won before our own vote is durable, however many others have voted: whoever led, and
   * forgot it with the power, would be voted for once more in that term, and lead it twice.
   */
  settle(): Turn | null {
    const state = this.#state;
    if (!state.saver.isSaved(this.#ownVersion)) return null;
    this.#votes.set(state.self, true);
    switch (voteResult(state.groups.quorum, (voter) => this.#votes.get(voter))) {
      case "pending":
        return null;
      case "lost":
        return { kind: "follow", leader: null };
      case "won":
        return this.#pre ? { kind: "campaign", pre: false, transfer: false } : { kind: "lead" };
    }
  }

  /** The term that is asked for: a pre-candidate asks for the next. */
  get #term(): number {
    return this.#pre ? this.#state.term + 1 : this.#state.term;
  }

  /**
   * A vote is asked for when its term is durable (paper, figure 2). Else a candidate that crashed
   * could ask again in the same term with a log that has lost its end, and count the votes that it
   * got for the longer one.
   */
  #ask(transfer: boolean): void {
    const { log, groups, self } = this.#state;
    const { members, outgoing } = groups.group;
    const electors = new Set([...electorsOf(members), ...electorsOf(outgoing ?? noMembers)]);
    for (const elector of electors) {
      if (elector === self) continue;
      const request: VoteRequest = {
        kind: "vote-request",
        term: this.#term,
        pre: this.#pre,
        lastIndex: log.last,
        lastTerm: log.lastTerm,
        transfer,
        life: this.#state.lifeOf(elector),
      };
      if (this.#pre) this.#state.send(elector, request);
      else this.#state.sendWhenSaved(elector, request);
    }
  }
}

/**
 * A pre-candidate that suspects its leader may be the first to: soon others do, and perhaps none of
 * them may lead.
 */
function askedAgainAt({ now, options }: RaftState): Instant {
  const { heartbeat, dice } = options;
  return after(now, micros(heartbeat + dice.below(heartbeat + 1)));
}
