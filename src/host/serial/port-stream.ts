/**
 * An open port as a stream that gives back what it holds. That of the `serialport` package keeps
 * the device open, and locked, when it is destroyed, and leaves its loss to an event that other
 * streams do not have.
 */
import { Duplex } from "node:stream";
import type { SerialPort } from "serialport";

/** Bytes that were read and not yet taken; then the driver's buffer fills, and bytes are lost. */
const readAheadBytes = 64 * 1024;

/** The line has gone: hung up by the kernel, or its device is no longer what it was. */
export class SerialLoss extends Error {
  override readonly name = "SerialLoss";
  readonly code: "disconnected" | "device-gone";

  constructor(code: SerialLoss["code"], message: string) {
    super(message);
    this.code = code;
  }
}

export class PortStream extends Duplex {
  readonly #port: SerialPort;

  /** @param port that is open */
  constructor(port: SerialPort) {
    super({ readableHighWaterMark: readAheadBytes, emitClose: true });
    this.#port = port;
    // An error comes with the callback of the call that failed, or with the close.
    port.on("error", () => {});
    port.on("data", (bytes: Uint8Array) => {
      if (!this.push(bytes)) port.pause();
    });
    port.on("close", (error: Error | null) => this.#onClosed(error));
  }

  override _read(): void {
    this.#port.resume();
  }

  override _write(
    bytes: Uint8Array,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): void {
    this.#port.write(bytes, (error) => done(error ?? null));
  }

  /** Whatever was written and has not gone by now is not waited for. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#port.isOpen) this.#port.close(() => done(error));
    else done(error);
  }

  /** Of a loss that nobody wrote into: the kernel's hang-up. */
  #onClosed(error: Error | null): void {
    if (this.destroyed) return;
    const why = error?.message ?? "closed";
    this.destroy(new SerialLoss("disconnected", `the serial line was hung up (${why})`));
  }
}
