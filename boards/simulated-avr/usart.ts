/**
 * A USART in its asynchronous mode, as the datasheet has it (ATmega328P, section 20): a transmitter
 * with one byte waiting behind the one that is shifted out, a receiver with room for two bytes
 * behind the one that is shifted in. Firmware that does not read in time loses the byte in the
 * shift register, and sees it by DOR.
 *
 * avr8js's own model has no such room, never overruns, and clears UDRE where the firmware writes
 * UCSRnA or where its interrupt begins; firmware that is right then waits for ever.
 *
 * Not here: nine bits, synchronous clocks, multi-processor mode, and the two pins themselves.
 */
import type { AVRInterruptConfig } from "./avr-interrupt.js";
import type { Core } from "./core.js";

export interface UsartPart {
  readonly statusA: number;
  readonly statusB: number;
  readonly statusC: number;
  readonly rateLow: number;
  readonly rateHigh: number;
  readonly data: number;
  /** Word addresses of the vectors. */
  readonly received: number;
  readonly empty: number;
  readonly sent: number;
}

/** Bytes that the receiver holds besides the one in its shift register. */
export const receiveBytesMax = 2;

const flagReceived = 0x80;
const flagSent = 0x40;
const flagEmpty = 0x20;
const flagFrameError = 0x10;
const flagOverrun = 0x08;
const doubleSpeed = 0x02;
const keptInA = 0x03;

const receiverEnabled = 0x10;
const transmitterEnabled = 0x08;

/** Eight bits, no parity, one stop bit. */
const resetC = 0x06;

interface Received {
  readonly byte: number;
  readonly frameError: boolean;
}

export class Usart {
  readonly #core: Core;
  readonly #part: UsartPart;
  readonly #onSent: (byte: number) => void;
  readonly #receivedInterrupt: AVRInterruptConfig;
  readonly #emptyInterrupt: AVRInterruptConfig;
  readonly #sentInterrupt: AVRInterruptConfig;
  readonly #received: Received[] = [];
  #inShift: Received | null = null;
  #overrun = false;
  #sending = false;
  #waiting: number | null = null;

  /** @param onSent when the last bit of a byte has gone out */
  constructor(core: Core, part: UsartPart, onSent: (byte: number) => void) {
    this.#core = core;
    this.#part = part;
    this.#onSent = onSent;
    const interrupt = (address: number, mask: number, constant: boolean): AVRInterruptConfig => ({
      address,
      flagRegister: part.statusA,
      flagMask: mask,
      enableRegister: part.statusB,
      enableMask: mask,
      constant,
    });
    this.#receivedInterrupt = interrupt(part.received, flagReceived, true);
    this.#emptyInterrupt = interrupt(part.empty, flagEmpty, true);
    this.#sentInterrupt = interrupt(part.sent, flagSent, false);
    core.data[part.statusA] = flagEmpty;
    core.data[part.statusC] = resetC;
    this.#hook();
  }

  /** Cycles of one bit, as the firmware has set them. */
  get bitCycles(): number {
    const { statusA, rateHigh, rateLow } = this.#part;
    const rate = (this.#read(rateHigh) << 8) | this.#read(rateLow);
    return (rate + 1) * ((this.#read(statusA) & doubleSpeed) === 0 ? 16 : 8);
  }

  /** A byte has come in whole; one that a receiver which is off does not see. */
  receive(byte: number, frameError: boolean): void {
    if ((this.#read(this.#part.statusB) & receiverEnabled) === 0) return;
    const received = { byte: byte & this.#byteMask, frameError };
    if (this.#received.length < receiveBytesMax) this.#received.push(received);
    else {
      this.#overrun ||= this.#inShift !== null;
      this.#inShift = received;
    }
    this.#showReceived();
  }

  #hook(): void {
    const { readHooks, writeHooks } = this.#core;
    const { statusA, statusB, data } = this.#part;
    writeHooks[statusA] = (value) => this.#writeA(value);
    writeHooks[statusB] = (value) => this.#writeB(value);
    writeHooks[data] = (value) => this.#writeData(value);
    readHooks[data] = () => this.#readData();
  }

  #writeA(value: number): boolean {
    const { statusA } = this.#part;
    this.#core.data[statusA] = (this.#read(statusA) & ~keptInA) | (value & keptInA);
    if ((value & flagSent) !== 0) this.#core.clearInterrupt(this.#sentInterrupt);
    return true;
  }

  #writeB(value: number): boolean {
    const core = this.#core;
    core.data[this.#part.statusB] = value;
    if ((value & receiverEnabled) === 0) this.#flush();
    core.updateInterruptEnable(this.#receivedInterrupt, value);
    core.updateInterruptEnable(this.#emptyInterrupt, value);
    core.updateInterruptEnable(this.#sentInterrupt, value);
    return true;
  }

  #flush(): void {
    this.#received.length = 0;
    this.#inShift = null;
    this.#overrun = false;
    this.#showReceived();
  }

  #writeData(value: number): boolean {
    const isOn = (this.#read(this.#part.statusB) & transmitterEnabled) !== 0;
    if (!isOn || this.#waiting !== null) return true;
    if (this.#sending) {
      this.#waiting = value;
      this.#core.clearInterrupt(this.#emptyInterrupt);
    } else this.#send(value);
    return true;
  }

  #send(value: number): void {
    this.#sending = true;
    this.#core.addClockEvent(() => this.#onEndOf(value), this.#frameCycles);
  }

  #onEndOf(value: number): void {
    this.#sending = false;
    const next = this.#waiting;
    this.#waiting = null;
    if (next === null) this.#core.setInterruptFlag(this.#sentInterrupt);
    else {
      this.#send(next);
      this.#core.setInterruptFlag(this.#emptyInterrupt);
    }
    this.#onSent(value & this.#byteMask);
  }

  #readData(): number {
    const read = this.#received.shift();
    if (this.#inShift !== null) this.#received.push(this.#inShift);
    this.#inShift = null;
    this.#overrun = false;
    this.#showReceived();
    return read?.byte ?? 0;
  }

  #showReceived(): void {
    const { statusA } = this.#part;
    const [first] = this.#received;
    const errors =
      (first?.frameError === true ? flagFrameError : 0) | (this.#overrun ? flagOverrun : 0);
    const kept = this.#read(statusA) & ~(flagFrameError | flagOverrun);
    this.#core.data[statusA] = kept | errors;
    if (first === undefined) this.#core.clearInterrupt(this.#receivedInterrupt);
    else this.#core.setInterruptFlag(this.#receivedInterrupt);
  }

  get #bits(): number {
    return 5 + ((this.#read(this.#part.statusC) >> 1) & 3);
  }

  get #byteMask(): number {
    return (1 << this.#bits) - 1;
  }

  get #frameCycles(): number {
    const c = this.#read(this.#part.statusC);
    const parity = (c & 0x20) === 0 ? 0 : 1;
    const stops = (c & 0x08) === 0 ? 1 : 2;
    return (1 + this.#bits + parity + stops) * this.bitCycles;
  }

  #read(address: number): number {
    return this.#core.data[address] ?? 0;
  }
}
