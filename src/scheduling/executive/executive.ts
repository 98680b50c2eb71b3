/**
 * A cooperative executive: many tasks on one thread, the most urgent first. A task runs until it
 * yields, and nothing takes the thread from it before; what an urgent task waits for is therefore
 * at most the longest slice of the others, and what locks add to that is bounded by their protocol
 * (src/scheduling/contention).
 *
 * It has no clock and runs nothing by itself. A host calls `runSlice` while a task is ready, and
 * `advance` when the `deadline` has come; with a virtual clock the same tasks take the same course
 * every time.
 *
 * Whatever was due before an instant is done before what happens at it; what is due at the very
 * instant at which a slice ends is done after what the slice asked for. So a lock that is given at
 * the instant of a time-out goes to the waiter.
 *
 * Source: fixed priorities with first-in first-out levels, as POSIX SCHED_FIFO has them.
 *
 * Invariant: the task that runs was the first of the most urgent level that held anybody.
 */
import { assert, UsageError } from "../../kernel/assert.js";
import type { Duration, Instant } from "../../kernel/time.js";
import { Contention } from "../contention/contention.js";
import type { AddResult, ContentionLimits, ResourceSettings } from "../contention/ports.js";
import type { Priority } from "../priority.js";
import { Alarms } from "./alarms.js";
import { type ConditionSettings, Conditions } from "./conditions.js";
import { Dispatcher } from "./dispatcher.js";
import { Endings } from "./endings.js";
import { EventLog, type ExecutiveEvent } from "./events.js";
import { Jobs } from "./jobs.js";
import { Locks } from "./locks.js";
import type { TriggerResult } from "./releases.js";
import { done } from "./replies.js";
import { outside, pause, type Request } from "./requests.js";
import { type SemaphoreSettings, Semaphores } from "./semaphores.js";
import { type Parts, Serving } from "./serving.js";
import { standingOf, type TaskStanding } from "./standing.js";
import {
  type Ending,
  type Leaving,
  TaskRecord,
  type TaskSetting,
  type TaskSettings,
} from "./task.js";

export interface ExecutiveOptions {
  readonly now: Instant;
  /** Whether each release, start, wait and change of priority is told as well; not if not said. */
  readonly usualEvents?: boolean;
  /** For tasks that do not say their own; none if not said. */
  readonly sliceMax?: Duration;
  readonly limits?: Partial<ContentionLimits>;
}

export type AddTaskResult =
  | AddResult
  | { readonly kind: "refused"; readonly reason: "shutting-down" };

/** Characters of the name of a task, lock, condition or semaphore. */
export const nameLengthMax = 64;

/** Requests that a task may make after its cancellation, to give back what it has. */
export const endingRequestsMax = 64;

export class Executive {
  readonly #dispatcher: Dispatcher;
  readonly #parts: Parts;
  readonly #serving: Serving;
  readonly #endings: Endings;
  readonly #alarms: Alarms;
  readonly #names = new Map<string, boolean>();
  readonly #setting: TaskSetting;
  #clock: () => Instant;
  /** Whose slice goes on outside, since when; null where none does. */
  #open: TaskRecord | null = null;
  #openSince: Instant;
  #isRunning = false;
  #isShuttingDown = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: ExecutiveOptions) {
    const log = new EventLog(options.usualEvents ?? false);
    const dispatcher = new Dispatcher(options.now, new Contention(options.limits), log);
    const locks = new Locks(dispatcher);
    this.#parts = {
      dispatcher,
      jobs: new Jobs(dispatcher),
      locks,
      conditions: new Conditions(dispatcher, locks),
      semaphores: new Semaphores(dispatcher),
    };
    this.#dispatcher = dispatcher;
    this.#serving = new Serving(this.#parts);
    this.#endings = new Endings(this.#parts);
    this.#alarms = new Alarms(this.#parts);
    this.#clock = () => dispatcher.now;
    this.#setting = { clock: () => this.#clock(), sliceMax: options.sliceMax ?? null };
    this.#openSince = options.now;
  }

  /** @throws {UsageError} if the name is taken, or is no name */
  addLock(settings: ResourceSettings): AddResult {
    this.#checkName(settings.name);
    const result = this.#dispatcher.contention.addResource(settings);
    if (result.kind !== "added") return result;
    this.#names.set(settings.name, settings.recursive ?? false);
    this.#parts.locks.add(settings.name);
    return result;
  }

  /** @throws {UsageError} if the name is taken, or its lock is none or a recursive one */
  addCondition(settings: ConditionSettings): void {
    this.#checkName(settings.name);
    const { lock } = settings;
    if (!this.#parts.locks.has(lock)) throw new UsageError(`there is no lock ${lock}`);
    if (this.#names.get(lock) === true)
      throw new UsageError(`${lock} is recursive: a condition needs a lock that is not`);
    this.#names.set(settings.name, false);
    this.#parts.conditions.add(settings);
  }

  /** @throws {UsageError} if the name is taken, or the counts are none */
  addSemaphore(settings: SemaphoreSettings): void {
    const { name, count, max } = settings;
    this.#checkName(name);
    const fits = Number.isSafeInteger(max) && Number.isSafeInteger(count) && max >= 1;
    if (!fits || count < 0 || count > max)
      throw new UsageError(`${name}: a count from 0 to max, and a max of at least 1`);
    this.#names.set(name, false);
    this.#parts.semaphores.add(settings);
  }

  /** Refused, nothing of the task has run. @throws {UsageError} if its name is none */
  add(now: Instant, settings: TaskSettings): AddTaskResult {
    checkName(settings.name);
    this.advance(now);
    if (this.#isShuttingDown) return { kind: "refused", reason: "shutting-down" };
    const { contention, tasks } = this.#dispatcher;
    const result = contention.addTask(settings.name, settings.base);
    if (result.kind !== "added") return result;
    const task = this.#record(settings);
    tasks.set(task.name, task);
    this.#parts.jobs.takeReleases(task);
    return result;
  }

  /** Does what is due. Harmless when nothing is. `now` never goes back. */
  advance(now: Instant): void {
    this.#alarms.advance(now);
  }

  /** When to call `advance` next, if nothing happens before; null where nothing is due ever. */
  deadline(): Instant | null {
    return this.#dispatcher.timers.deadline;
  }

  /** Whether `runSlice` has something to do. */
  isReady(): boolean {
    return this.#dispatcher.ready.length > 0;
  }

  /** Of the task that `runSlice` would run; null where none is ready. */
  get urgency(): Priority | null {
    return this.#dispatcher.ready.first()?.effective ?? null;
  }

  /**
   * Runs the most urgent ready task until it yields. False where none was ready. The clock is read
   * before and after.
   */
  runSlice(clock: () => Instant): boolean {
    assert(!this.#isRunning, "a slice within a slice");
    const begin = clock();
    this.#clock = clock;
    this.closeSlice(begin);
    this.advance(begin);
    const task = this.#pick();
    if (task === null) return false;
    this.#run(task, begin);
    return true;
  }

  /**
   * A task whose code went on outside asks: as if it had yielded. False if there is no such task
   * there any more.
   */
  enter(now: Instant, name: string, request: Request): boolean {
    const task = this.#outsideTask(now, name);
    if (task === null) return false;
    this.#serve(task, request);
    return true;
  }

  /** The code of a task outside has ended. False as of `enter`. */
  leave(now: Instant, name: string, how: Leaving): boolean {
    const task = this.#outsideTask(now, name);
    if (task === null) return false;
    if (how.kind === "failed") this.#failure = how;
    if (how.kind === "cancelled") task.ending = true;
    this.#end(task);
    return true;
  }

  /** A slice that goes on outside is measured until now. Without effect if none does. */
  closeSlice(now: Instant): void {
    const task = this.#open;
    if (task === null) return;
    this.#open = null;
    this.#alarms.goTo(now);
    this.#parts.jobs.ran(task, this.#openSince, now);
  }

  /** Releases a sporadic task. @throws {UsageError} if it is not one, or there is none */
  trigger(now: Instant, name: string): TriggerResult {
    this.advance(now);
    return this.#parts.jobs.trigger(this.#dispatcher.task(name));
  }

  /** Also of a task that waits or is boosted. @throws {UsageError} if there is none */
  setPriority(now: Instant, name: string, base: Priority): void {
    this.advance(now);
    this.#serving.setBase(this.#dispatcher.task(name), base);
  }

  /**
   * The task waits no longer, and runs its `finally` blocks when it is its turn. False if there is
   * none of this name, or it was cancelled before.
   */
  cancel(now: Instant, name: string, reason: string): boolean {
    this.advance(now);
    const task = this.#dispatcher.tasks.get(name);
    return task !== undefined && this.#endings.cancel(task, reason);
  }

  /** The task is not run any more. For one that was cancelled and does not end. False as above. */
  abandon(now: Instant, name: string, reason: string): boolean {
    this.advance(now);
    const task = this.#dispatcher.tasks.get(name);
    if (task === undefined || task.state === "running") return false;
    if (this.#open === task) this.closeSlice(now);
    this.#endings.abandon(task, reason);
    return true;
  }

  /** Cancels all tasks, and takes no more. Their `finally` blocks are still to run. */
  shutDown(now: Instant, reason: string): void {
    this.#isShuttingDown = true;
    for (const name of [...this.#dispatcher.tasks.keys()]) this.cancel(now, name, reason);
  }

  /** Whether a slice goes on outside: no other should begin before it is closed. */
  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** Tasks that have not ended. */
  get taskCount(): number {
    return this.#dispatcher.tasks.size;
  }

  /** Events that made room for newer ones before they were fetched. */
  get eventsDropped(): number {
    return this.#dispatcher.log.dropped;
  }

  /** What has happened since the last call, oldest first. */
  drainEvents(): readonly ExecutiveEvent[] {
    return this.#dispatcher.log.drain();
  }

  /** Units of a semaphore that may be had. @throws {UsageError} if there is none */
  units(semaphore: string): number {
    return this.#parts.semaphores.count(semaphore);
  }

  /** All tasks that have not ended, in the order in which they were added. */
  standing(): readonly TaskStanding[] {
    const { contention, tasks } = this.#dispatcher;
    return contention.involvements().map((involvement) => {
      const task = tasks.get(involvement.task);
      assert(task !== undefined, `${involvement.task} contends, and is no task`);
      return standingOf(task, involvement);
    });
  }

  /** Whatever its body throws here is the caller's: it is not yet a task. */
  #record(settings: TaskSettings): TaskRecord {
    try {
      return new TaskRecord(this.#dispatcher.now, settings, this.#setting);
    } catch (error) {
      this.#dispatcher.contention.removeTask(settings.name);
      throw error;
    }
  }

  #run(task: TaskRecord, begin: Instant): void {
    this.#dispatcher.run(task);
    if (!task.jobStarted) this.#parts.jobs.start(task);
    this.#isRunning = true;
    const step = this.#step(task);
    this.#isRunning = false;
    const end = this.#clock();
    this.#alarms.advanceBefore(end);
    if (step?.done === false && step.value === outside) {
      this.#open = task;
      this.#openSince = begin;
    } else {
      this.#parts.jobs.ran(task, begin, end);
    }
    if (step?.done === false) this.#serve(task, step.value);
    else this.#end(task);
  }

  /** Null where it threw. */
  #step(task: TaskRecord): IteratorResult<Request, unknown> | null {
    const { reply, misuse } = task;
    task.grant = "none";
    task.misuse = null;
    task.reply = done;
    try {
      if (task.cancelled !== null && !task.ending) {
        task.ending = true;
        return task.steps.return(undefined);
      }
      return misuse === null ? task.steps.next(reply) : task.steps.throw(misuse);
    } catch (error) {
      this.#failure = { error };
      return null;
    }
  }

  /** A woken waiter claims its lock first, and may find that another was quicker. */
  #pick(): TaskRecord | null {
    const { ready } = this.#dispatcher;
    for (;;) {
      const task = ready.first();
      if (task === null || !task.claims || this.#parts.locks.claim(task)) return task;
    }
  }

  #serve(task: TaskRecord, request: Request): void {
    if (task.cancelled !== null && this.#serveCancelled(task, request)) return;
    // What is asked most often is served first.
    if (request === pause) this.#dispatcher.yieldTurn(task, done);
    else this.#serving.serve(task, request);
  }

  /** True if that was all: one that was cancelled while it ran may give, and gets nothing. */
  #serveCancelled(task: TaskRecord, request: Request): boolean {
    if (request === outside) return false;
    if (!task.ending) {
      if (givesOnly(request)) return false;
      this.#dispatcher.keep(task, done);
      return true;
    }
    task.endingRequests += 1;
    if (task.endingRequests <= endingRequestsMax) return false;
    this.#endings.abandon(task, `it made ${endingRequestsMax} requests after it was cancelled`);
    return true;
  }

  #end(task: TaskRecord): void {
    const failure = this.#failure;
    this.#failure = null;
    this.#endings.end(task, endingOf(task, failure));
  }

  #outsideTask(now: Instant, name: string): TaskRecord | null {
    assert(!this.#isRunning, "a task comes back from outside within a slice");
    const task = this.#dispatcher.tasks.get(name);
    if (task === undefined || task.state !== "outside") return null;
    this.#alarms.advanceBefore(now);
    if (this.#open === task) this.closeSlice(now);
    return task;
  }

  #checkName(name: string): void {
    checkName(name);
    if (this.#names.has(name)) throw new UsageError(`there is a ${name} already`);
  }
}

function checkName(name: string): void {
  if (name.length < 1 || name.length > nameLengthMax)
    throw new UsageError(`not a name: from 1 to ${nameLengthMax} characters`);
}

const givesOnly = ({ kind }: Request): boolean =>
  kind === "unlock" || kind === "release" || kind === "signal" || kind === "broadcast";

function endingOf(task: TaskRecord, failure: { readonly error: unknown } | null): Ending {
  if (failure !== null) return { kind: "failed", error: failure.error };
  if (task.ending && task.cancelled !== null) return { kind: "cancelled", reason: task.cancelled };
  return { kind: "returned" };
}
