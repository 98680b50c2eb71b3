/**
 * The recovery block: an acceptance test, a primary, and alternates that are tried in order until
 * one passes, each from the state in which the block was entered (Horning, Lauer, Melliar-Smith and
 * Randell 1974; Randell 1975, section 3):
 *
 *     ensure <acceptance test> by <primary> else by <alternate> ... else error
 *
 * Where N-version programming needs a majority, a recovery block needs one alternate that is right
 * and a test that knows it when it sees it; it is as good as its test.
 *
 * The recovery cache of the paper is here a checkpoint of plain data: each alternate gets a copy of
 * its own that it may change as it likes, and what it returns is read into another copy. So nothing
 * of one that was rejected reaches the next, the test, or the caller.
 *
 * A block may stand in the place of an alternate (the paper's nesting): its failure is one
 * alternate's rejection to the block around it.
 *
 * What it cannot do: an alternate that never returns is never interrupted. Pure code has no clock;
 * a deadline needs another thread (src/host/n-version).
 */
import { UsageError } from "../../kernel/assert.js";
import {
  type PlainReading,
  type PlainValue,
  readPlain,
  thawPlain,
} from "../structured/plain-value.js";
import { thrownText } from "../structured/thrown-text.js";

export type Alternate = Routine | NestedBlock;

export interface Routine {
  readonly name: string;
  /**
   * @param state a copy of its own, to be changed at will
   * @returns plain data: what the block is to give. It may be the changed `state`.
   */
  readonly run: (state: unknown) => unknown;
}

export interface NestedBlock {
  readonly name: string;
  readonly block: RecoveryBlock;
}

export interface RecoveryBlock {
  /** The primary first; 1 to `alternatesMax`, their names each once. */
  readonly alternates: readonly Alternate[];
  /**
   * The acceptance test, on copies that are frozen.
   *
   * @param outcome what the alternate returned
   * @param prior the state in which the block was entered
   * @returns true, or what is wrong, for people; false where there is nothing to add
   */
  readonly accept: (outcome: PlainValue, prior: PlainValue) => boolean | string;
}

/** Each costs a run in the worst case, and the worst case is when it counts. */
export const alternatesMax = 8;

/** Blocks within blocks. */
export const nestingMax = 4;

/**
 * `threw`: the alternate did. `malformed`: it returned no plain data. `rejected`: by the acceptance
 * test. `test-threw`: the test itself did, which accepts nothing. `block-failed`: all alternates of
 * a block in its place were rejected.
 */
export type RejectionReason = "threw" | "malformed" | "rejected" | "test-threw" | "block-failed";

export interface Rejection {
  readonly alternate: string;
  readonly reason: RejectionReason;
  /** For people. */
  readonly message: string;
  /** Of the block in its place; else empty. */
  readonly inner: readonly Rejection[];
}

export type Recovery =
  | {
      readonly ok: true;
      readonly outcome: PlainValue;
      /** The alternate that was accepted; of nested blocks the outer one's. */
      readonly by: string;
      /** Those before it. Not empty: the block is degraded, though its outcome is good. */
      readonly rejected: readonly Rejection[];
    }
  /** All failed. `state` is that in which the block was entered, unchanged. */
  | {
      readonly ok: false;
      readonly reason: "all-rejected";
      readonly state: PlainValue;
      readonly rejected: readonly Rejection[];
    };

/**
 * Runs a block once.
 *
 * @param state plain data; it is copied first, and never changed
 * @throws UsageError for a state that is not plain, or a block that is none
 */
export function runRecoveryBlock(block: RecoveryBlock, state: unknown): Recovery {
  checkBlock(block, 1);
  const checkpoint = readPlain(state);
  if (!checkpoint.ok) throw new UsageError(`the state is not plain data: ${checkpoint.reason}`);
  return runFrom(block, checkpoint.value);
}

function checkBlock({ alternates }: RecoveryBlock, depth: number): void {
  if (depth > nestingMax) throw new UsageError(`blocks nest deeper than ${nestingMax}`);
  if (alternates.length < 1 || alternates.length > alternatesMax) {
    const count = alternates.length;
    throw new UsageError(`${count} alternates: 1 to ${alternatesMax} are expected`);
  }
  const names = alternates.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`two alternates are named ${twice}`);
  for (const alternate of alternates) {
    if ("block" in alternate) checkBlock(alternate.block, depth + 1);
  }
}

function runFrom(block: RecoveryBlock, prior: PlainValue): Recovery {
  const rejected: Rejection[] = [];
  for (const alternate of block.alternates) {
    const attempt = attemptOf(alternate, block, prior);
    if (attempt.ok) return { ok: true, outcome: attempt.outcome, by: alternate.name, rejected };
    rejected.push(attempt.rejection);
  }
  return { ok: false, reason: "all-rejected", state: prior, rejected };
}

type Attempt =
  | { readonly ok: true; readonly outcome: PlainValue }
  | { readonly ok: false; readonly rejection: Rejection };

function attemptOf(alternate: Alternate, block: RecoveryBlock, prior: PlainValue): Attempt {
  const { name } = alternate;
  if (!("block" in alternate)) return attemptRoutine(alternate, block, prior);
  const recovery = runFrom(alternate.block, prior);
  if (recovery.ok) return test(block, name, recovery.outcome, prior);
  const { length } = recovery.rejected;
  return reject(name, "block-failed", `all ${length} alternates were rejected`, recovery.rejected);
}

function attemptRoutine({ name, run }: Routine, block: RecoveryBlock, prior: PlainValue): Attempt {
  let returned: PlainReading;
  try {
    returned = readPlain(run(thawPlain(prior)));
  } catch (error) {
    return reject(name, "threw", thrownText(error));
  }
  if (!returned.ok) return reject(name, "malformed", returned.reason);
  return test(block, name, returned.value, prior);
}

function test(block: RecoveryBlock, name: string, outcome: PlainValue, prior: PlainValue): Attempt {
  try {
    const verdict: unknown = block.accept(outcome, prior);
    if (verdict === true) return { ok: true, outcome };
    return reject(name, "rejected", typeof verdict === "string" ? verdict : "not acceptable");
  } catch (error) {
    return reject(name, "test-threw", thrownText(error));
  }
}

function reject(
  alternate: string,
  reason: RejectionReason,
  message: string,
  inner: readonly Rejection[] = [],
): Attempt {
  return { ok: false, rejection: { alternate, reason, message, inner } };
}
