/**
 * What a serial line does to the bytes on it: faults by order, and what a receiver makes of bytes
 * that were sent at another rate than its own.
 */

export type ByteFault =
  | { readonly kind: "flip"; readonly mask: number }
  | { readonly kind: "drop" }
  /** A byte that nobody sent, before the one that is struck. */
  | { readonly kind: "insert"; readonly byte: number };

export interface PlannedFault {
  readonly fault: ByteFault;
  /** Bytes that pass unharmed before it. */
  readonly after: number;
  /** How many bytes in a row are struck. */
  readonly count: number;
}

/** Plans that wait; one more is refused. */
export const plannedFaultsMax = 1_000;

/** The faults of one direction of a line, each struck in its turn. */
export class ByteFaults {
  readonly #plans: { fault: ByteFault; after: number; count: number }[] = [];
  #struck = 0;

  /** How many bytes were struck. */
  get struck(): number {
    return this.#struck;
  }

  plan(planned: PlannedFault): boolean {
    if (this.#plans.length >= plannedFaultsMax) return false;
    this.#plans.push({ ...planned });
    return true;
  }

  /** What becomes of the next byte. */
  pass(byte: number): readonly number[] {
    const [plan] = this.#plans;
    if (plan === undefined) return [byte];
    if (plan.after > 0) {
      plan.after -= 1;
      return [byte];
    }
    plan.count -= 1;
    if (plan.count <= 0) this.#plans.shift();
    this.#struck += 1;
    return struckBy(plan.fault, byte);
  }
}

function struckBy(fault: ByteFault, byte: number): readonly number[] {
  if (fault.kind === "drop") return [];
  return fault.kind === "flip" ? [byte ^ fault.mask] : [fault.byte, byte];
}

export interface Sampled {
  readonly byte: number;
  /** The stop bit was not there. */
  readonly frameError: boolean;
}

/** Bits of a frame: start, eight of the byte, stop. */
const frameBits = 10;

/** Within this the last bit is still sampled inside itself: half a bit of nine and a half. */
const toleranceOfRates = 0.05;

/**
 * What a receiver reads from one byte that comes at another rate: it begins at the falling edge of
 * a start bit, and looks into the middle of each of its own bits. A line at rest is high.
 *
 * @param ratio the receiver's bit by the sender's
 */
export function sampledAt(byte: number, ratio: number): readonly Sampled[] {
  if (Math.abs(ratio - 1) < toleranceOfRates) return [{ byte, frameError: false }];
  const word = (byte << 1) | 0x200;
  const levelAt = (time: number): number => (time < frameBits ? (word >> Math.floor(time)) & 1 : 1);
  const sampled: Sampled[] = [];
  let start = 0;
  while (start < frameBits) {
    const bits = Array.from({ length: 9 }, (_, bit) => levelAt(start + (bit + 1.5) * ratio));
    const read = bits.slice(0, 8).reduce((sum, bit, place) => sum | (bit << place), 0);
    sampled.push({ byte: read, frameError: bits[8] === 0 });
    start = nextFall(levelAt, start + 9.5 * ratio);
  }
  return sampled;
}

/** The next begin of a start bit: where a low bit follows a high one. */
function nextFall(levelAt: (time: number) => number, from: number): number {
  for (let bit = Math.ceil(from); bit < frameBits; bit += 1) {
    if (levelAt(bit) === 0 && levelAt(bit - 1) === 1) return bit;
  }
  return frameBits;
}
