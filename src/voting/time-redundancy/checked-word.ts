/**
 * One word, computed twice in two forms and compared; where the two differ, both again. What heals
 * was transient. What stays is permanent, and there is no word: of two that differ it is not known
 * which is wrong.
 */
import { UsageError } from "../../kernel/assert.js";
import {
  computeWord,
  recomputeWord,
  type Technique,
  type WordTask,
  type WordUnit,
} from "./word-unit.js";

/** What one use of the redundancy showed. A history of these goes to `FaultHistory`. */
export type Finding = "clean" | "transient" | "permanent";

export interface CheckedWord {
  /** Null exactly when the finding is `permanent`. */
  readonly value: number | null;
  readonly finding: Finding;
  /** How often both passes were made, from 1. */
  readonly attempts: number;
}

/**
 * @param attemptsMax how often both passes are made at most; at least 1. At 1 nothing can heal, and
 *   every mismatch is called permanent.
 * @throws UsageError for a count that is none
 */
export function checkedWord(
  unit: WordUnit,
  task: WordTask,
  technique: Technique,
  attemptsMax = 3,
): CheckedWord {
  if (!Number.isSafeInteger(attemptsMax) || attemptsMax < 1) {
    throw new UsageError(`attemptsMax is ${attemptsMax}: a count of at least 1 is expected`);
  }
  for (let attempts = 1; attempts <= attemptsMax; attempts += 1) {
    const value = computeWord(unit, task);
    if (value !== recomputeWord(unit, task, technique)) continue;
    return { value, finding: attempts === 1 ? "clean" : "transient", attempts };
  }
  return { value: null, finding: "permanent", attempts: attemptsMax };
}
