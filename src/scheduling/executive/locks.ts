/**
 * The requests of locks, carried to `Contention` and its answers back: who must wait, who was
 * woken, whose time is over. A waiter that was woken has the lock only when it claims it, which it
 * does when it is about to run: until then a more urgent task may take it. Its timer runs until it
 * has claimed: one that was robbed waits on, and not longer than it wanted.
 */
import { assert, UsageError } from "../../kernel/assert.js";
import { after, type Duration } from "../../kernel/time.js";
import type { LockRefusal, Wakening } from "../contention/ports.js";
import type { Dispatcher } from "./dispatcher.js";
import { busy, cancelled, done, signalledAnswer, timedOut, timedOutAnswer } from "./replies.js";
import type { Refused, Reply } from "./requests.js";
import type { TaskRecord } from "./task.js";

export class Locks {
  readonly #dispatcher: Dispatcher;
  readonly #names = new Set<string>();

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
  }

  /** Only of a lock that `Contention` has taken in. */
  add(name: string): void {
    this.#names.add(name);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  lock(task: TaskRecord, lock: string, timeout: Duration | null): void {
    if (task.ending) {
      this.tryLock(task, lock);
      return;
    }
    const { contention } = this.#dispatcher;
    this.#check(lock);
    const result = contention.lock(task.name, lock);
    this.#dispatcher.applyChanges();
    if (result.kind === "waits") this.#wait(task, lock, result.holder, timeout);
    else this.#answer(task, lock, result);
  }

  tryLock(task: TaskRecord, lock: string): void {
    this.#check(lock);
    const result = this.#dispatcher.contention.tryLock(task.name, lock);
    this.#dispatcher.applyChanges();
    if (result.kind !== "busy") this.#answer(task, lock, result);
    else this.#dispatcher.keep(task, task.ending ? cancelled : busy);
  }

  unlock(task: TaskRecord, lock: string): void {
    this.#check(lock);
    const result = this.#dispatcher.contention.unlock(task.name, lock);
    this.#dispatcher.applyChanges();
    if (result.kind === "refused") {
      this.#dispatcher.keep(task, result);
      return;
    }
    this.#dispatcher.keep(task, done);
    if (result.woken !== null) this.#wake(result.woken);
  }

  /** Gives a lock that the task holds, without an answer; false if it does not hold it. */
  give(task: TaskRecord, lock: string): boolean {
    const result = this.#dispatcher.contention.unlock(task.name, lock);
    this.#dispatcher.applyChanges();
    if (result.kind === "refused") return false;
    if (result.woken !== null) this.#wake(result.woken);
    return true;
  }

  /**
   * A woken task is about to run. False where another was quicker: then it waits again, if its time
   * is not over.
   */
  claim(task: TaskRecord): boolean {
    const { contention, log, now } = this.#dispatcher;
    const lock = task.waitsFor;
    assert(lock !== null, "a claim by a task that waits for nothing");
    const result = contention.claim(task.name, lock);
    this.#dispatcher.applyChanges();
    task.claims = false;
    if (result.kind !== "taken") return this.#isOver(task, lock);
    if (log.usual)
      log.tell({ kind: "unblocked", at: now, task: task.name, on: lock, outcome: "granted" });
    task.reply = answerOf(task, result);
    this.#forget(task);
    return true;
  }

  /** Its time is over. One that was woken has the lock, and no time-out, unless it was robbed. */
  timeOut(task: TaskRecord): void {
    if (!task.claims) {
      this.leave(task, "timed-out");
      this.#dispatcher.unblock(task, timedOut);
      return;
    }
    if (this.#dispatcher.contention.isWoken(task.name)) return;
    this.leave(task, "timed-out");
    task.reply = timedOut;
  }

  /** The task waits for its lock no longer; it is not made ready here. */
  leave(task: TaskRecord, outcome: "timed-out" | "cancelled"): void {
    const { contention, log, now } = this.#dispatcher;
    const lock = task.waitsFor;
    assert(lock !== null, "who leaves a queue does not wait");
    const heir = contention.stopWaiting(task.name);
    task.claims = false;
    this.#forget(task);
    this.#dispatcher.applyChanges();
    if (log.usual) log.tell({ kind: "unblocked", at: now, task: task.name, on: lock, outcome });
    if (heir !== null) this.#wake(heir);
  }

  /**
   * A task that waited for a condition wants its lock again. `regains` says what it is told then.
   * False if the lock is refused: then it goes on without.
   */
  regain(task: TaskRecord, lock: string): boolean {
    const { contention } = this.#dispatcher;
    const result = contention.lock(task.name, lock);
    this.#dispatcher.applyChanges();
    switch (result.kind) {
      case "waits":
        this.#wait(task, lock, result.holder, null);
        return true;
      case "taken":
        this.#dispatcher.unblock(task, answerOf(task, result));
        return true;
      default:
        this.tellRefusal(task, result);
        this.#dispatcher.unblock(task, result);
        return false;
    }
  }

  /** Those who were woken by the death of a holder. */
  wakeHeirs(heirs: readonly Wakening[]): void {
    this.#dispatcher.applyChanges();
    for (const { task } of heirs) this.#wake(task);
  }

  tellRefusal(task: TaskRecord, refusal: LockRefusal): void {
    if (refusal.reason !== "deadlock") return;
    const { log, now } = this.#dispatcher;
    log.tell({ kind: "deadlock-refused", at: now, task: task.name, cycle: refusal.cycle });
  }

  #check(lock: string): void {
    if (!this.#names.has(lock)) throw new UsageError(`there is no lock ${lock}`);
  }

  #answer(task: TaskRecord, lock: string, answer: Taken | (Refused & LockRefusal)): void {
    if (answer.kind === "refused") {
      this.tellRefusal(task, answer);
    } else {
      task.grant = "lock";
      task.grantOf = lock;
    }
    this.#dispatcher.keep(task, answer);
  }

  #wait(task: TaskRecord, lock: string, holder: string | null, timeout: Duration | null): void {
    const { log, now } = this.#dispatcher;
    this.#dispatcher.block(task, "waits-for-lock", lock);
    if (log.usual) log.tell({ kind: "blocked", at: now, task: task.name, on: lock, holder });
    if (timeout === null) return;
    task.waitEnds = after(now, timeout);
    this.#dispatcher.timers.set(task.wakeTimer, task.waitEnds);
  }

  #wake(name: string): void {
    const task = this.#dispatcher.task(name);
    // Its lock was taken by another after it was woken, and is free again before it ran.
    if (task.claims) return;
    task.claims = true;
    this.#dispatcher.yieldTurn(task, task.reply);
  }

  /** Another was quicker. True if its time is over, so that it runs, and is told. */
  #isOver(task: TaskRecord, lock: string): boolean {
    const { now, ready } = this.#dispatcher;
    if (task.waitEnds !== null && task.waitEnds <= now) {
      this.leave(task, "timed-out");
      task.reply = timedOut;
      return true;
    }
    ready.remove(task);
    this.#dispatcher.block(task, "waits-for-lock", lock);
    return false;
  }

  /** Its wait is over. */
  #forget(task: TaskRecord): void {
    this.#dispatcher.timers.callOff(task.wakeTimer);
    task.regains = null;
    task.waitsFor = null;
    task.waitEnds = null;
  }
}

type Taken = { readonly kind: "taken"; readonly ownerDied: boolean };

/** What a task is told that has a lock now for which it waited. */
function answerOf(task: TaskRecord, taken: Taken): Reply {
  if (task.regains === "signalled") return signalledAnswer(taken.ownerDied);
  return task.regains === "timed-out" ? timedOutAnswer(taken.ownerDied) : taken;
}
