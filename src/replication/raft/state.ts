/**
 * What a member knows in every role: term and vote, the log, the group, who leads; and what it
 * gives out in a step.
 *
 * The disk is slower than the network, so nothing waits for it that need not. Term and vote count
 * here at once; whatever would tell others of them waits in `sendWhenSaved` until they are
 * durable. Entries count here at once too; `log.saved` is what an acknowledgement may speak of.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { after, due, type Instant } from "../../kernel/time.js";
import type { DiskHealth, LogEntry, Snapshot } from "../../recovery/log/ports.js";
import { Founding } from "./blank.js";
import { isElector, mayLead, parseGroup } from "./group.js";
import type { GroupHistory } from "./group-history.js";
import { encodeHardState, type HardState } from "./hard-state.js";
import type { RaftLog } from "./log.js";
import { Loyalty } from "./loyalty.js";
import type { RaftMessage } from "./messages.js";
import { defaultLimits, type RaftLimits, type RaftOptions } from "./options.js";
import {
  entryKinds,
  type Group,
  type RaftEvent,
  type RaftOutput,
  type RaftRefusal,
} from "./ports.js";
import { recover } from "./recover.js";
import { Saver } from "./saver.js";
import { SnapshotKeeper } from "./snapshot-keeper.js";
import { SnapshotReceiver } from "./snapshot-receiver.js";

interface WaitingMessage {
  readonly target: NodeId;
  readonly message: RaftMessage;
  readonly version: number;
}

/** Messages that wait for the disk, at most: a question of each member, and answers to many. */
const waitingMax = 256;

const noLives: ReadonlyMap<NodeId, number> = new Map();

export class RaftState {
  readonly options: RaftOptions;
  readonly limits: RaftLimits;
  readonly self: NodeId;
  readonly log: RaftLog;
  readonly groups: GroupHistory;
  readonly saver: Saver;
  readonly keeper: SnapshotKeeper;
  readonly receiver = new SnapshotReceiver();
  readonly founding: Founding;
  /** Of the step that is being taken. */
  now: Instant;
  leader: NodeId | null = null;
  readonly loyalty: Loyalty;
  health: DiskHealth = "ok";
  /** The newest snapshot that is durable, or of another and being installed. */
  snapshot: Snapshot | null;
  #hard: HardState;
  #waiting: WaitingMessage[] = [];
  #foundedVersion = 0;
  /** Nothing is given to the disk before, which has refused; null where it has not. */
  #notSavedUntil: Instant | null = null;
  #outputs: RaftOutput[] = [];

  constructor(options: RaftOptions) {
    const recovered = recover(options);
    this.options = options;
    this.limits = { ...defaultLimits, ...options.limits };
    this.self = options.self;
    this.now = options.now;
    this.log = recovered.log;
    this.groups = recovered.groups;
    this.snapshot = recovered.snapshot;
    this.#hard = recovered.hard;
    this.saver = new Saver(this.log, this.limits.saveBytesMax);
    this.keeper = new SnapshotKeeper(this);
    this.founding = new Founding(this);
    // Just before its start it may have heard a leader that counts on its silence (see loyalty.ts).
    const heardAt = recovered.blank ? null : options.now;
    this.loyalty = new Loyalty(options.electionTimeoutMin, heardAt);
    if (recovered.blank) this.saver.metaChanged();
    if (this.snapshot !== null) this.#restore(this.snapshot);
    this.#followGroup();
  }

  get term(): number {
    return this.#hard.term;
  }

  get vote(): NodeId | null {
    return this.#hard.vote;
  }

  get life(): number {
    return this.#hard.life;
  }

  get founded(): boolean {
    return this.#hard.founded;
  }

  /** The log is one of a witness. */
  get isOutline(): boolean {
    return this.#hard.outline;
  }

  /** The disk that votes for a member, as far as it is known here; 0 where it is not. */
  lifeOf(member: NodeId): number {
    return this.group.lives.get(member) ?? this.#hard.lives.get(member) ?? 0;
  }

  /** What each answer says of the disk that it stands for. */
  get aboutDisk(): { readonly life: number; readonly blank: boolean; readonly outline: boolean } {
    const { life, founded, outline } = this.#hard;
    return { life, blank: !founded, outline };
  }

  get group(): Group {
    return this.groups.group;
  }

  /**
   * A voter that is leaving may lead until that is committed (thesis 4.2.2): it may be the only one
   * that has the entry, beside a witness, which cannot lead.
   */
  get mayLead(): boolean {
    const { group, groups, log, self } = this;
    if (this.isOutline) return false;
    if (mayLead(group, self)) return true;
    return groups.index > log.committed && mayLead(groups.at(groups.index - 1), self);
  }

  get isWritable(): boolean {
    return this.health === "ok" || this.health === "stalled";
  }

  /** Something waits to be told or saved, so a step is due. */
  get hasNews(): boolean {
    return this.#outputs.length > 0 || (this.#maySave && this.saver.hasWork);
  }

  /** When what was not saved is tried again; null where nothing waits for that. */
  get savesAt(): Instant | null {
    return this.isWritable && this.saver.hasWork ? this.#notSavedUntil : null;
  }

  healthIs(health: DiskHealth): void {
    this.health = health;
    if (health === "ok") this.#notSavedUntil = null;
  }

  /** A log that refuses is not asked again at once: it would refuse at once, and without end. */
  notSaved(): void {
    this.#notSavedUntil = after(this.now, this.options.heartbeat);
  }

  get #maySave(): boolean {
    return this.isWritable && (this.#notSavedUntil === null || due(this.#notSavedUntil, this.now));
  }

  enterTerm(term: number): void {
    assert(term > this.term, "terms only grow");
    this.leader = null;
    this.#waiting = [];
    this.#change({ term, vote: null });
  }

  voteFor(candidate: NodeId): void {
    assert(this.vote === null || this.vote === candidate, "two votes in one term");
    if (this.vote !== candidate) this.#change({ vote: candidate });
  }

  /**
   * No promise of an earlier life stands against our vote (see blank.ts).
   *
   * @param lives of the others, where all were found blank: only then do they prove anything
   */
  found(lives: ReadonlyMap<NodeId, number>): void {
    if (this.founded) return;
    this.#change({ founded: true, lives });
    this.#foundedVersion = this.saver.version;
  }

  /**
   * It is founded, and its disk knows. Only then may it found others: a member that told them, and
   * forgot with the power, would be blank among members that are not, and none of these could tell
   * it that it was found blank.
   */
  get mayFound(): boolean {
    return this.founded && this.saver.isSaved(this.#foundedVersion);
  }

  becomeOutline(): void {
    if (!this.isOutline) this.#change({ outline: true });
  }

  // --- the log -------------------------------------------------------------------------------

  /** Appends an entry of our own term. */
  propose(kind: number, data: Uint8Array): LogEntry {
    const entry: LogEntry = { index: this.log.last + 1, term: this.term, kind, data };
    this.accept(entry);
    return entry;
  }

  /** Appends an entry; a group in it counts from now on. */
  accept(entry: LogEntry): void {
    this.log.append(entry);
    if (entry.kind !== entryKinds.members) return;
    const group = parseGroup(entry.data);
    assert(group !== null, "a group that cannot be read came past the parser");
    this.groups.push(entry.index, group);
    this.#followGroup();
  }

  truncate(index: number): void {
    this.log.truncate(index);
    this.saver.truncated(index);
    if (this.groups.truncate(index)) this.#followGroup();
  }

  /** Another's snapshot takes the place of our log and our state. */
  install(snapshot: Snapshot, group: Group): void {
    assert(snapshot.index > this.log.committed, "a snapshot of what is committed here already");
    this.log.reset(snapshot.index, snapshot.term);
    this.groups.reset(snapshot.index, group);
    this.saver.install(snapshot);
    this.snapshot = snapshot;
    this.keeper.installed();
    this.#restore(snapshot);
    this.#followGroup();
  }

  // --- what goes out -------------------------------------------------------------------------

  emit(output: RaftOutput): void {
    this.#outputs.push(output);
  }

  tell(event: RaftEvent): void {
    this.#outputs.push({ kind: "event", event });
  }

  refuse(ticket: number, reason: RaftRefusal): void {
    const leader = this.leader === this.self ? null : this.leader;
    this.#outputs.push({ kind: "refused", ticket, reason, leader });
  }

  send(target: NodeId, message: RaftMessage): void {
    assert(target !== this.self, "a message to oneself");
    this.#outputs.push({ kind: "send", target, message });
  }

  /**
   * Goes out when our term and vote as they are now are durable; never, if the term ends. Peers go
   * on asking a member whose disk hangs or is dead: the oldest of too many answers is dropped, as a
   * network would.
   */
  sendWhenSaved(target: NodeId, message: RaftMessage): void {
    if (this.saver.isSettled) {
      this.send(target, message);
      return;
    }
    this.#waiting.push({ target, message, version: this.saver.version });
    if (this.#waiting.length > waitingMax) this.#waiting.shift();
  }

  /**
   * The outputs of this step: what the disk has to do comes first, for it takes longest. Tickets
   * are drawn in the order of the outputs, so the saves draw before a snapshot does.
   */
  finish(): readonly RaftOutput[] {
    this.#sendWaiting();
    this.#apply();
    const saves = this.#maySave && this.saver.hasWork ? this.#takeSaves() : [];
    this.keeper.settle();
    const outputs = saves.length === 0 ? this.#outputs : [...saves, ...this.#outputs];
    this.#outputs = [];
    return outputs;
  }

  #takeSaves(): readonly RaftOutput[] {
    this.#notSavedUntil = null;
    return this.saver.take(() => encodeHardState(this.#hard));
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0) {
      const first = this.#waiting[0] as WaitingMessage;
      if (!this.saver.isSaved(first.version)) return;
      this.#waiting.shift();
      this.send(first.target, first.message);
    }
  }

  #apply(): void {
    const { applied, committed } = this.log;
    if (applied === committed) return;
    const entries = this.log.slice(applied + 1, committed);
    this.log.markApplied();
    this.keeper.applied(entries);
    if (!this.isOutline) this.emit({ kind: "apply", entries });
  }

  #restore(snapshot: Snapshot): void {
    if (!this.isOutline) this.emit({ kind: "restore", snapshot });
  }

  #change(changes: Partial<HardState>): void {
    this.#hard = { ...this.#hard, ...changes };
    this.saver.metaChanged();
  }

  /** A group that names our life says that we vote. */
  #followGroup(): void {
    const { group, groups, self } = this;
    if (isElector(group, self) && group.lives.get(self) === this.life) this.found(noLives);
    this.tell({ kind: "group", group, index: groups.index });
  }
}
