/** A fake device at the far end of a byte stream, in real time. */
import type { Duplex } from "node:stream";
import { payloadBytesMax } from "../../../../boards/bridge/frames.js";
import { type Clock, MonotonicClock } from "../../../../src/host/monotonic-clock.js";
import type { Instant } from "../../../../src/kernel/time.js";
import { ByteStreamReader, toByteStream } from "../../../../src/wire/byte-stream.js";
import { streamPair } from "../../../host/support/streams.js";

interface Device {
  receive(now: Instant, payload: Uint8Array): void;
  tick(now: Instant): void;
}

const tickEvery = 5;

export class LiveDevice<Kind extends Device> {
  readonly clock: Clock = new MonotonicClock();
  readonly device: Kind;
  /** The end of the device; null while nothing is plugged in. */
  far: Duplex | null = null;
  /** The host's end. */
  near: Duplex | null = null;
  openings = 0;
  /** Answers instead of a stream. */
  refuse: (() => Error) | null = null;
  readonly #timer: NodeJS.Timeout;

  constructor(make: (now: Instant, say: (payload: Uint8Array) => void) => Kind) {
    this.device = make(this.clock.now(), (payload) => this.say(payload));
    this.#timer = setInterval(() => this.device.tick(this.clock.now()), tickEvery);
  }

  say(payload: Uint8Array): void {
    if (this.far !== null && !this.far.destroyed) this.far.write(toByteStream(payload));
  }

  async open(): Promise<Duplex> {
    this.openings += 1;
    if (this.refuse !== null) throw this.refuse();
    const [near, far] = streamPair();
    const reader = new ByteStreamReader(payloadBytesMax);
    far.on("data", (bytes: Buffer) => {
      for (const payload of reader.push(bytes)) this.device.receive(this.clock.now(), payload);
    });
    this.far = far;
    this.near = near;
    // As a port does whose device has gone.
    far.on("close", () => near.destroy());
    return near;
  }

  unplug(): void {
    this.far?.destroy();
    this.far = null;
  }

  end(): void {
    clearInterval(this.#timer);
    this.unplug();
  }
}

export async function until(isSo: () => boolean, what: string, withinMs = 5_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`it never came to it that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
