/**
 * The requests of our own clients that wait for what only the leader can do, and where each of them
 * is: waiting for somebody to lead, held for a moment because whoever was asked does not, or handed
 * to the leader, be that us.
 *
 *     waiting --dispatch--> handed --outcome--> settled
 *        ^                    |
 *        +--- held <----------+  does not lead, or: no answer, and may be asked again
 *
 * Every task ends: by its outcome, or refused by time. All waits of a kind are equally long, so
 * each of the maps below is in the order in which its tasks are due, and nothing is searched.
 */
import type { NodeId } from "../../kernel/ids.js";
import { after, earlier, type Instant } from "../../kernel/time.js";
import type { Query } from "../service/ports.js";
import {
  leaderWait,
  repeatEvery,
  requestTimeout,
  tasksMax,
  tasksPerClientMax,
  waitingBytesMax,
} from "./limits.js";
import type { ClientNumber } from "./ports.js";
import { isRepeatable, type Work } from "./work.js";

/** What is done with the outcome. */
export type Purpose =
  | { readonly kind: "reply" }
  | { readonly kind: "query"; readonly query: Query }
  /** Where nobody leads we tell what we know ourselves. */
  | { readonly kind: "members" }
  /** Our own question how old our state is. */
  | { readonly kind: "probe" };

export interface Task {
  readonly number: number;
  readonly client: ClientNumber;
  /** The client's own number of the request. */
  readonly id: number;
  readonly purpose: Purpose;
  readonly work: Work;
  readonly arrivedAt: Instant;
  /** To whom it was handed last; null: to nobody yet. */
  handedTo: NodeId | null;
  /** Since when it is in the map in which it is. */
  since: Instant;
}

export type NewTask = Omit<Task, "number" | "handedTo" | "since">;

export class Tasks {
  /** By number, in the order of arrival. */
  readonly #all = new Map<number, Task>();
  // All by number: an object as a key would have to be given a hash first, which takes longer than
  // all else that is done here.
  readonly #waiting = new Map<number, Task>();
  readonly #held = new Map<number, Task>();
  /** Handed to another, and may be again. */
  readonly #handed = new Map<number, Task>();
  readonly #answered = new Set<number>();
  readonly #byClient = new Map<ClientNumber, number>();
  #bytes = 0;
  #lastNumber = 0;

  get count(): number {
    return this.#all.size;
  }

  get(number: number): Task | undefined {
    return this.#all.get(number);
  }

  /** Null where there is no room. */
  add(now: Instant, task: NewTask): Task | null {
    const ofClient = this.#byClient.get(task.client) ?? 0;
    if (this.#all.size >= tasksMax || ofClient >= tasksPerClientMax) return null;
    if (this.#bytes >= waitingBytesMax) return null;
    this.#lastNumber += 1;
    const { client, id, purpose, work, arrivedAt } = task;
    const number = this.#lastNumber;
    const handedTo = null;
    const made = { number, client, id, purpose, work, arrivedAt, handedTo, since: now };
    this.#all.set(number, made);
    this.#byClient.set(client, ofClient + 1);
    this.#bytes += bytesOf(made);
    this.#waiting.set(number, made);
    return made;
  }

  /** Takes the task out; undefined where it was settled before. */
  settle(number: number): Task | undefined {
    const task = this.#all.get(number);
    if (task === undefined) return undefined;
    this.#all.delete(number);
    this.#leave(number);
    if (this.#answered.size > 0) this.#answered.delete(number);
    this.#bytes -= bytesOf(task);
    const ofClient = (this.#byClient.get(task.client) ?? 1) - 1;
    if (ofClient === 0) this.#byClient.delete(task.client);
    else this.#byClient.set(task.client, ofClient);
    return task;
  }

  /** Its outcome has come, and what it still waits for is here: it is not asked again. */
  answered(task: Task): void {
    this.#leave(task.number);
    this.#answered.add(task.number);
  }

  /** Nobody waits for these any more. What was handed on takes its course. */
  forget(client: ClientNumber): void {
    if (!this.#byClient.has(client)) return;
    for (const task of this.#all.values()) if (task.client === client) this.settle(task.number);
  }

  /** All that wait are handed to the leader: `self`, or a peer from whom an answer must come. */
  dispatch(now: Instant, leader: NodeId, self: NodeId): readonly Task[] {
    if (this.#waiting.size === 0) return [];
    const tasks = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const task of tasks) {
      task.handedTo = leader;
      if (leader !== self && isRepeatable(task.work)) enter(this.#handed, now, task);
    }
    return tasks;
  }

  /** It was handed to somebody who does not lead, who has done nothing for it. */
  hold(now: Instant, number: number): void {
    const task = this.#all.get(number);
    if (task === undefined || this.#waiting.has(number) || this.#answered.has(number)) return;
    this.#handed.delete(number);
    enter(this.#held, now, task);
  }

  /** Somebody else leads, or nobody: what may be asked again and was asked elsewhere is. */
  leaderChanged(now: Instant, leader: NodeId | null): void {
    for (const task of this.#all.values()) {
      if (task.handedTo === leader && leader !== null) continue;
      if (this.#answered.has(task.number)) continue;
      const again = this.#held.has(task.number) || isRepeatable(task.work);
      if (again && task.handedTo !== null) this.#wait(now, task);
    }
  }

  /** @returns the tasks that are refused for being too late */
  overdue(now: Instant): readonly Task[] {
    this.#release(now, this.#held);
    this.#release(now, this.#handed);
    const late: Task[] = [];
    for (const task of this.#all.values()) {
      if (after(task.arrivedAt, requestTimeout) > now) break;
      late.push(task);
    }
    for (const task of this.#waiting.values()) {
      if (after(task.since, leaderWait) > now) break;
      if (after(task.arrivedAt, requestTimeout) > now) late.push(task);
    }
    for (const task of late) this.settle(task.number);
    return late;
  }

  deadline(): Instant | null {
    const [oldest] = this.#all.values();
    if (oldest === undefined) return null;
    let first: Instant | null = after(oldest.arrivedAt, requestTimeout);
    for (const { since } of this.#waiting.values()) {
      first = earlier(first, after(since, leaderWait));
      break;
    }
    for (const map of [this.#held, this.#handed]) {
      for (const { since } of map.values()) {
        first = earlier(first, after(since, repeatEvery));
        break;
      }
    }
    return first;
  }

  #release(now: Instant, map: Map<number, Task>): void {
    for (const task of map.values()) {
      if (after(task.since, repeatEvery) > now) break;
      this.#wait(now, task);
    }
  }

  #wait(now: Instant, task: Task): void {
    this.#held.delete(task.number);
    this.#handed.delete(task.number);
    if (!this.#waiting.has(task.number)) enter(this.#waiting, now, task);
  }

  /** Most tasks are in none of these: that is cheaper to see than to look for them. */
  #leave(number: number): void {
    if (this.#waiting.size > 0) this.#waiting.delete(number);
    if (this.#held.size > 0) this.#held.delete(number);
    if (this.#handed.size > 0) this.#handed.delete(number);
  }
}

function enter(map: Map<number, Task>, now: Instant, task: Task): void {
  task.since = now;
  map.set(task.number, task);
}

const bytesOf = ({ work }: Task): number => (work.kind === "command" ? work.bytes.length : 0);
