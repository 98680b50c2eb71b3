/**
 * How a timer of an AVR counts, by its waveform bits WGM (ATmega328P datasheet, tables 15-8, 16-4
 * and 18-8; those of the 2560 are the same).
 */

/** What ends a turn: a number, the compare register of channel A, or the capture register. */
export type Top = number | "compare-a" | "capture";

export interface TimerMode {
  /** `up`: to the top and from 0 again. `up-and-down`: back from the top as it came. */
  readonly slope: "up" | "up-and-down";
  readonly top: Top;
  /** When a new compare value counts. */
  readonly update: "at-once" | "at-top" | "at-bottom";
  /** Does the waveform generator work the pins, or a bare compare match? */
  readonly pwm: boolean;
}

const normal = (top: number): TimerMode => ({ slope: "up", top, update: "at-once", pwm: false });
const clear = (top: Top): TimerMode => ({ slope: "up", top, update: "at-once", pwm: false });
const fast = (top: Top): TimerMode => ({ slope: "up", top, update: "at-bottom", pwm: true });
const phase = (top: Top): TimerMode => ({
  ...{ slope: "up-and-down", top, update: "at-top", pwm: true },
});
const phaseFrequency = (top: Top): TimerMode => ({
  ...{ slope: "up-and-down", top, update: "at-bottom", pwm: true },
});

const modesOf8Bits: readonly TimerMode[] = [
  ...[normal(0xff), phase(0xff), clear("compare-a"), fast(0xff)],
  ...[normal(0xff), phase("compare-a"), normal(0xff), fast("compare-a")],
];

const modesOf16Bits: readonly TimerMode[] = [
  ...[normal(0xffff), phase(0xff), phase(0x1ff), phase(0x3ff)],
  ...[clear("compare-a"), fast(0xff), fast(0x1ff), fast(0x3ff)],
  ...[phaseFrequency("capture"), phaseFrequency("compare-a"), phase("capture")],
  ...[phase("compare-a"), clear("capture"), normal(0xffff), fast("capture"), fast("compare-a")],
];

/** @param controlA TCCRnA @param controlB TCCRnB */
export function timerMode(bits: 8 | 16, controlA: number, controlB: number): TimerMode {
  const mask = bits === 16 ? 0x18 : 0x08;
  const waveform = ((controlB & mask) >> 1) | (controlA & 3);
  return (bits === 16 ? modesOf16Bits : modesOf8Bits)[waveform] ?? normal(0xff);
}

/** Cycles of one count by the clock select bits; 0 where it stands (the pin Tn is not here). */
export const dividersOfTimer: readonly number[] = [0, 1, 8, 64, 256, 1024, 0, 0];
export const dividersOfTimer2: readonly number[] = [0, 1, 8, 32, 64, 128, 256, 1024];
