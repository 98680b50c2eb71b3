/**
 * A timer of an AVR: counter, compare channels, PWM.
 *
 * avr8js's own timer has an event at every count, which makes an idle microcontroller as dear as a
 * busy one. This one knows the *points* of a turn at which something happens, the matches and the
 * ends, and plans an event only for those that somebody would notice: an enabled interrupt, a
 * connected pin. Everything else is brought up to date when the firmware looks.
 *
 * A position counts from the begin of a turn: where the counter goes up and down again, the way
 * back is the second half of it. A match has its effect one count after it, as in the chip, so fast
 * PWM with a compare value of n is high for n + 1 counts, and always high at the top.
 *
 * Not here: input capture, forced compare, external and asynchronous clocks, the block of a match
 * after a write of the counter.
 */
import type { AVRInterruptConfig } from "./avr-interrupt.js";
import type { Core } from "./core.js";
import { type TimerMode, timerMode } from "./timer-modes.js";

export interface TimerPart {
  readonly bits: 8 | 16;
  readonly controlA: number;
  readonly controlB: number;
  readonly count: number;
  /** Of the channels A, B and, where there is one, C. */
  readonly compare: readonly number[];
  /** 0 where the timer has none. */
  readonly capture: number;
  readonly flags: number;
  readonly mask: number;
  readonly dividers: readonly number[];
  /** Word addresses of the vectors. */
  readonly compareVectors: readonly number[];
  readonly overflowVector: number;
  /** Where the channels come out, for instance `PD6`. */
  readonly pins: readonly string[];
}

/** What a compare match or the end of a turn does to a pin. */
export type PinAction = "let-go" | "connect" | "set" | "clear" | "toggle";

const overflowFlag = 0x01;

interface Channel {
  readonly pin: string;
  readonly interrupt: AVRInterruptConfig;
  /** COM: 0 not connected, 1 toggle, 2 clear at a match, 3 set at a match. */
  output: number;
  compare: number;
  /** What the firmware has written last, which may count only from the end of the turn. */
  next: number;
}

export class Timer {
  readonly #core: Core;
  readonly #part: TimerPart;
  readonly #onPin: (pin: string, action: PinAction) => void;
  readonly #channels: readonly Channel[];
  readonly #overflow: AVRInterruptConfig;
  readonly #wake = (): void => this.#onEvent();
  #mode: TimerMode;
  #divider = 0;
  #position = 0;
  /** The cycle at which the position was reached. */
  #since = 0;
  #capture = 0;
  #highByte = 0;

  constructor(core: Core, part: TimerPart, onPin: (pin: string, action: PinAction) => void) {
    this.#core = core;
    this.#part = part;
    this.#onPin = onPin;
    this.#mode = timerMode(part.bits, 0, 0);
    const interrupt = (address: number, mask: number): AVRInterruptConfig => ({
      address,
      ...{ flagRegister: part.flags, flagMask: mask },
      ...{ enableRegister: part.mask, enableMask: mask },
    });
    this.#overflow = interrupt(part.overflowVector, overflowFlag);
    this.#channels = part.compare.map((_, index) => ({
      pin: part.pins[index] ?? "",
      interrupt: interrupt(part.compareVectors[index] ?? 0, 2 << index),
      ...{ output: 0, compare: 0, next: 0 },
    }));
    this.#hook();
  }

  #hook(): void {
    const { writeHooks, readHooks, data } = this.#core;
    const { controlA, controlB, count, compare, capture, flags, mask } = this.#part;
    for (const control of [controlA, controlB]) {
      writeHooks[control] = (value) => this.#afterSync(() => this.#writeControl(control, value));
    }
    writeHooks[mask] = (value) => this.#afterSync(() => this.#writeMask(value));
    writeHooks[flags] = (value) => this.#afterSync(() => this.#clearFlags(value));
    readHooks[flags] = () => this.#afterSync(() => {}) && (data[flags] ?? 0);
    this.#hookWord(count, (value) => this.#writeCount(value));
    readHooks[count] = () => this.#readCount();
    for (const [index, address] of compare.entries()) {
      this.#hookWord(address, (value) => this.#writeCompare(index, value));
    }
    if (capture !== 0) this.#hookWord(capture, (value) => this.#writeCapture(value));
  }

  /** A register of two bytes is written with its high byte first, which waits for the low one. */
  #hookWord(address: number, write: (value: number) => void): void {
    const { writeHooks, data } = this.#core;
    const isWord = this.#part.bits === 16;
    writeHooks[address] = (low) =>
      this.#afterSync(() => {
        const value = isWord ? (this.#highByte << 8) | low : low;
        data[address] = low;
        if (isWord) data[address + 1] = this.#highByte;
        write(value);
      });
    if (!isWord) return;
    writeHooks[address + 1] = (high) => {
      this.#highByte = high;
      return true;
    };
  }

  /** True, as a hook that has done the write answers. */
  #afterSync(action: () => void): true {
    this.#sync();
    action();
    this.#plan();
    return true;
  }

  #writeControl(address: number, value: number): void {
    const { bits, controlA, controlB, dividers } = this.#part;
    const { data } = this.#core;
    data[address] = value;
    const a = data[controlA] ?? 0;
    const b = data[controlB] ?? 0;
    this.#mode = timerMode(bits, a, b);
    const divider = dividers[b & 7] ?? 0;
    if (divider !== this.#divider) this.#since = this.#core.cycles;
    this.#divider = divider;
    if (this.#mode.update === "at-once") this.#takeCompares();
    this.#position %= this.#turn;
    for (const [index, channel] of this.#channels.entries()) {
      this.#connect(channel, index, (a >> (6 - 2 * index)) & 3);
    }
  }

  #connect(channel: Channel, index: number, wanted: number): void {
    // To toggle with PWM is only for channel A, where it also makes the turn (table 15-3).
    const isReserved = wanted === 1 && this.#mode.pwm && !(index === 0 && this.#topIsCompareA);
    const output = isReserved ? 0 : wanted;
    if ((output === 0) !== (channel.output === 0)) {
      this.#onPin(channel.pin, output === 0 ? "let-go" : "connect");
    }
    channel.output = output;
  }

  #writeMask(value: number): void {
    this.#core.data[this.#part.mask] = value;
    for (const interrupt of this.#interrupts()) this.#core.updateInterruptEnable(interrupt, value);
  }

  #clearFlags(value: number): void {
    for (const interrupt of this.#interrupts()) {
      if ((value & interrupt.flagMask) !== 0) this.#core.clearInterrupt(interrupt);
    }
  }

  #interrupts(): readonly AVRInterruptConfig[] {
    return [this.#overflow, ...this.#channels.map(({ interrupt }) => interrupt)];
  }

  #writeCount(value: number): void {
    this.#position = value;
    this.#since = this.#core.cycles;
  }

  #readCount(): number {
    this.#sync();
    const count = this.#isBack(this.#position) ? this.#turn - this.#position : this.#position;
    if (this.#part.bits === 16) this.#core.data[this.#part.count + 1] = count >> 8;
    this.#core.data[this.#part.count] = count;
    return count & 0xff;
  }

  #writeCompare(index: number, value: number): void {
    const channel = this.#channels[index];
    if (channel === undefined) return;
    channel.next = value;
    if (this.#mode.update === "at-once") channel.compare = value;
  }

  #writeCapture(value: number): void {
    this.#capture = value;
  }

  #takeCompares(): void {
    for (const channel of this.#channels) channel.compare = channel.next;
  }

  get #topIsCompareA(): boolean {
    return this.#mode.top === "compare-a";
  }

  get #top(): number {
    const { top } = this.#mode;
    if (typeof top === "number") return top;
    return top === "capture" ? this.#capture : (this.#channels[0]?.compare ?? 0);
  }

  get #max(): number {
    return this.#part.bits === 16 ? 0xffff : 0xff;
  }

  /** Counts of one turn. A counter that was set beyond its top goes on to its maximum. */
  get #turn(): number {
    const top = this.#top;
    if (this.#mode.slope === "up-and-down") return Math.max(1, 2 * top);
    return this.#position > top ? this.#max + 1 : top + 1;
  }

  #isBack(position: number): boolean {
    return this.#mode.slope === "up-and-down" && position > this.#top;
  }

  #onEvent(): void {
    this.#sync();
    this.#plan();
  }

  /** Counts what has passed since the last time, and does what happened on the way. */
  #sync(): void {
    if (this.#divider === 0) return;
    let counts = Math.floor((this.#core.cycles - this.#since) / this.#divider);
    this.#since += counts * this.#divider;
    counts = this.#withoutIdleTurns(counts);
    while (counts > 0) {
      const step = Math.min(
        counts,
        this.#toNextPoint(() => true),
      );
      counts -= step;
      const position = this.#position + step;
      const ended = position >= this.#turn;
      const wasBeyond = this.#position > this.#top && this.#mode.slope === "up";
      this.#position = ended ? 0 : position;
      this.#pass(ended, wasBeyond);
    }
  }

  /** Turns in which nothing changes any more: no pin, no new compare value, every flag set. */
  #withoutIdleTurns(counts: number): number {
    const turn = this.#turn;
    const isBusy = this.#channels.some(
      ({ output, compare, next }) => output !== 0 || compare !== next,
    );
    return isBusy || counts <= 2 * turn ? counts : turn + (counts % turn);
  }

  /** What happens at this position: first the matches, then the end of a turn. */
  #pass(ended: boolean, wasBeyond: boolean): void {
    for (const channel of this.#channels) {
      if (this.#pointsOf(channel).includes(this.#position)) this.#match(channel);
    }
    if (ended) this.#endTurn(wasBeyond);
    const isAtTop = this.#mode.slope === "up-and-down" && this.#position === this.#top;
    if (isAtTop && this.#mode.update === "at-top") this.#takeCompares();
  }

  #endTurn(wasBeyond: boolean): void {
    const { pwm, slope, update } = this.#mode;
    const passedMax = wasBeyond || this.#top === this.#max;
    if (pwm || passedMax) this.#core.setInterruptFlag(this.#overflow);
    if (update === "at-bottom") this.#takeCompares();
    if (!pwm || slope !== "up") return;
    for (const { pin, output } of this.#channels) {
      if (output >= 2) this.#onPin(pin, output === 2 ? "set" : "clear");
    }
  }

  #match(channel: Channel): void {
    this.#core.setInterruptFlag(channel.interrupt);
    if (channel.output === 0) return;
    if (channel.output === 1) this.#onPin(channel.pin, "toggle");
    else this.#onPin(channel.pin, this.#isHighAfter(channel) ? "set" : "clear");
  }

  #isHighAfter({ compare, output }: Channel): boolean {
    const inverted = output === 3;
    if (this.#mode.slope === "up") return inverted;
    const isWithin = compare === this.#top || (compare !== 0 && this.#isBack(this.#position));
    return isWithin !== inverted;
  }

  /** The positions at which the matches of this channel have their effect. */
  #pointsOf({ compare }: Channel): readonly number[] {
    const top = this.#top;
    if (this.#mode.slope === "up") {
      if (this.#position > top || compare > top) return [compare + 1];
      return [(compare + 1) % (top + 1)];
    }
    return compare > top ? [] : [compare, this.#turn - compare];
  }

  /** Counts until the next point that matters; the end of a turn always does. */
  #toNextPoint(matters: (channel: Channel) => boolean): number {
    const turn = this.#turn;
    let nearest = turn - this.#position;
    for (const channel of this.#channels) {
      if (!matters(channel)) continue;
      for (const point of this.#pointsOf(channel)) {
        const distance = point - this.#position;
        if (distance > 0 && distance < nearest) nearest = distance;
      }
    }
    const toTop = this.#top - this.#position;
    const turnsAtTop = this.#mode.slope === "up-and-down" && toTop > 0;
    return Math.max(1, turnsAtTop ? Math.min(nearest, toTop) : nearest);
  }

  /** Plans the next event, where there is anything that somebody would notice. */
  #plan(): void {
    this.#core.clearClockEvent(this.#wake);
    const mask = this.#core.data[this.#part.mask] ?? 0;
    const isNoticed = (channel: Channel): boolean =>
      channel.output !== 0 || (mask & channel.interrupt.enableMask) !== 0;
    const anyone = this.#channels.some(isNoticed) || (mask & overflowFlag) !== 0;
    if (this.#divider === 0 || !anyone) return;
    const counts = this.#toNextPoint(isNoticed);
    this.#core.at(this.#since + counts * this.#divider, this.#wake);
  }
}
