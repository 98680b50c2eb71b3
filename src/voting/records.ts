/**
 * How well each channel agreed with the voted value: the memory of the voters that go by history.
 * Latif-Shabgahi, Bass and Bennett (2001) count agreements since the beginning, so that after a day
 * of health a channel may be wrong for a day before its record shows it. This count is bounded: a
 * dissent takes away more than an agreement gives, and after `recordMax` agreements nothing of the
 * past is left.
 *
 * All begin with a full record: who has done nothing wrong is not weighed less than who has. A
 * channel that says nothing keeps its record, and where nothing was voted nobody's changes.
 */
import type { Ballots } from "./ballots.js";

/** In closings with an agreement. Never 0: a weight that is made of it can be divided by. */
export const recordMin = 1;
export const recordMax = 100;
const lossPerDissent = 5;

export class Records {
  /** By channel, whole, from `recordMin` to `recordMax`. */
  readonly counts: Uint8Array;

  constructor(channels: number) {
    this.counts = new Uint8Array(channels).fill(recordMax);
  }

  /** @param value what was voted; NaN for nothing */
  learn({ values, channels, count }: Ballots, value: number, tolerance: number): void {
    if (Number.isNaN(value)) return;
    for (let index = 0; index < count; index += 1) {
      const channel = channels[index] as number;
      const agrees = Math.abs((values[index] as number) - value) <= tolerance;
      const record = (this.counts[channel] as number) + (agrees ? 1 : -lossPerDissent);
      this.counts[channel] = Math.min(recordMax, Math.max(recordMin, record));
    }
  }

  memory(): readonly number[] {
    return Array.from(this.counts);
  }

  /** False, and unchanged, when it is not the memory of as many channels. */
  recall(memory: readonly unknown[]): boolean {
    if (memory.length !== this.counts.length || !Array.from(memory).every(isRecord)) return false;
    this.counts.set(memory as readonly number[]);
    return true;
  }
}

const isRecord = (field: unknown): boolean =>
  Number.isSafeInteger(field) && (field as number) >= recordMin && (field as number) <= recordMax;
