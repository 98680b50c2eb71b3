/** Carries each request of the running task to the part that it concerns. */
import { UsageError } from "../../kernel/assert.js";
import { after, type Instant } from "../../kernel/time.js";
import type { Priority } from "../priority.js";
import type { Conditions } from "./conditions.js";
import type { Dispatcher } from "./dispatcher.js";
import type { Jobs } from "./jobs.js";
import type { Locks } from "./locks.js";
import { cancelled, done } from "./replies.js";
import type { Request } from "./requests.js";
import type { Semaphores } from "./semaphores.js";
import type { TaskRecord } from "./task.js";

export interface Parts {
  readonly dispatcher: Dispatcher;
  readonly jobs: Jobs;
  readonly locks: Locks;
  readonly conditions: Conditions;
  readonly semaphores: Semaphores;
}

export class Serving {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Afterwards the task is ready or blocked. A request that was made wrongly is thrown at the task
   * when it runs next: it is the task's mistake, and nobody else's.
   */
  serve(task: TaskRecord, request: Request): void {
    try {
      this.#serve(task, request);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      task.misuse = error;
      this.#parts.dispatcher.keep(task, done);
    }
  }

  setBase(task: TaskRecord, base: Priority): void {
    const { dispatcher } = this.#parts;
    task.base = base;
    dispatcher.contention.setBase(task.name, base);
    dispatcher.applyChanges();
  }

  #serve(task: TaskRecord, request: Request): void {
    const { dispatcher, jobs, locks, conditions, semaphores } = this.#parts;
    switch (request?.kind) {
      case "pause":
        dispatcher.yieldTurn(task, done);
        break;
      case "sleep":
        this.#sleep(task, after(dispatcher.now, request.wait));
        break;
      case "sleep-until":
        this.#sleep(task, request.until);
        break;
      case "next-release":
        jobs.nextRelease(task);
        break;
      case "lock":
        locks.lock(task, request.lock, request.timeout);
        break;
      case "try-lock":
        locks.tryLock(task, request.lock);
        break;
      case "unlock":
        locks.unlock(task, request.lock);
        break;
      case "wait":
        conditions.wait(task, request.condition, request.timeout);
        break;
      case "signal":
        conditions.signal(task, request.condition);
        break;
      case "broadcast":
        conditions.broadcast(task, request.condition);
        break;
      case "acquire":
        semaphores.acquire(task, request.semaphore, request.timeout);
        break;
      case "try-acquire":
        semaphores.tryAcquire(task, request.semaphore);
        break;
      case "release":
        semaphores.release(task, request.semaphore);
        break;
      case "set-priority":
        this.#setPriority(task, request.task ?? task.name, request.base);
        break;
      case "trigger":
        jobs.triggerFor(task, request.task);
        break;
      case "outside":
        dispatcher.block(task, "outside", null);
        break;
      default:
        refuseUnknown(request);
    }
  }

  #sleep(task: TaskRecord, until: Instant): void {
    const { dispatcher } = this.#parts;
    if (task.ending) {
      dispatcher.keep(task, cancelled);
      return;
    }
    dispatcher.block(task, "sleeping", null);
    dispatcher.timers.set(task.wakeTimer, until);
  }

  /** Who raises itself is behind those who are there; who lowers itself before them (POSIX). */
  #setPriority(task: TaskRecord, name: string, base: Priority): void {
    const { dispatcher } = this.#parts;
    const target = dispatcher.task(name);
    const before = task.effective;
    this.setBase(target, base);
    if (task.effective > before) dispatcher.yieldTurn(task, done);
    else dispatcher.keep(task, done);
  }
}

/** The compiler knows that there is none; a program in JavaScript may not. */
function refuseUnknown(request: never): never {
  const shown = String(JSON.stringify(request)).slice(0, 80);
  throw new UsageError(`a task yielded ${shown}, which is no request: yield what lock() returns`);
}
