/**
 * Erasure coding: the shards of published codes, every pattern of losses, and all that is refused.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ErasureCode } from "../../../src/codes/reed-solomon/erasure-code.js";
import { UsageError } from "../../../src/kernel/assert.js";
import { fromHex, readOracle, toHex } from "../../support/oracles.js";
import { naiveProduct } from "./naive-field.js";

interface ErasureOracle {
  readonly erasure: {
    readonly backblaze_klauspost: {
      readonly data: readonly (readonly number[])[];
      readonly parity: readonly (readonly number[])[];
      readonly parityMatrix: readonly (readonly number[])[];
    };
    readonly more: readonly {
      readonly k: number;
      readonly m: number;
      readonly data: readonly string[];
      readonly parity: readonly string[];
      readonly parityMatrix: readonly (readonly number[])[];
    }[];
  };
}

const oracle = readOracle<ErasureOracle>("numeric.json")?.erasure ?? null;

const blank = (count: number, bytes: number): Uint8Array[] =>
  Array.from({ length: count }, () => new Uint8Array(bytes));

/** Shards that differ from one another, with every value of a byte if they are long enough. */
const shardsOf = (count: number, bytes: number): Uint8Array[] =>
  blank(count, bytes).map((shard, at) => shard.map((_, byte) => (at * 89 + byte * 37) & 0xff));

function parityOf(data: readonly Uint8Array[], parityShards: number): Uint8Array[] {
  const parity = blank(parityShards, data[0]?.length ?? 0);
  const outcome = new ErasureCode(data.length, parityShards).encode(data, parity);
  expect(outcome).toEqual({ ok: true });
  return parity;
}

/** Parity of one-hot data shows the matrix: its column is what that shard is multiplied by. */
function matrixOf(dataShards: number, parityShards: number): number[][] {
  const data = shardsOf(dataShards, dataShards).map((shard, at) =>
    shard.map((_, byte) => (byte === at ? 1 : 0)),
  );
  return parityOf(data, parityShards).map((shard) => [...shard]);
}

describe.skipIf(oracle === null)("CODE-7: erasure codes of published cases", () => {
  it("has the shards and the matrix of Backblaze and klauspost", () => {
    const { data = [], parity, parityMatrix } = oracle?.backblaze_klauspost ?? {};
    const ours = parityOf(
      data.map((shard) => new Uint8Array(shard)),
      5,
    );
    expect(ours.map((shard) => [...shard])).toEqual(parity);
    expect(matrixOf(5, 5)).toEqual(parityMatrix);
  });

  it("has the shards and the matrices of other sizes", () => {
    const cases = oracle?.more ?? [];
    expect(cases.length).toBeGreaterThanOrEqual(3);
    for (const { k, m, data, parity, parityMatrix } of cases) {
      expect(parityOf(data.map(fromHex), m).map(toHex)).toEqual(parity);
      expect(matrixOf(k, m)).toEqual(parityMatrix);
    }
  });
});

/** All ways to lose `count` of so many shards. */
function lossesOf(shards: number, count: number): number[][] {
  if (count === 0) return [[]];
  return Array.from({ length: shards }, (_, at) => at).flatMap((at) =>
    lossesOf(at, count - 1).map((others) => [...others, at]),
  );
}

/** The shards with some of them overwritten, and the marks of which those are. */
function lose(shards: readonly Uint8Array[], lost: readonly number[]) {
  const left = shards.map((shard, at) =>
    lost.includes(at) ? shard.map(() => 0xee) : shard.slice(),
  );
  return { left, present: shards.map((_, at) => !lost.includes(at)) };
}

describe("CODE-7: any k shards give the others back", () => {
  it.each([
    [1, 1],
    [1, 3],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [5, 5],
    [3, 6],
    [10, 4],
  ])("%i of data and %i of parity, every loss that leaves enough", (dataShards, parityShards) => {
    const data = shardsOf(dataShards, 11);
    const shards = [...data, ...parityOf(data, parityShards)];
    const whole = Buffer.concat(shards);
    const code = new ErasureCode(dataShards, parityShards);
    for (let count = 0; count <= parityShards; count += 1) {
      for (const lost of lossesOf(shards.length, count)) {
        const { left, present } = lose(shards, lost);
        if (!code.reconstruct(left, present).ok) expect.fail(`refused without ${lost}`);
        if (Buffer.compare(Buffer.concat(left), whole) !== 0) expect.fail(`lost ${lost}`);
      }
    }
  });

  it("also at the largest size of the field", () => {
    const data = shardsOf(200, 5);
    const shards = [...data, ...parityOf(data, 56)];
    const lost = Array.from({ length: 56 }, (_, at) => at * 4);
    const { left, present } = lose(shards, lost);
    expect(new ErasureCode(200, 56).reconstruct(left, present)).toEqual({ ok: true });
    expect(left).toEqual(shards);
  });

  it("for shards of any length, at any place in memory, longer than a chunk too", () => {
    const length = fc.oneof(fc.nat(40), fc.integer({ min: 8_180, max: 8_210 }));
    const property = fc.property(length, fc.nat(3), fc.nat(3), (bytes, one, other) => {
      const shifted = (count: number, offset: number): Uint8Array[] =>
        blank(count, bytes + offset).map((shard) => shard.subarray(offset));
      const [data, parity] = [shifted(3, one), shifted(3, other)];
      for (const [at, shard] of shardsOf(3, bytes).entries()) data[at]?.set(shard);
      const plain = parityOf(shardsOf(3, bytes), 3);
      expect(new ErasureCode(3, 3).encode(data, parity)).toEqual({ ok: true });
      expect(parity.map(toHex)).toEqual(plain.map(toHex));
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("does not touch the memory around a shard", () => {
    const memory = new Uint8Array(40).fill(0x55);
    const parity = [memory.subarray(3, 16), memory.subarray(19, 32)];
    new ErasureCode(2, 2).encode(shardsOf(2, 13), parity);
    const around = [...memory.subarray(0, 3), ...memory.subarray(16, 19), ...memory.subarray(32)];
    expect(new Set(around)).toEqual(new Set([0x55]));
  });

  it("does not mix up two codes that work in turns, nor two losses of one", () => {
    const data = shardsOf(4, 50);
    const shards = [...data, ...parityOf(data, 2)];
    const code = new ErasureCode(4, 2);
    for (const lost of [[0], [1, 5], [0], [4], [2, 3]]) {
      const { left, present } = lose(shards, lost);
      code.reconstruct(left, present);
      expect(left).toEqual(shards);
      expect(parityOf(shardsOf(4, 50), 2)).toEqual(shards.slice(4));
    }
  });
});

describe("CODE-7: parity is the sum of products that the matrix says", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("with %i outputs", (parityShards) => {
    const data = shardsOf(3, 256);
    const matrix = matrixOf(3, parityShards);
    for (const [row, shard] of parityOf(data, parityShards).entries()) {
      const naive = shard.map((_, byte) =>
        data.reduce((sum, source, column) => {
          return sum ^ naiveProduct(matrix[row]?.[column] ?? 0, source[byte] ?? 0);
        }, 0),
      );
      expect(shard).toEqual(naive);
    }
  });
});

describe("CODE-8: parity is verified", () => {
  const data = shardsOf(4, 40_000);
  const parity = parityOf(data, 2);
  const code = new ErasureCode(4, 2);

  it("agrees while nothing has changed", () => {
    expect(code.verify(data, parity)).toEqual({ ok: true, agrees: true });
  });

  it.each([0, 16_383, 16_384, 39_999])("does not agree when byte %i of a shard differs", (at) => {
    for (const shard of [...data, ...parity]) {
      const byte = shard[at] ?? 0;
      shard[at] = byte ^ 1;
      expect(code.verify(data, parity)).toEqual({ ok: true, agrees: false });
      shard[at] = byte;
    }
    expect(code.verify(data, parity)).toEqual({ ok: true, agrees: true });
  });
});

describe("CODE-9: what does not fit is refused, and nothing is changed", () => {
  const code = new ErasureCode(2, 2);
  const shards = [...shardsOf(2, 9), ...parityOf(shardsOf(2, 9), 2)];

  const refusal = (left: Uint8Array[], present: boolean[]): string => {
    const before = left.map(toHex);
    const outcome = code.reconstruct(left, present);
    expect(left.map(toHex)).toEqual(before);
    return outcome.ok ? "" : outcome.reason;
  };

  it("refuses when fewer than k shards are left, and only then", () => {
    for (const marks of lossesOf(4, 3)) {
      const { left, present } = lose(shards, marks);
      expect(refusal(left, present)).toBe("too-few-shards");
    }
    expect(code.reconstruct(...(Object.values(lose(shards, [0, 3])) as [[], []])).ok).toBe(true);
  });

  it("refuses shards of unequal sizes", () => {
    for (const at of [0, 1, 2, 3]) {
      const unequal = shards.map((shard, index) => (index === at ? shard.slice(1) : shard.slice()));
      expect(refusal(unequal, [true, true, true, false])).toBe("shard-size");
      const [data, parity] = [unequal.slice(0, 2), unequal.slice(2)];
      expect(code.encode(data, parity)).toEqual({ ok: false, reason: "shard-size" });
      expect(code.verify(data, parity)).toEqual({ ok: false, reason: "shard-size" });
    }
  });

  it("refuses another number of shards or of marks", () => {
    expect(refusal(shards.slice(1), [true, true, true])).toBe("shard-count");
    expect(refusal(shards.slice(), [true, true, true])).toBe("shard-count");
    expect(refusal([], [])).toBe("shard-count");
    expect(code.encode(shards.slice(0, 2), shards.slice(3)).ok).toBe(false);
    expect(code.verify(shards.slice(0, 1), shards.slice(2)).ok).toBe(false);
  });

  it("says that no code has such a size", () => {
    for (const [data, parity] of [
      [0, 1],
      [1, 0],
      [200, 57],
      [2.5, 2],
      [-1, 3],
      [Number.NaN, 1],
    ] as const) {
      expect(() => new ErasureCode(data, parity)).toThrow(UsageError);
    }
    expect(() => new ErasureCode(255, 1)).not.toThrow();
  });
});
