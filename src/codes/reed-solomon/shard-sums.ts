/**
 * Sums of products of whole shards: output j is the sum of factor (j, i) times input i, byte by
 * byte in GF(256). All work of an erasure code is this. What was measured, and stayed:
 *
 * - The products of one input byte with the factors of four outputs are one entry of a table, so
 *   one look-up does four multiplications. Such a table is 1 KiB and stays in the nearest cache;
 *   one of the products of 16 bits with one factor, 128 KiB, did not, and was several times slower.
 * - Inputs are read four bytes at once, and two inputs are added in one pass over the sums.
 * - Where only one or two outputs are left, their bytes lie closer, and the sums are fewer.
 * - Of three or four inputs one or two outputs are made at once, without sums that wait in memory:
 *   that is a third faster.
 * - A look-up for one output takes as long as for four. So an output that needs none, see
 *   `plain-sums.ts`, goes alone only where that leaves fewer groups of four.
 */
import { multiply } from "./field.js";
import { type Factors, factorAt } from "./interpolation.js";
import {
  chunkWords,
  clearSums,
  fourLanes,
  fourToTwo,
  type Lanes,
  oneLane,
  type Source,
  twoLanes,
} from "./lanes.js";
import { type PlainSum, plainSumOf } from "./plain-sums.js";

/** Outputs that are computed together, by their places among all. */
interface Group {
  readonly outputs: readonly number[];
  /** One an input, and one of zeros where the inputs are odd in number. */
  readonly tables: readonly Int32Array[];
  readonly compute: (sources: readonly Source[], targets: readonly Int32Array[]) => void;
}

/** An output that is computed alone, without tables. */
interface Single {
  readonly output: number;
  readonly sum: PlainSum;
}

export class ShardSums {
  readonly #factors: Factors;
  readonly #singles: readonly Single[];
  readonly #groups: readonly Group[];

  /** An output for each wanted point, an input for each known one. */
  constructor(factors: Factors) {
    this.#factors = factors;
    const all = Array.from({ length: factors.wanted }, (_, output) => output);
    const singles = singlesOf(factors, all);
    const others = all.filter((output) => singles.every((single) => single.output !== output));
    const fewer = groupsOf(others).length < groupsOf(all).length;
    this.#singles = fewer ? singles : [];
    const grouped = groupsOf(fewer ? others : all);
    this.#groups = grouped.map((outputs) => makeGroup(factors, outputs));
  }

  /**
   * Shards of one length; those of the outputs are overwritten, and share no memory with the
   * inputs. A view of each is allocated, and a copy of one that does not begin at a whole word.
   */
  compute(inputs: readonly Uint8Array[], outputs: readonly Uint8Array[]): void {
    const sources = inputs.map(wordsOf);
    const targets = outputs.map(wordsOf);
    for (const { output, sum } of this.#singles) sum(sources, targets[output] as Int32Array);
    for (const group of this.#groups) computeGroup(group, sources, targets);
    for (const [index, output] of outputs.entries()) {
      const words = targets[index] as Int32Array;
      if (words.buffer !== output.buffer) output.set(new Uint8Array(words.buffer));
      this.#computeRest(index, inputs, output, words.length * 4);
    }
  }

  /** The last bytes, which fill no word. */
  #computeRest(
    index: number,
    inputs: readonly Uint8Array[],
    output: Uint8Array,
    start: number,
  ): void {
    for (let at = start; at < output.length; at += 1) {
      let sum = 0;
      for (const [known, input] of inputs.entries()) {
        sum ^= multiply(factorAt(this.#factors, index, known), input[at] as number);
      }
      output[at] = sum;
    }
  }
}

function singlesOf(factors: Factors, outputs: readonly number[]): readonly Single[] {
  return outputs.flatMap((output) => {
    const sum = plainSumOf(factors, output);
    return sum === null ? [] : [{ output, sum }];
  });
}

function groupsOf(outputs: readonly number[]): readonly (readonly number[])[] {
  const { outputs: most } = fourLanes;
  return Array.from({ length: Math.ceil(outputs.length / most) }, (_, group) =>
    outputs.slice(group * most, (group + 1) * most),
  );
}

function computeGroup(
  { outputs, tables, compute }: Group,
  inputs: readonly Int32Array[],
  allTargets: readonly Int32Array[],
): void {
  const sources = tables.map((table, input) => {
    return { words: inputs[input] ?? (inputs[0] as Int32Array), table };
  });
  const targets = outputs.map((output) => allTargets[output] as Int32Array);
  compute(sources, targets);
}

/** A part of the sums of all inputs stays in the nearest cache until it is done. */
function computeInChunks(
  lanes: Lanes,
  sources: readonly Source[],
  targets: readonly Int32Array[],
): void {
  const { length } = targets[0] as Int32Array;
  for (let start = 0; start < length; start += chunkWords) {
    const end = Math.min(start + chunkWords, length);
    addSources(lanes, sources, start, end);
    lanes.spread(targets, start, end);
  }
}

function addSources(lanes: Lanes, sources: readonly Source[], start: number, end: number): void {
  clearSums(end - start);
  for (let at = 0; at < sources.length; at += 2) {
    lanes.add(sources[at] as Source, sources[at + 1] as Source, start, end);
  }
}

/** The whole words of a shard: a view where it can be, else a copy. */
function wordsOf(shard: Uint8Array): Int32Array {
  const words = Math.floor(shard.length / 4);
  if (shard.byteOffset % 4 === 0) return new Int32Array(shard.buffer, shard.byteOffset, words);
  const copy = new Uint8Array(words * 4);
  copy.set(shard.subarray(0, words * 4));
  return new Int32Array(copy.buffer);
}

function makeGroup(factors: Factors, outputs: readonly number[]): Group {
  const lanes = lanesOf(factors, outputs);
  const tables = Array.from({ length: factors.known }, (_, input) =>
    makeTable(factors, lanes, outputs, input),
  );
  if (tables.length % 2 === 1) tables.push(new Int32Array(256 * lanes.shifts));
  if (lanes === twoLanes && tables.length === 4) return { outputs, tables, compute: fourToTwo };
  return {
    outputs,
    tables,
    compute: (sources, targets) => computeInChunks(lanes, sources, targets),
  };
}

/** `fourToTwo` is the fastest also for one output. */
function lanesOf({ known }: Factors, { length }: readonly number[]): Lanes {
  if (length > 2) return fourLanes;
  const isForTwo = length === 2 || known === 3 || known === 4;
  return isForTwo ? twoLanes : oneLane;
}

/**
 * For each byte its products with the factors of some outputs for one input. Multiplication is
 * linear: the entry of a byte is that of its lowest bit and that of the others.
 */
function makeTable(
  factors: Factors,
  lanes: Lanes,
  outputs: readonly number[],
  input: number,
): Int32Array {
  const table = new Int32Array(256 * lanes.shifts);
  for (let bit = 1; bit < 256; bit *= 2) {
    let entry = 0;
    for (const [lane, output] of outputs.entries()) {
      entry |= multiply(factorAt(factors, output, input), bit) << (8 * lane);
    }
    table[bit] = entry;
  }
  for (let byte = 1; byte < 256; byte += 1) {
    table[byte] = (table[byte & (byte - 1)] as number) ^ (table[byte & -byte] as number);
  }
  for (let index = 256; index < table.length; index += 1) {
    table[index] = (table[index - 256] as number) << (8 * lanes.outputs);
  }
  return table;
}
