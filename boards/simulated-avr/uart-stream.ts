/**
 * The host's end of a simulated UART as a byte stream, so that whatever speaks to a serial port
 * speaks to it: `StreamLine`, the bridge, a Firmata client. Unplugging the line destroys the
 * stream, as a USB adapter that is pulled out does.
 */
import { Duplex } from "node:stream";
import type { LineEnd } from "./uart-line.js";

/** What a stream needs of a line: that of a microcontroller in this thread, or in another one. */
export interface OpenableLine {
  readonly plugged: boolean;
  /** @param onSent when the last byte has gone out, or was lost */
  send(bytes: Uint8Array, onSent: () => void): void;
  listen(end: LineEnd): void;
  leave(end: LineEnd): void;
}

/** What `open: () => Promise<Duplex>` of a line or a board takes. */
export function openUart(line: OpenableLine): Promise<Duplex> {
  if (line.plugged) return Promise.resolve(new UartStream(line));
  const refusal = Object.assign(new Error("the simulated line is unplugged"), { code: "ENOENT" });
  return Promise.reject(refusal);
}

class UartStream extends Duplex implements LineEnd {
  readonly #line: OpenableLine;
  #arrived: number[] = [];

  constructor(line: OpenableLine) {
    super();
    this.#line = line;
    line.listen(this);
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#line.send(bytes, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#line.leave(this);
    done(error);
  }

  /** Bytes of one run of the microcontroller go on together. */
  onByte(byte: number): void {
    if (this.#arrived.length === 0) queueMicrotask(() => this.#hand());
    this.#arrived.push(byte);
  }

  onUnplugged(): void {
    this.#hand();
    this.destroy();
  }

  #hand(): void {
    const arrived = Buffer.from(this.#arrived);
    this.#arrived = [];
    if (arrived.length > 0 && !this.destroyed) this.push(arrived);
  }
}
