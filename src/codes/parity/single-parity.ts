/**
 * One bit that makes the ones even, or odd, in number: it shows every odd number of wrong bits, and
 * no even one. Odd parity has another use: the zeros of a dead line never pass, for a word of zeros
 * with its parity bit would have no ones, which is an even number.
 */
export type Parity = "even" | "odd";

/** The bit to send with the lowest 32 bits of a whole number. */
export function parityBit(word: number, parity: Parity): 0 | 1 {
  const odd = foldToBit(word);
  return parity === "even" ? odd : flipped(odd);
}

/** The bit to send with all bits of the bytes. */
export function parityBitOfBytes(bytes: Uint8Array, parity: Parity): 0 | 1 {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 1) sum ^= bytes[at] as number;
  return parityBit(sum, parity);
}

/** False if an odd number of bits is wrong in a number of 32 bits, its parity bit among them. */
export function hasParity(word: number, parity: Parity): boolean {
  return parityBit(word, parity) === 0;
}

const flipped = (bit: 0 | 1): 0 | 1 => (bit === 0 ? 1 : 0);

/** 1 if the ones are odd in number. Each fold keeps the parity, and halves the bits it is in. */
function foldToBit(word: number): 0 | 1 {
  let folded = word ^ (word >>> 16);
  folded ^= folded >>> 8;
  folded ^= folded >>> 4;
  folded ^= folded >>> 2;
  folded ^= folded >>> 1;
  return (folded & 1) === 0 ? 0 : 1;
}
