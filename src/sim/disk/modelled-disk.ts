/**
 * A disk in virtual time, as a driver of machines sees it: requests go in, answers come out when
 * they are due, and when the power fails it keeps what a disk may keep. The same object serves
 * the next life of its board.
 *
 * An operation takes effect in the cache when its turn in its lane comes, and ends after a time
 * that is drawn; what it makes durable is so when it ends. In between lies everything that a
 * crash may do to it.
 *
 * It fails in all the ways that users have met, but only when it is told to (`faults`). One that
 * is told to fail says through `onFault` when it did: a fault that touched nothing proves
 * nothing.
 */
import { assert } from "../../kernel/assert.js";
import type { Prng } from "../../kernel/prng.js";
import { type Duration, micros } from "../../kernel/time.js";
import type { DiskDone, DiskLane, DiskOperation, DiskRequest } from "../../recovery/disk.js";
import { drawDelay } from "../delay.js";
import { later, never, type TrueTime, worldBegins } from "../true-time.js";
import { DiskFaults, type OnDiskFault } from "./disk-faults.js";
import { type DiskLatency, drawStall } from "./latency.js";
import { ModelledFiles, type Started } from "./modelled-files.js";
import { type Tear, thrownTear } from "./tear.js";

/** More requests that wait in one lane than this are those of a machine that runs away. */
export const laneRequestsMax = 10_000;

export interface ModelledDiskOptions {
  readonly dice: Prng;
  readonly latency: DiskLatency;
  readonly onFault?: OnDiskFault;
}

/** Since the disk was made; a crash does not begin them anew. */
export interface ModelledDiskCounts {
  operations: number;
  writes: number;
  bytesWritten: number;
  bytesRead: number;
  /** Syncs of files, of the folder, and synced writes, that were asked for. */
  syncs: number;
  failures: number;
  crashes: number;
}

interface Running {
  readonly request: DiskRequest;
  readonly started: Started;
  readonly endsAt: TrueTime;
}

export class ModelledDisk {
  readonly faults: DiskFaults;
  readonly counts: ModelledDiskCounts = {
    ...{ operations: 0, writes: 0, bytesWritten: 0, bytesRead: 0 },
    ...{ syncs: 0, failures: 0, crashes: 0 },
  };
  readonly #latency: DiskLatency;
  readonly #dice: Prng;
  readonly #tearDice: Prng;
  readonly #files: ModelledFiles;
  readonly #waiting = new Map<DiskLane, DiskRequest[]>();
  readonly #running = new Map<DiskLane, Running>();
  #ready: DiskDone[] = [];
  #readyAt: TrueTime = never;
  #now: TrueTime = worldBegins;
  /** The card is busy with itself until then. */
  #busyUntil: TrueTime = worldBegins;

  /** @param files what is on it at first. */
  constructor(options: ModelledDiskOptions, files: ModelledFiles = new ModelledFiles()) {
    this.#latency = options.latency;
    this.#dice = options.dice.split("disk latency");
    this.#tearDice = options.dice.split("disk tear");
    this.#files = files;
    const dice = options.dice.split("disk faults");
    this.faults = new DiskFaults({ files, dice, onFault: options.onFault ?? (() => undefined) });
  }

  /** What is on it, for those who know the truth. */
  get files(): ModelledFiles {
    return this.#files;
  }

  /** The latest time that it was asked at. */
  get now(): TrueTime {
    return this.#now;
  }

  submit(now: TrueTime, request: DiskRequest): void {
    this.#advance(now);
    const waiting = this.#waitingIn(request.lane);
    assert(waiting.length < laneRequestsMax, `${waiting.length} requests wait in ${request.lane}`);
    waiting.push(request);
    if (!this.#running.has(request.lane)) this.#startNext(now, request.lane);
  }

  /** When the next answer is due; `never` when none will come of itself. */
  nextAt(): TrueTime {
    if (this.#ready.length > 0) return this.#readyAt;
    return this.#firstToEnd()?.at ?? never;
  }

  /** All answers that are due, in the order in which the operations ended. */
  take(now: TrueTime): readonly DiskDone[] {
    this.#advance(now);
    const ready = this.#ready;
    this.#ready = [];
    this.#readyAt = never;
    return ready;
  }

  /**
   * The power is gone. What waited is forgotten, what ran may have been done in any part, and what
   * was not durable is torn, by dice unless another tear is given.
   */
  crash(now: TrueTime, tear?: Tear): void {
    this.#advance(now);
    this.#waiting.clear();
    this.#running.clear();
    this.#ready = [];
    this.#readyAt = never;
    this.#busyUntil = now;
    this.counts.crashes += 1;
    this.#files.crash(tear ?? this.thrownTear());
  }

  /**
   * Another disk with the same on it, durable or not, at the beginning of time: what was under way
   * is not carried over, and no fault of the medium but those that are in the files.
   */
  fork(dice: Prng): ModelledDisk {
    return new ModelledDisk({ dice, latency: this.#latency }, this.#files.fork());
  }

  /** The dice of this disk for one crash. */
  thrownTear(): Tear {
    const newest = this.#files.order;
    return thrownTear(this.#tearDice, this.#files.oldestOrder ?? newest, newest);
  }

  #advance(now: TrueTime): void {
    assert(now >= this.#now, `a disk that is at ${this.#now} is asked at ${now}`);
    for (;;) {
      const next = this.#firstToEnd();
      if (next === null || next.at > now) break;
      this.#end(next.at, next.running);
    }
    this.#now = now;
  }

  /** Of two that end at the same time, the one whose lane was used first. */
  #firstToEnd(): { at: TrueTime; running: Running } | null {
    let first: { at: TrueTime; running: Running } | null = null;
    for (const running of this.#running.values()) {
      const at = this.#endOf(running);
      if (at !== never && (first === null || at < first.at)) first = { at, running };
    }
    return first;
  }

  #endOf({ endsAt }: Running): TrueTime {
    return Math.max(endsAt, this.#busyUntil, this.faults.stalledUntil) as TrueTime;
  }

  #startNext(at: TrueTime, lane: DiskLane): void {
    const request = this.#waitingIn(lane).shift();
    if (request === undefined) return;
    this.#count(request.operation);
    const started = this.faults.start(at, request.operation);
    const endsAt = later(at, this.#drawLength(at, request.operation));
    this.#running.set(lane, { request, started, endsAt });
  }

  #end(at: TrueTime, { request, started }: Running): void {
    this.#running.delete(request.lane);
    const result = this.faults.end(at, started);
    if (!result.ok) this.counts.failures += 1;
    else this.counts.bytesRead += result.bytes?.length ?? 0;
    if (this.#ready.length === 0) this.#readyAt = at;
    this.#ready.push({ kind: "disk-done", id: request.id, result });
    this.#startNext(at, request.lane);
  }

  #drawLength(at: TrueTime, operation: DiskOperation): Duration {
    const { read, write, sync } = this.#latency;
    if (operation.kind === "read" || operation.kind === "list") return drawDelay(read, this.#dice);
    const written = makesDurableOnly(operation) ? micros(0) : drawDelay(write, this.#dice);
    if (!makesDurable(operation)) return written;
    const stall = drawStall(this.#latency, this.#dice);
    if (stall > 0) this.#busyUntil = later(at, stall);
    return micros(written + stall + drawDelay(sync, this.#dice));
  }

  #count(operation: DiskOperation): void {
    this.counts.operations += 1;
    if (makesDurable(operation)) this.counts.syncs += 1;
    if (operation.kind !== "write") return;
    this.counts.writes += 1;
    this.counts.bytesWritten += operation.bytes.length;
  }

  #waitingIn(lane: DiskLane): DiskRequest[] {
    const waiting = this.#waiting.get(lane);
    if (waiting !== undefined) return waiting;
    const made: DiskRequest[] = [];
    this.#waiting.set(lane, made);
    return made;
  }
}

const makesDurableOnly = ({ kind }: DiskOperation): boolean =>
  kind === "sync" || kind === "sync-folder";

const makesDurable = (operation: DiskOperation): boolean =>
  makesDurableOnly(operation) || (operation.kind === "write" && operation.synced);
