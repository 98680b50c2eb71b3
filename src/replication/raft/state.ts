/**
 * What a member knows in every role: term and vote, the log, the group, who leads; and what it
 * gives out in a step.
 *
 * The disk is slower than the network, so nothing waits for it that need not. Term and vote count
 * here at once; whatever would tell others of them waits in `replyWhenSaved` until they are
 * durable. Entries count here at once too; `log.saved` is what an acknowledgement may speak of.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { after, type Instant } from "../../kernel/time.js";
import type { DiskHealth, LogEntry, Snapshot } from "../../recovery/log/ports.js";
import { parseGroup } from "./group.js";
import type { GroupHistory } from "./group-history.js";
import { encodeHardState } from "./hard-state.js";
import { bytesOf, type RaftLog } from "./log.js";
import type { RaftMessage } from "./messages.js";
import { defaultLimits, type RaftLimits, type RaftOptions } from "./options.js";
import { entryKinds, type RaftEvent, type RaftOutput, type RaftRefusal } from "./ports.js";
import { type Recovered, recover } from "./recover.js";

interface WaitingReply {
  readonly target: NodeId;
  readonly message: RaftMessage;
  readonly metaVersion: number;
}

/** A save that is on its way. */
interface OpenSave {
  readonly ticket: number;
  readonly metaVersion: number;
  /** Of the entries in it; later truncations lower it. */
  last: number;
}

export class RaftState {
  readonly options: RaftOptions;
  readonly limits: RaftLimits;
  readonly self: NodeId;
  readonly log: RaftLog;
  readonly groups: GroupHistory;
  /** Of the step that is being taken. */
  now: Instant;
  leader: NodeId | null = null;
  /** When a leader of our term was last heard, or this member started with a past. */
  heardAt: Instant | null;
  health: DiskHealth = "ok";
  /** The newest snapshot, durable or about to be. */
  snapshot: Snapshot | null;
  /** Null until the members' first step has told of it. */
  readonly #hard: { -readonly [Key in keyof Recovered["hard"]]: Recovered["hard"][Key] };
  #metaVersion = 0;
  #metaHanded = 0;
  #metaSaved = 0;
  #ticket = 0;
  #openSaves: OpenSave[] = [];
  #waiting: WaitingReply[] = [];
  #saves: RaftOutput[] = [];
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
    this.#hard = { ...recovered.hard };
    this.heardAt = recovered.blank ? null : options.now;
    if (recovered.blank) this.#metaVersion = 1;
    if (this.snapshot !== null) this.emit({ kind: "restore", snapshot: this.snapshot });
    this.emit({ kind: "event", event: this.groupEvent() });
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

  /** The version of term and vote: durable when `isMetaSaved` says so. */
  get metaVersion(): number {
    return this.#metaVersion;
  }

  isMetaSaved(version: number): boolean {
    return version <= this.#metaSaved;
  }

  /** Term and vote as they stand are durable. */
  get settledMeta(): boolean {
    return this.#metaVersion === this.#metaSaved;
  }

  get isWritable(): boolean {
    return this.health === "ok" || this.health === "stalled";
  }

  /** Something waits to be told or saved, so a step is due. */
  get hasNews(): boolean {
    return this.#outputs.length > 0 || (this.#metaVersion > this.#metaHanded && this.isWritable);
  }

  /** A leader was heard so lately that no other can be wanted (thesis 4.2.3, 6.4.1). */
  get hearsLeader(): boolean {
    if (this.heardAt === null) return false;
    return this.now < after(this.heardAt, this.options.electionTimeoutMin);
  }

  enterTerm(term: number): void {
    assert(term > this.#hard.term, "terms only grow");
    this.#hard.term = term;
    this.#hard.vote = null;
    this.leader = null;
    this.#waiting = [];
    this.#metaVersion += 1;
  }

  voteFor(candidate: NodeId): void {
    assert(this.vote === null || this.vote === candidate, "two votes in one term");
    if (this.vote === candidate) return;
    this.#hard.vote = candidate;
    this.#metaVersion += 1;
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
    this.emit({ kind: "event", event: this.groupEvent() });
  }

  truncate(index: number): void {
    this.log.truncate(index);
    for (const save of this.#openSaves) save.last = Math.min(save.last, index - 1);
    if (this.groups.truncate(index)) this.emit({ kind: "event", event: this.groupEvent() });
  }

  saved(ticket: number): void {
    while (this.#openSaves.length > 0 && (this.#openSaves[0] as OpenSave).ticket <= ticket) {
      const save = this.#openSaves.shift() as OpenSave;
      this.log.markSaved(save.last);
      this.#metaSaved = Math.max(this.#metaSaved, save.metaVersion);
    }
  }

  /** What was not saved is given out again with the next save; nothing was told of it. */
  notSaved(ticket: number): void {
    if (!this.#openSaves.some((save) => save.ticket === ticket)) return;
    this.#openSaves = [];
    this.log.takeBack();
    this.#metaHanded = this.#metaSaved;
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

  /** Goes out when our term and vote as they are now are durable; never, if the term ends. */
  replyWhenSaved(target: NodeId, message: RaftMessage): void {
    if (this.settledMeta) this.send(target, message);
    else this.#waiting.push({ target, message, metaVersion: this.#metaVersion });
  }

  /** The outputs of this step: what the disk has to do comes first, for it takes longest. */
  finish(): readonly RaftOutput[] {
    this.#sendReplies();
    this.#apply();
    if (this.isWritable) this.#save();
    const outputs = this.#saves.length === 0 ? this.#outputs : this.#saves.concat(this.#outputs);
    this.#outputs = [];
    this.#saves = [];
    return outputs;
  }

  #sendReplies(): void {
    while (this.#waiting.length > 0) {
      const reply = this.#waiting[0] as WaitingReply;
      if (!this.isMetaSaved(reply.metaVersion)) return;
      this.#waiting.shift();
      this.send(reply.target, reply.message);
    }
  }

  #apply(): void {
    const { applied, committed } = this.log;
    if (applied === committed) return;
    const entries = this.log.slice(applied + 1, committed);
    this.log.markApplied();
    this.emit({ kind: "apply", entries });
  }

  #save(): void {
    const { log } = this;
    let meta = this.#metaVersion > this.#metaHanded ? encodeHardState(this.#hard) : null;
    while (meta !== null || log.handed < log.last) {
      const entries = this.#saveBatch();
      this.#ticket += 1;
      this.#saves.push({ kind: "save", ticket: this.#ticket, meta, entries });
      log.markHanded(log.handed + entries.length);
      const metaVersion = this.#metaVersion;
      this.#openSaves.push({ ticket: this.#ticket, metaVersion, last: log.handed });
      meta = null;
    }
    this.#metaHanded = this.#metaVersion;
  }

  #saveBatch(): readonly LogEntry[] {
    const { log, limits } = this;
    let to = log.handed;
    let bytes = 0;
    while (to < log.last && bytes < limits.saveBytesMax) {
      to += 1;
      bytes += bytesOf(log.entryAt(to));
    }
    return to === log.handed ? [] : log.slice(log.handed + 1, to);
  }

  groupEvent(): RaftEvent {
    return { kind: "group", group: this.groups.group, index: this.groups.index };
  }
}
