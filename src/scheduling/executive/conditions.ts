/**
 * Condition variables (Hoare 1974, with the signal-and-continue rule of Mesa, Lampson and Redell
 * 1980): who is signalled has nothing but a turn at the lock, so it looks at what it waited for
 * again. A signal that nobody waits for is lost.
 *
 * A condition belongs to one lock, from its making: two locks for one condition are a mistake that
 * POSIX leaves undefined. However a wait ends (signal, time-out, cancellation), the task has the
 * lock again before it goes on, and inheritance holds on the way: a signalled task that is urgent
 * makes the holder of the lock so.
 */
import { UsageError } from "../../kernel/assert.js";
import { after, type Duration } from "../../kernel/time.js";
import type { Dispatcher } from "./dispatcher.js";
import type { Locks } from "./locks.js";
import { cancelled, done, heldByAnother, notHeld } from "./replies.js";
import type { Refused } from "./requests.js";
import type { TaskRecord } from "./task.js";
import { WaitingLine, waitersMax } from "./waiting-line.js";

export interface ConditionSettings {
  /** Unique among locks, conditions and semaphores. */
  readonly name: string;
  /** Not a recursive one: to give it wholly, a wait would have to undo what its callers rely on. */
  readonly lock: string;
}

interface Condition {
  readonly lock: string;
  readonly line: WaitingLine;
}

export class Conditions {
  readonly #dispatcher: Dispatcher;
  readonly #locks: Locks;
  readonly #conditions = new Map<string, Condition>();

  constructor(dispatcher: Dispatcher, locks: Locks) {
    this.#dispatcher = dispatcher;
    this.#locks = locks;
  }

  add({ name, lock }: ConditionSettings): void {
    this.#conditions.set(name, { lock, line: new WaitingLine() });
  }

  wait(task: TaskRecord, name: string, timeout: Duration | null): void {
    const { lock, line } = this.#condition(name);
    const refused = this.#objection(task, lock, line);
    if (refused !== null) {
      this.#dispatcher.keep(task, refused);
      return;
    }
    const { log, now, timers } = this.#dispatcher;
    this.#dispatcher.block(task, "waits-for-condition", name);
    line.add(task);
    if (log.usual) log.tell({ kind: "blocked", at: now, task: task.name, on: name, holder: null });
    this.#locks.give(task, lock);
    if (timeout === null) return;
    task.waitEnds = after(now, timeout);
    timers.set(task.wakeTimer, task.waitEnds);
  }

  signal(task: TaskRecord, name: string): void {
    this.#signalNext(name);
    this.#dispatcher.keep(task, done);
  }

  broadcast(task: TaskRecord, name: string): void {
    while (this.#signalNext(name));
    this.#dispatcher.keep(task, done);
  }

  timeOut(task: TaskRecord): void {
    this.#regain(task, this.#leave(task), "timed-out");
  }

  /** It has the lock before its `finally` blocks run, as POSIX has it for cleanup handlers. */
  cancel(task: TaskRecord): void {
    this.#regain(task, this.#leave(task), "cancelled");
  }

  /** It waits for this condition no longer, nor for the lock. */
  abandon(task: TaskRecord): void {
    this.#leave(task);
  }

  /** A signal went to a task that will not act on it: it is not lost while others wait. */
  passOn(name: string): void {
    this.#signalNext(name);
  }

  #signalNext(name: string): boolean {
    const { line, lock } = this.#condition(name);
    for (let next = line.takeNext(); next !== null; next = line.takeNext()) {
      next.grant = "signal";
      next.grantOf = name;
      // One that may not have its lock is told so, and the signal goes to the next.
      if (this.#regain(next, lock, "signalled")) return true;
    }
    return false;
  }

  #regain(task: TaskRecord, lock: string, why: "signalled" | "timed-out" | "cancelled"): boolean {
    const { log, now, timers } = this.#dispatcher;
    timers.callOff(task.wakeTimer);
    task.waitEnds = null;
    const on = task.waitsFor ?? "";
    const outcome = why === "signalled" ? "granted" : why;
    if (log.usual) log.tell({ kind: "unblocked", at: now, task: task.name, on, outcome });
    task.regains = why;
    if (this.#locks.regain(task, lock)) {
      if (task.state === "ready") task.regains = null;
      return true;
    }
    task.regains = null;
    task.grant = "none";
    return false;
  }

  #leave(task: TaskRecord): string {
    const condition = this.#condition(task.waitsFor ?? "");
    condition.line.remove(task);
    return condition.lock;
  }

  #objection(task: TaskRecord, lock: string, line: WaitingLine): Refused | null {
    const holder = this.#dispatcher.contention.holder(lock);
    if (holder !== task.name) return holder === null ? notHeld : heldByAnother;
    if (task.ending) return cancelled;
    if (!line.isFull) return null;
    return { kind: "refused", reason: "too-many-waiters", max: waitersMax };
  }

  #condition(name: string): Condition {
    const condition = this.#conditions.get(name);
    if (condition === undefined) throw new UsageError(`there is no condition ${name}`);
    return condition;
  }
}
