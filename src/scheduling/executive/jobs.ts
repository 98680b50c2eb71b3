/**
 * The jobs of tasks: when one begins, whether it is late, how much it ran, how long it took. A
 * lateness is told as soon as it is one, not only when the job has ended: a job that hangs never
 * ends.
 */
import { UsageError } from "../../kernel/assert.js";
import { after, type Duration, elapsed, type Instant, instant } from "../../kernel/time.js";
import type { Dispatcher } from "./dispatcher.js";
import type { TriggerResult } from "./releases.js";
import { cancelled, done } from "./replies.js";
import type { TaskRecord } from "./task.js";

export class Jobs {
  readonly #dispatcher: Dispatcher;

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
  }

  /** All releases of the task that have come: begins, queues or skips them. */
  takeReleases(task: TaskRecord): void {
    const { now, timers, log } = this.#dispatcher;
    const idle = task.state === "awaits-release";
    const { begin, skipped } = task.releases.takeDue(now, idle);
    if (skipped > 0) {
      task.counts.releasesSkipped += skipped;
      task.skippedUntold += skipped;
      log.tell({ kind: "releases-skipped", at: now, task: task.name, count: skipped });
    }
    const { next } = task.releases;
    if (next !== null) timers.set(task.releaseTimer, next);
    if (begin !== null) this.#begin(task, begin);
  }

  /** The running task has done its job, and asks for the next. */
  nextRelease(task: TaskRecord): void {
    if (task.releases.isSingle)
      throw new UsageError(`${task.name} is released once: it has no next release, and may return`);
    if (task.ending) {
      this.#dispatcher.keep(task, cancelled);
      return;
    }
    this.finish(task);
    const waiting = task.releases.takeWaiting();
    if (waiting !== null) this.#begin(task, waiting);
    else this.#dispatcher.block(task, "awaits-release", null);
  }

  /** @throws {UsageError} if the task is not sporadic */
  trigger(task: TaskRecord): TriggerResult {
    if (!task.releases.isSporadic)
      throw new UsageError(`${task.name} is not sporadic: it cannot be triggered`);
    const result = task.releases.trigger(this.#dispatcher.now);
    if (result.kind === "triggered") this.takeReleases(task);
    return result;
  }

  /** The request of a task; what it asks for may be itself. */
  triggerFor(task: TaskRecord, name: string): void {
    const target = this.#dispatcher.task(name);
    const result = this.trigger(target);
    this.#dispatcher.keep(task, result.kind === "triggered" ? done : result);
  }

  /** The job runs for the first time. */
  start(task: TaskRecord): void {
    task.jobStarted = true;
    const { now, log } = this.#dispatcher;
    if (!log.usual) return;
    log.tell({ kind: "started", at: now, task: task.name, release: task.release });
  }

  /** It ran from `begin` to `end` without a yield. */
  ran(task: TaskRecord, begin: Instant, end: Instant): void {
    const took = elapsed(begin, end);
    task.counts.slices += 1;
    task.lastSliceAt = begin;
    task.lastSliceTook = took;
    if (took > task.longestSlice) task.longestSlice = took;
    const usedBefore = task.jobUsed;
    task.jobUsed += took;
    if (task.sliceMax !== null && took > task.sliceMax) this.#overranSlice(task, took);
    const { budget } = task.settings;
    if (budget !== undefined && task.jobUsed > budget && usedBefore <= budget)
      this.#overranBudget(task, budget);
  }

  /** Its deadline has passed and it runs still. */
  onLate(task: TaskRecord): void {
    task.jobLate = true;
    task.counts.deadlinesMissed += 1;
    const { now, log } = this.#dispatcher;
    const { release, name } = task;
    const deadline = after(release, task.settings.deadline ?? zero);
    log.tell({ kind: "deadline-missed", at: now, task: name, release, deadline });
  }

  finish(task: TaskRecord): void {
    const { now, log, timers } = this.#dispatcher;
    const { release, name, worstResponse } = task;
    const response = elapsed(release, now);
    timers.callOff(task.latenessTimer);
    const { deadline } = task.settings;
    if (deadline !== undefined && response > deadline && !task.jobLate) this.onLate(task);
    task.counts.jobs += 1;
    if (worstResponse === null || response > worstResponse) task.worstResponse = response;
    if (log.usual) log.tell({ kind: "finished", at: now, task: name, release, response });
  }

  #begin(task: TaskRecord, release: Instant): void {
    const { now, log, timers } = this.#dispatcher;
    const skipped = task.skippedUntold;
    task.release = release;
    task.jobStarted = false;
    task.jobLate = false;
    task.jobUsed = 0;
    task.skippedUntold = 0;
    const { deadline } = task.settings;
    if (deadline !== undefined) timers.set(task.latenessTimer, instant(release + deadline + 1));
    if (log.usual) log.tell({ kind: "released", at: now, task: task.name, release });
    this.#dispatcher.unblock(task, { kind: "released", release, skipped });
  }

  #overranSlice(task: TaskRecord, took: Duration): void {
    task.counts.sliceOverruns += 1;
    const { now, log } = this.#dispatcher;
    const max = task.sliceMax ?? zero;
    log.tell({ kind: "slice-overrun", at: now, task: task.name, took, max });
  }

  #overranBudget(task: TaskRecord, max: Duration): void {
    task.counts.budgetOverruns += 1;
    const { now, log } = this.#dispatcher;
    const used = task.jobUsed as Duration;
    log.tell({ kind: "budget-overrun", at: now, task: task.name, used, max });
  }
}

const zero = 0 as Duration;
