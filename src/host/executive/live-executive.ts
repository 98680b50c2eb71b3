/**
 * An executive on the event loop of this process: tasks that are generators or async functions, by
 * priority, on the monotonic clock. It adds no rules to those of src/scheduling/executive; it wakes
 * in time, gives the loop its turns, and knows Node's AbortSignals.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import { type Duration, type Instant, millis } from "../../kernel/time.js";
import type { AddResult, ResourceSettings } from "../../scheduling/contention/ports.js";
import type { ConditionSettings } from "../../scheduling/executive/conditions.js";
import type { ExecutiveEvent } from "../../scheduling/executive/events.js";
import {
  type AddTaskResult,
  Executive,
  type ExecutiveOptions,
} from "../../scheduling/executive/executive.js";
import type { TriggerResult } from "../../scheduling/executive/releases.js";
import type { SemaphoreSettings } from "../../scheduling/executive/semaphores.js";
import type { TaskStanding } from "../../scheduling/executive/standing.js";
import type { Ending, TaskSettings } from "../../scheduling/executive/task.js";
import type { Priority } from "../../scheduling/priority.js";
import { type Clock, MonotonicClock } from "../monotonic-clock.js";
import { type AsyncBody, AsyncTask, type AsyncTaskPort, TaskCancelled } from "./async-task.js";
import { Turns } from "./turns.js";

export interface LiveExecutiveOptions extends Omit<ExecutiveOptions, "now"> {
  readonly clock?: Clock;
  /** How long slices run before the event loop has its turn; 2 ms if not said. */
  readonly turnTime?: Duration;
  /** How many slices run before it has; 1,000 if not said. */
  readonly slicesPerTurnMax?: number;
  /** What happened, after each turn in which anything did. */
  readonly onEvents?: (events: readonly ExecutiveEvent[]) => void;
  /** We have a bug; nothing is run any more. Thrown, if not said, which ends the process. */
  readonly onFailure?: (error: unknown) => void;
}

export interface LiveTaskSettings extends TaskSettings {
  /** Cancels the task when it is aborted. */
  readonly signal?: AbortSignal;
}

export type AsyncTaskOptions = Omit<LiveTaskSettings, "name" | "base" | "body" | "onCancel">;

/** The task could not be added: there are too many, the name is taken, or all is being stopped. */
export class TaskRefused extends Error {
  override readonly name = "TaskRefused";
}

/** Characters of the reason of an AbortSignal; more is cut off. */
const reasonLengthMax = 200;

export class LiveExecutive {
  readonly #executive: Executive;
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #onEvents: (events: readonly ExecutiveEvent[]) => void;
  #onEmpty: (() => void) | null = null;

  constructor(options: LiveExecutiveOptions = {}) {
    this.#clock = options.clock ?? new MonotonicClock();
    this.#executive = new Executive({ ...options, now: this.#clock.now() });
    this.#onEvents = options.onEvents ?? (() => {});
    this.#turns = new Turns({
      executive: this.#executive,
      clock: this.#clock,
      turnTime: options.turnTime ?? millis(2),
      slicesPerTurnMax: options.slicesPerTurnMax ?? 1_000,
      onTurn: () => this.#onTurn(),
      onFailure: options.onFailure ?? throwIt,
    });
  }

  now(): Instant {
    return this.#clock.now();
  }

  addLock(settings: ResourceSettings): AddResult {
    return this.#executive.addLock(settings);
  }

  addCondition(settings: ConditionSettings): void {
    this.#executive.addCondition(settings);
  }

  addSemaphore(settings: SemaphoreSettings): void {
    this.#executive.addSemaphore(settings);
  }

  /** A task that is a generator. It begins in a turn soon: not within this call. */
  add(settings: LiveTaskSettings): AddTaskResult {
    const { signal, name } = settings;
    const abort = () => this.cancel(name, reasonOf(signal));
    const onEnd = (ending: Ending) => {
      signal?.removeEventListener("abort", abort);
      settings.onEnd?.(ending);
    };
    const result = this.#executive.add(this.#clock.now(), { ...settings, onEnd });
    if (result.kind !== "added") return result;
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
    this.#turns.stir();
    return result;
  }

  /**
   * A task that is an async function. The promise is that of the function, rejected with
   * `TaskCancelled` if the task was cancelled, and with `TaskRefused` if there is no place for it;
   * who does not look at it is not ended by it.
   */
  runAsync<Result>(
    name: string,
    base: Priority,
    body: AsyncBody<Result>,
    options: AsyncTaskOptions = {},
  ): Promise<Result> {
    const outcome = new Promise<Result>((resolve, reject) => {
      this.#addAsync(name, base, body, options, { resolve, reject });
    });
    outcome.catch(() => {});
    return outcome;
  }

  /** @throws {UsageError} if it is not a sporadic task, or there is none of this name */
  trigger(name: string): TriggerResult {
    const result = this.#executive.trigger(this.#clock.now(), name);
    this.#turns.stir();
    return result;
  }

  /** @throws {UsageError} if there is none of this name */
  setPriority(name: string, base: Priority): void {
    this.#executive.setPriority(this.#clock.now(), name, base);
    this.#turns.stir();
  }

  /** Its `finally` blocks run when it is its turn. False where there was nothing to cancel. */
  cancel(name: string, reason: string): boolean {
    const cancelled = this.#executive.cancel(this.#clock.now(), name, reason);
    this.#turns.stir();
    return cancelled;
  }

  /** It is not run any more, whatever it waits for; who waits for its locks has them. */
  abandon(name: string, reason: string): boolean {
    const abandoned = this.#executive.abandon(this.#clock.now(), name, reason);
    this.#turns.stir();
    return abandoned;
  }

  standing(): readonly TaskStanding[] {
    return this.#executive.standing();
  }

  /** How often the event loop gave it a turn. */
  get turns(): number {
    return this.#turns.count;
  }

  /**
   * Cancels all tasks and takes no more; those that have not ended within `grace` are abandoned.
   * The names of these. Afterwards nothing runs and no timer is left.
   */
  async stop(reason: string, grace: Duration = millis(1_000)): Promise<readonly string[]> {
    this.#executive.shutDown(this.#clock.now(), reason);
    this.#turns.stir();
    await this.#empty(grace);
    const left = this.#executive.standing().map(({ task }) => task);
    for (const name of left) this.#executive.abandon(this.#clock.now(), name, reason);
    this.#turns.stop();
    this.#tellEvents();
    return left;
  }

  #addAsync<Result>(
    name: string,
    base: Priority,
    body: AsyncBody<Result>,
    options: AsyncTaskOptions,
    outcome: Outcome<Result>,
  ): void {
    let task: AsyncTask | null = null;
    let value: { readonly of: Result } | null = null;
    const result = this.add({
      ...options,
      name,
      base,
      body: (self) => {
        task = new AsyncTask(self, this.#port(name), async (each) => {
          value = { of: await body(each) };
        });
        return task;
      },
      onCancel: (reason) => task?.cancel(reason),
      onEnd: (ending) => {
        task?.end(ending.kind === "abandoned");
        options.onEnd?.(ending);
        settle(ending, value, outcome);
      },
    });
    if (result.kind !== "added") outcome.reject(new TaskRefused(`${name}: ${result.reason}`));
  }

  #port(name: string): AsyncTaskPort {
    return {
      enter: (request) => {
        const entered = this.#executive.enter(this.#clock.now(), name, request);
        this.#turns.stir();
        return entered;
      },
      leave: (how) => {
        this.#executive.leave(this.#clock.now(), name, how);
        this.#turns.stir();
      },
    };
  }

  #empty(grace: Duration): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, grace / 1_000);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #onTurn(): void {
    this.#tellEvents();
    if (this.#executive.taskCount === 0) this.#onEmpty?.();
  }

  #tellEvents(): void {
    const events = this.#executive.drainEvents();
    if (events.length > 0) this.#onEvents(events);
  }
}

interface Outcome<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

function settle<Result>(
  ending: Ending,
  value: { readonly of: Result } | null,
  outcome: Outcome<Result>,
): void {
  switch (ending.kind) {
    case "returned":
      assert(value !== null, "a function has returned nothing");
      outcome.resolve(value.of);
      break;
    case "failed":
      outcome.reject(ending.error);
      break;
    case "cancelled":
    case "abandoned":
      outcome.reject(new TaskCancelled(ending.reason));
      break;
    default:
      unreachable(ending);
  }
}

function reasonOf(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason;
  const text = reason instanceof Error ? reason.message : String(reason);
  return text.slice(0, reasonLengthMax);
}

function throwIt(error: unknown): never {
  throw error;
}
