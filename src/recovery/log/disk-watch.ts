/**
 * How the disk does: what is wrong with it, how long it takes, what is written to it, and a canary
 * for when nothing is.
 */
import { due, earlier, type Instant } from "../../kernel/time.js";
import type { DiskOperation } from "../disk.js";
import { Canary } from "./canary.js";
import { DiskUse, pageBytesOf } from "./disk-use.js";
import { DiskFaults, type FaultSource, isPassing } from "./faults.js";
import type { DiskLanes } from "./lanes.js";
import type { LogStoreOptions } from "./options.js";
import type { DiskCounts, DiskHealth, LogOutput } from "./ports.js";
import type { Outcome } from "./tasks.js";
import { WriteBudget } from "./write-budget.js";

export class DiskWatch {
  readonly faults: DiskFaults;
  readonly #lanes: DiskLanes;
  readonly #canary: Canary;
  readonly #budget: WriteBudget;
  readonly #use = new DiskUse();
  #hasFailed = false;
  #health: DiskHealth = "ok";

  constructor(now: Instant, options: LogStoreOptions, lanes: DiskLanes) {
    this.#lanes = lanes;
    this.faults = new DiskFaults(options.retryAfter);
    this.#canary = new Canary(now, options.canaryEvery);
    this.#budget = new WriteBudget(now, options.bytesPerHourMax);
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  get health(): DiskHealth {
    return this.#health;
  }

  counts(): DiskCounts {
    return this.#use.counts();
  }

  count(now: Instant, operation: DiskOperation): void {
    this.#use.count(operation);
    this.#budget.add(now, pageBytesOf(operation));
  }

  /** So many saves became durable, which the canary need not prove again. */
  saved(now: Instant, count: number): void {
    this.#use.saved(count);
    this.#canary.proved(now);
  }

  /** Full and read-only may end. Of all else nobody knows what it has done to the disk. */
  note(now: Instant, source: FaultSource, outcome: Outcome): void {
    if (outcome === null) this.faults.clear(source);
    else if (isPassing(outcome)) this.faults.set(now, source, outcome);
    else this.fail();
  }

  fail(): void {
    this.#hasFailed = true;
  }

  sing(now: Instant, ended: () => void): void {
    if (!this.#lanes.isIdle("canary") || !due(this.#canaryAt(), now)) return;
    this.#lanes.run(now, "canary", this.#canary.sing(), (at, outcome) => {
      if (outcome === null) this.#canary.proved(at);
      this.note(at, "canary", outcome);
      ended();
    });
  }

  /** @param isLogBusy and the other: what is being tried again already has no deadline */
  deadline(isLogBusy: boolean, isSegmentBusy: boolean): Instant | null {
    const { faults } = this;
    const retryAt = earlier(
      isLogBusy ? null : faults.retryAt("log"),
      isSegmentBusy ? null : faults.retryAt("segment"),
    );
    const canaryAt = this.#lanes.isIdle("canary") ? this.#canaryAt() : null;
    // Of a disk that refuses, nobody needs to know that it is slow about it.
    const stallsAt = this.#health === "ok" ? this.#lanes.stallsAt() : null;
    return earlier(earlier(canaryAt, stallsAt), earlier(retryAt, this.#budget.deadline()));
  }

  /** What has changed. */
  tell(now: Instant): readonly LogOutput[] {
    const outputs: LogOutput[] = [];
    const over = this.#budget.change(now);
    if (over !== null) {
      outputs.push({ kind: "budget", over, bytesPerHour: this.#budget.bytesPerHour });
    }
    const health = this.#healthAt(now);
    if (health !== this.#health) outputs.push({ kind: "health", health });
    this.#health = health;
    return outputs;
  }

  #healthAt(now: Instant): DiskHealth {
    if (this.#hasFailed) return "failed";
    // A disk that refuses comes first: whoever takes it for merely slow gives it more to save.
    return this.faults.worst() ?? (this.#lanes.isStalled(now) ? "stalled" : "ok");
  }

  #canaryAt(): Instant {
    return this.faults.retryAt("canary") ?? this.#canary.dueAt;
  }
}
