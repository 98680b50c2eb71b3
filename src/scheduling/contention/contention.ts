/**
 * Who may have which resource, and how urgent that makes whom. The intuition: a task that keeps an
 * urgent one waiting is itself urgent, for as long as it does (Sha, Rajkumar and Lehoczky 1990,
 * section 3).
 *
 * The one rule, on which the implementations that last have converged (Linux rt-mutex, RTEMS,
 * Zephyr since 2026):
 *
 *     effective(task) = max(base(task),
 *                           ceiling(r) for each ceiling resource r held,
 *                           effective(top waiter of r) for each inheritance resource r held)
 *
 * It is computed anew from what is so now, and never saved at a lock and restored at an unlock:
 * what was saved is wrong as soon as locks are released in another order, a waiter gives up, or
 * somebody changes a base priority.
 *
 * Pure and synchronous: it knows no time, and who runs is the executive's business.
 *
 * Invariant: the graph of waits has no circle, and after each call the rule holds for every task.
 */
import { assert } from "../../kernel/assert.js";
import type { Priority } from "../priority.js";
import { added, busy, nameTaken, tooMany } from "./answers.js";
import { adjust } from "./chain.js";
import { Handover } from "./handover.js";
import { Contended, Contender } from "./parties.js";
import type {
  AddResult,
  ContentionLimits,
  Involvement,
  LockResult,
  PriorityChange,
  ResourceSettings,
  TryLockResult,
  UnlockResult,
  Wakening,
} from "./ports.js";

export const defaultLimits: ContentionLimits = {
  tasksMax: 1_024,
  resourcesMax: 1_024,
  resourcesHeldMax: 32,
  recursionMax: 255,
  waitersMax: 1_024,
};

export class Contention {
  readonly #limits: ContentionLimits;
  readonly #tasks = new Map<string, Contender>();
  readonly #resources = new Map<string, Contended>();
  readonly #handover: Handover;

  constructor(limits: Partial<ContentionLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
    for (const max of Object.values(this.#limits))
      assert(Number.isInteger(max) && max >= 1, `not a limit: ${max}`);
    this.#handover = new Handover(this.#limits);
  }

  addTask(task: string, base: Priority): AddResult {
    if (this.#tasks.has(task)) return nameTaken;
    if (this.#tasks.size >= this.#limits.tasksMax) return tooMany(this.#limits.tasksMax);
    this.#tasks.set(task, new Contender(task, base));
    return added;
  }

  addResource(settings: ResourceSettings): AddResult {
    if (this.#resources.has(settings.name)) return nameTaken;
    const { resourcesMax } = this.#limits;
    if (this.#resources.size >= resourcesMax) return tooMany(resourcesMax);
    this.#resources.set(settings.name, new Contended(settings));
    return added;
  }

  /**
   * The task has ended, however it ended. It waits for nothing any more, and what it held goes to
   * the next waiter, who is told that its owner died; where nobody waits, the next to lock it is.
   * Who is woken, in the order in which the resources were taken.
   */
  removeTask(task: string): readonly Wakening[] {
    const dead = this.#task(task);
    const wakenings = this.#handover.bury(dead);
    this.#tasks.delete(task);
    return wakenings;
  }

  /** Takes it, or queues the task: it is then blocked until it is woken, and claims. */
  lock(task: string, resource: string): LockResult {
    const asking = this.#task(task);
    const asked = this.#resource(resource);
    return this.#handover.seize(asking, asked) ?? this.#handover.enqueue(asking, asked);
  }

  tryLock(task: string, resource: string): TryLockResult {
    const asking = this.#task(task);
    const asked = this.#resource(resource);
    return this.#handover.seize(asking, asked) ?? busy(asked);
  }

  /**
   * What a waiter does when it is run again: takes what it was woken for. "waits" if it was not
   * woken, or another was quicker. Never refused: what speaks against it was said at `lock`.
   */
  claim(task: string, resource: string): LockResult {
    return this.#handover.claim(this.#task(task), this.#resource(resource));
  }

  /** In any order, whatever was locked since. */
  unlock(task: string, resource: string): UnlockResult {
    return this.#handover.release(this.#task(task), this.#resource(resource));
  }

  /**
   * A time-out, a cancellation or an interrupt: the task waits no longer. If it had been woken, the
   * next waiter is woken in its place: who that is. Without effect if it does not wait.
   */
  stopWaiting(task: string): string | null {
    return this.#handover.leave(this.#task(task))?.name ?? null;
  }

  /** Throws all waiters out, one that was woken too: who, in the order of service. */
  flush(resource: string): readonly string[] {
    const flushed = this.#resource(resource);
    const thrownOut = [...inOrder(flushed)];
    // From the last on, so that none is woken only to be thrown out.
    for (const waiter of thrownOut.toReversed()) this.#handover.leave(waiter);
    return thrownOut.map(({ name }) => name);
  }

  /** Takes effect at once, whether the task runs, holds, waits or is boosted. */
  setBase(task: string, base: Priority): void {
    const changing = this.#task(task);
    changing.base = base;
    adjust(changing, this.#handover.changed);
  }

  effective(task: string): Priority {
    return this.#task(task).effective;
  }

  /** Null while it is free, and while a woken waiter has not claimed it. */
  holder(resource: string): string | null {
    return this.#resource(resource).holder?.name ?? null;
  }

  /** In the order in which they were taken. */
  holds(task: string): readonly string[] {
    return this.#task(task).holds.map(({ name }) => name);
  }

  /** In the order of service; the one that was woken first. */
  waiters(resource: string): readonly string[] {
    return [...inOrder(this.#resource(resource))].map(({ name }) => name);
  }

  /** May the task claim what it waits for? A time-out that fires then came too late. */
  isWoken(task: string): boolean {
    return this.#task(task).woken;
  }

  /** In the order in which the tasks were added. */
  involvements(): readonly Involvement[] {
    return [...this.#tasks.values()].map((task) => ({
      task: task.name,
      base: task.base,
      effective: task.effective,
      holds: task.holds.map(({ name }) => name),
      waitsFor: task.waitsFor?.name ?? null,
    }));
  }

  /**
   * What the host must sort anew or export: each task whose effective priority is another than when
   * it was last told. A boost that came and went in between is not told.
   */
  drainChanges(): readonly PriorityChange[] {
    const { changed } = this.#handover;
    if (changed.length === 0) return noChanges;
    const changes: PriorityChange[] = [];
    for (const task of changed) {
      task.listed = false;
      // One that has ended is no task any more, even where its name was given to another.
      if (task.told === task.effective || this.#tasks.get(task.name) !== task) continue;
      changes.push({ task: task.name, from: task.told, to: task.effective });
      task.told = task.effective;
    }
    changed.length = 0;
    return changes;
  }

  #task(name: string): Contender {
    const task = this.#tasks.get(name);
    if (task === undefined) assert(false, `there is no task ${name}`);
    return task;
  }

  #resource(name: string): Contended {
    const resource = this.#resources.get(name);
    if (resource === undefined) assert(false, `there is no resource ${name}`);
    return resource;
  }
}

const noChanges: readonly PriorityChange[] = Object.freeze([]);

function* inOrder(resource: Contended): Generator<Contender> {
  if (resource.woken !== null) yield resource.woken;
  yield* resource.queue;
}
