/**
 * A lane: a thread that does one thing at exact instants, with real-time priority where the system
 * grants it. The program's part is a module with a `tick`; between ticks the thread sleeps in the
 * kernel, to absolute deadlines, and nothing else runs there (src/host/lanes/README.md).
 *
 * What it lacks is said once, by `onTold`. Whether it lives is seen here, in the main thread: a
 * lane that hangs cannot say so.
 */
import { Worker } from "node:worker_threads";
import { UsageError, unreachable } from "../../kernel/assert.js";
import { type Duration, micros, millis } from "../../kernel/time.js";
import { MonotonicClock } from "../monotonic-clock.js";
import type { Grant } from "./grant.js";
import type { LaneData, LaneMessage } from "./lane-messages.js";
import { cpusMax, loadPosix } from "./posix.js";
import type { SharedLock } from "./shared-lock.js";
import { type LaneTelemetry, readTelemetry, telemetryBytes } from "./telemetry.js";
import { v8Level } from "./v8-threads.js";

export interface LaneOptions {
  readonly name: string;
  /** The ES module whose `tick` it runs. */
  readonly module: URL;
  /** 100 us to 1 h. */
  readonly period: Duration;
  /** SCHED_FIFO, 1 to 98: V8's threads are put one above it. */
  readonly priority: number;
  /** The only processor that it runs on; by default any. */
  readonly cpu?: number;
  /** For so long it runs its ticks with ordinary priority, while they are compiled; 500 ms. */
  readonly warmUp?: Duration;
  /**
   * It wakes so much earlier, and looks at the clock for the rest: what cold caches cost then lies
   * before the instant. By default 250 us, at most a twentieth of the period.
   */
  readonly wakeAhead?: Duration;
  /** Without a sign of life for so long it hangs; by default 10 periods, at least 1 s. */
  readonly silenceMax?: Duration;
  readonly buffers?: Readonly<Record<string, SharedArrayBuffer>>;
  readonly locks?: Readonly<Record<string, SharedLock>>;
  /** Given to every tick; a copy, as between threads. */
  readonly data?: unknown;
  /** False: it makes do without system calls, even where they are there. */
  readonly native?: boolean;
  readonly onTold: (told: LaneTold) => void;
}

export type LaneTold =
  /** It is warm. Where `reasons` is not empty it got less than was asked; told this once. */
  | { readonly kind: "granted"; readonly grant: Grant }
  /** No sign of life for so long; told once, until it is `back`. */
  | { readonly kind: "hangs"; readonly silence: Duration }
  | { readonly kind: "back" }
  /** Its thread has ended, and nobody had asked it to. */
  | { readonly kind: "ended"; readonly reason: string };

export type LaneStart =
  | { readonly ok: true; readonly lane: Lane }
  | { readonly ok: false; readonly reason: string };

/** `cut`: it did not end by itself in time, and was terminated in the middle of a tick. */
export type LaneEnd = "ended" | "cut";

export const lanePriorityMax = 98;

const periodMin = 100;
const periodMax = 3_600_000_000;
const periodsOfSilence = 10;
const silenceMin = millis(1_000);
const warmUpDefault = millis(500);
const wakeAheadDefault = 250;

/** A lane looks at least ten times a second at whether it must end; a tick may take the rest. */
const stopMax = 1_000;
/** A module that takes longer to load hangs. In milliseconds. */
const startMax = 10_000;

export class Lane {
  readonly name: string;
  readonly #options: LaneOptions;
  readonly #worker: Worker;
  readonly #control: Int32Array;
  readonly #telemetry: SharedArrayBuffer;
  readonly #clock = new MonotonicClock();
  readonly #ended: Promise<void>;
  #watch: NodeJS.Timeout | null = null;
  #grant: Grant | null = null;
  #tid: number | null = null;
  #failure: string | null = null;
  #hangs = false;
  #stopping = false;

  /** Fulfilled when its first tick is planned. @throws UsageError for options out of range */
  static async start(options: LaneOptions): Promise<LaneStart> {
    checkOptions(options);
    const lane = new Lane(options);
    const reason = await lane.#begin();
    return reason === null ? { ok: true, lane } : { ok: false, reason };
  }

  private constructor(options: LaneOptions) {
    this.name = options.name;
    this.#options = options;
    const control = new SharedArrayBuffer(4);
    this.#control = new Int32Array(control);
    this.#telemetry = new SharedArrayBuffer(telemetryBytes);
    this.#worker = new Worker(new URL("./lane-thread.js", import.meta.url), {
      workerData: laneData(options, control, this.#telemetry),
      execArgv: [],
      name: options.name,
    });
    this.#ended = new Promise((ended) => this.#worker.once("exit", () => ended()));
  }

  /** What it got; null until it is warm. */
  get grant(): Grant | null {
    return this.#grant;
  }

  /** Of its thread, as in /proc; null where there are no system calls. */
  get tid(): number | null {
    return this.#tid;
  }

  telemetry(): LaneTelemetry {
    return readTelemetry(this.#telemetry);
  }

  /** Takes at most a second and a little; stopping twice is harmless. */
  async stop(): Promise<LaneEnd> {
    this.#stopping = true;
    this.#unwatch();
    Atomics.store(this.#control, 0, 1);
    let timer: NodeJS.Timeout | undefined;
    const cut = new Promise<"cut">((late) => {
      timer = setTimeout(() => late("cut"), stopMax);
    });
    const end = await Promise.race([this.#ended.then(() => "ended" as const), cut]);
    clearTimeout(timer);
    if (end === "cut") await this.#worker.terminate();
    return end;
  }

  /** Null when it is up, or why it is not; then its thread has ended. */
  async #begin(): Promise<string | null> {
    const reason = await new Promise<string | null>((done) => {
      const timer = setTimeout(() => done("its module did not load within 10 s"), startMax);
      const finish = (answer: string | null) => {
        clearTimeout(timer);
        done(answer);
      };
      this.#worker.on("message", (message: LaneMessage) => {
        if (message.kind === "up") finish(null);
        this.#onMessage(message);
      });
      this.#worker.on("error", (error) => this.#onError(error));
      void this.#ended.then(() => finish(this.#failure ?? "its thread ended"));
    });
    if (reason !== null) {
      this.#stopping = true;
      await this.#worker.terminate();
      return reason;
    }
    void this.#ended.then(() => this.#onEnd());
    const look = Math.max(20, this.#silenceMax() / 4_000);
    this.#watch = setInterval(() => this.#lookForLife(), look).unref();
    return null;
  }

  #silenceMax(): number {
    const { silenceMax, period } = this.#options;
    return silenceMax ?? Math.max(silenceMin, periodsOfSilence * period);
  }

  #onMessage(message: LaneMessage): void {
    switch (message.kind) {
      case "up":
        this.#tid = message.tid;
        break;
      case "granted":
        this.#onGrant(message.grant);
        break;
      case "failed":
        this.#failure = message.reason;
        break;
      default:
        unreachable(message);
    }
  }

  #onGrant(grant: Grant): void {
    this.#grant = grant;
    this.#options.onTold({ kind: "granted", grant });
  }

  #onError(error: unknown): void {
    this.#failure = error instanceof Error ? error.message : String(error);
  }

  #onEnd(): void {
    this.#unwatch();
    if (this.#stopping) return;
    this.#stopping = true;
    this.#options.onTold({ kind: "ended", reason: this.#failure ?? "its thread ended" });
  }

  #unwatch(): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
  }

  #lookForLife(): void {
    const silence = this.#clock.now() - this.telemetry().beatAt;
    const hangs = silence > this.#silenceMax();
    if (hangs === this.#hangs) return;
    this.#hangs = hangs;
    this.#options.onTold(
      hangs ? { kind: "hangs", silence: silence as Duration } : { kind: "back" },
    );
  }
}

function laneData(
  options: LaneOptions,
  control: SharedArrayBuffer,
  telemetry: SharedArrayBuffer,
): LaneData {
  const { name, module, period, priority, cpu, warmUp, buffers, locks, data } = options;
  const wakeAhead =
    options.wakeAhead ?? micros(Math.min(wakeAheadDefault, Math.floor(period / 20)));
  const native = options.native ?? true;
  const result = native ? loadPosix() : { ok: false as const, reason: "it was asked for so" };
  return {
    ...{ name, href: module.href, period, warmUp: warmUp ?? warmUpDefault },
    wakeAhead,
    wish: { priority, cpu: cpu ?? null },
    v8Level,
    nativeReason: result.ok ? null : result.reason,
    ...{ control, telemetry, buffers: buffers ?? {}, locks: locks ?? {}, data },
  };
}

function checkOptions({ name, period, priority, cpu, wakeAhead = micros(0) }: LaneOptions): void {
  const refuse = (what: string) => {
    throw new UsageError(`the lane ${name}: ${what}`);
  };
  if (!Number.isInteger(priority) || priority < 1 || priority > lanePriorityMax) {
    refuse(`expected a priority from 1 to ${lanePriorityMax}, not ${priority}`);
  }
  if (!(period >= periodMin && period <= periodMax)) {
    refuse(`expected a period from 100 us to 1 h, not ${period} us`);
  }
  if (wakeAhead > period / 2) {
    refuse(`expected to wake at most half a period ahead, not ${wakeAhead} us`);
  }
  if (cpu !== undefined && !(Number.isInteger(cpu) && cpu >= 0 && cpu < cpusMax)) {
    refuse(`expected a processor from 0 to ${cpusMax - 1}, not ${cpu}`);
  }
}
