/**
 * Whether a member may vote: the disk behind its name must be the one that made its promises.
 *
 * A vote, and an acknowledgement, is a promise that a majority is built on. A member whose disk was
 * lost comes back under its old name and knows of none: it could vote twice in a term, or elect one
 * that lacks what it has acknowledged itself, and three members would have lost a committed entry
 * by losing one disk. From inside it looks like a member that has never run. So each disk has a
 * `life`, a number that no earlier start of that name had, and a member is `founded` only when it
 * knows that no earlier life has promised anything. Until then it is blank: it follows, keeps what
 * it is sent and says so, but grants no vote, and its answers count for nothing: not for a commit,
 * not for a read, not for contact.
 *
 * A member is founded when
 *
 * 1. it belongs to the first members and has found, in this life, every other elector as blank as
 *    itself: nobody can have promised anything yet (this needs all of them up, once); or
 * 2. a founded member asks for the vote of just this life: that member was founded in the sense of
 *    1 and has found it blank then, or knows a group that names it; or
 * 3. the group in its log names its life: a majority has agreed that this disk votes now.
 *
 * Assumption: between the first start of the first members and the first leader no disk is lost.
 */
import type { NodeId } from "../../kernel/ids.js";
import { electorsOf } from "./group.js";
import type { VoteReply, VoteRequest } from "./messages.js";
import type { RaftState } from "./state.js";

/** The index of the entry that the first members begin with. */
const firstIndex = 1;

/**
 * A blank first member's search for the others. What it has found is forgotten with the process,
 * and when it is founded otherwise: only if all were blank at once is it worth anything.
 */
export class Founding {
  readonly #state: RaftState;
  readonly #lives = new Map<NodeId, number>();

  constructor(state: RaftState) {
    this.#state = state;
  }

  /** Asks the other electors whether they are blank, too: in the form of a pre-vote. */
  ask(): void {
    const state = this.#state;
    if (!this.#isFirstMember) return;
    for (const elector of electorsOf(state.group.members)) {
      // A blank member's word founds nobody.
      if (elector !== state.self) this.#ask(elector, 0);
    }
    this.#foundIfAllAreBlank();
  }

  /**
   * A blank member asks whom we know to be of the disk that votes: by the same form it is told so.
   * A founded candidate would tell it with its own request; but a witness never campaigns, and one
   * whose disk is not well does not either.
   */
  vouch(from: NodeId, request: VoteRequest): void {
    const life = this.#state.lifeOf(from);
    if (this.#state.mayFound && request.life === 0 && life !== 0) this.#ask(from, life);
  }

  hear(from: NodeId, reply: VoteReply): void {
    if (!this.#isFirstMember) return;
    if (!electorsOf(this.#state.group.members).includes(from)) return;
    // Founded meanwhile: it knows us, or there was another in our place.
    if (!reply.blank) this.#lives.delete(from);
    else this.#lives.set(from, reply.life);
    this.#foundIfAllAreBlank();
  }

  #ask(elector: NodeId, life: number): void {
    const state = this.#state;
    state.send(elector, {
      kind: "vote-request",
      term: state.term + 1,
      pre: true,
      lastIndex: state.log.last,
      lastTerm: state.log.lastTerm,
      transfer: false,
      life,
    });
  }

  #foundIfAllAreBlank(): void {
    const { self, group, life } = this.#state;
    const others = electorsOf(group.members).filter((elector) => elector !== self);
    if (!others.every((elector) => this.#lives.has(elector))) return;
    this.#state.found(new Map(this.#lives).set(self, life));
  }

  get #isFirstMember(): boolean {
    const { founded, log, group, self } = this.#state;
    if (founded || log.last !== firstIndex) return false;
    const role = group.members.get(self);
    return role === "voter" || role === "witness";
  }
}
