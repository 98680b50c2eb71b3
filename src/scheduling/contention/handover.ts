/**
 * How a resource passes from one task to the next: what `Contention` does once it knows by their
 * names whom it is about.
 *
 * A resource that is unlocked goes to nobody yet: its first waiter is woken, and has it when it
 * claims it. Until then a strictly more urgent task may take it, and the woken one waits again,
 * where it stood. That spares a switch to and fro whenever an urgent task locks again what it just
 * unlocked. For priorities the woken waiter counts as the holder, as in Linux's rt-tester
 * (t4-l2-pi-deboost): it is for it that the rest of the queue waits.
 */
import { assert } from "../../kernel/assert.js";
import {
  alreadyHeld,
  heldByAnother,
  notHeld,
  type Seizure,
  taken,
  takenFromDead,
  tooManyHeld,
  waits,
  wakesNobody,
} from "./answers.js";
import { adjust, cycleOf } from "./chain.js";
import type { Contended, Contender } from "./parties.js";
import type { ContentionLimits, LockResult, UnlockResult, Wakening } from "./ports.js";

export class Handover {
  readonly #limits: ContentionLimits;
  /** Whose effective priority may be another than they were told; each once. */
  readonly changed: Contender[] = [];
  #arrivals = 0;
  readonly #tooManyHeld: Seizure;

  constructor(limits: ContentionLimits) {
    this.#limits = limits;
    this.#tooManyHeld = tooManyHeld(limits.resourcesHeldMax);
  }

  /** Null where it is not to be had now, and nothing has changed. */
  seize(task: Contender, resource: Contended): Seizure | null {
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
    if (resource.lent > task.effective) adjust(task, this.changed);
    return answerOf(resource);
  }

  enqueue(task: Contender, resource: Contended): LockResult {
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

  claim(task: Contender, resource: Contended): LockResult {
    assert(task.waitsFor === resource, "a claim by a task that does not wait for it");
    if (!task.woken) return waits(resource);
    this.#unwake(task, resource);
    task.waitsFor = null;
    task.take(resource);
    return answerOf(resource);
  }

  release(task: Contender, resource: Contended): UnlockResult {
    if (resource.holder !== task) return resource.holder === null ? notHeld : heldByAnother;
    resource.depth -= 1;
    if (resource.depth > 0) return wakesNobody;
    const { lent } = resource;
    task.drop(resource);
    const next = this.#wakeNext(resource);
    if (lent > task.base) adjust(task, this.changed);
    return next === null ? wakesNobody : next.wakesIt;
  }

  /** Who was woken in its place; null also where it did not wait. */
  leave(task: Contender): Contender | null {
    const resource = task.waitsFor;
    if (resource === null) return null;
    task.waitsFor = null;
    if (!task.woken) {
      resource.queue.remove(task);
      this.#adjustObstacle(resource);
      return null;
    }
    this.#unwake(task, resource);
    adjust(task, this.changed);
    return this.#wakeNext(resource);
  }

  /** The task is about to be forgotten: whom that wakes. */
  bury(task: Contender): readonly Wakening[] {
    const wakenings: Wakening[] = [];
    const note = (heir: Contender | null, resource: Contended | null): void => {
      if (heir !== null && resource !== null)
        wakenings.push({ task: heir.name, resource: resource.name });
    };
    const awaited = task.waitsFor;
    note(this.leave(task), awaited);
    for (const resource of [...task.holds]) {
      task.drop(resource);
      resource.ownerDied = true;
      note(this.#wakeNext(resource), resource);
    }
    return wakenings;
  }

  #again(resource: Contended): Seizure {
    if (!resource.recursive) return alreadyHeld;
    const { recursionMax } = this.#limits;
    if (resource.depth >= recursionMax) return tooManyHeld(recursionMax);
    resource.depth += 1;
    return taken;
  }

  #wakeNext(resource: Contended): Contender | null {
    const next = resource.queue.shift();
    if (next === undefined) return null;
    resource.woken = next;
    next.woken = true;
    adjust(next, this.changed);
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
    adjust(task, this.changed);
  }

  #adjustObstacle(resource: Contended): void {
    if (resource.inherits && resource.obstacle !== null) adjust(resource.obstacle, this.changed);
  }
}

/** To be called once for each time that it is taken: who takes it is told of a death once. */
function answerOf(resource: Contended): Seizure {
  if (!resource.ownerDied) return taken;
  resource.ownerDied = false;
  return takenFromDead;
}
