/**
 * How tasks end, by themselves or not. Whatever a task did, the others go on: what it waited for it
 * waits for no more, what it was given and was not told of goes back, the locks that it held go to
 * the next with the word that their owner died.
 */
import { unreachable } from "../../kernel/assert.js";
import type { ExecutiveEvent } from "./events.js";
import { cancelled } from "./replies.js";
import type { Parts } from "./serving.js";
import type { Ending, TaskRecord } from "./task.js";

export class Endings {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** It runs its `finally` blocks when it is its turn. False if it was to end already. */
  cancel(task: TaskRecord, reason: string): boolean {
    if (task.cancelled !== null) return false;
    task.cancelled = reason;
    this.#interrupt(task);
    task.settings.onCancel?.(reason);
    return true;
  }

  /** It is not run any more, whatever it does. It must not be running. */
  abandon(task: TaskRecord, reason: string): void {
    this.#detach(task);
    this.end(task, { kind: "abandoned", reason });
  }

  /** It is in no queue and no line. */
  end(task: TaskRecord, ending: Ending): void {
    const { dispatcher, jobs, locks } = this.#parts;
    const { contention, timers, tasks, now } = dispatcher;
    if (ending.kind === "returned") jobs.finish(task);
    for (const timer of [task.wakeTimer, task.releaseTimer, task.latenessTimer])
      timers.callOff(timer);
    const held = contention.holds(task.name);
    const heirs = contention.removeTask(task.name);
    task.state = "ended";
    task.since = now;
    tasks.delete(task.name);
    this.#tell(task, ending, held);
    locks.wakeHeirs(heirs);
    task.settings.onEnd?.(ending);
  }

  #interrupt(task: TaskRecord): void {
    const { dispatcher, conditions, semaphores } = this.#parts;
    switch (task.state) {
      case "ready":
        this.#takeBack(task);
        break;
      case "sleeping":
      case "awaits-release":
        dispatcher.unblock(task, cancelled);
        break;
      case "waits-for-lock":
        this.#interruptLock(task);
        break;
      case "waits-for-condition":
        conditions.cancel(task);
        break;
      case "waits-for-semaphore":
        semaphores.leave(task, "cancelled");
        dispatcher.unblock(task, cancelled);
        break;
      // It is told when it yields, or comes back.
      case "running":
      case "outside":
      case "ended":
        break;
      default:
        unreachable(task.state);
    }
  }

  #interruptLock(task: TaskRecord): void {
    const { dispatcher, locks } = this.#parts;
    if (task.regains !== null) {
      this.#endRegaining(task);
      return;
    }
    locks.leave(task, "cancelled");
    dispatcher.unblock(task, cancelled);
  }

  /** It was signalled, or its time was over, and it ends as soon as it has the lock. */
  #endRegaining(task: TaskRecord): void {
    task.regains = "cancelled";
    this.#takeBackGrant(task);
  }

  /** It is ready, and has not run since it became so. */
  #takeBack(task: TaskRecord): void {
    if (task.claims && task.regains !== null) {
      this.#endRegaining(task);
    } else if (task.claims) {
      this.#parts.locks.leave(task, "cancelled");
    } else {
      this.#takeBackGrant(task);
    }
  }

  /** A signal that it does not act on is another's; the lock that came with it stays. */
  #takeBackGrant(task: TaskRecord): void {
    const { locks, conditions, semaphores } = this.#parts;
    const { grant, grantOf } = task;
    task.grant = "none";
    if (grant === "lock") locks.give(task, grantOf);
    else if (grant === "unit") semaphores.give(grantOf);
    else if (grant === "signal") conditions.passOn(grantOf);
  }

  #detach(task: TaskRecord): void {
    const { dispatcher, conditions, semaphores } = this.#parts;
    if (task.state === "waits-for-condition") conditions.abandon(task);
    if (task.state === "waits-for-semaphore") semaphores.leave(task, "cancelled");
    if (task.level >= 0) dispatcher.ready.remove(task);
    // The lock of a grant goes with all others that it holds.
    if (task.grant !== "lock") this.#takeBackGrant(task);
  }

  #tell(task: TaskRecord, ending: Ending, held: readonly string[]): void {
    const { log, now } = this.#parts.dispatcher;
    const event: ExecutiveEvent = { ...ending, at: now, task: task.name, held };
    if (event.kind !== "returned" || held.length > 0 || log.usual) log.tell(event);
  }
}
