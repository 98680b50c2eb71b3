/**
 * firmata-io on one stream: from the handshake to the end of the stream. Its own questions are
 * asked once, and a board that is in its boot loader misses them; so what it waits for is asked
 * again until it is there. firmata-io is an optional dependency and is loaded at the first board.
 */
import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import type { Duplex } from "node:stream";
import { askCapabilities, askFirmware, askMapping, askVersion } from "./firmata-bytes.js";
import { FirmataGuard, type FirmataMessage, type GuardCounts } from "./firmata-guard.js";

/** What is used of firmata-io. */
interface FirmataIo extends EventEmitter {
  readonly isReady: boolean;
  readonly versionReceived: boolean;
  readonly version: { readonly major?: number; readonly minor?: number };
  readonly firmware: { readonly name?: string };
  readonly pins: readonly { readonly supportedModes: readonly number[]; analogChannel: number }[];
  readonly reportVersionTimeoutId: NodeJS.Timeout;
}

type FirmataClass = new (
  transport: EventEmitter,
  options: { readonly reportVersionTimeout: number },
) => FirmataIo;

export type LoadedFirmata =
  | { readonly ok: true; readonly Firmata: FirmataClass }
  | { readonly ok: false; readonly message: string };

export function loadFirmata(): LoadedFirmata {
  try {
    const { Firmata } = createRequire(import.meta.url)("firmata-io") as { Firmata: FirmataClass };
    return { ok: true, Firmata };
  } catch {
    const message = "a Firmata board needs the package firmata-io; run npm install firmata-io";
    return { ok: false, message };
  }
}

export interface FirmataPin {
  readonly modes: readonly number[];
  /** Null for a pin that is not analog. */
  readonly channel: number | null;
}

export interface FirmataFacts {
  readonly firmware: string;
  readonly major: number;
  readonly minor: number;
  readonly pins: readonly FirmataPin[];
}

export interface FirmataClientOptions {
  readonly Firmata: FirmataClass;
  readonly stream: Duplex;
  readonly onReady: (facts: FirmataFacts) => void;
  /** Every whole message, from the first on. */
  readonly onMessage: (message: FirmataMessage) => void;
}

/** A banner at the opening is often lost, so it is asked for soon. */
const reportVersionTimeout = 200;
const askAgainMs = 300;

/** Bytes that the stream may owe us; a line that takes none is given up. */
export const owedBytesMax = 8_192;

const noChannel = 127;
const nameCharactersMax = 64;

export class FirmataClient {
  readonly #options: FirmataClientOptions;
  readonly #guard = new FirmataGuard();
  readonly #transport: Transport;
  readonly #firmata: FirmataIo;
  readonly #onData = (bytes: unknown): void => this.#take(bytes);
  #timer: NodeJS.Timeout | null;
  #ended = false;

  constructor(options: FirmataClientOptions) {
    this.#options = options;
    this.#transport = new Transport((bytes) => this.send(bytes));
    this.#firmata = new options.Firmata(this.#transport, { reportVersionTimeout });
    this.#firmata.once("ready", () => this.#onReady());
    this.#timer = setInterval(() => this.#askAgain(), askAgainMs);
    options.stream.on("data", this.#onData);
  }

  get isReady(): boolean {
    return this.#firmata.isReady;
  }

  counts(): GuardCounts {
    return this.#guard.counts();
  }

  /** What does not fit into the stream ends it: its loss is noticed by whoever opened it. */
  send(bytes: readonly number[] | Uint8Array): void {
    const { stream } = this.#options;
    if (this.#ended || stream.destroyed) return;
    if (stream.writableLength + bytes.length > owedBytesMax) stream.destroy();
    else stream.write(Uint8Array.from(bytes));
  }

  /** Hears nothing any more. The stream is left to whoever opened it. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopAsking();
    clearTimeout(this.#firmata.reportVersionTimeoutId);
    this.#options.stream.off("data", this.#onData);
    this.#transport.removeAllListeners();
    this.#firmata.removeAllListeners();
  }

  #take(bytes: unknown): void {
    if (!(bytes instanceof Uint8Array)) return;
    for (const message of this.#guard.push(bytes)) {
      if (this.#ended) return;
      if (!this.#isFitting(message)) continue;
      this.#transport.emit("data", message.bytes);
      this.#options.onMessage(message);
    }
  }

  /** firmata-io believes what it is told about pins, also twice, and of pins that are not there. */
  #isFitting(message: FirmataMessage): boolean {
    const { pins, isReady } = this.#firmata;
    if (message.kind === "state") return message.pin < pins.length;
    if (message.kind === "capabilities") return pins.length === 0;
    if (message.kind === "mapping") return !isReady && message.pins === pins.length;
    return true;
  }

  #onReady(): void {
    this.#stopAsking();
    const { firmware, version, pins } = this.#firmata;
    this.#options.onReady({
      firmware: (firmware.name ?? "").replace(/[^\x20-\x7e]/g, "?").slice(0, nameCharactersMax),
      major: version.major ?? 0,
      minor: version.minor ?? 0,
      pins: pins.map(({ supportedModes, analogChannel }) => ({
        modes: supportedModes,
        channel: analogChannel === noChannel ? null : analogChannel,
      })),
    });
  }

  #askAgain(): void {
    const { versionReceived, firmware, pins } = this.#firmata;
    if (!versionReceived) this.send([...askVersion(), ...askFirmware()]);
    else if (firmware.name === undefined) this.send(askFirmware());
    else this.send(pins.length === 0 ? askCapabilities() : askMapping());
  }

  #stopAsking(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** What firmata-io takes for a serial port. */
class Transport extends EventEmitter {
  readonly #send: (bytes: Uint8Array) => void;

  constructor(send: (bytes: Uint8Array) => void) {
    super();
    this.#send = send;
  }

  write(bytes: Uint8Array, done: () => void): void {
    this.#send(bytes);
    done();
  }
}
