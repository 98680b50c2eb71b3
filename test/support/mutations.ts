/** Ways to spoil the bytes of a frame, for tests of what arrives from outside. */
import type { Prng } from "../../src/kernel/prng.js";
import { frameBytesMax } from "../../src/wire/envelope.js";

/** May change the frame that it is given. `other` gives another genuine one. */
export type Mutation = (frame: Uint8Array, prng: Prng, other: () => Uint8Array) => Uint8Array;

const flipBits: Mutation = (frame, prng) => {
  for (let count = 1 + prng.below(4); count > 0; count -= 1) {
    const at = prng.below(frame.length);
    frame[at] = (frame[at] ?? 0) ^ (1 << prng.below(8));
  }
  return frame;
};

/** The bytes on which decoders trip: heads of tags, lengths, breaks, limits of integers. */
const odd = [
  0x1b, 0x3b, 0x5f, 0x7f, 0x9a, 0x9f, 0xba, 0xbf, 0xc2, 0xd8, 0xd9, 0xdf, 0xf7, 0xfb, 0xff,
];

const placeOdd: Mutation = (frame, prng) => {
  for (let count = 1 + prng.below(4); count > 0; count -= 1) {
    frame[prng.below(frame.length)] = odd[prng.below(odd.length)] ?? 0;
  }
  return frame;
};

const truncate: Mutation = (frame, prng) => frame.slice(0, prng.below(frame.length));

const splice: Mutation = (frame, prng, other) => {
  const tail = other();
  const start = frame.subarray(0, prng.below(frame.length));
  return new Uint8Array([...start, ...tail.subarray(prng.below(tail.length))]);
};

const randomBytes: Mutation = (_frame, prng) =>
  Uint8Array.from({ length: prng.below(200) }, () => prng.below(256));

export const lengthen: Mutation = (frame, prng) => {
  const long = new Uint8Array(frameBytesMax - 50 + prng.below(100));
  long.set(frame.subarray(0, long.length));
  return long;
};

export const mutations: readonly Mutation[] = [flipBits, placeOdd, truncate, splice, randomBytes];
