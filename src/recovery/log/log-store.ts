/**
 * The stable log: a write-ahead log in segments, one write of one frame at a time. What is given
 * while a write is under way is gathered into the next, so one sync of the disk serves everybody
 * who waits (group commit: DeWitt et al. 1984, section 5.2).
 *
 * The log is the only truth: a snapshot counts from the frame on that names it, a term and a vote
 * from the frame on that holds them. Whatever several things are to change at once stand in one
 * frame, so a crash leaves all of it or nothing.
 *
 * Invariant: `saved` is told only when the write of that frame, and of all before it, ended well.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import type { Instant } from "../../kernel/time.js";
import type { DiskRequest, FileName } from "../disk.js";
import { DiskWatch } from "./disk-watch.js";
import { type FaultSource, isPassing } from "./faults.js";
import { checkEntries, checkMeta, checkSnapshot } from "./given.js";
import { DiskLanes } from "./lanes.js";
import { applyTo, type ComposedFrame, LogTail } from "./log-tail.js";
import { snapshotName } from "./names.js";
import type { LogStoreOptions } from "./options.js";
import type { DiskCounts, DiskHealth, LogInput, LogOutput } from "./ports.js";
import { type RecoveryEnd, recover, type Scrub } from "./recovery.js";
import {
  filesOf,
  installBytesBound,
  markBytesBound,
  markedIn,
  SaveQueue,
  saveBytesBound,
  type Waiting,
} from "./save-queue.js";
import { type SnapshotWritten, writeSnapshot } from "./snapshot-file.js";
import { installsWaitingMax, type SnapshotJob, SnapshotJobs } from "./snapshot-jobs.js";
import { type Outcome, scrub, writeFirstFrame, writeFrame } from "./tasks.js";
import { TermRuns } from "./term-runs.js";
import { Upkeep } from "./upkeep.js";

type NotSaved = (LogOutput & { readonly kind: "not-saved" })["reason"];
type Install = Waiting & { readonly kind: "install" };
type Given<Kind> = LogInput & { readonly kind: Kind };

export class LogStore implements Machine<LogInput, LogOutput> {
  readonly #options: LogStoreOptions;
  readonly #begunAt: Instant;
  readonly #lanes: DiskLanes;
  readonly #watch: DiskWatch;
  readonly #upkeep: Upkeep;
  readonly #queue = new SaveQueue();
  readonly #jobs = new SnapshotJobs();
  #phase: "new" | "recovering" | "refused" | "open" | "closed" = "new";
  /** Null until it is open. */
  #tail: LogTail | null = null;
  /** The terms of what was given, durable or not. */
  #given = new TermRuns(0);
  #lastTicket = 0;
  #writing: ComposedFrame | null = null;
  #scrub: Scrub | null = null;
  /** Snapshots that a frame names which may be on the disk until it was scrubbed. */
  #unmarked: readonly FileName[] = [];
  /** Why the last save was refused: one that leaves a gap behind it is refused for it too. */
  #lastRefusal: NotSaved | null = null;
  #nextSnapshot = 1;
  #outputs: LogOutput[] = [];

  /** The first timeout begins the recovery. */
  constructor(now: Instant, options: LogStoreOptions) {
    this.#options = options;
    this.#begunAt = now;
    this.#lanes = new DiskLanes(now, options.stallAfter, (at, request) => this.#emit(at, request));
    this.#watch = new DiskWatch(now, options, this.#lanes);
    const note = (at: Instant, outcome: Outcome): void => this.#note(at, "segment", outcome);
    this.#upkeep = new Upkeep(this.#lanes, this.#watch.faults, options.segmentBytes, note);
  }

  counts(): DiskCounts {
    return this.#watch.counts();
  }

  get health(): DiskHealth {
    return this.#watch.health;
  }

  step(now: Instant, input: LogInput | Timeout): readonly LogOutput[] {
    this.#outputs = [];
    this.#take(now, input);
    this.#advance(now);
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  deadline(): Instant | null {
    if (this.#phase === "new") return this.#begunAt;
    if (this.#phase !== "open") return null;
    return this.#watch.deadline(!this.#lanes.isIdle("log"), this.#upkeep.isBusy);
  }

  #take(now: Instant, input: LogInput | Timeout): void {
    switch (input.kind) {
      case "timeout":
        this.#begin(now);
        break;
      case "disk-done":
        this.#lanes.done(now, input);
        break;
      case "save":
        this.#save(input);
        break;
      case "save-snapshot":
        this.#saveSnapshot(input);
        break;
      case "install-snapshot":
        this.#install(input);
        break;
      case "compact":
        this.#upkeep.compact(input.index);
        break;
      default:
        unreachable(input);
    }
  }

  #begin(now: Instant): void {
    if (this.#phase !== "new") return;
    this.#phase = "recovering";
    this.#lanes.run(now, "log", recover(this.#options), (_, end) => this.#recovered(end));
  }

  #recovered(end: RecoveryEnd): void {
    if (end.kind === "refused") {
      this.#phase = "refused";
      this.#outputs.push(end);
      return;
    }
    const { log, state } = end;
    this.#phase = "open";
    this.#tail = new LogTail(this.#options.segmentBytes, log, state);
    this.#given = this.#tail.terms();
    this.#scrub = state.scrub;
    this.#upkeep.discard(state.stale);
    this.#nextSnapshot = state.nextSnapshot;
    this.#outputs.push({ kind: "recovered", log });
  }

  #save({ ticket, meta, entries }: Given<"save">): void {
    this.#takeTicket(ticket);
    checkMeta(meta);
    checkEntries(entries);
    const bytes = saveBytesBound(meta, entries);
    const refusal = this.#refusalOf(bytes) ?? this.#gapBefore(entries[0]?.index ?? 0);
    if (refusal !== null) {
      this.#refuse(ticket, refusal);
      return;
    }
    this.#push({ kind: "save", ticket, bytes, meta, entries });
  }

  #saveSnapshot({ ticket, snapshot }: Given<"save-snapshot">): void {
    this.#takeTicket(ticket);
    checkSnapshot(snapshot);
    assert(snapshot.index <= this.#given.last, "a snapshot of entries that were never given");
    if (this.#phase === "closed") {
      this.#refuse(ticket, "closed");
      return;
    }
    for (const job of this.#jobs.add({ ticket, snapshot, install: null })) {
      this.#refuse(job.ticket, "superseded");
    }
  }

  #install({ ticket, meta, snapshot }: Given<"install-snapshot">): void {
    this.#takeTicket(ticket);
    checkMeta(meta);
    checkSnapshot(snapshot);
    const isTooMuch = this.#jobs.installs >= installsWaitingMax;
    const refusal = this.#refusalOf(installBytesBound) ?? (isTooMuch ? "too-much-waiting" : null);
    if (refusal !== null) {
      this.#refuse(ticket, refusal);
      return;
    }
    const { index, term } = snapshot;
    const effect = this.#given.termAt(index) === term ? "drop-covered" : "drop-all";
    const bytes = installBytesBound;
    const install: Install = { kind: "install", ticket, bytes, meta, index, effect, mark: null };
    this.#push(install);
    for (const job of this.#jobs.add({ ticket, snapshot, install })) {
      this.#refuse(job.ticket, "superseded");
    }
  }

  #takeTicket(ticket: number): void {
    assert(this.#phase === "open" || this.#phase === "closed", "the log is not open yet");
    if (ticket <= this.#lastTicket) assert(false, `ticket ${ticket} after ${this.#lastTicket}`);
    this.#lastTicket = ticket;
  }

  #refusalOf(bytes: number): NotSaved | null {
    if (this.#phase === "closed") return "closed";
    const isFull = this.#queue.bytes + bytes > this.#options.waitingBytesMax;
    return (
      this.#watch.faults.of("log") ?? (isFull && this.#queue.bytes > 0 ? "too-much-waiting" : null)
    );
  }

  #gapBefore(first: number): NotSaved | null {
    if (first <= this.#given.last + 1) return null;
    assert(this.#lastRefusal !== null, `entry ${first} after ${this.#given.last}`);
    return this.#lastRefusal;
  }

  #push(waiting: Waiting): void {
    this.#queue.push(waiting);
    applyTo(this.#given, waiting);
  }

  #advance(now: Instant): void {
    if (this.#phase === "open") {
      this.#upkeep.advance(now, this.#openTail());
      this.#beginSnapshot(now);
      this.#pump(now);
    }
    if (this.#phase === "open") {
      this.#watch.sing(now, () => {
        if (this.#watch.hasFailed) this.#close();
      });
    }
    if (this.#phase === "open" || this.#phase === "closed") {
      this.#outputs.push(...this.#watch.tell(now));
    }
  }

  #beginSnapshot(now: Instant): void {
    const job = this.#jobs.begin();
    if (job === null) return;
    const number = this.#nextSnapshot;
    this.#nextSnapshot += 1;
    const task = writeSnapshot(job.snapshot, number, this.#options.snapshotPieceBytes);
    this.#lanes.run(now, "snapshot", task, (_, written) => {
      this.#jobs.end();
      this.#snapshotWritten(job, written);
    });
  }

  /** The file is there, or not; it counts from the frame on that names it. */
  #snapshotWritten(job: SnapshotJob, written: SnapshotWritten): void {
    const { ticket, install, snapshot } = job;
    if (!written.ok) {
      if (install === null) this.#refuse(ticket, written.reason);
      else if (this.#queue.has(install)) this.#refuseAll(written.reason);
      if (!isPassing(written.reason)) {
        this.#watch.fail();
        this.#close();
      }
      return;
    }
    const { mark } = written;
    const refusal = this.#watch.faults.of("log") ?? this.#isOutdated(snapshot.index);
    if (install !== null && this.#queue.has(install)) {
      install.mark = mark;
    } else if (install === null && refusal === null) {
      this.#push({ kind: "mark", ticket, bytes: markBytesBound, mark });
    } else {
      if (install === null && refusal !== null) this.#refuse(ticket, refusal);
      this.#upkeep.discard([snapshotName(mark.number)]);
    }
  }

  /** The newest snapshot that was given to the log must not give way to an older one. */
  #isOutdated(index: number): "superseded" | null {
    const marked = Math.max(this.#openTail().mark?.index ?? 0, this.#queue.markedIndex);
    return Math.max(marked, markedIn(this.#writing?.group ?? [])) > index ? "superseded" : null;
  }

  #pump(now: Instant): void {
    if (this.#phase !== "open" || !this.#lanes.isIdle("log")) return;
    if (this.#scrub !== null) {
      this.#runScrub(now, this.#scrub);
      return;
    }
    if (!this.#queue.isReady) return;
    const group = this.#queue.first(this.#options.groupBytesMax);
    const frame = this.#openTail().compose(group);
    if (frame === null) {
      this.#awaitSegment();
      return;
    }
    this.#queue.drop(group);
    this.#writing = frame;
    const task = frame.beginsLog ? writeFirstFrame(frame) : writeFrame(frame);
    this.#lanes.run(now, "log", task, (at, outcome) => {
      this.#writing = null;
      this.#written(at, frame, outcome);
    });
  }

  #runScrub(now: Instant, dirty: Scrub): void {
    if (!this.#watch.faults.mayTry(now, "log")) return;
    this.#lanes.run(now, "log", scrub(dirty), (at, outcome) => {
      if (outcome === null) this.#scrubbed();
      else if (isPassing(outcome)) this.#refuseAll(outcome);
      this.#note(at, "log", outcome);
    });
  }

  #scrubbed(): void {
    this.#scrub = null;
    this.#upkeep.discard(this.#unmarked);
    this.#unmarked = [];
  }

  /** It comes soon, or the disk has no room for it. */
  #awaitSegment(): void {
    const reason = this.#watch.faults.of("segment");
    if (reason !== null && !this.#upkeep.isBusy) this.#refuseAll(reason);
  }

  #written(now: Instant, frame: ComposedFrame, outcome: Outcome): void {
    const tail = this.#openTail();
    if (outcome === null) {
      const before = tail.mark;
      tail.commit(frame);
      if (before !== null && tail.mark !== before) {
        this.#upkeep.discard([snapshotName(before.number)]);
      }
      this.#tellSaved(now, frame.group);
      return;
    }
    for (const { ticket } of frame.group) this.#refuse(ticket, outcome);
    if (isPassing(outcome)) {
      this.#scrub = tail.scrubOf(frame);
      this.#unmarked = filesOf(frame.group);
      this.#refuseAll(outcome);
    }
    this.#note(now, "log", outcome);
  }

  #tellSaved(now: Instant, group: readonly Waiting[]): void {
    const logged = group.filter(({ kind }) => kind !== "mark");
    const last = logged.at(-1);
    this.#watch.saved(now, logged.length);
    if (last !== undefined) this.#outputs.push({ kind: "saved", ticket: last.ticket });
    for (const waiting of group) {
      if (waiting.kind === "install") this.#upkeep.compact(waiting.index);
      if (waiting.kind !== "mark") continue;
      this.#outputs.push({ kind: "snapshot-saved", ticket: waiting.ticket });
    }
  }

  #note(now: Instant, source: FaultSource, outcome: Outcome): void {
    this.#watch.note(now, source, outcome);
    if (this.#watch.hasFailed) this.#close();
  }

  #close(): void {
    this.#phase = "closed";
    this.#lanes.stop();
    const writing = this.#writing?.group ?? [];
    this.#writing = null;
    for (const { ticket } of writing) this.#refuse(ticket, "closed");
    this.#refuseAll("closed");
    for (const job of this.#jobs.clear()) {
      if (job.install === null) this.#refuse(job.ticket, "closed");
    }
  }

  /** All that waits; what is being written is not touched, and what was given ends with it. */
  #refuseAll(reason: NotSaved): void {
    const refused = this.#queue.clear();
    for (const { ticket } of refused) this.#refuse(ticket, reason);
    this.#upkeep.discard(filesOf(refused));
    this.#jobs.dropInstalls();
    this.#given = this.#openTail().terms();
    for (const waiting of this.#writing?.group ?? []) applyTo(this.#given, waiting);
  }

  #refuse(ticket: number, reason: NotSaved): void {
    this.#lastRefusal = reason;
    this.#outputs.push({ kind: "not-saved", ticket, reason });
  }

  #openTail(): LogTail {
    assert(this.#tail !== null, "the log is not open");
    return this.#tail;
  }

  #emit(now: Instant, request: DiskRequest): void {
    this.#watch.count(now, request.operation);
    this.#outputs.push(request);
  }
}
