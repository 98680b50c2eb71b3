/**
 * What tells one CRC from another: the six parameters of the Rocksoft model (Williams, "A painless
 * guide to CRC error detection algorithms", 1993, section 15), by which all catalogues list them.
 */
import { UsageError } from "../../kernel/assert.js";

export interface CrcModel {
  /** Bits of the CRC, from 8 to 32. */
  readonly width: number;
  /** The generator polynomial without its highest term, highest power in the highest bit. */
  readonly poly: number;
  /** The register before the first byte, written unreflected as in the catalogues. */
  readonly init: number;
  /** Whether each byte enters lowest bit first, as on a serial line. */
  readonly refin: boolean;
  /** Whether the register is read in reverse at the end. */
  readonly refout: boolean;
  /** What the register is XORed with at the end. */
  readonly xorout: number;
}

/**
 * The CRC of the bytes as an unsigned integer. `before` is the CRC of the bytes that went before:
 * the CRC of a whole is that of its second part, begun from that of its first. Left out, it is the
 * CRC of no bytes.
 */
export type Crc = (bytes: Uint8Array, before?: number) => number;

/** Throws a `UsageError` for a model that no CRC can have. */
export function checkModel({ width, poly, init, xorout }: CrcModel): void {
  if (!Number.isInteger(width) || width < 8 || width > 32) {
    throw new UsageError(`a CRC of ${width} bits: from 8 to 32 are possible`);
  }
  for (const value of [poly, init, xorout]) {
    if (Number.isInteger(value) && value >= 0 && value < 2 ** width) continue;
    throw new UsageError(`${value} in a CRC of ${width} bits`);
  }
  // Without the term 1 the polynomial has the factor x, and an error in the last bit stays unseen.
  if ((poly & 1) === 0) throw new UsageError("a CRC polynomial without its constant term");
}

/** The lowest bits of a value in reverse order, unsigned. */
export function reflect(value: number, width: number): number {
  let reversed = 0;
  for (let bit = 0; bit < width; bit += 1) reversed |= ((value >>> bit) & 1) << (width - 1 - bit);
  return reversed >>> 0;
}
