/**
 * The line to a board with Firmata: opened, greeted, and when it is lost opened again for ever,
 * with longer and longer waits. A lost port shows as a plain `close` of its stream (firmata-io
 * waits for a sign that serialport no longer gives), so the stream itself is watched here.
 */
import type { Duplex } from "node:stream";
import { lineRefusal } from "../../src/host/serial/line-refusal.js";
import { reopenAfter, reopenAfterMax } from "../../src/host/stream-line.js";
import { type Duration, seconds } from "../../src/kernel/time.js";
import type { PinRefusal, PinRefusalReason } from "../pin-board.js";
import { FirmataClient, type FirmataFacts, type LoadedFirmata } from "./firmata-client.js";
import type { FirmataMessage, GuardCounts } from "./firmata-guard.js";

export interface FirmataLinkOptions {
  /** For messages: the path of the port, or what it is. */
  readonly name: string;
  readonly open: () => Promise<Duplex>;
  readonly loaded: Extract<LoadedFirmata, { readonly ok: true }>;
  readonly onUp: (facts: FirmataFacts) => void;
  readonly onMessage: (message: FirmataMessage) => void;
  /** Told once for each loss. */
  readonly onDown: (refusal: PinRefusal) => void;
}

/** A boot loader takes two seconds before the firmware speaks. */
export const handshakeMax: Duration = seconds(5);

export class FirmataLink {
  readonly #options: FirmataLinkOptions;
  #client: FirmataClient | null = null;
  #stream: Duplex | null = null;
  #timer: NodeJS.Timeout | null = null;
  #wait: number = reopenAfter;
  #closed = false;
  #isDown = false;
  #openings = 0;
  readonly #past = { noise: 0, malformed: 0, unknown: 0 };

  constructor(options: FirmataLinkOptions) {
    this.#options = options;
  }

  /** How often the board was greeted. */
  get openings(): number {
    return this.#openings;
  }

  get isUp(): boolean {
    return this.#client?.isReady ?? false;
  }

  counts(): GuardCounts {
    const { noise, malformed, unknown } = this.#client?.counts() ?? this.#zero;
    return {
      noise: this.#past.noise + noise,
      malformed: this.#past.malformed + malformed,
      unknown: this.#past.unknown + unknown,
    };
  }

  async open(): Promise<void> {
    try {
      this.#begin(await this.#options.open());
    } catch (error) {
      this.#lose(lineRefusal(error, this.#options.name));
    }
  }

  send(bytes: readonly number[]): void {
    if (bytes.length > 0) this.#client?.send(bytes);
  }

  /** What was sent goes out; nothing is heard, and nothing is opened any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#clearTimer();
    const stream = this.#stream;
    this.#leave();
    stream?.end(() => stream.destroy());
    const timer = setTimeout(() => stream?.destroy(), closeMaxMs);
    timer.unref();
  }

  readonly #zero: GuardCounts = { noise: 0, malformed: 0, unknown: 0 };

  #begin(stream: Duplex): void {
    // An error that comes after the end must not bring the process down.
    stream.on("error", () => this.#onEnd(stream));
    if (this.#closed) {
      stream.destroy();
      return;
    }
    this.#stream = stream;
    stream.on("end", () => this.#onEnd(stream));
    stream.on("close", () => this.#onEnd(stream));
    this.#client = new FirmataClient({
      ...{ Firmata: this.#options.loaded.Firmata, stream },
      onReady: (facts) => this.#onReady(facts),
      onMessage: (message) => this.#options.onMessage(message),
    });
    this.#timer = setTimeout(() => this.#onNoGreeting(), handshakeMax / 1_000);
    if (stream.destroyed) this.#onEnd(stream);
  }

  #onReady(facts: FirmataFacts): void {
    this.#clearTimer();
    this.#wait = reopenAfter;
    this.#isDown = false;
    this.#openings += 1;
    this.#options.onUp(facts);
  }

  #onNoGreeting(): void {
    const { noise = 0, malformed = 0 } = this.#client?.counts() ?? {};
    const heard = noise + malformed > 0 ? `, only noise (${noise} bytes)` : "";
    const advice = "expected firmware with Firmata at this baud rate (usually 57600)";
    this.#lose(refusal("lost", `${this.#options.name}: no answer${heard}; ${advice}`));
  }

  #onEnd(stream: Duplex): void {
    if (stream !== this.#stream || this.#closed) return;
    this.#lose(refusal("lost", `${this.#options.name}: the port is gone; is it plugged in?`));
  }

  #lose(refused: PinRefusal): void {
    if (this.#closed) return;
    const stream = this.#stream;
    this.#leave();
    stream?.destroy();
    this.#clearTimer();
    this.#timer = setTimeout(() => void this.open(), this.#wait / 1_000);
    this.#wait = Math.min(2 * this.#wait, reopenAfterMax);
    if (this.#isDown) return;
    this.#isDown = true;
    this.#options.onDown(refused);
  }

  #leave(): void {
    const { noise, malformed, unknown } = this.#client?.counts() ?? this.#zero;
    this.#past.noise += noise;
    this.#past.malformed += malformed;
    this.#past.unknown += unknown;
    this.#client?.end();
    this.#client = null;
    this.#stream = null;
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** The last words of a board that is closed have so long to go out. */
const closeMaxMs = 500;

const refusal = (reason: PinRefusalReason, message: string): PinRefusal => ({
  ...{ ok: false, reason, message },
});
