/** Writes what a host says to a device: one payload of firmware-bridge/protocol.md each. */
import { assert, unreachable } from "../../src/kernel/assert.js";
import { frameTypes, type HostFrame, noToken, payloadBytesMax, protocolVersion } from "./frames.js";

/** Stops the main loop of a firmware that was built with faults. */
const hangWord = 0xdead;

/** A fresh array. A number that does not fit its field is a bug of the caller. */
export function hostFrame(frame: HostFrame): Uint8Array {
  const bytes = new Writer();
  switch (frame.kind) {
    case "ask":
      return bytes.u8(frameTypes.ask, protocolVersion).done();
    case "hang":
      return bytes.u8(frameTypes.hang).u16(hangWord).done();
    case "set":
      bytes.u8(frameTypes.set).u16(frame.cluster, frame.sequence);
      bytes.u8(frame.pin).u16(frame.value, frame.holdMs);
      return bytes.u48(frame.token ?? noToken).done();
    case "configure":
      bytes.u8(frameTypes.configure).u16(frame.cluster, frame.sequence);
      bytes.u8(frame.pin, frame.use, frame.flags).u16(frame.initial).u8(frame.safeKind);
      bytes.u16(frame.safeValue).u8(frame.debounceMs);
      return bytes.u48(frame.token ?? noToken).done();
    case "sampling":
      bytes.u8(frameTypes.sampling).u16(frame.cluster, frame.sequence);
      return bytes.u16(frame.periodMs).done();
    case "supervise":
      bytes.u8(frameTypes.supervise).u16(frame.cluster, frame.sequence);
      bytes.u16(frame.opensMs, frame.timeoutMs, frame.firstTimeoutMs);
      return bytes.u8(frame.errorsAtStart, frame.errorStep, frame.errorsMax, frame.seed).done();
    case "bind":
      return bytes.u8(frameTypes.bind).u16(frame.oldCluster, frame.cluster, frame.sequence).done();
    case "release":
      return bytes.u8(frameTypes.release).u16(frame.cluster, frame.sequence).u8(frame.pin).done();
    case "vote":
      bytes.u8(frameTypes.vote).u16(frame.cluster, frame.sequence);
      return bytes.u8(frame.output).u16(frame.value, frame.holdMs).done();
    case "declare":
      bytes.u8(frameTypes.declare).u16(frame.cluster, frame.sequence);
      bytes.u8(frame.output, frame.use, frame.safeKind);
      return bytes.u16(frame.safeValue, frame.tolerance, frame.graceMs, frame.patienceMs).done();
    case "drive":
      bytes.u8(frameTypes.drive).u16(frame.cluster, frame.sequence).u8(frame.output);
      return bytes.u16(frame.value, frame.holdMs).u48(frame.token).done();
    default:
      return unreachable(frame);
  }
}

class Writer {
  readonly #view = new DataView(new ArrayBuffer(payloadBytesMax));
  #length = 0;

  u8(...numbers: readonly number[]): this {
    for (const number of numbers) {
      assert(fits(number, 0xff), `${number} is no byte`);
      this.#view.setUint8(this.#length, number);
      this.#length += 1;
    }
    return this;
  }

  u16(...numbers: readonly number[]): this {
    for (const number of numbers) {
      assert(fits(number, 0xffff), `${number} does not fit two bytes`);
      this.#view.setUint16(this.#length, number);
      this.#length += 2;
    }
    return this;
  }

  u48(number: number): this {
    assert(fits(number, 2 ** 48 - 1), `${number} does not fit six bytes`);
    return this.u16(Math.floor(number / 2 ** 32)).u32(number % 2 ** 32);
  }

  u32(number: number): this {
    this.#view.setUint32(this.#length, number);
    this.#length += 4;
    return this;
  }

  done(): Uint8Array {
    return new Uint8Array(this.#view.buffer, 0, this.#length);
  }
}

const fits = (number: number, max: number): boolean =>
  Number.isInteger(number) && number >= 0 && number <= max;
