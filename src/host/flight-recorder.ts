/**
 * The flight recorder: writes every step of the machine to a file, so that it can be stepped
 * through again at the desk (src/replay). It never holds the loop up: lines wait in a bounded
 * buffer, are written behind the loop's back, and at every limit the recorder ends, says why, and
 * stays ended.
 *
 * It keeps the first `bytesMax` bytes from the start, not the last: a machine can only be replayed
 * from its beginning. Each start has a file of its own, and old files make room (see
 * recording-folder.ts), so what came before a crash is there after it.
 *
 * The rate is limited because flash cards wear out, and because anybody who floods the port would
 * otherwise choose what we write.
 */
import { writeSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { assert } from "../kernel/assert.js";
import type { Instant } from "../kernel/time.js";
import type { NodeOutput } from "../node/ports.js";
import type { StepInput, StepRecorder } from "./loop.js";
import type { RecordingFile } from "./recording-folder.js";
import { TokenBucket } from "./token-bucket.js";

export type RecorderEnd = "full" | "too-fast" | "disk" | "stopped" | "failed";

/** Makes the lines; `RecordingEncoder` of src/replay is one. */
export interface StepEncoder {
  /** The first line. */
  readonly header: string;
  step(at: Instant, input: StepInput, outputs: readonly NodeOutput[]): string;
  threw(at: Instant, input: StepInput, error: unknown): string;
  end(at: Instant, reason: RecorderEnd): string;
}

export interface RecorderOptions {
  readonly now: Instant;
  readonly file: RecordingFile;
  readonly encoder: StepEncoder;
  readonly bytesMax: number;
  readonly bytesPerSecondMax: number;
  readonly onEnd: (reason: RecorderEnd, message: string | null) => void;
}

export interface RecorderStatus {
  readonly file: string;
  readonly state: "recording" | RecorderEnd;
  /** Written or about to be. */
  readonly bytes: number;
  readonly steps: number;
}

/** Lines that wait for the disk; at so many bytes it counts as too slow, and the recording ends. */
const waitingBytesMax = 1_048_576;

/** How much of the rate may come at once, in seconds: a start is busier than what follows. */
const burstSeconds = 4;

/**
 * Lines are gathered for so long, in milliseconds; a power cut costs that much of the recording.
 */
const gatherMillis = 100;

/** Kept free for the last line. */
const endBytes = 64;

export class FlightRecorder implements StepRecorder {
  readonly #options: RecorderOptions;
  readonly #handle: FileHandle;
  readonly #bucket: TokenBucket;
  readonly #timer: NodeJS.Timeout;
  #state: RecorderStatus["state"] = "recording";
  #lines: string[] = [];
  #waitingBytes = 0;
  /** Where the next write goes: writes have places of their own, and cannot overtake each other. */
  #position = 0;
  #steps = 0;
  #writing: Promise<void> | null = null;
  /** What `#writing` is about: a process that ends before it is written writes it again. */
  #underway: { readonly chunk: Buffer; readonly position: number } | null = null;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#handle = options.file.handle;
    const { now, bytesPerSecondMax: perSecond } = options;
    this.#bucket = new TokenBucket({ now, perSecond, burst: burstSeconds * perSecond });
    this.#timer = setInterval(() => this.#flush(), gatherMillis).unref();
    this.#put(options.encoder.header);
  }

  step(at: Instant, input: StepInput, outputs: readonly NodeOutput[]): void {
    if (this.#state !== "recording") return;
    this.#append(at, this.#options.encoder.step(at, input, outputs));
  }

  /**
   * The machine threw: the process is about to end, so all of it is in the file at return. A write
   * that is handed to the pool may never be made then, and is not waited for.
   */
  threw(at: Instant, input: StepInput, error: unknown): void {
    if (this.#state !== "recording") return;
    this.#append(at, this.#options.encoder.threw(at, input, error));
    const hadRoom = this.#state === "recording";
    if (hadRoom) this.#conclude(at, "failed");
    this.#flushSync();
    if (hadRoom) this.#options.onEnd("failed", null);
  }

  status(): RecorderStatus {
    const bytes = this.#position + this.#waitingBytes;
    return { file: this.#options.file.path, state: this.#state, bytes, steps: this.#steps };
  }

  /** Ends the recording and waits for the disk. Closing twice is harmless. */
  async close(at: Instant): Promise<void> {
    this.#end(at, "stopped", null);
    while (this.#writing !== null) await this.#writing;
    await this.#handle.close();
  }

  #append(at: Instant, line: string): void {
    const { bytesMax } = this.#options;
    const bytes = this.#position + this.#waitingBytes;
    if (bytes + line.length > bytesMax - endBytes) this.#end(at, "full", null);
    else if (!this.#bucket.take(at, line.length)) this.#end(at, "too-fast", null);
    else if (this.#waitingBytes + line.length > waitingBytesMax) this.#end(at, "disk", "too slow");
    else {
      this.#put(line);
      this.#steps += 1;
    }
  }

  #put(line: string): void {
    this.#lines.push(line);
    this.#waitingBytes += line.length;
  }

  #end(at: Instant, reason: RecorderEnd, message: string | null): void {
    if (this.#state !== "recording") return;
    this.#conclude(at, reason);
    this.#flush();
    this.#options.onEnd(reason, message);
  }

  #conclude(at: Instant, reason: RecorderEnd): void {
    this.#state = reason;
    clearInterval(this.#timer);
    this.#put(this.#options.encoder.end(at, reason));
  }

  /** One write at a time; what comes meanwhile is gathered for the next. */
  #flush(): void {
    if (this.#writing !== null || this.#lines.length === 0) return;
    this.#writing = this.#write(this.#takeLines()).finally(() => {
      this.#writing = null;
      this.#underway = null;
      if (this.#state !== "recording") this.#flush();
    });
  }

  async #write(chunk: Buffer): Promise<void> {
    const position = this.#position;
    this.#position += chunk.length;
    this.#underway = { chunk, position };
    try {
      const { bytesWritten } = await this.#handle.write(chunk, 0, chunk.length, position);
      if (bytesWritten < chunk.length) this.#giveUp(new Error("the disk is full"));
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #flushSync(): void {
    const chunk = this.#takeLines();
    const { fd } = this.#handle;
    try {
      if (this.#underway !== null) {
        const { chunk: again, position } = this.#underway;
        writeSync(fd, again, 0, again.length, position);
      }
      writeSync(fd, chunk, 0, chunk.length, this.#position);
      this.#position += chunk.length;
    } catch {
      // The failure that made us hurry is told; a disk that fails as well cannot hold it up.
    }
  }

  #takeLines(): Buffer {
    const chunk = Buffer.from(this.#lines.join(""), "latin1");
    assert(chunk.length === this.#waitingBytes, "a line of the recording is not ASCII");
    this.#lines = [];
    this.#waitingBytes = 0;
    return chunk;
  }

  /** The disk refused: nothing more is tried on it. */
  #giveUp(error: unknown): void {
    const told = this.#state !== "recording";
    this.#state = "disk";
    clearInterval(this.#timer);
    this.#lines = [];
    this.#waitingBytes = 0;
    if (!told) this.#options.onEnd("disk", String(error));
  }
}
