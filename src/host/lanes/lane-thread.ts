/**
 * The thread of one lane. It runs nothing but ticks: no event loop turns here once they begin, so
 * all that goes in or out is in shared memory.
 *
 * The first ticks run with ordinary priority, while the engine compiles what they do: a thread that
 * compiles as SCHED_FIFO keeps others from running, for nothing.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type Grant, grantless, obtain } from "./grant.js";
import { KernelPriority } from "./kernel-priority.js";
import { type LaneClock, laneClock } from "./lane-clock.js";
import type { LaneLock } from "./lane-lock.js";
import type { LaneData, LaneMessage } from "./lane-messages.js";
import { loadPosix, type Posix } from "./posix.js";
import { openLock } from "./shared-lock.js";
import { TelemetryWriter } from "./telemetry.js";
import type { LaneModule, TickContext } from "./tick-context.js";
import { TickPlan } from "./tick-plan.js";
import { raiseV8Threads } from "./v8-threads.js";

/** A sleep goes on for at most so long without a look at whether the lane must end. */
const napMax = 100_000;

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

class LaneThread {
  readonly #data: LaneData;
  readonly #posix: Posix | null;
  readonly #clock: LaneClock;
  readonly #control: Int32Array;
  readonly #telemetry: TelemetryWriter;
  readonly #tick: LaneModule["tick"];
  readonly #context: Writable<TickContext>;
  readonly #locks: Readonly<Record<string, LaneLock>>;

  constructor(data: LaneData, module: LaneModule, posix: Posix | null) {
    this.#data = data;
    this.#posix = posix;
    this.#clock = laneClock(posix);
    this.#control = new Int32Array(data.control);
    this.#telemetry = new TelemetryWriter(data.telemetry);
    this.#tick = module.tick;
    const opened = Object.entries(data.locks).map(([name, lock]) => [name, openLock(lock)]);
    this.#locks = Object.fromEntries(opened);
    const priority = KernelPriority.ofThisThread(posix);
    const { buffers } = data;
    const times = { tick: 0, planned: 0, woken: 0 };
    this.#context = { ...times, buffers, locks: this.#locks, data: data.data, priority };
  }

  run(): void {
    tell({ kind: "up", tid: this.#posix?.gettid() ?? null });
    const { warmUp, period } = this.#data;
    const plan = new TickPlan(this.#clock.now() + period, period);
    this.#enter("warming");
    if (!this.#runUntil(plan, plan.planned + warmUp)) return;
    this.#raise();
    this.#enter("running");
    this.#runUntil(plan, Number.POSITIVE_INFINITY);
  }

  /** Before the thread is taken down: that is nobody's real-time work. */
  end(): void {
    this.#enter("ended");
    if (this.#posix !== null) this.#posix.setPriority(this.#posix.gettid(), 0);
  }

  #enter(stage: "warming" | "running" | "ended"): void {
    this.#telemetry.enter(stage, this.#clock.now());
  }

  #raise(): void {
    const grant = this.#obtain();
    const [refusal = null] = grant.reasons;
    const denied = grant.priority > 0 ? null : refusal;
    this.#context.priority = KernelPriority.ofThisThread(this.#posix, grant.priority, denied);
    tell({ kind: "granted", grant });
  }

  #obtain(): Grant {
    const { wish, nativeReason } = this.#data;
    const posix = this.#posix;
    if (posix === null) return grantless(wish, nativeReason ?? "there are no system calls");
    const v8 = raiseV8Threads(posix, wish.priority + 1, this.#data.v8Level);
    const grant = obtain(posix, posix.gettid(), wish);
    // Where the lane itself may not be raised, that is the one reason to give.
    const reasons = v8 === null || grant.priority === 0 ? [] : [v8];
    return { ...grant, reasons: [...grant.reasons, ...reasons] };
  }

  /** False when it was told to end. What it does in a tick makes no garbage. */
  #runUntil(plan: TickPlan, end: number): boolean {
    const context = this.#context;
    const skippedBefore = plan.skipped;
    while (plan.planned < end) {
      if (!this.#sleepUntil(plan.planned)) return false;
      const woken = this.#clock.now();
      context.tick = plan.tick;
      context.planned = plan.planned;
      context.woken = woken;
      const answer: unknown = this.#tick(context);
      if (answer !== undefined) throw new Error(answerRefused(answer));
      const late = woken - plan.planned;
      const now = this.#clock.now();
      plan.ended(now);
      this.#telemetry.ticked(now, late, plan.skipped - skippedBefore);
    }
    return true;
  }

  /** In naps, for a thread that sleeps in the kernel hears nothing. False: it must end. */
  #sleepUntil(at: number): boolean {
    for (;;) {
      if (Atomics.load(this.#control, 0) !== 0) return false;
      const now = this.#clock.now();
      if (at - now <= napMax) {
        this.#clock.sleepUntil(at - this.#data.wakeAhead);
        while (this.#clock.now() < at);
        return Atomics.load(this.#control, 0) === 0;
      }
      this.#telemetry.beat(now);
      this.#clock.sleepUntil(now + napMax);
    }
  }
}

const answerRefused = (answer: unknown): string =>
  answer instanceof Promise
    ? "its tick answered with a promise: nothing runs in a lane between ticks"
    : "its tick answered with a value: expected none";

function tell(message: LaneMessage): void {
  parentPort?.postMessage(message);
}

async function loadTick(href: string): Promise<LaneModule> {
  const module = (await import(href)) as Partial<LaneModule>;
  if (typeof module.tick !== "function") {
    throw new Error(`${href} exports no function tick(context)`);
  }
  return module as LaneModule;
}

async function serve(data: LaneData): Promise<void> {
  const posix = data.nativeReason === null ? loadPosix() : null;
  let thread: LaneThread | null = null;
  try {
    const module = await loadTick(data.href);
    thread = new LaneThread(data, module, posix?.ok === true ? posix.posix : null);
    thread.run();
  } catch (error) {
    tell({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
  thread?.end();
}

await serve(workerData as LaneData);
