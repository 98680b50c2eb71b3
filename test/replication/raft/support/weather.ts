/** What the modelled network and the disks of a test do to messages and saves. */

export interface Weather {
  /** Of a message, from 0 to 1. */
  readonly loss: number;
  readonly duplication: number;
  /** Of a message, and of a save, in microseconds. */
  readonly delayMax: number;
  readonly saveMax: number;
}

export const calm: Weather = { loss: 0, duplication: 0, delayMax: 500, saveMax: 1_000 };
export const storm: Weather = { loss: 0.1, duplication: 0.1, delayMax: 30_000, saveMax: 20_000 };
