/**
 * Erasure coding k of n after Reed and Solomon (1960): k shards of data get m shards of parity, and
 * any k of the n = k + m give all the others back. Which shards are lost must be known: what a
 * shard on a disk or of a peer is worth, its CRC tells.
 *
 * Shard i holds values at point i of polynomials that the data shards, at 0 to k - 1, determine;
 * see `interpolation.ts`. So data stays readable as it is, and any k points are as good as any
 * others. Plank's tutorial (1997) put identity over Vandermonde's matrix to keep the data readable,
 * and there some k rows are dependent: the correction is of 2003. The shards here are the same,
 * byte for byte, as those of Backblaze's and klauspost's codes.
 */
import { UsageError } from "../../kernel/assert.js";
import { interpolate } from "./interpolation.js";
import { ShardSums } from "./shard-sums.js";

/** Of data and parity together: the field has no more elements. */
export const shardsMax = 256;

/**
 * - `shard-count`: there are not as many shards, or marks of their presence, as the code has.
 * - `shard-size`: they are not all of one size.
 * - `too-few-shards`: fewer than k are present, so the rest cannot be known.
 */
export type ErasureRefusal = "shard-count" | "shard-size" | "too-few-shards";

/** A refusal has changed no shard. */
export type ErasureOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: ErasureRefusal };

/**
 * `agrees` is false where a byte of parity is not that of the data: something is wrong somewhere.
 */
export type ErasureVerdict =
  | { readonly ok: true; readonly agrees: boolean }
  | { readonly ok: false; readonly reason: ErasureRefusal };

const done: ErasureOutcome = { ok: true };

/** Bytes of each shard that `verify` looks at in one go: its scratch is so many a parity shard. */
const verifiedBytes = 16_384;

/** What gives the lost shards back from those that are left. */
interface Repair {
  readonly used: readonly number[];
  readonly lost: readonly number[];
  readonly sums: ShardSums;
}

export class ErasureCode {
  readonly dataShards: number;
  readonly parityShards: number;
  readonly #parity: ShardSums;
  /** The last one, for what is lost stays lost for a while, and its tables take time to fill. */
  #repair: Repair | null = null;

  /**
   * Both at least 1, together at most 256; else a `UsageError`. The tables are 1 KiB for each shard
   * of data and four of parity, or those of them that are left over up to 4 KiB; twice that once
   * shards were reconstructed. What `plain-sums.ts` computes has none.
   */
  constructor(dataShards: number, parityShards: number) {
    const all = dataShards + parityShards;
    const whole = Number.isInteger(dataShards) && Number.isInteger(parityShards);
    if (!whole || dataShards < 1 || parityShards < 1 || all > shardsMax) {
      throw new UsageError(`an erasure code of ${dataShards} and ${parityShards} shards`);
    }
    this.dataShards = dataShards;
    this.parityShards = parityShards;
    this.#parity = new ShardSums(interpolate(range(0, dataShards), range(dataShards, all)));
  }

  /** Overwrites the parity shards by those of the data. The two share no memory. */
  encode(data: readonly Uint8Array[], parity: readonly Uint8Array[]): ErasureOutcome {
    const reason = this.#refusal(data, parity);
    if (reason !== null) return { ok: false, reason };
    this.#parity.compute(data, parity);
    return done;
  }

  /** Whether the parity is that of the data. Nothing is changed. */
  verify(data: readonly Uint8Array[], parity: readonly Uint8Array[]): ErasureVerdict {
    const reason = this.#refusal(data, parity);
    if (reason !== null) return { ok: false, reason };
    const bytes = data[0]?.length ?? 0;
    const scratch = parity.map(() => new Uint8Array(Math.min(bytes, verifiedBytes)));
    for (let start = 0; start < bytes; start += verifiedBytes) {
      const end = Math.min(start + verifiedBytes, bytes);
      const expected = scratch.map((shard) => shard.subarray(0, end - start));
      const part = (shard: Uint8Array): Uint8Array => shard.subarray(start, end);
      this.#parity.compute(data.map(part), expected);
      if (!parity.map(part).every((shard, at) => equal(shard, expected[at]))) {
        return { ok: true, agrees: false };
      }
    }
    return { ok: true, agrees: true };
  }

  /**
   * Writes each shard that is not present, data or parity, from those that are; those stay as they
   * are. The shards are in order, data first, and each has its memory, also one that is lost.
   */
  reconstruct(shards: readonly Uint8Array[], present: readonly boolean[]): ErasureOutcome {
    const { dataShards } = this;
    if (present.length !== shards.length) return { ok: false, reason: "shard-count" };
    const reason = this.#refusal(shards.slice(0, dataShards), shards.slice(dataShards));
    if (reason !== null) return { ok: false, reason };
    const left = range(0, shards.length).filter((index) => present[index] === true);
    if (left.length < dataShards) return { ok: false, reason: "too-few-shards" };
    const lost = range(0, shards.length).filter((index) => present[index] !== true);
    const { sums, used } = this.#repairOf(left.slice(0, dataShards), lost);
    const shardAt = (index: number): Uint8Array => shards[index] as Uint8Array;
    sums.compute(used.map(shardAt), lost.map(shardAt));
    return done;
  }

  #refusal(data: readonly Uint8Array[], parity: readonly Uint8Array[]): ErasureRefusal | null {
    if (data.length !== this.dataShards) return "shard-count";
    if (parity.length !== this.parityShards) return "shard-count";
    const bytes = data[0]?.length;
    const fits = ({ length }: Uint8Array): boolean => length === bytes;
    return data.every(fits) && parity.every(fits) ? null : "shard-size";
  }

  #repairOf(used: readonly number[], lost: readonly number[]): Repair {
    const last = this.#repair;
    if (last !== null && sameList(last.used, used) && sameList(last.lost, lost)) return last;
    this.#repair = { used, lost, sums: new ShardSums(interpolate(used, lost)) };
    return this.#repair;
  }
}

const range = (start: number, end: number): readonly number[] =>
  Array.from({ length: end - start }, (_, index) => start + index);

function equal(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return other !== undefined && one.every((byte, at) => byte === other[at]);
}

function sameList(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}
