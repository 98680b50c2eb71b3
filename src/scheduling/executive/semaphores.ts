/**
 * Counting semaphores (Dijkstra 1965). A unit that is released while somebody waits goes to the
 * most urgent waiter at once, and to the longest waiting of equals: nobody can take it on the way.
 *
 * A semaphore has no owner. It lends no priority, and units that a failed task had are not given
 * back: only the task knew what they stood for, and may say so in a `finally` block.
 */
import { UsageError } from "../../kernel/assert.js";
import { after, type Duration } from "../../kernel/time.js";
import type { Dispatcher } from "./dispatcher.js";
import { acquired, busy, cancelled, done, timedOut } from "./replies.js";
import type { TaskRecord } from "./task.js";
import { WaitingLine, waitersMax } from "./waiting-line.js";

export interface SemaphoreSettings {
  /** Unique among locks, conditions and semaphores. */
  readonly name: string;
  /** Units that may be had at first; from 0 to `max`. */
  readonly count: number;
  /** At least 1. A release beyond it is refused, "full". */
  readonly max: number;
}

interface Semaphore {
  readonly max: number;
  readonly line: WaitingLine;
  count: number;
}

export class Semaphores {
  readonly #dispatcher: Dispatcher;
  readonly #semaphores = new Map<string, Semaphore>();

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
  }

  add({ name, count, max }: SemaphoreSettings): void {
    this.#semaphores.set(name, { count, max, line: new WaitingLine() });
  }

  count(name: string): number {
    return this.#semaphore(name).count;
  }

  acquire(task: TaskRecord, name: string, timeout: Duration | null): void {
    const semaphore = this.#semaphore(name);
    if (semaphore.count > 0) this.#take(task, name, semaphore);
    else if (task.ending) this.#dispatcher.keep(task, cancelled);
    else if (!semaphore.line.isFull) this.#wait(task, name, semaphore.line, timeout);
    else this.#dispatcher.keep(task, tooManyWaiters);
  }

  tryAcquire(task: TaskRecord, name: string): void {
    const semaphore = this.#semaphore(name);
    if (semaphore.count > 0) this.#take(task, name, semaphore);
    else this.#dispatcher.keep(task, busy);
  }

  release(task: TaskRecord, name: string): void {
    const { max } = this.#semaphore(name);
    const given = this.give(name);
    this.#dispatcher.keep(task, given ? done : { kind: "refused", reason: "full", max });
  }

  /** One unit more; false, and nothing has changed, at the maximum. */
  give(name: string): boolean {
    const semaphore = this.#semaphore(name);
    const next = semaphore.line.takeNext();
    if (next !== null) {
      this.#tell(next, name, "granted");
      next.grant = "unit";
      next.grantOf = name;
      this.#dispatcher.unblock(next, acquired);
      return true;
    }
    if (semaphore.count >= semaphore.max) return false;
    semaphore.count += 1;
    return true;
  }

  timeOut(task: TaskRecord): void {
    this.leave(task, "timed-out");
    this.#dispatcher.unblock(task, timedOut);
  }

  /** The task waits no longer; it is not made ready here. */
  leave(task: TaskRecord, outcome: "timed-out" | "cancelled"): void {
    const name = task.waitsFor ?? "";
    this.#semaphore(name).line.remove(task);
    this.#tell(task, name, outcome);
  }

  #take(task: TaskRecord, name: string, semaphore: Semaphore): void {
    semaphore.count -= 1;
    task.grant = "unit";
    task.grantOf = name;
    this.#dispatcher.keep(task, acquired);
  }

  #wait(task: TaskRecord, name: string, line: WaitingLine, timeout: Duration | null): void {
    const { log, now, timers } = this.#dispatcher;
    this.#dispatcher.block(task, "waits-for-semaphore", name);
    line.add(task);
    if (log.usual) log.tell({ kind: "blocked", at: now, task: task.name, on: name, holder: null });
    if (timeout === null) return;
    task.waitEnds = after(now, timeout);
    timers.set(task.wakeTimer, task.waitEnds);
  }

  #tell(task: TaskRecord, on: string, outcome: "granted" | "timed-out" | "cancelled"): void {
    const { log, now } = this.#dispatcher;
    if (log.usual) log.tell({ kind: "unblocked", at: now, task: task.name, on, outcome });
  }

  #semaphore(name: string): Semaphore {
    const semaphore = this.#semaphores.get(name);
    if (semaphore === undefined) throw new UsageError(`there is no semaphore ${name}`);
    return semaphore;
  }
}

const tooManyWaiters = Object.freeze({
  kind: "refused",
  reason: "too-many-waiters",
  max: waitersMax,
} as const);
