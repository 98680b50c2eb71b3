/**
 * Runs versions in threads or processes and lets the machine of src/voting/n-version judge them: a
 * host like the live loop, for one machine and its workers. It keeps the host's promises of
 * src/kernel/machine.ts and adds no rules of its own.
 *
 * When it wakes for a deadline it first takes in what has arrived: if this thread was late, the
 * versions were not.
 */
import { unreachable } from "../../kernel/assert.js";
import { type Timeout, timeout } from "../../kernel/machine.js";
import { due } from "../../kernel/time.js";
import { NVersion } from "../../voting/n-version/n-version.js";
import type { NVersionOptions } from "../../voting/n-version/options.js";
import type {
  NVersionInput,
  NVersionOutput,
  NVersionResult,
  VersionEvent,
  VersionStanding,
} from "../../voting/n-version/ports.js";
import type { PlainValue } from "../../voting/structured/plain-value.js";
import type { Clock } from "../monotonic-clock.js";
import { WakeTimer } from "../wake-timer.js";
import type { VersionWorker, WorkerEvent } from "./version-worker.js";

/** A call that no version was asked; shaped as a result without a value. */
export interface CallRefusal {
  readonly refused: "queue-full" | "closed";
  readonly value: null;
  readonly status: "insufficient";
  /** For people. */
  readonly text: string;
}

export type CallResult = (NVersionResult & { readonly refused: null }) | CallRefusal;

/**
 * When a call is answered. `settled`: as soon as the value can no longer change; it is `degraded`
 * where some were not heard yet, and names them as pending. `closed`: when all were heard, or the
 * deadline has come.
 */
export type AnswerWhen = "settled" | "closed";

export interface RunnerOptions {
  readonly clock: Clock;
  readonly machine: NVersionOptions;
  /** Calls that wait for the one before; at this many another is refused. */
  readonly waitingMax: number;
  readonly answerWhen: AnswerWhen;
  readonly onEvent: (event: VersionEvent) => void;
}

type StepInput = NVersionInput | Timeout;

interface Call {
  readonly call: number;
  readonly input: PlainValue;
  readonly resolve: (result: CallResult) => void;
}

export class Runner {
  readonly #options: RunnerOptions;
  readonly #machine: NVersion;
  readonly #timer: WakeTimer;
  #workers: ReadonlyMap<string, VersionWorker> = new Map();
  readonly #waiting: Call[] = [];
  #open: Call | null = null;
  #calls = 0;
  #isClosed = false;

  /** @throws UsageError for options that make no machine */
  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#machine = new NVersion(options.machine);
    this.#timer = new WakeTimer(options.clock, () => this.#wake());
  }

  /** The workers tell `take` what they see. All are ready. */
  begin(workers: readonly VersionWorker[]): void {
    this.#workers = new Map(workers.map((worker) => [worker.name, worker]));
  }

  /** @param input read already, so it is plain */
  call(input: PlainValue): Promise<CallResult> {
    if (this.#isClosed) return Promise.resolve(refusal("closed"));
    if (this.#waiting.length >= this.#options.waitingMax) {
      return Promise.resolve(refusal("queue-full"));
    }
    this.#calls += 1;
    const call = this.#calls;
    return new Promise((resolve) => {
      this.#waiting.push({ call, input, resolve });
      this.#next();
      this.#timer.set(this.#machine.deadline());
    });
  }

  take(version: string, event: WorkerEvent): void {
    if (this.#isClosed) return;
    switch (event.kind) {
      case "ready":
      case "answered":
      case "failed":
      case "died":
        this.#feed({ ...event, version });
        break;
      case "refused": {
        // It will not end by itself where the module has left something running.
        void this.#workers.get(version)?.stop();
        this.#feed({ kind: "died", version, reason: "exited", message: event.message });
        break;
      }
      default:
        unreachable(event);
    }
  }

  release(version: string): void {
    if (!this.#isClosed) this.#feed({ kind: "release", version });
  }

  standing(): readonly VersionStanding[] {
    return this.#machine.standing();
  }

  /** Fulfilled when every worker has ended. Calls without a result are refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer.set(null);
    const unanswered = this.#open === null ? this.#waiting : [this.#open, ...this.#waiting];
    for (const { resolve } of unanswered) resolve(refusal("closed"));
    this.#waiting.length = 0;
    this.#open = null;
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
  }

  /** Threads' answers are at hand; those of processes the loop reads before its next turn. */
  #wake(): void {
    setImmediate(() => {
      for (const worker of this.#workers.values()) worker.drain();
      if (this.#isClosed) return;
      if (due(this.#machine.deadline(), this.#options.clock.now())) this.#feed(timeout);
      else this.#timer.set(this.#machine.deadline());
    });
  }

  #feed(input: StepInput): void {
    this.#step(input);
    this.#next();
    this.#timer.set(this.#machine.deadline());
  }

  /** The next call waits until nobody is waited for in the one before. */
  #next(): void {
    while (this.#open === null) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#open = next;
      this.#step({ kind: "call", call: next.call, input: next.input });
    }
  }

  #step(input: StepInput): void {
    const outputs = this.#machine.step(this.#options.clock.now(), input);
    for (const output of outputs) this.#carry(output);
  }

  #carry(output: NVersionOutput): void {
    switch (output.kind) {
      case "run":
        this.#workers.get(output.version)?.run(output.call, output.input);
        break;
      case "result":
        if (this.#options.answerWhen === "settled") this.#answer(output.result);
        break;
      case "closed":
        // Without effect on a promise that was fulfilled by the result.
        this.#answer(output.result);
        this.#open = null;
        break;
      case "stop":
        void this.#workers.get(output.version)?.stop();
        break;
      case "restart":
        this.#workers.get(output.version)?.start();
        break;
      case "report": {
        // In a turn of its own: what it throws is the user's, and must not break this step.
        const { event } = output;
        setImmediate(() => this.#options.onEvent(event));
        break;
      }
      default:
        unreachable(output);
    }
  }

  #answer(result: NVersionResult): void {
    this.#open?.resolve({ ...result, refused: null });
  }
}

function refusal(refused: CallRefusal["refused"]): CallRefusal {
  const why = refused === "closed" ? "the runner is closed" : "too many calls wait already";
  return { refused, value: null, status: "insufficient", text: `not asked: ${why}` };
}
