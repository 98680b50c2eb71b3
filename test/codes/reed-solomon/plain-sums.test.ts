/**
 * Sums without tables: which outputs have one, and that it is the sum of products that the tables
 * give, and that a field without any shortcut gives.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Factors,
  factorAt,
  interpolate,
} from "../../../src/codes/reed-solomon/interpolation.js";
import { chunkWords } from "../../../src/codes/reed-solomon/lanes.js";
import { plainSumOf } from "../../../src/codes/reed-solomon/plain-sums.js";
import { ShardSums } from "../../../src/codes/reed-solomon/shard-sums.js";
import { naiveProduct } from "./naive-field.js";

const pointsBelow = (end: number): number[] => Array.from({ length: end }, (_, point) => point);

/** Known and wanted points of outputs that need no tables. */
const plain: readonly (readonly [known: readonly number[], wanted: number])[] = [
  ...pointsBelow(64)
    .map((at) => [at >>> 4, (at >>> 2) & 3, at & 3] as const)
    .filter((points) => new Set(points).size === 3)
    .map(([one, other, wanted]) => [[one, other], wanted] as const),
  ...[2, 4, 8, 16, 256].flatMap((end) =>
    [0, 1, end - 1].map((wanted) => {
      return [pointsBelow(end).filter((point) => point !== wanted), wanted] as const;
    }),
  ),
  [[200], 7],
];

/** The same output first of four: without it a group is left as with it, so it has tables too. */
function amongOthers(factors: Factors): Factors {
  const others = Array.from({ length: 3 * factors.known }, (_, at) => 5 + (at % 200));
  return { ...factors, wanted: 4, elements: new Uint8Array([...factors.elements, ...others]) };
}

const blank = (count: number, bytes: number): Uint8Array[] =>
  Array.from({ length: count }, () => new Uint8Array(bytes));

const shardsOf = (count: number, bytes: number, seed: number): Uint8Array[] =>
  blank(count, bytes).map((shard, at) =>
    shard.map((_, byte) => ((at + seed) * 89 + byte * 37 + (byte >>> 8) * 11) & 0xff),
  );

/** What the sum makes of whole words. */
function plainOf(factors: Factors, inputs: readonly Uint8Array[]): Uint8Array {
  const target = new Uint8Array(inputs[0]?.length ?? 0).fill(0xee);
  const sum = plainSumOf(factors, 0);
  sum?.(
    inputs.map(({ buffer }) => new Int32Array(buffer)),
    new Int32Array(target.buffer),
  );
  return target;
}

function naiveOf(factors: Factors, inputs: readonly Uint8Array[]): Uint8Array {
  const products = inputs.map((_, known) =>
    pointsBelow(256).map((byte) => naiveProduct(factorAt(factors, 0, known), byte)),
  );
  return new Uint8Array(inputs[0]?.length ?? 0).map((_, at) =>
    inputs.reduce((sum, input, known) => sum ^ (products[known]?.[input[at] ?? 0] ?? 0), 0),
  );
}

describe("CODE-7: sums without tables are the sums of products", () => {
  it.each(plain.map(([known, wanted]) => ({ known, wanted })))(
    "of $known.length known points, $wanted wanted, for each byte",
    ({ known, wanted }) => {
      const factors = interpolate(known, [wanted]);
      const inputs = shardsOf(known.length, 256 + 12, wanted);
      expect(plainOf(factors, inputs)).toEqual(naiveOf(factors, inputs));
    },
  );

  it("of two inputs, for each two bytes", () => {
    const [one, other] = blank(2, 65_536);
    if (one === undefined || other === undefined) return expect.fail();
    const inputs = [one.map((_, at) => at >>> 8), other.map((_, at) => at)];
    for (const [known, wanted] of plain.filter(([{ length }]) => length === 2)) {
      const factors = interpolate(known, [wanted]);
      const same = Buffer.compare(plainOf(factors, inputs), naiveOf(factors, inputs)) === 0;
      if (!same) expect.fail(`${known} to ${wanted}`);
    }
  });

  it("and of any length what the tables give, alone or beside outputs of those", () => {
    const chunk = chunkWords * 4;
    const length = fc.oneof(fc.nat(40), fc.integer({ min: chunk - 20, max: chunk + 20 }));
    const few = plain.filter(([known]) => known.length < 16);
    const property = fc.property(
      fc.constantFrom(...few),
      length,
      fc.nat(255),
      (one, bytes, seed) => {
        const [known, wanted] = one;
        const factors = interpolate(known, [wanted]);
        const inputs = shardsOf(known.length, bytes, seed);
        const [alone, tabled] = [blank(1, bytes), blank(4, bytes)];
        new ShardSums(factors).compute(inputs, alone);
        new ShardSums(amongOthers(factors)).compute(inputs, tabled);
        expect(Buffer.compare(Buffer.concat(alone), Buffer.concat(tabled.slice(0, 1)))).toBe(0);
      },
    );
    fc.assert(property, { numRuns: 200 });
  });
});

describe("CODE-7: an output has a sum without tables only where its factors are such", () => {
  const factorsOf = (...elements: number[]): Factors => {
    return { wanted: 1, known: elements.length, elements: new Uint8Array(elements) };
  };

  it("for each two factors only if they are 2 and 3, a half or a third of 1 and 3 or 2", () => {
    const found: string[] = [];
    for (const one of pointsBelow(256)) {
      for (const other of pointsBelow(256)) {
        if (plainSumOf(factorsOf(one, other), 0) !== null) found.push(`${one},${other}`);
      }
    }
    const expected = plain
      .filter(([known]) => known.length === 2)
      .map(([known, wanted]) => interpolate(known, [wanted]).elements.join(","));
    expect(new Set(found)).toEqual(new Set(expected));
    expect(found).toHaveLength(6);
  });

  it("not for an even number of ones, nor where one factor differs", () => {
    expect(plainSumOf(factorsOf(1, 1), 0)).toBeNull();
    expect(plainSumOf(factorsOf(1, 1, 1, 1), 0)).toBeNull();
    expect(plainSumOf(factorsOf(1, 1, 2), 0)).toBeNull();
    expect(plainSumOf(factorsOf(2), 0)).toBeNull();
    expect(plainSumOf(factorsOf(2, 3, 0), 0)).toBeNull();
    expect(plainSumOf(factorsOf(1, 1, 1), 0)).not.toBeNull();
  });

  it("and is right for outputs that come in any order among others", () => {
    for (const [dataShards, parityShards] of [
      [2, 5],
      [3, 5],
      [3, 9],
      [7, 5],
    ] as const) {
      const wanted = pointsBelow(dataShards + parityShards).slice(dataShards);
      const inputs = shardsOf(dataShards, 100, 1);
      for (const turn of wanted.keys()) {
        const order = [...wanted.slice(turn), ...wanted.slice(0, turn)];
        const outputs = blank(parityShards, 100);
        new ShardSums(interpolate(pointsBelow(dataShards), order)).compute(inputs, outputs);
        const naive = order.map((point) =>
          naiveOf(interpolate(pointsBelow(dataShards), [point]), inputs),
        );
        expect(outputs).toEqual(naive);
      }
    }
  });
});
