/**
 * The analog to digital converter (ATmega328P datasheet, section 24): single conversions and free
 * running, the sample taken where the datasheet says, the result `floor(V * 1024 / Vref)` within 0
 * and 1023. simavr gives one less for some voltages: it reckons in whole millivolts.
 *
 * Not here: triggers other than the end of the last conversion, differential inputs (they read 0),
 * noise, and what a source of high impedance does to the sample.
 */
import type { AVRInterruptConfig } from "./avr-interrupt.js";
import type { Core } from "./core.js";

export type AdcInput =
  | { readonly kind: "pin"; readonly channel: number }
  | { readonly kind: "constant"; readonly volts: number };

export interface AdcPart {
  readonly select: number;
  readonly statusA: number;
  readonly statusB: number;
  readonly low: number;
  readonly high: number;
  readonly vector: number;
  /** By the bits MUX; one that is missing reads 0 volts. */
  readonly inputs: ReadonlyMap<number, AdcInput>;
  readonly inputMask: number;
  /** By the bits REFS, in volts; null for the supply. */
  readonly references: readonly (number | null)[];
}

const enabled = 0x80;
const start = 0x40;
const autoTrigger = 0x20;
const flag = 0x10;
const interruptEnabled = 0x08;
const leftAdjusted = 0x20;
const mux5InStatusB = 0x08;

/** In clocks of the converter: the first conversion after it was switched on takes longer. */
const firstConversion = { sample: 13.5, end: 25 };
const laterConversion = { sample: 1.5, end: 13 };

const resultMax = 1_023;

export class Adc {
  readonly #core: Core;
  readonly #part: AdcPart;
  readonly #supplyVolts: number;
  readonly #voltsAt: (channel: number) => number;
  readonly #interrupt: AVRInterruptConfig;
  readonly #sample = (): void => this.#onSample();
  readonly #end = (): void => this.#onEnd();
  #converting = false;
  #isFirst = true;
  #selected = 0;
  #result = 0;

  constructor(
    core: Core,
    part: AdcPart,
    supplyVolts: number,
    voltsAt: (channel: number) => number,
  ) {
    this.#core = core;
    this.#part = part;
    this.#supplyVolts = supplyVolts;
    this.#voltsAt = voltsAt;
    this.#interrupt = {
      address: part.vector,
      ...{ flagRegister: part.statusA, flagMask: flag },
      ...{ enableRegister: part.statusA, enableMask: interruptEnabled },
    };
    core.writeHooks[part.statusA] = (value) => this.#writeStatus(value);
  }

  #writeStatus(value: number): boolean {
    const core = this.#core;
    const { statusA } = this.#part;
    const wasOn = (this.#read(statusA) & enabled) !== 0;
    const isOn = (value & enabled) !== 0;
    const stillSet = this.#read(statusA) & flag;
    core.data[statusA] = (value & ~(flag | start)) | stillSet | (this.#converting ? start : 0);
    if ((value & flag) !== 0) core.clearInterrupt(this.#interrupt);
    core.updateInterruptEnable(this.#interrupt, value);
    if (wasOn && !isOn) this.#abort();
    if (!wasOn && isOn) this.#isFirst = true;
    if (isOn && (value & start) !== 0 && !this.#converting) this.#begin();
    return true;
  }

  #begin(): void {
    const { statusA, statusB, select } = this.#part;
    this.#converting = true;
    this.#core.data[statusA] = this.#read(statusA) | start;
    this.#selected = this.#read(select) | ((this.#read(statusB) & mux5InStatusB) << 5);
    const { sample, end } = this.#isFirst ? firstConversion : laterConversion;
    this.#isFirst = false;
    this.#core.addClockEvent(this.#sample, Math.round(sample * this.#divider));
    this.#core.addClockEvent(this.#end, end * this.#divider);
  }

  #abort(): void {
    this.#converting = false;
    this.#core.data[this.#part.statusA] = this.#read(this.#part.statusA) & ~start;
    this.#core.clearClockEvent(this.#sample);
    this.#core.clearClockEvent(this.#end);
  }

  #onSample(): void {
    const ratio = this.#inputVolts() / this.#referenceVolts();
    this.#result = Math.min(resultMax, Math.max(0, Math.floor(ratio * (resultMax + 1))));
  }

  #onEnd(): void {
    const { low, high, select, statusA } = this.#part;
    const { data } = this.#core;
    const word = (this.#read(select) & leftAdjusted) === 0 ? this.#result : this.#result << 6;
    data[low] = word & 0xff;
    data[high] = word >> 8;
    this.#converting = false;
    data[statusA] = this.#read(statusA) & ~start;
    this.#core.setInterruptFlag(this.#interrupt);
    const isFreeRunning = (this.#read(this.#part.statusB) & 7) === 0;
    if ((this.#read(statusA) & autoTrigger) !== 0 && isFreeRunning) this.#begin();
  }

  #inputVolts(): number {
    const mux = (this.#selected & 0x1f) | ((this.#selected >> 3) & 0x20);
    const input = this.#part.inputs.get(mux & this.#part.inputMask);
    if (input === undefined) return 0;
    return input.kind === "pin" ? this.#voltsAt(input.channel) : input.volts;
  }

  #referenceVolts(): number {
    return this.#part.references[(this.#selected >> 6) & 3] ?? this.#supplyVolts;
  }

  get #divider(): number {
    return 1 << Math.max(1, this.#read(this.#part.statusA) & 7);
  }

  #read(address: number): number {
    return this.#core.data[address] ?? 0;
  }
}
