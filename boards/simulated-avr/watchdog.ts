/**
 * The hardware watchdog (ATmega328P datasheet, section 11.8): a timer on an oscillator of its own,
 * which interrupts, or resets, or does first the one and then the other.
 *
 * What firmware gets wrong is modelled: the change of WDE and of the prescaler counts only within
 * four cycles after WDCE; and after a reset by the watchdog it is on, with its shortest time, until
 * the firmware has cleared WDRF and switched it off. Firmware that does not is reset again and
 * again.
 *
 * avr8js calls `cpu.reset()` at the bite, which keeps SREG and the registers and drops all events;
 * that is no reset. Here the owner is told, and builds processor and peripherals anew.
 */
import type { AVRInterruptConfig } from "./avr-interrupt.js";
import type { Core } from "./core.js";

export interface WatchdogPart {
  readonly control: number;
  readonly vector: number;
}

/** The bits of MCUSR, which says why the processor has started. */
export const resetCauses = { power: 1, external: 2, brownOut: 4, watchdog: 8 } as const;

export const mcusr = 0x54;

/** What the oscillator has at 5 V and 25 degrees; the chip's own may be a tenth off. */
export const watchdogHertz = 128_000;

const interruptFlag = 0x80;
const interruptEnable = 0x40;
const changeEnable = 0x10;
const resetEnable = 0x08;
const prescalerHigh = 0x20;
const prescalerLow = 0x07;
const guarded = resetEnable | prescalerHigh | prescalerLow;

const changeCycles = 4;
/** Ticks of the oscillator at the lowest prescaler. */
const shortestTicks = 2_048;

export class Watchdog {
  readonly #core: Core;
  readonly #control: number;
  readonly #cyclesPerTick: number;
  readonly #onBite: () => void;
  readonly #interrupt: AVRInterruptConfig;
  readonly #timeout = (): void => this.#onTimeout();
  #mayChangeUntil = -1;

  /** @param hertz of the processor */
  constructor(core: Core, part: WatchdogPart, hertz: number, onBite: () => void) {
    this.#core = core;
    this.#control = part.control;
    this.#cyclesPerTick = hertz / watchdogHertz;
    this.#onBite = onBite;
    this.#interrupt = {
      address: part.vector,
      ...{ flagRegister: part.control, flagMask: interruptFlag },
      ...{ enableRegister: part.control, enableMask: interruptEnable },
    };
    core.writeHooks[part.control] = (value) => this.#write(value);
    core.writeHooks[mcusr] = (value) => {
      core.data[mcusr] = value & (core.data[mcusr] ?? 0);
      return true;
    };
    core.onWatchdogReset = () => this.#restart();
    if (this.#isForced) core.data[part.control] = resetEnable;
  }

  /** The reset is over, and its time begins; before, a short one would bite in every reset. */
  start(): void {
    this.#restart();
  }

  #write(value: number): boolean {
    const core = this.#core;
    const before = this.#read();
    const mayChange = core.cycles <= this.#mayChangeUntil;
    const opens = (value & changeEnable) !== 0 && (value & resetEnable) !== 0;
    if (opens) this.#mayChangeUntil = core.cycles + changeCycles;
    else if (mayChange) this.#mayChangeUntil = -1;
    let guardedBits = (mayChange && !opens ? value : before) & guarded;
    // To switch it on takes no permission, to switch it off does.
    guardedBits |= value & resetEnable;
    if (this.#isForced) guardedBits |= resetEnable;
    const flag = (value & interruptFlag) === 0 ? before & interruptFlag : 0;
    core.data[this.#control] = flag | (value & interruptEnable) | guardedBits;
    if ((value & interruptFlag) !== 0) core.clearInterrupt(this.#interrupt);
    core.updateInterruptEnable(this.#interrupt, value);
    if ((this.#read() & ~interruptFlag) !== (before & ~interruptFlag)) this.#restart();
    return true;
  }

  #restart(): void {
    this.#core.clearClockEvent(this.#timeout);
    const control = this.#read();
    if ((control & (resetEnable | interruptEnable)) === 0) return;
    const prescaler = ((control & prescalerHigh) >> 2) | (control & prescalerLow);
    const ticks = shortestTicks * 2 ** Math.min(9, prescaler);
    this.#core.addClockEvent(this.#timeout, Math.round(ticks * this.#cyclesPerTick));
  }

  #onTimeout(): void {
    const control = this.#read();
    if ((control & interruptEnable) === 0) {
      this.#onBite();
      return;
    }
    this.#core.setInterruptFlag(this.#interrupt);
    // With both, the interrupt is the warning: the next time it bites.
    if ((control & resetEnable) !== 0)
      this.#core.data[this.#control] = this.#read() & ~interruptEnable;
    this.#restart();
  }

  /** A reset by the watchdog keeps it on until its flag is cleared. */
  get #isForced(): boolean {
    return ((this.#core.data[mcusr] ?? 0) & resetCauses.watchdog) !== 0;
  }

  #read(): number {
    return this.#core.data[this.#control] ?? 0;
  }
}
