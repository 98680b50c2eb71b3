/**
 * A watchdog device for machines that have none, or whose own must not be touched: a thread of this
 * process that kills it when it was not petted for too long, also when the program is in an endless
 * loop. Whoever started the process starts it again; the board itself is not reset.
 *
 * Like hardware it counts true time: a process that was stopped (SIGSTOP) for longer than the
 * timeout is bitten when it continues. It does not help against a kernel that hangs: see docs for
 * real ones.
 */
import { Worker } from "node:worker_threads";
import { type Duration, micros } from "../../kernel/time.js";
import type { DogEvidenceData } from "../evidence/dog-evidence.js";
import type { DogData } from "./dog-thread.js";
import { Patience } from "./patience.js";
import type { WatchdogDevice } from "./watchdog-device.js";

export interface ThreadWatchdogOptions {
  readonly timeout: Duration;
  readonly name: string;
  /** The thread died: nobody watches any more. */
  readonly onFailure: (error: Error) => void;
  /** What it writes down before it bites; nothing where it is null or absent. */
  readonly evidence?: DogEvidenceData | null;
}

/** The dog needs little: it has no work but to sleep. */
const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 };

export class ThreadWatchdog implements WatchdogDevice {
  readonly name = "thread";
  readonly identity = null;
  /** A store to memory cannot fail. */
  readonly failures = 0;
  readonly timeout: Duration;
  readonly #patience: Patience;
  readonly #worker: Worker;
  #pets = 0;
  #closed = false;

  private constructor(timeout: Duration, patience: Patience, worker: Worker) {
    this.timeout = timeout;
    this.#patience = patience;
    this.#worker = worker;
  }

  /** Armed when the promise is fulfilled; the first timeout runs from then. */
  static async arm(options: ThreadWatchdogOptions): Promise<ThreadWatchdog> {
    const { timeout, name, onFailure, evidence = null } = options;
    const patience = new Patience();
    const data: DogData = { buffer: patience.buffer, timeout: timeout / 1_000, name, evidence };
    const file = new URL("./dog-thread.js", import.meta.url);
    const worker = new Worker(file, { workerData: data, resourceLimits, execArgv: [] });
    await new Promise<void>((resolve, reject) => {
      // Not `online`: that comes before its files are read, and a card that stalls may keep them.
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    worker.on("error", onFailure);
    worker.unref();
    patience.pet();
    return new ThreadWatchdog(timeout, patience, worker);
  }

  get pets(): number {
    return this.#pets;
  }

  timeLeft(): Duration {
    return micros(Math.max(0, this.timeout - Math.round(this.#patience.sincePet() * 1_000)));
  }

  pet(): void {
    if (this.#closed) return;
    this.#pets += 1;
    this.#patience.pet();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#patience.callOff();
    await this.#worker.terminate();
  }
}
