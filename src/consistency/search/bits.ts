/** Sets of small counts as bits of 32-bit words. */

export const wordsFor = (bits: number): number => Math.max(1, Math.ceil(bits / 32));

export const hasBit = (set: Int32Array, bit: number): boolean =>
  (((set[bit >>> 5] as number) >>> (bit & 31)) & 1) === 1;

export function setBit(set: Int32Array, bit: number): void {
  set[bit >>> 5] = (set[bit >>> 5] as number) | (1 << (bit & 31));
}

export function clearBit(set: Int32Array, bit: number): void {
  set[bit >>> 5] = (set[bit >>> 5] as number) & ~(1 << (bit & 31));
}
