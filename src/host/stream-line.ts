/**
 * One byte stream that carries frames: a serial line, a pipe, a radio modem. What is sent is held
 * back to the rate of the line, so that a full line drops the oldest frames here, and not whatever
 * a driver's buffer of unknown size likes. A stream that ends or fails is opened again, for ever,
 * with longer and longer waits in between.
 *
 * Only a handful of bytes is given to the stream ahead of time, as much as the line sends in
 * `aheadMax`: enough that it does not stand idle because a timer of Node's was late.
 */
import type { Duplex } from "node:stream";
import { assert } from "../kernel/assert.js";
import { type Duration, millis, seconds } from "../kernel/time.js";
import { type ByteStreamCounts, ByteStreamReader, toByteStream } from "../wire/byte-stream.js";
import { LineQueue } from "./line-queue.js";
import type { Clock } from "./monotonic-clock.js";
import { ReasonCounts } from "./reason-counts.js";
import { systemCode } from "./udp-socket.js";

export interface StreamLineOptions {
  /** Opens the stream, again and again; rejects where there is none just now. */
  readonly open: () => Promise<Duplex>;
  /**
   * Whether there is something to open, where that can be seen without opening it. It is asked so
   * often (`lookAfter`) that it must cost nothing; when it turns true the wait is cut short.
   */
  readonly isThere?: () => boolean;
  /** What the line carries: a tenth of its baud rate, with a start and a stop bit a byte. */
  readonly bytesPerSecond: number;
  readonly payloadBytesMax: number;
  readonly clock: Clock;
  readonly onPayload: (bytes: Uint8Array) => void;
  readonly onTrouble: (trouble: LineTrouble) => void;
}

export type LineTrouble =
  /** Told once, however often opening it again fails. */
  | { readonly kind: "line-lost"; readonly code: string; readonly detail?: string }
  | { readonly kind: "line-restored" }
  /** So many bytes came that make no frame, and no frame between them. Told once an opening. */
  | { readonly kind: "line-garbled"; readonly garbageBytes: number; readonly hint: string };

/** Noise at the opening is a few bytes, and half a frame at most a whole one. */
export const garbageTold = 512;

const garbageHint = "is the rate the same at both ends, and are ground and both wires connected?";

/** The line is given so much more than it has sent. */
export const aheadMax: Duration = millis(2);

/** The first wait before a stream is opened again; it doubles up to the last. */
export const reopenAfter: Duration = millis(100);
export const reopenAfterMax: Duration = seconds(5);

/** Between two looks whether there is a stream again. */
export const lookAfter: Duration = millis(100);

/** A stream that was asked to close is not waited for any longer. */
const closeWaitMs = 1_000;

export interface LineCounts extends ByteStreamCounts {
  /** Payloads that were given to the stream, once per target. */
  readonly sent: number;
  /** Those that made room for newer ones, or were sent after the close; once per target. */
  readonly dropped: number;
  /** Those for which there was no open stream, once per target. */
  readonly failed: number;
  /** How often it was opened. */
  readonly openings: number;
  /** How often an open stream was lost, by the code of the reason. */
  readonly losses: Readonly<Record<string, number>>;
  /** How often it could not be opened, by the code of the reason. */
  readonly refusals: Readonly<Record<string, number>>;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly targets: number;
}

export class StreamLine {
  readonly #options: StreamLineOptions;
  readonly #reader: ByteStreamReader;
  readonly #queue = new LineQueue<Waiting>();
  readonly #losses = new ReasonCounts();
  readonly #refusals = new ReasonCounts();
  #stream: Duplex | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #lost = false;
  #reopenAfter: number = reopenAfter;
  #openedAt = 0;
  /** When it is opened again, whether something is seen there or not. */
  #retryAt = 0;
  #wasThere = true;
  /** What the reader had counted as garbage at the last whole frame. */
  #garbageBefore = 0;
  #garbledTold = false;
  /** When the line will have sent what it was given, in microseconds. */
  #idleAt = 0;
  #mustDrain = false;
  #sent = 0;
  #failed = 0;
  #dropped = 0;
  #openings = 0;

  constructor(options: StreamLineOptions) {
    assert(options.bytesPerSecond > 0, "a line that carries nothing");
    this.#options = options;
    this.#reader = new ByteStreamReader(options.payloadBytesMax);
  }

  /** Resolves when the first attempt is over, and never rejects: a line may come later. */
  async open(): Promise<void> {
    try {
      this.#begin(await this.#options.open());
    } catch (error) {
      this.#onLoss(null, error);
    }
  }

  /**
   * @param targets how many are to hear it: for the counts alone
   * @param rank 0 goes first; see line-queue.ts
   */
  send(payload: Uint8Array, targets: number, rank = 0): void {
    if (this.#closed) this.#dropped += targets;
    else if (this.#stream === null) this.#failed += targets;
    else {
      const bytes = toByteStream(payload, this.#options.payloadBytesMax);
      this.#dropped += this.#queue.push({ bytes, targets }, rank)?.targets ?? 0;
    }
    this.#pump();
  }

  get isOpen(): boolean {
    return this.#stream !== null;
  }

  counts(): LineCounts {
    return {
      ...this.#reader.counts(),
      sent: this.#sent,
      dropped: this.#dropped,
      failed: this.#failed,
      openings: this.#openings,
      losses: this.#losses.all(),
      refusals: this.#refusals.all(),
    };
  }

  /** Nothing is received afterwards; what waited is dropped, and no stream is opened any more. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#clearTimer();
    this.#dropped += this.#emptyQueue();
    const stream = this.#stream;
    this.#stream = null;
    if (stream !== null) await ended(stream);
  }

  #begin(stream: Duplex): void {
    // An error that comes after the end must not bring the process down.
    stream.on("error", (error) => this.#onLoss(stream, error));
    if (this.#closed) {
      stream.destroy();
      return;
    }
    this.#stream = stream;
    this.#openings += 1;
    this.#mustDrain = false;
    this.#openedAt = this.#options.clock.now();
    this.#garbageBefore = this.#reader.garbageBytes;
    this.#garbledTold = false;
    stream.on("data", (bytes: unknown) => this.#onData(stream, bytes));
    stream.on("drain", () => this.#onDrain(stream));
    stream.on("end", () => this.#onLoss(stream, "ended"));
    stream.on("close", () => this.#onLoss(stream, "closed"));
    if (stream.destroyed) this.#onLoss(stream, "closed");
    if (this.#lost && this.#stream !== null) this.#options.onTrouble({ kind: "line-restored" });
    if (this.#stream !== null) this.#lost = false;
  }

  #onData(stream: Duplex, bytes: unknown): void {
    if (stream !== this.#stream || !(bytes instanceof Uint8Array)) return;
    const payloads = this.#reader.push(bytes);
    this.#watchGarbage(payloads.length > 0);
    for (const payload of payloads) {
      // A receiver may close the line at any frame.
      if (!this.#closed) this.#options.onPayload(payload);
    }
  }

  #watchGarbage(framed: boolean): void {
    const { garbageBytes } = this.#reader;
    if (framed) this.#garbageBefore = garbageBytes;
    const since = garbageBytes - this.#garbageBefore;
    if (since < garbageTold || this.#garbledTold) return;
    this.#garbledTold = true;
    this.#options.onTrouble({ kind: "line-garbled", garbageBytes: since, hint: garbageHint });
  }

  /**
   * @param stream the one that was lost; null where none could be opened
   * @param reason an error, or a word
   */
  #onLoss(stream: Duplex | null, reason: unknown): void {
    if (this.#closed || stream !== this.#stream) return;
    const code = typeof reason === "string" ? reason : systemCode(reason);
    (stream === null ? this.#refusals : this.#losses).add(code);
    this.#stream = null;
    stream?.destroy();
    this.#clearTimer();
    this.#failed += this.#emptyQueue();
    const now = this.#options.clock.now();
    if (stream !== null && now - this.#openedAt >= reopenAfterMax) this.#reopenAfter = reopenAfter;
    this.#retryAt = now + this.#reopenAfter;
    this.#reopenAfter = Math.min(2 * this.#reopenAfter, reopenAfterMax);
    this.#wasThere = this.#isThere();
    this.#waitToReopen(now);
    if (this.#lost) return;
    this.#lost = true;
    const detail = reason instanceof Error ? { detail: reason.message } : {};
    this.#options.onTrouble({ kind: "line-lost", code, ...detail });
  }

  #isThere(): boolean {
    return this.#options.isThere?.() ?? true;
  }

  #waitToReopen(now: number): void {
    const left = Math.max(0, this.#retryAt - now);
    const wait = this.#options.isThere === undefined ? left : Math.min(left, lookAfter);
    this.#timer = setTimeout(() => this.#look(), Math.ceil(wait / 1_000));
  }

  /** What has come back is opened at once, and as often as what was lost just now. */
  #look(): void {
    this.#timer = null;
    const isThere = this.#isThere();
    const isBack = isThere && !this.#wasThere;
    this.#wasThere = isThere;
    if (isBack) this.#reopenAfter = reopenAfter;
    const now = this.#options.clock.now();
    if (isBack || now >= this.#retryAt) void this.open();
    else this.#waitToReopen(now);
  }

  #onDrain(stream: Duplex): void {
    if (stream !== this.#stream) return;
    this.#mustDrain = false;
    this.#pump();
  }

  /** How many targets will not hear what waited for them. */
  #emptyQueue(): number {
    let targets = 0;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      targets += next.targets;
    }
    return targets;
  }

  #pump(): void {
    while (this.#stream !== null && !this.#mustDrain && this.#queue.length > 0) {
      const wait = this.#idleAt - aheadMax - this.#options.clock.now();
      if (wait > 0) {
        this.#pumpLater(wait);
        return;
      }
      const next = this.#queue.shift();
      if (next !== undefined) this.#write(this.#stream, next);
    }
  }

  #pumpLater(wait: number): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = null;
        this.#pump();
      },
      Math.ceil(wait / 1_000),
    );
  }

  #write(stream: Duplex, { bytes, targets }: Waiting): void {
    const begins = Math.max(this.#idleAt, this.#options.clock.now());
    this.#idleAt = begins + (bytes.length * 1_000_000) / this.#options.bytesPerSecond;
    this.#sent += targets;
    this.#mustDrain = !stream.write(bytes);
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** Destroys a stream, and waits until it says that it has given back what it held. */
function ended(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, closeWaitMs);
    stream.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    stream.destroy();
  });
}
