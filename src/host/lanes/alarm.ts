/**
 * The main thread's end of the alarm: a deadline may be set, and `ring` is called when it has come,
 * or a little before. Everything goes through shared memory, so setting a deadline costs no message
 * and mostly no system call.
 */
import { Worker } from "node:worker_threads";
import type { AlarmData, AlarmMessage } from "./alarm-thread.js";
import { AlarmWords, never } from "./alarm-words.js";
import type { Grant, RealtimeWish } from "./grant.js";
import { futexOps, type Posix } from "./posix.js";

export interface AlarmOptions {
  readonly posix: Posix;
  readonly wish: RealtimeWish;
  /** How much earlier than the deadline it rings, in microseconds. */
  readonly lead: number;
  /** Its thread has ended, and nobody had asked it to. */
  readonly onFailure: (reason: string) => void;
}

export type AlarmStart =
  | { readonly ok: true; readonly alarm: Alarm; readonly grant: Grant }
  | { readonly ok: false; readonly reason: string };

/** The thread needs little: it has no work but to sleep. */
const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 };

export class Alarm {
  readonly #words: AlarmWords;
  readonly #posix: Posix;
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  #closed = false;
  #failed = false;
  #ring: () => void = () => {};

  static async start(options: AlarmOptions): Promise<AlarmStart> {
    const { posix, wish, lead, onFailure } = options;
    const words = new AlarmWords();
    words.setDeadline(never);
    const workerData: AlarmData = { buffer: words.buffer, wish, lead };
    const file = new URL("./alarm-thread.js", import.meta.url);
    const worker = new Worker(file, { workerData, resourceLimits, execArgv: [] });
    const message = await new Promise<AlarmMessage>((told) => {
      worker.once("message", told);
      worker.once("error", (error) => told({ kind: "failed", reason: String(error) }));
    });
    if (message.kind === "failed") return { ok: false, reason: message.reason };
    const alarm = new Alarm(posix, words, worker, onFailure);
    return { ok: true, alarm, grant: message.grant };
  }

  private constructor(
    posix: Posix,
    words: AlarmWords,
    worker: Worker,
    onFailure: AlarmOptions["onFailure"],
  ) {
    this.#posix = posix;
    this.#words = words;
    this.#worker = worker;
    this.#ended = new Promise((ended) => worker.once("exit", () => ended()));
    let reason = "it returned";
    worker.on("error", (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    void this.#ended.then(() => {
      if (this.#closed) return;
      this.#failed = true;
      onFailure(reason);
    });
    worker.unref();
    this.#listen();
  }

  /** Its thread has ended, and nothing will ring any more. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Replaces who was called before. */
  onRing(ring: () => void): void {
    this.#ring = ring;
  }

  /** @param at in microseconds of CLOCK_MONOTONIC; null for none */
  set(at: number | null): void {
    if (!this.#words.setDeadline(at ?? never)) return;
    this.#posix.futex(this.#words.sequenceWord, futexOps.wake, 1);
  }

  async close(): Promise<void> {
    this.#closed = true;
    // Or the process would end in the middle, with nothing left to wait for.
    this.#worker.ref();
    this.#words.end();
    this.#posix.futex(this.#words.sequenceWord, futexOps.wake, 1);
    await this.#ended;
    // Frees the promise that waits for the next ring.
    this.#words.ring();
  }

  /** From ring to ring. Rings that come while one is served are one. */
  #listen(): void {
    if (this.#closed) return;
    const seen = this.#words.rung;
    const next = this.#words.nextRing(seen);
    void (next ?? Promise.resolve()).then(() => {
      this.#listen();
      if (!this.#closed) this.#ring();
    });
  }
}
