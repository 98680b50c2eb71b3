/**
 * The serial line between a UART of a simulated microcontroller and whoever is at its other end,
 * here called the host. Bytes go at the host's baud rate, one after the other, as on a wire: the
 * firmware has the time of a byte to fetch the one before. Where its rate is another one, it reads
 * what a real receiver would (see byte-faults.ts).
 *
 * The line outlives every reset of the microcontroller. While that has no power or no clock, what
 * is sent to it is lost, as it would be.
 */
import { assert } from "../../src/kernel/assert.js";
import { ByteFaults, type PlannedFault, sampledAt } from "./byte-faults.js";
import type { Core } from "./core.js";
import type { Usart } from "./usart.js";

export type LineDirection = "to-device" | "to-host";

export interface UartLineOptions {
  /** Of the processor. */
  readonly hertz: number;
  /** Of the host's end. */
  readonly baud: number;
}

/** Who listens at the host's end. */
export interface LineEnd {
  /** @param cycle when its stop bit was there; a line in another thread does not say */
  onByte(byte: number, cycle?: number): void;
  onUnplugged(): void;
}

/** Bytes that wait for the line; what is sent beyond them is lost and counted. */
export const lineBytesMax = 65_536;

/** A start bit, eight, a stop bit. */
const bitsOfByte = 10;

export class UartLine {
  readonly #hertz: number;
  readonly #faults = { "to-device": new ByteFaults(), "to-host": new ByteFaults() };
  readonly #ends = new Set<LineEnd>();
  readonly #waiting: { bytes: Uint8Array; next: number; onSent: (() => void) | null }[] = [];
  readonly #pump = (): void => this.#onByteOver();
  #baud: number;
  #device: { readonly core: Core; readonly usart: Usart } | null = null;
  #waitingBytes = 0;
  #inFlight: number | null = null;
  /** When the byte in flight is over; not rounded, so that many bytes take their true time. */
  #overAt = 0;
  #lost = 0;
  #plugged = true;

  constructor({ hertz, baud }: UartLineOptions) {
    assert(baud > 0, "a line without a rate");
    this.#hertz = hertz;
    this.#baud = baud;
  }

  get baud(): number {
    return this.#baud;
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  /** Bytes that never came on the wire: no room, no power, no plug. */
  get lost(): number {
    return this.#lost;
  }

  /** Bytes that were struck by a fault, in both directions. */
  get struck(): number {
    return this.#faults["to-device"].struck + this.#faults["to-host"].struck;
  }

  /** The host's rate, from the next byte on. */
  setBaud(baud: number): void {
    assert(baud > 0, "a line without a rate");
    this.#baud = baud;
  }

  listen(end: LineEnd): void {
    this.#ends.add(end);
  }

  leave(end: LineEnd): void {
    this.#ends.delete(end);
  }

  /** @param onSent when the last of them is over, or lost */
  send(bytes: Uint8Array, onSent: (() => void) | null = null): void {
    const hasRoom = this.#waitingBytes + bytes.length <= lineBytesMax;
    if (!this.#plugged || this.#device === null || !hasRoom || bytes.length === 0) {
      this.#lost += bytes.length;
      onSent?.();
      return;
    }
    this.#waiting.push({ bytes: bytes.slice(), next: 0, onSent });
    this.#waitingBytes += bytes.length;
    this.#begin();
  }

  /** False where too many are planned already. */
  planFault(direction: LineDirection, fault: PlannedFault): boolean {
    return this.#faults[direction].plan(fault);
  }

  /** Whoever listens is told, and hears nothing any more; bytes on the way are lost. */
  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.#dropWaiting();
    const ends = [...this.#ends];
    this.#ends.clear();
    for (const end of ends) end.onUnplugged();
  }

  plug(): void {
    this.#plugged = true;
  }

  /** A start of the microcontroller; null where it has stopped. */
  attach(device: { readonly core: Core; readonly usart: Usart } | null): void {
    this.#device?.core.clearClockEvent(this.#pump);
    this.#device = device;
    if (device === null) this.#dropWaiting();
    else if (this.#inFlight !== null) this.#plan(device.core);
    else this.#begin();
  }

  /** What the UART has sent. */
  onDeviceByte(byte: number, cycle: number, usart: Usart): void {
    if (!this.#plugged) return;
    const ratio = this.#hertz / this.#baud / usart.bitCycles;
    for (const passed of this.#faults["to-host"].pass(byte)) {
      for (const read of sampledAt(passed, ratio)) this.#tell(read.byte, cycle);
    }
  }

  #tell(byte: number, cycle: number): void {
    for (const end of this.#ends) end.onByte(byte, cycle);
  }

  #begin(): void {
    const [first] = this.#waiting;
    const device = this.#device;
    if (first === undefined || device === null || this.#inFlight !== null) return;
    this.#inFlight = first.bytes[first.next] ?? 0;
    first.next += 1;
    this.#waitingBytes -= 1;
    const byteCycles = (bitsOfByte * this.#hertz) / this.#baud;
    this.#overAt = Math.max(this.#overAt, device.core.cycles) + byteCycles;
    this.#plan(device.core);
  }

  #plan(core: Core): void {
    core.at(Math.round(this.#overAt), this.#pump);
  }

  #onByteOver(): void {
    const byte = this.#inFlight;
    this.#inFlight = null;
    if (byte !== null && this.#device !== null) this.#deliver(byte, this.#device.usart);
    const [first] = this.#waiting;
    if (first !== undefined && first.next === first.bytes.length) {
      this.#waiting.shift();
      first.onSent?.();
    }
    this.#begin();
  }

  #deliver(byte: number, usart: Usart): void {
    const ratio = (usart.bitCycles * this.#baud) / this.#hertz;
    for (const passed of this.#faults["to-device"].pass(byte)) {
      for (const read of sampledAt(passed, ratio)) usart.receive(read.byte, read.frameError);
    }
  }

  #dropWaiting(): void {
    const waiting = this.#waiting.splice(0);
    this.#lost += this.#waitingBytes + (this.#inFlight === null ? 0 : 1);
    this.#waitingBytes = 0;
    this.#inFlight = null;
    this.#device?.core.clearClockEvent(this.#pump);
    for (const { onSent } of waiting) onSent?.();
  }
}
