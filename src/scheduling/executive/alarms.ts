/** Lets the time go on, and does what was due on the way, in the order in which it was due. */
import { assert, unreachable } from "../../kernel/assert.js";
import type { Instant } from "../../kernel/time.js";
import { done } from "./replies.js";
import type { Parts } from "./serving.js";
import type { TaskRecord } from "./task.js";
import type { Timer } from "./timer-queue.js";

/** Timers that fire without the time going on: more show a bug of ours. */
const firedMax = 1_000_000;

export class Alarms {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Fires what is due by `now`. */
  advance(now: Instant): void {
    const { timers } = this.#parts.dispatcher;
    this.goTo(now);
    if (timers.first <= now) this.#fireDue(now);
  }

  /** Fires what was due before `now`: what is due at it comes after what happens at it. */
  advanceBefore(now: Instant): void {
    const { timers } = this.#parts.dispatcher;
    this.goTo(now);
    if (timers.first < now) this.#fireDue(now - 1);
  }

  goTo(now: Instant): void {
    const { dispatcher } = this.#parts;
    if (!(now >= dispatcher.now)) assert(false, `the time went back to ${now}`);
    dispatcher.now = now;
  }

  #fireDue(until: number): void {
    const { timers } = this.#parts.dispatcher;
    for (let fired = 0; fired < firedMax; fired += 1) {
      const timer = timers.takeDue(until);
      if (timer === null) return;
      this.#fire(timer);
    }
    assert(false, `a timer is still due at ${until} after ${firedMax}`);
  }

  #fire({ owner, purpose }: Timer<TaskRecord>): void {
    const { jobs } = this.#parts;
    switch (purpose) {
      case "release":
        jobs.takeReleases(owner);
        break;
      case "lateness":
        jobs.onLate(owner);
        break;
      case "wake":
        this.#wake(owner);
        break;
      default:
        unreachable(purpose);
    }
  }

  #wake(task: TaskRecord): void {
    const { dispatcher, locks, conditions, semaphores } = this.#parts;
    if (task.state === "sleeping") dispatcher.unblock(task, done);
    else if (task.claims || task.state === "waits-for-lock") locks.timeOut(task);
    else if (task.state === "waits-for-condition") conditions.timeOut(task);
    else if (task.state === "waits-for-semaphore") semaphores.timeOut(task);
    else assert(false, `${task.name} is ${task.state} and has a timer to wake it`);
  }
}
