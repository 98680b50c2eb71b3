/**
 * What the parts of an executive share: who is ready, whose timers run, what was told, and the five
 * ways in which a task passes from one state to another. Nothing here knows why it does.
 */
import { assert, UsageError } from "../../kernel/assert.js";
import type { Instant } from "../../kernel/time.js";
import type { Contention } from "../contention/contention.js";
import type { PriorityChange } from "../contention/ports.js";
import type { EventLog } from "./events.js";
import { ReadyQueue } from "./ready-queue.js";
import type { Reply } from "./requests.js";
import type { TaskRecord, TaskState } from "./task.js";
import { TimerQueue } from "./timer-queue.js";

export type Blocked = Exclude<TaskState, "ready" | "running" | "ended">;

export class Dispatcher {
  readonly ready = new ReadyQueue<TaskRecord>();
  readonly timers = new TimerQueue<TaskRecord>();
  readonly tasks = new Map<string, TaskRecord>();
  readonly contention: Contention;
  readonly log: EventLog;
  now: Instant;

  constructor(now: Instant, contention: Contention, log: EventLog) {
    this.now = now;
    this.contention = contention;
    this.log = log;
  }

  /** The running task goes on when nobody is more urgent: its request took no wait. */
  keep(task: TaskRecord, reply: Reply): void {
    task.reply = reply;
    this.#enter(task, "ready");
    this.ready.pushHead(task);
  }

  /** The running task lets others of its level go first. */
  yieldTurn(task: TaskRecord, reply: Reply): void {
    task.reply = reply;
    this.#enter(task, "ready");
    this.ready.pushTail(task);
  }

  /** The running task, or one that changes what it waits for, is not ready any more. */
  block(task: TaskRecord, state: Blocked, waitsFor: string | null): void {
    assert(task.level < 0, "a task that is ready is blocked");
    task.waitsFor = waitsFor;
    this.#enter(task, state);
  }

  /** Ends what it waited for: it is behind those of its level. */
  unblock(task: TaskRecord, reply: Reply): void {
    this.timers.callOff(task.wakeTimer);
    task.waitsFor = null;
    task.waitEnds = null;
    this.yieldTurn(task, reply);
  }

  /** It runs, now. */
  run(task: TaskRecord): void {
    this.ready.remove(task);
    this.#enter(task, "running");
  }

  /** What contention has changed is so for the ready queue as well. */
  applyChanges(): void {
    const changes = this.contention.drainChanges();
    for (const change of changes) this.#change(change);
  }

  /** @throws {UsageError} where there is none of this name, or none any more. */
  task(name: string): TaskRecord {
    const task = this.tasks.get(name);
    if (task === undefined) throw new UsageError(`there is no task ${name}, or it has ended`);
    return task;
  }

  /** Raised: behind those who are there. Lowered: before them, as its turn is not over (POSIX). */
  #change({ task: name, from, to }: PriorityChange): void {
    const task = this.tasks.get(name);
    assert(task !== undefined, `the priority of ${name}, which is no task, has changed`);
    task.effective = to;
    if (this.log.usual)
      this.log.tell({ kind: "priority-changed", at: this.now, task: name, from, to });
    if (task.level < 0) return;
    this.ready.remove(task);
    if (to > from) this.ready.pushTail(task);
    else this.ready.pushHead(task);
  }

  #enter(task: TaskRecord, state: TaskState): void {
    task.state = state;
    task.since = this.now;
  }
}
