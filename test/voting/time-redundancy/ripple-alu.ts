/**
 * An arithmetic and logic unit of bit slices, one of which may be faulty: what it puts out as sum
 * (or as the bit of a bitwise operation) and as carry may be stuck, and so may its first input.
 */
import type { WordOperation, WordUnit } from "../../../src/voting/time-redundancy/word-unit.js";

export interface SliceFault {
  readonly slice: number;
  readonly result?: 0 | 1;
  readonly carry?: 0 | 1;
  readonly first?: 0 | 1;
}

export class RippleAlu implements WordUnit {
  readonly bits: number;
  readonly #fault: SliceFault | null;

  constructor(bits: number, fault: SliceFault | null) {
    this.bits = bits;
    this.#fault = fault;
  }

  compute(operation: WordOperation, one: number, other: number, carryIn: 0 | 1): number {
    let carry: number = carryIn;
    let word = 0;
    for (let slice = 0; slice < this.bits; slice += 1) {
      const fault = this.#fault?.slice === slice ? this.#fault : null;
      const first = fault?.first ?? (one >> slice) & 1;
      const second = (other >> slice) & 1;
      const result = fault?.result ?? bitOf(operation, first, second, carry);
      carry = fault?.carry ?? (first & second) | (carry & (first ^ second));
      word |= result << slice;
    }
    return word;
  }
}

function bitOf(operation: WordOperation, one: number, other: number, carry: number): number {
  if (operation === "add") return one ^ other ^ carry;
  if (operation === "and") return one & other;
  return operation === "or" ? one | other : one ^ other;
}
