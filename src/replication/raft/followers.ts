/**
 * A leader's followers: everyone in the group, whoever is leaving it until that is committed, and a
 * guest that is catching up. What each of them has answered is judged here.
 */
import type { NodeId } from "../../kernel/ids.js";
import { after } from "../../kernel/time.js";
import { everyoneIn, isElector, mayLead, roleIn } from "./group.js";
import type { Guest } from "./group-change.js";
import type { AppendReply, SnapshotReply } from "./messages.js";
import { Progress } from "./progress.js";
import type { RaftState } from "./state.js";

export class Followers {
  readonly #state: RaftState;
  readonly #progress = new Map<NodeId, Progress>();

  constructor(state: RaftState) {
    this.#state = state;
    this.welcome(null);
  }

  get all(): ReadonlyMap<NodeId, Progress> {
    return this.#progress;
  }

  get(member: NodeId): Progress | undefined {
    return this.#progress.get(member);
  }

  /** Whoever is new gets the log from now on. */
  welcome(guest: Guest | null): void {
    const { group, self } = this.#state;
    for (const member of everyoneIn(group)) {
      if (member !== self) this.#follow(member, roleIn(group, member) === "witness");
    }
    if (guest !== null && guest.member !== self) {
      this.#follow(guest.member, guest.role === "witness");
    }
  }

  /** Those who are in no group any more; the group that says so is committed. */
  dismiss(guest: Guest | null): readonly Progress[] {
    const gone: Progress[] = [];
    for (const [member, progress] of this.#progress) {
      if (roleIn(this.#state.group, member) !== null || guest?.member === member) continue;
      gone.push(progress);
      this.#progress.delete(member);
    }
    return gone;
  }

  /** Null of an answer that counts for nothing: of a stranger, or of a disk that is gone. */
  hear(from: NodeId, reply: AppendReply | SnapshotReply, round: number): Progress | null {
    const progress = this.#progress.get(from);
    if (progress === undefined || reply.life < progress.life) return null;
    // A full copy never follows from an outline: such a disk has to be replaced by a blank one.
    if (reply.outline && !progress.outline) return null;
    if (reply.life > progress.life) progress.forget(reply.life, this.#state.log.last);
    progress.blank = reply.blank;
    progress.heardAt = this.#state.now;
    progress.round = Math.max(progress.round, Math.min(reply.round, round));
    this.#tellBlank(progress);
    return progress;
  }

  onAppendReply(progress: Progress, reply: AppendReply): void {
    if (reply.accepted) this.#onAccepted(progress, reply.index);
    else this.#onRefused(progress, reply);
  }

  onSnapshotReply(progress: Progress, reply: SnapshotReply): void {
    const { sender } = progress;
    if (sender === null || sender.image.snapshot.index !== reply.index) return;
    if (!sender.answered(reply.received)) return;
    const { index } = sender.image.snapshot;
    progress.acknowledge(index);
    progress.probe(progress.matched + 1);
    this.#state.tell({ kind: "snapshot-sent", target: progress.peer, index });
  }

  /** It has answered within an election timeout. */
  isHeard(member: NodeId): boolean {
    if (member === this.#state.self) return true;
    const heardAt = this.#progress.get(member)?.heardAt ?? null;
    const { now, options } = this.#state;
    return heardAt !== null && now < after(heardAt, options.electionTimeoutMax);
  }

  /** The member that may lead and has the most of the log; null where none was heard of late. */
  mostUpToDate(): Progress | null {
    let best: Progress | null = null;
    for (const progress of this.#progress.values()) {
      if (!mayLead(this.#state.group, progress.peer) || progress.blank) continue;
      if (!this.isHeard(progress.peer)) continue;
      if (best === null || progress.matched > best.matched) best = progress;
    }
    return best;
  }

  #follow(member: NodeId, outline: boolean): void {
    const progress = this.#progress.get(member);
    if (progress === undefined) {
      const { log, limits } = this.#state;
      const { inFlightBytesMax } = limits;
      this.#progress.set(member, new Progress(member, log.last + 1, outline, inFlightBytesMax));
    } else if (progress.outline !== outline) {
      // What a witness has acknowledged is no copy of it.
      progress.outline = outline;
      progress.forget(progress.life, progress.matched + 1);
    }
  }

  #onAccepted(progress: Progress, index: number): void {
    if (index > this.#state.log.last) return;
    progress.acknowledge(index);
    if (progress.kind === "probe" && index >= progress.next - 1) progress.replicate();
    // It has got further by itself than the snapshot would have brought it.
    const { sender } = progress;
    if (sender !== null && progress.matched >= sender.image.snapshot.index) {
      progress.probe(progress.matched + 1);
    }
  }

  #onRefused(progress: Progress, reply: AppendReply): void {
    if (progress.kind === "snapshot" || reply.index < progress.matched) return;
    const next = this.#commonBefore(reply) + 1;
    // An answer to something sent before what is being tried now brings nothing new.
    if (next >= progress.next) return;
    progress.lost();
    progress.probe(Math.max(next, progress.matched + 1));
  }

  /** The last entry of ours that may be the follower's too, at its hint or before. */
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

  /** It has the group that would name its life, and is blank all the same. */
  #tellBlank(progress: Progress): void {
    const { group, groups, log } = this.#state;
    if (!progress.blank || progress.toldBlank || !isElector(group, progress.peer)) return;
    if (groups.index > log.committed || progress.matched < groups.index) return;
    progress.toldBlank = true;
    this.#state.tell({ kind: "blank-member", member: progress.peer });
  }
}
