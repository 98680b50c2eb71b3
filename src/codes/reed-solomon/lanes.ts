/**
 * The loops of an erasure code, which are all of its time; see `shard-sums.ts` for the thought.
 *
 * A sum is a word of 32 bits, and a lane of it one byte. With four outputs at once it holds one
 * byte of each, so a word of input needs four sums; with two outputs it holds two bytes of each,
 * with one output four. Then the tables come shifted as well, for the bytes that lie higher in the
 * sum.
 *
 * The bytes of a word are numbered from the lowest up. In which order they lie in memory does not
 * matter, for words of outputs are put together as those of inputs were taken apart.
 */

/** Words of each input that are worked on at once. */
export const chunkWords = 2048;

/**
 * Scratch, and the one thing here that looks like state of the module: a call writes it before it
 * reads it, and leaves nothing for the next one. A compiler knows the length of a constant array,
 * and leaves out the check of each access; with arrays of the caller these loops took twice as
 * long.
 */
const sums = new Int32Array(chunkWords * 4);
const left = new Int32Array(1024);
const right = new Int32Array(1024);
const third = new Int32Array(512);
const fourth = new Int32Array(512);

/** An input, four bytes a word, and for each value of a byte its products with some factors. */
export interface Source {
  readonly words: Int32Array;
  readonly table: Int32Array;
}

export interface Lanes {
  /** Outputs that one look-up multiplies for. */
  readonly outputs: number;
  /** How often a table of 256 entries comes shifted, each time by `outputs` bytes more. */
  readonly shifts: number;
  /** Adds the products of two inputs, words `start` to `end`, to the sums. */
  readonly add: (one: Source, other: Source, start: number, end: number) => void;
  /** Turns the sums into words `start` to `end` of each output. */
  readonly spread: (targets: readonly Int32Array[], start: number, end: number) => void;
}

/**
 * Makes the sums of so many words zero, at most `chunkWords`: those that `add` and `spread` name.
 */
export function clearSums(words: number): void {
  sums.fill(0, 0, words * 4);
}

export const oneLane: Lanes = {
  outputs: 1,
  shifts: 4,
  add: addToOne,
  spread: spreadOne,
};

export const twoLanes: Lanes = {
  outputs: 2,
  shifts: 2,
  add: addToTwo,
  spread: spreadTwo,
};

export const fourLanes: Lanes = {
  outputs: 4,
  shifts: 1,
  add: addToFour,
  spread: spreadFour,
};

function addToOne(one: Source, other: Source, start: number, end: number): void {
  left.set(one.table);
  right.set(other.table);
  const lefts = one.words;
  const rights = other.words;
  let at = 0;
  for (let index = start; index < end; index += 1) {
    const word = wordAt(lefts, index);
    const second = wordAt(rights, index);
    const low = wordAt(left, word & 0xff) ^ wordAt(right, second & 0xff);
    const next = wordAt(left, 256 + ((word >>> 8) & 0xff));
    const third = wordAt(left, 512 + ((word >>> 16) & 0xff));
    const high = wordAt(left, 768 + (word >>> 24)) ^ wordAt(right, 768 + (second >>> 24));
    const middle = wordAt(right, 256 + ((second >>> 8) & 0xff));
    const others = middle ^ wordAt(right, 512 + ((second >>> 16) & 0xff));
    addTo(at, low ^ next ^ third ^ high ^ others);
    at += 1;
  }
}

function spreadOne([first]: readonly Int32Array[], start: number, end: number): void {
  if (first === undefined) return;
  for (let index = start; index < end; index += 1) first[index] = wordAt(sums, index - start);
}

/** The first sum is of bytes 0 and 2, the second of bytes 1 and 3: so two masks spread them. */
function addToTwo(one: Source, other: Source, start: number, end: number): void {
  left.set(one.table);
  right.set(other.table);
  const lefts = one.words;
  const rights = other.words;
  let at = 0;
  for (let index = start; index < end; index += 1) {
    const word = wordAt(lefts, index);
    const second = wordAt(rights, index);
    const even = wordAt(left, word & 0xff) ^ wordAt(left, 256 + ((word >>> 16) & 0xff));
    const odd = wordAt(left, (word >>> 8) & 0xff) ^ wordAt(left, 256 + (word >>> 24));
    const evenOther = wordAt(right, second & 0xff) ^ wordAt(right, 256 + ((second >>> 16) & 0xff));
    const oddOther = wordAt(right, (second >>> 8) & 0xff) ^ wordAt(right, 256 + (second >>> 24));
    addTo(at, even ^ evenOther);
    addTo(at + 1, odd ^ oddOther);
    at += 2;
  }
}

function spreadTwo([first, second]: readonly Int32Array[], start: number, end: number): void {
  if (first === undefined || second === undefined) return;
  let at = 0;
  for (let index = start; index < end; index += 1) {
    const even = wordAt(sums, at);
    const odd = wordAt(sums, at + 1);
    first[index] = (even & 0xff00ff) | ((odd & 0xff00ff) << 8);
    second[index] = ((even >>> 8) & 0xff00ff) | (odd & 0xff00ff00);
    at += 2;
  }
}

/**
 * Four inputs with tables of `twoLanes` to all words of two outputs at once: where there are no
 * more inputs, their sums need not be kept. Where there is only one output, it stands in for the
 * second, and is written last.
 */
export function fourToTwo(sources: readonly Source[], targets: readonly Int32Array[]): void {
  const [one, two, three, four] = sources;
  const [first, second = first] = targets;
  if (one === undefined || two === undefined || first === undefined) return;
  if (three === undefined || four === undefined || second === undefined) return;
  left.set(one.table);
  right.set(two.table);
  third.set(three.table);
  fourth.set(four.table);
  sumFour(one.words, two.words, three.words, four.words, first, second);
}

/** On its own, for as a part of the function above the loop was a third slower. */
function sumFour(
  ones: Int32Array,
  twos: Int32Array,
  threes: Int32Array,
  fours: Int32Array,
  first: Int32Array,
  second: Int32Array,
): void {
  const { length } = first;
  for (let index = 0; index < length; index += 1) {
    const word = wordAt(ones, index);
    const next = wordAt(twos, index);
    const other = wordAt(threes, index);
    const last = wordAt(fours, index);
    let even = wordAt(left, word & 0xff) ^ wordAt(left, 256 + ((word >>> 16) & 0xff));
    even ^= wordAt(right, next & 0xff) ^ wordAt(right, 256 + ((next >>> 16) & 0xff));
    even ^= wordAt(third, other & 0xff) ^ wordAt(third, 256 + ((other >>> 16) & 0xff));
    even ^= wordAt(fourth, last & 0xff) ^ wordAt(fourth, 256 + ((last >>> 16) & 0xff));
    let odd = wordAt(left, (word >>> 8) & 0xff) ^ wordAt(left, 256 + (word >>> 24));
    odd ^= wordAt(right, (next >>> 8) & 0xff) ^ wordAt(right, 256 + (next >>> 24));
    odd ^= wordAt(third, (other >>> 8) & 0xff) ^ wordAt(third, 256 + (other >>> 24));
    odd ^= wordAt(fourth, (last >>> 8) & 0xff) ^ wordAt(fourth, 256 + (last >>> 24));
    second[index] = ((even >>> 8) & 0xff00ff) | (odd & 0xff00ff00);
    first[index] = (even & 0xff00ff) | ((odd & 0xff00ff) << 8);
  }
}

function addToFour(one: Source, other: Source, start: number, end: number): void {
  left.set(one.table);
  right.set(other.table);
  const lefts = one.words;
  const rights = other.words;
  let at = 0;
  for (let index = start; index < end; index += 1) {
    const word = wordAt(lefts, index);
    const second = wordAt(rights, index);
    addTo(at, wordAt(left, word & 0xff) ^ wordAt(right, second & 0xff));
    addTo(at + 1, wordAt(left, (word >>> 8) & 0xff) ^ wordAt(right, (second >>> 8) & 0xff));
    addTo(at + 2, wordAt(left, (word >>> 16) & 0xff) ^ wordAt(right, (second >>> 16) & 0xff));
    addTo(at + 3, wordAt(left, word >>> 24) ^ wordAt(right, second >>> 24));
    at += 4;
  }
}

/**
 * Four sums are the columns of a square of bytes, and the words of the outputs its rows: bytes
 * change places in pairs, then pairs of them.
 *
 * The first output is written last: where there are only three, it stands in for the fourth.
 */
function spreadFour(
  [first, second, third, fourth = first]: readonly Int32Array[],
  start: number,
  end: number,
): void {
  if (first === undefined || second === undefined) return;
  if (third === undefined || fourth === undefined) return;
  let at = 0;
  for (let index = start; index < end; index += 1) {
    const one = wordAt(sums, at);
    const two = wordAt(sums, at + 1);
    const three = wordAt(sums, at + 2);
    const four = wordAt(sums, at + 3);
    const evenLow = (one & 0xff00ff) | ((two & 0xff00ff) << 8);
    const evenHigh = (three & 0xff00ff) | ((four & 0xff00ff) << 8);
    const oddLow = ((one >>> 8) & 0xff00ff) | (two & 0xff00ff00);
    const oddHigh = ((three >>> 8) & 0xff00ff) | (four & 0xff00ff00);
    fourth[index] = (oddLow >>> 16) | (oddHigh & 0xffff0000);
    third[index] = (evenLow >>> 16) | (evenHigh & 0xffff0000);
    second[index] = (oddLow & 0xffff) | (oddHigh << 16);
    first[index] = (evenLow & 0xffff) | (evenHigh << 16);
    at += 4;
  }
}

function addTo(at: number, value: number): void {
  sums[at] = wordAt(sums, at) ^ value;
}

export function wordAt(words: Int32Array, at: number): number {
  return words[at] as number;
}
