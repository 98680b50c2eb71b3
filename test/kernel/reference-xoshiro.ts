/**
 * xoshiro128** and splitmix32 once more, word by word after their authors' C and in big integers,
 * so that no trick with 32-bit signs is shared with the implementation that it is compared with.
 * Sources: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2018); Steele,
 * Lea and Flood, "Fast splittable pseudorandom number generators" (2014), with 32-bit constants.
 */
const word = (value: bigint): bigint => BigInt.asUintN(32, value);

const rotateLeft = (value: bigint, count: bigint): bigint =>
  word((value << count) | (value >> (32n - count)));

export type XoshiroState = [bigint, bigint, bigint, bigint];

export function nextXoshiro(state: XoshiroState): number {
  const result = word(rotateLeft(word(state[1] * 5n), 7n) * 9n);
  const shifted = word(state[1] << 9n);
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = rotateLeft(state[3], 11n);
  return Number(result);
}

function splitmix32(seed: bigint): () => bigint {
  let state = word(seed);
  return () => {
    state = word(state + 0x9e3779b9n);
    let z = word((state ^ (state >> 16n)) * 0x21f0aaadn);
    z = word((z ^ (z >> 15n)) * 0x735a2d97n);
    return z ^ (z >> 15n);
  };
}

/** Two of the words come from the low half of the seed alone, two from both halves. */
export function seedXoshiro(seed: number): XoshiroState {
  const low = splitmix32(BigInt(seed));
  const high = splitmix32(low() ^ (BigInt(seed) >> 32n));
  return [low(), high(), low(), high() | 1n];
}
