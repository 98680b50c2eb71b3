/** Sums of shards by any factors: each number of inputs and outputs has loops of its own. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkWords } from "../../../src/codes/reed-solomon/lanes.js";
import { ShardSums } from "../../../src/codes/reed-solomon/shard-sums.js";
import { naiveProduct } from "./naive-field.js";

const products = Array.from({ length: 65_536 }, (_, at) => naiveProduct(at >>> 8, at & 0xff));

/** Bytes without any order, the same for the same seed. */
function bytesOf(count: number, seed: number): Uint8Array {
  let state = seed;
  return new Uint8Array(count).map(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state >>> 24;
  });
}

function naiveOf(factors: Uint8Array, inputs: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array()] = inputs;
  return first.map((_, byte) =>
    inputs.reduce((sum, input, known) => {
      return sum ^ (products[((factors[known] ?? 0) << 8) | (input[byte] ?? 0)] ?? 0);
    }, 0),
  );
}

function expectSums(known: number, wanted: number, bytes: number, seed: number): void {
  const elements = bytesOf(known * wanted, seed);
  const inputs = Array.from({ length: known }, (_, at) => bytesOf(bytes, seed + at + 1));
  const outputs = Array.from({ length: wanted }, () => new Uint8Array(bytes).fill(0xee));
  new ShardSums({ known, wanted, elements }).compute(inputs, outputs);
  for (const [row, output] of outputs.entries()) {
    const naive = naiveOf(elements.slice(row * known, (row + 1) * known), inputs);
    if (Buffer.compare(output, naive) !== 0) {
      expect.fail(`output ${row} of ${wanted}, ${known} inputs of ${bytes} bytes, seed ${seed}`);
    }
  }
}

describe("CODE-7: parity is the sum of products, whatever the factors are", () => {
  it("for each number of inputs and outputs up to nine", () => {
    for (let known = 1; known <= 9; known += 1) {
      for (let wanted = 1; wanted <= 9; wanted += 1) expectSums(known, wanted, 203, known * wanted);
    }
  });

  it("for shards of any length, about a chunk and longer too", () => {
    const chunk = chunkWords * 4;
    const length = fc.oneof(fc.nat(40), fc.integer({ min: chunk - 9, max: chunk + 9 }));
    const count = fc.integer({ min: 1, max: 6 });
    fc.assert(fc.property(count, count, length, fc.nat(), expectSums), { numRuns: 60 });
  });
});
