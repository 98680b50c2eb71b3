/**
 * Who may have which resource, and how urgent that makes whom. The intuition: a task that keeps an
 * urgent one waiting is itself urgent, for as long as it does (Sha, Rajkumar and Lehoczky 1990,
 * section 3).
 *
 * The one rule, on which the implementations that last have converged (Linux rt-mutex, RTEMS,
 * Zephyr since 2026):
 *
 *     effective(task) = max(base(task),
 *                           ceiling(r) for each ceiling resource r that it holds,
 *                           effective(top waiter of r) for each inheritance resource r that it holds)
 *
 * It is computed anew from what is so now, and never saved at a lock and restored at an unlock: what
 * was saved is wrong as soon as locks are released in another order, a waiter gives up, or somebody
 * changes a base priority.
 *
 * A resource that is unlocked goes to nobody yet: its first waiter is woken, and has it when it
 * claims it. Until then a strictly more urgent task may take it, and the woken one waits again, where
 * it stood. That spares a switch to and fro whenever an urgent task locks again what it just
 * unlocked. For priorities the woken waiter counts as the holder, as in Linux's rt-tester
 * (t4-l2-pi-deboost): the rest of the queue waits for nobody else.
 *
 * Pure and synchronous: it knows no time, and who runs is the executive's business.
 *
 * Invariant: the graph of waits has no circle, and after each call the rule holds for every task.
 */
import { assert } from "../../kernel/assert.js";
import type { Priority } from "../priority.js";
import {
  added,
  alreadyHeld,
  busyWithWoken,
  heldByAnother,
  nameTaken,
  notHeld,
  taken,
  takenFromDead,
  tooMany,
  waitsForWoken,
  wakesNobody,
} from "./answers.js";
import { adjust, cycleOf } from "./chain.js";
import { Contended, Contender } from "./parties.js";
import type {
  AddResult,
  ContentionLimits,
  Involvement,
  LockRefusal,
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

type Refused = { readonly kind: "refused" } & LockRefusal;
type Seizure = Exclude<LockResult, { readonly kind: "waits" }>;

export class Contention {
  readonly #limits: ContentionLimits;
  readonly #tasks = new Map<string, Contender>();
  readonly #resources = new Map<string, Contended>();
  /** Whose effective priority may be another than they were told; each once. */
  #changed: Contender[] = [];
  #arrivals = 0;
  readonly #tooManyHeld: Refused;

  constructor(limits: Partial<ContentionLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
    for (const max of Object.values(this.#limits))
      assert(Number.isInteger(max) && max >= 1, `not a limit: ${max}`);
    this.#tooManyHeld = tooManyHeld(this.#limits.resourcesHeldMax);
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
    const wakenings: Wakening[] = [];
    const awaited = dead.waitsFor;
    const next = this.#leave(dead);
    if (awaited !== null && next !== null)
      wakenings.push({ task: next.name, resource: awaited.name });
    for (const resource of [...dead.holds]) {
      dead.drop(resource);
      resource.ownerDied = true;
      const heir = this.#wakeNext(resource);
      if (heir !== null) wakenings.push({ task: heir.name, resource: resource.name });
    }
    this.#tasks.delete(task);
    this.#changed = this.#changed.filter((each) => each !== dead);
    return wakenings;
  }

  /** Takes it, or queues the task: it is then blocked until it is woken, and claims. */
  lock(task: string, resource: string): LockResult {
    const asking = this.#task(task);
    const asked = this.#resource(resource);
    return this.#seize(asking, asked) ?? this.#enqueue(asking, asked);
  }

  tryLock(task: string, resource: string): TryLockResult {
    const asking = this.#task(task);
    const asked = this.#resource(resource);
    return this.#seize(asking, asked) ?? busy(asked);
  }

  /**
   * What a waiter does when it is run again: takes what it was woken for. "waits" if it was not
   * woken, or another was quicker. Never refused: what speaks against it was said at `lock`.
   */
  claim(task: string, resource: string): LockResult {
    const asking = this.#task(task);
    const asked = this.#resource(resource);
    assert(asking.waitsFor === asked, "a claim by a task that does not wait for it");
    if (!asking.woken) return waits(asked);
    assert(asked.woken === asking, "two were woken for one resource");
    this.#unwake(asking, asked);
    asking.waitsFor = null;
    asking.take(asked);
    return answerOf(asked);
  }

  /** In any order, whatever was locked since. */
  unlock(task: string, resource: string): UnlockResult {
    const holder = this.#task(task);
    const held = this.#resource(resource);
    if (held.holder !== holder) return held.holder === null ? notHeld : heldByAnother;
    held.depth -= 1;
    if (held.depth > 0) return wakesNobody;
    const lent = held.lent;
    holder.drop(held);
    const next = this.#wakeNext(held);
    if (lent > holder.base) adjust(holder, this.#changed);
    return next === null ? wakesNobody : next.wakesIt;
  }

  /**
   * A time-out, a cancellation or an interrupt: the task waits no longer. If it had been woken
   * already, the next waiter is woken in its place: who that is. Without effect if it does not wait.
   */
  stopWaiting(task: string): string | null {
    return this.#leave(this.#task(task))?.name ?? null;
  }

  /** Throws all waiters out, one that was woken too: who, in the order of service. */
  flush(resource: string): readonly string[] {
    const flushed = this.#resource(resource);
    const thrownOut = [...inOrder(flushed)];
    // From the last on, so that none is woken only to be thrown out.
    for (const waiter of thrownOut.toReversed()) this.#leave(waiter);
    return thrownOut.map(({ name }) => name);
  }

  /** Takes effect at once, whether the task runs, holds, waits or is boosted. */
  setBase(task: string, base: Priority): void {
    const changing = this.#task(task);
    changing.base = base;
    adjust(changing, this.#changed);
  }

  effective(task: string): Priority {
    return this.#task(task).effective;
  }

  /** Null while it is free, and while a woken waiter has not claimed it. */
  holder(resource: string): string | null {
    return this.#resource(resource).holder?.name ?? null;
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
    if (this.#changed.length === 0) return noChanges;
    const changes: PriorityChange[] = [];
    for (const task of this.#changed) {
      task.listed = false;
      if (task.told === task.effective) continue;
      changes.push({ task: task.name, from: task.told, to: task.effective });
      task.told = task.effective;
    }
    this.#changed.length = 0;
    return changes;
  }

  /** Null where it is not to be had now, and nothing has changed. */
  #seize(task: Contender, resource: Contended): Seizure | null {
    assert(task.waitsFor === null, "a task that waits asks for another resource");
    if (resource.holder === task) return this.#again(resource);
    if (resource.ceiling !== null && task.base > resource.ceiling)
      return { kind: "refused", reason: "above-ceiling", ceiling: resource.ceiling };
    if (task.holds.length >= this.#limits.resourcesHeldMax) return this.#tooManyHeld;
    if (resource.holder !== null) return null;
    const { woken } = resource;
    // Strictly: if an equal could take it, two that lock in turns would starve a third.
    if (woken !== null && woken.effective >= task.effective) return null;
    if (woken !== null) this.#unwake(woken, resource);
    task.take(resource);
    if (woken !== null) this.#waitAgain(woken, resource);
    if (resource.lent > task.effective) adjust(task, this.#changed);
    return answerOf(resource);
  }

  #again(resource: Contended): Seizure {
    if (!resource.recursive) return alreadyHeld;
    const { recursionMax } = this.#limits;
    if (resource.depth >= recursionMax) return tooManyHeld(recursionMax);
    resource.depth += 1;
    return taken;
  }

  #enqueue(task: Contender, resource: Contended): LockResult {
    const cycle = cycleOf(task, resource);
    if (cycle !== null) return { kind: "refused", reason: "deadlock", cycle };
    const { waitersMax } = this.#limits;
    if (resource.queue.length >= waitersMax)
      return { kind: "refused", reason: "too-many-waiters", max: waitersMax };
    this.#arrivals += 1;
    task.arrival = this.#arrivals;
    task.waitsFor = resource;
    resource.queue.insert(task);
    this.#adjustObstacle(resource);
    return waits(resource);
  }

  /** Who was woken in its place; null also where it did not wait. */
  #leave(task: Contender): Contender | null {
    const resource = task.waitsFor;
    if (resource === null) return null;
    task.waitsFor = null;
    if (!task.woken) {
      resource.queue.remove(task);
      this.#adjustObstacle(resource);
      return null;
    }
    this.#unwake(task, resource);
    adjust(task, this.#changed);
    return this.#wakeNext(resource);
  }

  #wakeNext(resource: Contended): Contender | null {
    const next = resource.queue.shift();
    if (next === undefined) return null;
    resource.woken = next;
    next.woken = true;
    adjust(next, this.#changed);
    return next;
  }

  #unwake(task: Contender, resource: Contended): void {
    assert(task.woken && resource.woken === task, "not the one that was woken");
    task.woken = false;
    resource.woken = null;
  }

  /** It keeps its arrival: that another was quicker must not cost it its place. */
  #waitAgain(task: Contender, resource: Contended): void {
    resource.queue.insert(task);
    adjust(task, this.#changed);
  }

  #adjustObstacle(resource: Contended): void {
    if (resource.inherits && resource.obstacle !== null) adjust(resource.obstacle, this.#changed);
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

const tooManyHeld = (max: number): Refused =>
  Object.freeze({ kind: "refused", reason: "too-many-held", max });

const waits = (resource: Contended): LockResult => resource.holder?.waitsForIt ?? waitsForWoken;

const busy = (resource: Contended): TryLockResult =>
  resource.holder === null ? busyWithWoken : { kind: "busy", holder: resource.holder.name };

/** To be called once for each time that it is taken: who takes it is told of a death once. */
function answerOf(resource: Contended): Seizure {
  if (!resource.ownerDied) return taken;
  resource.ownerDied = false;
  return takenFromDead;
}

function* inOrder(resource: Contended): Generator<Contender> {
  if (resource.woken !== null) yield resource.woken;
  yield* resource.queue;
}
