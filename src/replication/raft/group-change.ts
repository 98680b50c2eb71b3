/**
 * A leader's change of members, one at a time: who is to get a vote catches up first, as a guest
 * that is in no group yet; then the joint group is appended, and when a majority of both halves has
 * it, the new one (thesis 4.3). A leader that finds a joint group in its log leaves it, whoever has
 * begun it. A guest is known to this leader only: when it falls, nothing was changed.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { after, due, type Instant } from "../../kernel/time.js";
import { planChange, type Stage } from "./change-plan.js";
import { electorsOf, encodeGroup, everyoneIn } from "./group.js";
import { entryKinds, type Group, type MemberChange, type MemberRole } from "./ports.js";
import type { Progress } from "./progress.js";
import { voteResult } from "./quorum.js";
import type { RaftState } from "./state.js";

interface Pending {
  readonly ticket: number;
  readonly stages: readonly Stage[];
  readonly at: number;
  /** Until then the newcomer must have caught up. */
  readonly until: Instant;
  /** The joint group of this stage is in the log. */
  readonly proposed: boolean;
}

export interface Guest {
  readonly member: NodeId;
  readonly role: MemberRole;
}

export class GroupChange {
  readonly #state: RaftState;
  #pending: Pending | null = null;

  constructor(state: RaftState) {
    this.#state = state;
  }

  get isPending(): boolean {
    const { groups, log, group } = this.#state;
    return this.#pending !== null || groups.index > log.committed || group.outgoing !== null;
  }

  /** Whom to send the log to although it is in no group. */
  get guest(): Guest | null {
    const stage = this.#stage;
    if (stage === null || stage.newcomer === null) return null;
    const role = stage.members.get(stage.newcomer);
    assert(role !== undefined, "a newcomer that is not in its group");
    return { member: stage.newcomer, role };
  }

  deadline(): Instant | null {
    const pending = this.#pending;
    return pending === null || pending.proposed ? null : pending.until;
  }

  /** @param isHeard whether a member has answered of late */
  begin(ticket: number, change: MemberChange, isHeard: (member: NodeId) => boolean): void {
    const plan = planChange(this.#state.group.members, change);
    if (!plan.ok) {
      this.#state.refuse(ticket, plan.reason);
      return;
    }
    if (plan.stages.some((stage) => !this.#hasQuorum(stage, isHeard))) {
      this.#state.refuse(ticket, "would-lose-quorum");
      return;
    }
    this.#enter(ticket, plan.stages, 0);
  }

  /** Takes the next step, if it can be taken; true where a group was appended. */
  settle(progressOf: (member: NodeId) => Progress | undefined): boolean {
    const { groups, log, group } = this.#state;
    if (groups.index > log.committed) return false;
    if (group.outgoing !== null) {
      this.#append({ ...group, outgoing: null });
      return true;
    }
    const pending = this.#pending;
    if (pending === null) return false;
    if (pending.proposed) return this.#advance(pending, progressOf);
    return this.#open(pending, progressOf);
  }

  /** The leadership is over: what was begun may yet come true, or not. */
  end(): void {
    if (this.#pending !== null) this.#state.refuse(this.#pending.ticket, "leadership-lost");
    this.#pending = null;
  }

  #enter(ticket: number, stages: readonly Stage[], at: number): void {
    const until = after(this.#state.now, this.#state.limits.catchUpMax);
    this.#pending = { ticket, stages, at, until, proposed: false };
  }

  #advance(pending: Pending, progressOf: (member: NodeId) => Progress | undefined): boolean {
    const { ticket, stages, at } = pending;
    if (at + 1 === stages.length) {
      this.#pending = null;
      this.#state.emit({ kind: "done", ticket });
      return false;
    }
    this.#enter(ticket, stages, at + 1);
    return this.settle(progressOf);
  }

  #open(pending: Pending, progressOf: (member: NodeId) => Progress | undefined): boolean {
    const { members, newcomer } = pending.stages[pending.at] as Stage;
    const progress = newcomer === null ? undefined : progressOf(newcomer);
    if (newcomer !== null && !this.#hasCaughtUp(progress)) {
      if (due(pending.until, this.#state.now)) this.#giveUp(pending);
      return false;
    }
    const lives = new Map(this.#state.group.lives);
    if (newcomer !== null && progress !== undefined) lives.set(newcomer, progress.life);
    this.#pending = { ...pending, proposed: true };
    this.#append({ members, outgoing: this.#state.group.members, lives });
    return true;
  }

  #giveUp(pending: Pending): void {
    this.#pending = null;
    this.#state.refuse(pending.ticket, "not-caught-up");
  }

  #hasCaughtUp(progress: Progress | undefined): boolean {
    const { log, limits } = this.#state;
    if (progress === undefined || progress.kind !== "replicate" || progress.life === 0)
      return false;
    return log.last - progress.matched <= limits.catchUpLag;
  }

  /** A group that could not commit its own making would be the last one. */
  #hasQuorum(stage: Stage, isHeard: (member: NodeId) => boolean): boolean {
    const quorum = { incoming: electorsOf(stage.members), outgoing: null };
    const vote = (member: NodeId) => member === stage.newcomer || isHeard(member);
    return voteResult(quorum, vote) === "won";
  }

  #append(group: Group): void {
    const members = new Set(everyoneIn(group));
    const lives = new Map([...group.lives].filter(([member]) => members.has(member)));
    this.#state.propose(entryKinds.members, encodeGroup({ ...group, lives }));
  }

  get #stage(): Stage | null {
    const pending = this.#pending;
    return pending === null ? null : (pending.stages[pending.at] ?? null);
  }
}
