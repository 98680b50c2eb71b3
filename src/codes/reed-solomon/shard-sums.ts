/**
 * Sums of products of whole shards: output j is the sum of factor (j, i) times input i, byte by
 * byte in GF(256). All work of an erasure code is this. What was measured, and stayed:
 *
 * - The products of one input byte with the factors of four outputs are one entry of a table, so
 *   one look-up does four multiplications. Such a table is 1 KiB and stays in the nearest cache;
 *   one of the products of 16 bits with one factor, 128 KiB, did not, and was several times slower.
 * - Inputs are read four bytes at once, and two inputs are added in one pass over the sums.
 * - Where only one or two outputs are left, their bytes lie closer, and the sums are fewer.
 */
import { multiply } from "./field.js";
import { type Factors, factorAt } from "./interpolation.js";
import {
  chunkWords,
  clearSums,
  fourLanes,
  type Lanes,
  oneLane,
  type Source,
  twoLanes,
} from "./lanes.js";

/** Outputs that are computed together. */
interface Group {
  readonly firstOutput: number;
  readonly lanes: Lanes;
  /** One an input, and one of zeros where the inputs are odd in number. */
  readonly tables: readonly Int32Array[];
}

export class ShardSums {
  readonly #factors: Factors;
  readonly #groups: readonly Group[];

  /** An output for each wanted point, an input for each known one. */
  constructor(factors: Factors) {
    this.#factors = factors;
    const groups: Group[] = [];
    for (let first = 0; first < factors.wanted; first += fourLanes.outputs) {
      groups.push(makeGroup(factors, first));
    }
    this.#groups = groups;
  }

  /**
   * Shards of one length; those of the outputs are overwritten, and share no memory with the
   * inputs. A view of each is allocated, and a copy of one that does not begin at a whole word.
   */
  compute(inputs: readonly Uint8Array[], outputs: readonly Uint8Array[]): void {
    const sources = inputs.map(wordsOf);
    const targets = outputs.map(wordsOf);
    for (const group of this.#groups) this.#computeGroup(group, sources, targets);
    for (const [index, output] of outputs.entries()) {
      const words = targets[index] as Int32Array;
      if (words.buffer !== output.buffer) output.set(new Uint8Array(words.buffer));
      this.#computeRest(index, inputs, output, words.length * 4);
    }
  }

  #computeGroup(
    { firstOutput, lanes, tables }: Group,
    inputs: readonly Int32Array[],
    outputs: readonly Int32Array[],
  ): void {
    const sources = tables.map((table, input) => {
      return { words: inputs[input] ?? (inputs[0] as Int32Array), table };
    });
    const targets = outputs.slice(firstOutput, firstOutput + lanes.outputs);
    const { length } = targets[0] as Int32Array;
    for (let start = 0; start < length; start += chunkWords) {
      const end = Math.min(start + chunkWords, length);
      addSources(lanes, sources, start, end);
      lanes.spread(targets, start, end);
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

function makeGroup(factors: Factors, firstOutput: number): Group {
  const left = factors.wanted - firstOutput;
  const few = left === 1 ? oneLane : twoLanes;
  const lanes = left > 2 ? fourLanes : few;
  const tables = Array.from({ length: factors.known }, (_, input) =>
    makeTable(factors, lanes, firstOutput, input),
  );
  if (tables.length % 2 === 1) tables.push(new Int32Array(256 * lanes.shifts));
  return { firstOutput, lanes, tables };
}

/**
 * For each byte its products with the factors of some outputs for one input. Multiplication is
 * linear: the entry of a byte is that of its lowest bit and that of the others.
 */
function makeTable(factors: Factors, lanes: Lanes, firstOutput: number, input: number): Int32Array {
  const table = new Int32Array(256 * lanes.shifts);
  const outputs = Math.min(lanes.outputs, factors.wanted - firstOutput);
  for (let bit = 1; bit < 256; bit *= 2) {
    let entry = 0;
    for (let lane = 0; lane < outputs; lane += 1) {
      entry |= multiply(factorAt(factors, firstOutput + lane, input), bit) << (8 * lane);
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
