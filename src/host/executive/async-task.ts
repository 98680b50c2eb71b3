/**
 * The async face of an executive: a task that is an async function. Each request is a promise,
 * which is settled when the task is the most urgent that is ready, and for one task at a time. So
 * its code runs in the same order as a generator's would.
 *
 * A promise of somebody else is another matter: when it is settled its code runs at once, whoever
 * is more urgent. `outside` waits for such a promise and comes back in its turn.
 */
import { UsageError } from "../../kernel/assert.js";
import type { Duration, Instant } from "../../kernel/time.js";
import type { Reply, Request } from "../../scheduling/executive/requests.js";
import * as requests from "../../scheduling/executive/requests.js";
import type { Leaving, Steppable, TaskSelf } from "../../scheduling/executive/task.js";
import type { Priority } from "../../scheduling/priority.js";

/** Thrown at every wait of a task that is to end. Do not catch it for good; `finally` is right. */
export class TaskCancelled extends Error {
  override readonly name = "TaskCancelled";
}

export type LockReply = Extract<Reply, { kind: "taken" | "timed-out" | "refused" }>;
export type TryLockReply = Extract<Reply, { kind: "taken" | "busy" | "refused" }>;
export type WaitReply = Extract<Reply, { kind: "signalled" | "timed-out" | "refused" }>;
export type AcquireReply = Extract<Reply, { kind: "acquired" | "timed-out" | "refused" }>;
export type TryAcquireReply = Extract<Reply, { kind: "acquired" | "busy" }>;
export type GivenReply = Extract<Reply, { kind: "done" | "refused" }>;
export type DoneReply = Extract<Reply, { kind: "done" }>;
export type ReleasedReply = Extract<Reply, { kind: "released" }>;

export type AsyncBody<Result> = (task: AsyncTask) => Promise<Result>;

/** How a task's function reaches its executive. */
export interface AsyncTaskPort {
  /** Its code, which goes on outside, asks. False if the executive does not know it outside. */
  enter(request: Request): boolean;
  /** Its function has ended. */
  leave(how: Leaving): void;
}

interface Settling {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

const goesOnOutside: IteratorResult<Request, unknown> = Object.freeze({
  done: false,
  value: requests.outside,
});
const isOver: IteratorResult<Request, unknown> = Object.freeze({ done: true, value: undefined });

export class AsyncTask implements Steppable {
  readonly #self: TaskSelf;
  readonly #port: AsyncTaskPort;
  readonly #abort = new AbortController();
  /** Null once it was called. */
  #begin: (() => Promise<void>) | null;
  /** The request whose promise is open. */
  #settling: Settling | null = null;
  /** What was asked while the function ran within its first slice. */
  #asked: Request | null = null;
  #isInSlice = false;
  /** How its function ended while a request that it did not wait for was open. */
  #left: Leaving | null = null;
  #hasEnded = false;
  #isAbandoned = false;

  constructor(self: TaskSelf, port: AsyncTaskPort, body: (task: AsyncTask) => Promise<void>) {
    this.#self = self;
    this.#port = port;
    this.#begin = () =>
      body(this).then(
        () => this.#leave({ kind: "returned" }),
        (error: unknown) => this.#leave(this.#leavingBy(error)),
      );
  }

  get name(): string {
    return this.#self.name;
  }

  get release(): Instant {
    return this.#self.release;
  }

  get effective(): Priority {
    return this.#self.effective;
  }

  /** Aborted when the task is cancelled: for `fetch` and whatever else takes one. */
  get abortSignal(): AbortSignal {
    return this.#abort.signal;
  }

  now(): Instant {
    return this.#self.now();
  }

  lock(name: string, timeout: Duration | null = null): Promise<LockReply> {
    return this.#ask(requests.lock(name, timeout));
  }

  tryLock(name: string): Promise<TryLockReply> {
    return this.#ask(requests.tryLock(name));
  }

  unlock(name: string): Promise<GivenReply> {
    return this.#ask(requests.unlock(name));
  }

  /** For a signal of the condition; the lock is given meanwhile, and held again afterwards. */
  wait(condition: string, timeout: Duration | null = null): Promise<WaitReply> {
    return this.#ask(requests.wait(condition, timeout));
  }

  signal(condition: string): Promise<DoneReply> {
    return this.#ask(requests.signal(condition));
  }

  broadcast(condition: string): Promise<DoneReply> {
    return this.#ask(requests.broadcast(condition));
  }

  acquire(semaphore: string, timeout: Duration | null = null): Promise<AcquireReply> {
    return this.#ask(requests.acquire(semaphore, timeout));
  }

  tryAcquire(semaphore: string): Promise<TryAcquireReply> {
    return this.#ask(requests.tryAcquire(semaphore));
  }

  /** Of a unit of a semaphore. */
  give(semaphore: string): Promise<GivenReply> {
    return this.#ask(requests.release(semaphore));
  }

  pause(): Promise<DoneReply> {
    return this.#ask(requests.pause);
  }

  sleep(wait: Duration): Promise<DoneReply> {
    return this.#ask(requests.sleep(wait));
  }

  sleepUntil(until: Instant): Promise<DoneReply> {
    return this.#ask(requests.sleepUntil(until));
  }

  nextRelease(): Promise<ReleasedReply> {
    return this.#ask(requests.nextRelease);
  }

  setPriority(base: Priority, task: string | null = null): Promise<DoneReply> {
    return this.#ask(requests.setPriority(base, task));
  }

  trigger(task: string): Promise<GivenReply> {
    return this.#ask(requests.trigger(task));
  }

  /**
   * Waits for a promise that is not the executive's, or until the task is cancelled, and goes on
   * when it is this task's turn.
   */
  async outside<Result>(promise: Promise<Result>): Promise<Result> {
    const { signal } = this.#abort;
    let stop: () => void = () => {};
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    await Promise.race([promise.then(ignore, ignore), stopped]);
    signal.removeEventListener("abort", stop);
    await this.pause();
    return promise;
  }

  /** For the executive: not to be called by tasks. */
  next(reply: Reply): IteratorResult<Request, unknown> {
    if (this.#begin !== null) return this.#start(this.#begin);
    const settling = this.#takeSettling();
    if (reply.kind === "refused" && reply.reason === "cancelled")
      settling?.reject(this.#cancellation());
    else settling?.resolve(reply);
    return this.#stepOn();
  }

  /** For the executive. */
  throw(error: Error): IteratorResult<Request, unknown> {
    this.#takeSettling()?.reject(error);
    return this.#stepOn();
  }

  /** For the executive: a wait of a task that is to end. */
  return(): IteratorResult<Request, unknown> {
    if (this.#begin !== null) return isOver;
    this.#takeSettling()?.reject(this.#cancellation());
    return this.#stepOn();
  }

  /** For the executive. */
  cancel(reason: string): void {
    this.#abort.abort(new TaskCancelled(reason));
  }

  /**
   * For the executive. Whoever asks afterwards is refused, as the name may be another's then. One
   * that was abandoned is never answered again: a function that catches all it is told, in a loop,
   * would keep the whole process busy with refusals.
   */
  end(isAbandoned: boolean): void {
    this.#hasEnded = true;
    this.#isAbandoned = isAbandoned;
    const settling = this.#takeSettling();
    if (!isAbandoned) settling?.reject(this.#cancellation());
  }

  #start(begin: () => Promise<void>): IteratorResult<Request, unknown> {
    this.#begin = null;
    this.#isInSlice = true;
    void begin();
    this.#isInSlice = false;
    const asked = this.#asked;
    this.#asked = null;
    return asked === null ? goesOnOutside : { done: false, value: asked };
  }

  /** Its code goes on, if it did not end before its last request was served. */
  #stepOn(): IteratorResult<Request, unknown> {
    if (this.#left === null) return goesOnOutside;
    if (this.#left.kind === "failed") throw this.#left.error;
    return isOver;
  }

  #leave(how: Leaving): void {
    if (this.#settling === null) this.#port.leave(how);
    else this.#left = how;
  }

  #leavingBy(error: unknown): Leaving {
    const stopped = error instanceof TaskCancelled || isAbort(error);
    return stopped && this.#abort.signal.aborted
      ? { kind: "cancelled" }
      : { kind: "failed", error };
  }

  #ask<Answer extends Reply>(request: Request): Promise<Answer> {
    const { name } = this.#self;
    if (this.#isAbandoned) return new Promise(ignore);
    if (this.#hasEnded) return refuse(`${name} has ended, and asks for ${request.kind}`);
    if (this.#settling !== null)
      return refuse(`${name} asks for ${request.kind} before its request before is answered`);
    const answer = new Promise<Reply>((resolve, reject) => {
      this.#settling = { resolve, reject };
    });
    // Who does not wait for an answer must not be ended for a refusal.
    answer.catch(ignore);
    if (this.#isInSlice) this.#asked = request;
    else if (!this.#port.enter(request)) this.#takeSettling()?.reject(this.#cancellation());
    return answer as Promise<Answer>;
  }

  #takeSettling(): Settling | null {
    const settling = this.#settling;
    this.#settling = null;
    return settling;
  }

  #cancellation(): TaskCancelled {
    const { reason } = this.#abort.signal;
    return reason instanceof TaskCancelled ? reason : new TaskCancelled("the task has ended");
  }
}

const ignore = (): void => {};

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";

function refuse(text: string): Promise<never> {
  const refused = Promise.reject(new UsageError(text));
  refused.catch(ignore);
  return refused;
}
