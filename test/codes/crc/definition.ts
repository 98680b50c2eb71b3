/** CRCs by their definition: one bit after the other, in a `bigint` of any width. */
import type { CrcModel } from "../../../src/codes/crc/model.js";

type AnyModel = { readonly [name in keyof CrcModel]: CrcModel[name] | bigint };

function reversed(value: bigint, width: number): bigint {
  return BigInt(`0b${[...value.toString(2).padStart(width, "0")].reverse().join("")}`);
}

export function naiveCrc(model: AnyModel, bytes: Uint8Array): bigint {
  const width = Number(model.width);
  const [poly, top] = [BigInt(model.poly as number), 1n << BigInt(width - 1)];
  let register = BigInt(model.init as number);
  for (const byte of bytes) {
    const bits = byte.toString(2).padStart(8, "0");
    for (const bit of model.refin ? [...bits].reverse() : bits) {
      const leaving = ((register & top) !== 0n) !== (bit === "1");
      register = ((register & (top - 1n)) << 1n) ^ (leaving ? poly : 0n);
    }
  }
  return (model.refout ? reversed(register, width) : register) ^ BigInt(model.xorout as number);
}

/**
 * The polynomial as an error: its bits, highest power first, in the order in which the CRC takes
 * bits in. A frame that is changed by it anywhere keeps its CRC, for it stays as divisible as it
 * was.
 */
export function unseenError(poly: bigint, width: number): readonly number[] {
  const terms = ((1n << BigInt(width)) | poly).toString(2);
  return [...terms].flatMap((term, at) => (term === "1" ? [at] : []));
}

/** Flips bits of a copy, counted in the order in which the CRC takes them in. */
export function withFlips(bytes: Uint8Array, bits: readonly number[], refin: boolean): Uint8Array {
  const changed = bytes.slice();
  for (const bit of bits) {
    const mask = refin ? 1 << (bit & 7) : 0x80 >> (bit & 7);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ mask;
  }
  return changed;
}
