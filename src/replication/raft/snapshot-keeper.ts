/**
 * When a member's own snapshot is taken, and what goes once it is durable.
 *
 * By bytes, so that the log stays bounded; and by time, so that it also shrinks where little is
 * written: a log that is compacted only by size holds a year of entries on a quiet cluster.
 *
 *     idle --enough bytes, or time--> wanted --snapshot-taken--> taken
 *     taken --the log is durable so far--> saving --snapshot-saved--> idle, compacted
 *
 * What could not be saved is wanted again after a while. Until then the log grows to its bound, and
 * the leader refuses proposals there.
 */
import { after, due, type Instant, instant, seconds } from "../../kernel/time.js";
import { type LogEntry, type Snapshot, snapshotBytesMax } from "../../recovery/log/ports.js";
import { encodeGroup } from "./group.js";
import { bytesOf } from "./log.js";
import type { RaftState } from "./state.js";

/** A disk that refused a snapshot, or an owner that gave none, is asked again after so long. */
const patience = seconds(10);

type Phase =
  | { readonly kind: "idle" }
  | { readonly kind: "wanted"; readonly until: Instant }
  | { readonly kind: "taken"; readonly snapshot: Snapshot }
  | { readonly kind: "saving"; readonly snapshot: Snapshot; readonly ticket: number };

const idle: Phase = { kind: "idle" };

export class SnapshotKeeper {
  readonly #state: RaftState;
  #phase: Phase = idle;
  /** Of entries applied since the last snapshot. */
  #bytes = 0;
  /** Not before this. */
  #notBefore: Instant;
  #lastAt: Instant;

  constructor(state: RaftState) {
    this.#state = state;
    this.#lastAt = state.now;
    this.#notBefore = state.now;
  }

  deadline(): Instant | null {
    if (this.#phase.kind === "wanted") return this.#phase.until;
    if (this.#phase.kind !== "idle" || !this.#hasNews) return null;
    const byTime = after(this.#lastAt, this.#state.limits.snapshotEvery);
    const at = this.#isBig ? this.#notBefore : byTime;
    return instant(Math.max(at, this.#notBefore));
  }

  applied(entries: readonly LogEntry[]): void {
    for (const entry of entries) this.#bytes += bytesOf(entry);
  }

  /** @param index that of the last entry in it, which has been applied */
  taken(index: number, data: Uint8Array): void {
    const { log, snapshot, groups } = this.#state;
    const newest = snapshot?.index ?? 0;
    // One that was installed meanwhile is newer; and nobody could keep one that is too large.
    if (index > log.applied || index <= newest || data.length > snapshotBytesMax) return;
    if (this.#phase.kind === "saving" || index <= log.base) return;
    const term = log.termAt(index);
    if (term === null) return;
    const head = encodeGroup(groups.at(index));
    this.#phase = { kind: "taken", snapshot: { index, term, head, data } };
  }

  snapshotSaved(ticket: number): void {
    const phase = this.#phase;
    if (phase.kind !== "saving" || phase.ticket !== ticket) return;
    this.#rest();
    const { log, groups } = this.#state;
    if (phase.snapshot.index <= (this.#state.snapshot?.index ?? 0)) return;
    this.#state.snapshot = phase.snapshot;
    groups.forget(phase.snapshot.index);
    const index = this.#compactTo(phase.snapshot.index);
    if (index <= log.base) return;
    log.compact(index);
    this.#state.emit({ kind: "compact", index });
  }

  notSaved(ticket: number): void {
    if (this.#phase.kind !== "saving" || this.#phase.ticket !== ticket) return;
    this.#phase = idle;
    this.#notBefore = after(this.#state.now, patience);
  }

  /** A snapshot of another was installed: ours is worth nothing any more. */
  installed(): void {
    this.#rest();
  }

  settle(): void {
    const state = this.#state;
    if (this.#phase.kind === "wanted" && due(this.#phase.until, state.now)) this.#phase = idle;
    if (this.#phase.kind === "idle" && due(this.deadline(), state.now)) this.#want();
    const phase = this.#phase;
    // A snapshot that is ahead of the log on the disk would leave a gap between the two.
    if (phase.kind !== "taken" || state.log.saved < phase.snapshot.index) return;
    const ticket = state.saver.nextTicket();
    this.#phase = { kind: "saving", snapshot: phase.snapshot, ticket };
    state.emit({ kind: "save-snapshot", ticket, snapshot: phase.snapshot });
  }

  #want(): void {
    const { now, log, isOutline } = this.#state;
    this.#phase = { kind: "wanted", until: after(now, patience) };
    // A witness has no state: the head says it all.
    if (isOutline) this.taken(log.applied, new Uint8Array(0));
    else this.#state.emit({ kind: "want-snapshot", index: log.applied });
  }

  #rest(): void {
    this.#phase = idle;
    this.#bytes = 0;
    this.#lastAt = this.#state.now;
  }

  get #hasNews(): boolean {
    const { log, snapshot, isWritable } = this.#state;
    return isWritable && log.applied > (snapshot?.index ?? 0) && log.applied > log.base;
  }

  get #isBig(): boolean {
    return this.#bytes >= this.#state.limits.logBytesMax;
  }

  /** Some entries before the snapshot stay, by number and by bytes. */
  #compactTo(index: number): number {
    const { log, limits } = this.#state;
    let kept = 0;
    let at = index;
    while (at > log.base && index - at < limits.trailingEntries) {
      kept += bytesOf(log.entryAt(at));
      if (kept > limits.logBytesMax / 2) break;
      at -= 1;
    }
    return at;
  }
}
