/**
 * Computing twice on the same hardware, the second time with operands in another form, so that a
 * fault which is there all the time meets other bits and gives another error. Plain repetition
 * cannot see such a fault: it gives the same wrong word twice.
 *
 * - Complemented operands (alternating logic: Reynolds and Metze 1978): every line has the other
 *   value in the second pass, so one that is stuck is wrong in one of them. It needs the dual of
 *   the operation: or for and, and for addition a carry in, since ~(~a + ~b + 1) = a + b.
 * - Shifted operands (RESO: Patel and Fung 1982): a bit slice computes another bit of the result in
 *   the second pass, so its error has another weight. The unit must be wider than the operands by
 *   the shift. A shift of 1 finds what one output bit does wrong, and all of bitwise operations; of
 *   an adder whose slice gets both its sum and its carry wrong it takes a shift of 2.
 * - Swapped operands: the two change places, which finds what depends on the way in. Only where the
 *   operation is commutative; all four here are.
 *
 * Words are unsigned integers; nothing here allocates.
 */
import { assert, unreachable } from "../../kernel/assert.js";

export type WordOperation = "add" | "and" | "or" | "xor";

/** The hardware: an arithmetic and logic unit, or what drives one. It may be faulty. */
export interface WordUnit {
  /** The width of its words; at most `unitBitsMax`. */
  readonly bits: number;
  /**
   * @param carryIn is added by `add`, and ignored by the others
   * @returns the result without the carry out
   */
  compute(operation: WordOperation, one: number, other: number, carryIn: 0 | 1): number;
}

/** Within this the language's bitwise operators, which count in signed 32 bits, are exact. */
export const unitBitsMax = 30;

export type Technique =
  | { readonly kind: "repeated" }
  | { readonly kind: "complemented" }
  | { readonly kind: "swapped" }
  /** `by` is at least 1; the operands must be narrower than the unit by as much. */
  | { readonly kind: "shifted"; readonly by: number };

export interface WordTask {
  readonly operation: WordOperation;
  /** The operands, of `bits` bits; the result is taken modulo 2^bits. */
  readonly one: number;
  readonly other: number;
  readonly bits: number;
}

/** The first pass: operands as they are. */
export function computeWord(unit: WordUnit, task: WordTask): number {
  checkTask(unit, task);
  return unit.compute(task.operation, task.one, task.other, 0) & maskOf(task.bits);
}

/** The second pass; on a healthy unit its result is that of the first. */
export function recomputeWord(unit: WordUnit, task: WordTask, technique: Technique): number {
  checkTask(unit, task);
  const { operation, one, other, bits } = task;
  switch (technique.kind) {
    case "repeated":
      return computeWord(unit, task);
    case "swapped":
      return unit.compute(operation, other, one, 0) & maskOf(bits);
    case "complemented":
      return recomputeComplemented(unit, task);
    case "shifted": {
      const { by } = technique;
      assert(by >= 1 && bits + by <= unit.bits, `${bits} bits, shifted by ${by}, do not fit`);
      return (unit.compute(operation, one << by, other << by, 0) >>> by) & maskOf(bits);
    }
    default:
      return unreachable(technique);
  }
}

/** All lines of the unit are complemented, those above the operands too. */
function recomputeComplemented(unit: WordUnit, { operation, one, other, bits }: WordTask): number {
  const all = maskOf(unit.bits);
  const notOne = all ^ one;
  const notOther = all ^ other;
  switch (operation) {
    case "add":
      return ~unit.compute("add", notOne, notOther, 1) & maskOf(bits);
    case "and":
      return ~unit.compute("or", notOne, notOther, 0) & maskOf(bits);
    case "or":
      return ~unit.compute("and", notOne, notOther, 0) & maskOf(bits);
    case "xor":
      // With both complemented it gives the same word, at the same level of every output line.
      return ~unit.compute("xor", notOne, other, 0) & maskOf(bits);
    default:
      return unreachable(operation);
  }
}

function checkTask(unit: WordUnit, { one, other, bits }: WordTask): void {
  const fits = bits >= 1 && bits <= unit.bits && unit.bits <= unitBitsMax;
  if (!fits) assert(false, `operands of ${bits} bits on a unit of ${unit.bits}`);
  const mask = maskOf(bits);
  if ((one & mask) !== one || (other & mask) !== other) {
    assert(false, `${one} and ${other} are not words of ${bits} bits`);
  }
}

const maskOf = (bits: number): number => 2 ** bits - 1;
