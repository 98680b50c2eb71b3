/**
 * The line to a device: frames of firmware-bridge/protocol.md over any byte stream, and a tick for
 * whoever waits for answers. It is opened again for ever; why the first attempt failed is kept for
 * whoever must say so to a person.
 */
import type { Duplex } from "node:stream";
import type { Clock } from "../../src/host/monotonic-clock.js";
import { lineRefusal } from "../../src/host/serial/line-refusal.js";
import { type LineTrouble, StreamLine } from "../../src/host/stream-line.js";
import { unreachable } from "../../src/kernel/assert.js";
import type { Instant } from "../../src/kernel/time.js";
import type { PinRefusal } from "../pin-board.js";
import { payloadBytesMax } from "./frames.js";

/** Without another word; both sides may be told another rate. */
export const defaultBaudRate = 115_200;

/** A start and a stop bit around each byte. */
const bitsPerByte = 10;

/** In milliseconds: well below the time after which an answer counts as lost. */
const tickEvery = 20;

/** A session of a device, as the line sees it. */
export interface LineSession {
  onPayload(now: Instant, payload: Uint8Array): void;
  onLineLost(now: Instant, code: string): void;
  onLineRestored(now: Instant): void;
  onLineGarbled(now: Instant, hint: string): void;
  tick(now: Instant): void;
}

export interface DeviceLineOptions {
  readonly open: () => Promise<Duplex>;
  /** Whether there is something to open; see `StreamLineOptions`. */
  readonly isThere?: () => boolean;
  readonly clock: Clock;
  readonly baudRate: number;
}

export class DeviceLine {
  readonly #options: DeviceLineOptions;
  readonly #line: StreamLine;
  #session: LineSession | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failure: unknown = null;

  constructor(options: DeviceLineOptions) {
    const { clock, baudRate } = options;
    this.#options = options;
    this.#line = new StreamLine({
      ...{ clock, payloadBytesMax, bytesPerSecond: baudRate / bitsPerByte },
      open: () => this.#open(),
      ...(options.isThere === undefined ? {} : { isThere: options.isThere }),
      onPayload: (payload) => this.#session?.onPayload(clock.now(), payload),
      onTrouble: (trouble) => this.#onTrouble(trouble),
    });
  }

  send(payload: Uint8Array): void {
    this.#line.send(payload, 1);
  }

  /**
   * Resolves when the first attempt is over.
   *
   * @returns null where there is a stream now; else why not, for a person
   */
  async start(session: LineSession): Promise<PinRefusal | null> {
    this.#session = session;
    await this.#line.open();
    if (this.#failure !== null) return lineRefusal(this.#failure);
    this.#timer = setInterval(() => session.tick(this.#options.clock.now()), tickEvery);
    // The stream itself keeps the process alive, as long as there is one.
    this.#timer.unref();
    session.tick(this.#options.clock.now());
    return null;
  }

  /** What the line did to the frames, by reasons of a board. */
  counts(): readonly (readonly [string, number])[] {
    const counts = this.#line.counts();
    return [
      ["line-too-long", counts.tooLong],
      ["line-no-cobs", counts.malformed],
      ["line-bad-checksum", counts.badChecksum],
      ["line-dropped", counts.dropped],
      ["line-failed", counts.failed],
      ["line-openings", counts.openings],
    ];
  }

  /** For a person who waits for a device that says nothing. */
  get whatCame(): string {
    const { frames, tooLong, malformed, badChecksum } = this.#line.counts();
    if (frames > badChecksum) return "whole frames came, and no hello: is it one of ours?";
    const noise = tooLong + malformed + badChecksum;
    if (noise > 0) return `only noise came (${noise} times): is the baud rate right?`;
    return "nothing came: is it flashed, powered, and on this port?";
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#session = null;
    await this.#line.close();
  }

  async #open(): Promise<Duplex> {
    try {
      const stream = await this.#options.open();
      this.#failure = null;
      return stream;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  #onTrouble(trouble: LineTrouble): void {
    const now = this.#options.clock.now();
    switch (trouble.kind) {
      case "line-lost":
        this.#session?.onLineLost(now, trouble.code);
        break;
      case "line-restored":
        this.#session?.onLineRestored(now);
        break;
      case "line-garbled":
        this.#session?.onLineGarbled(now, trouble.hint);
        break;
      default:
        unreachable(trouble);
    }
  }
}
