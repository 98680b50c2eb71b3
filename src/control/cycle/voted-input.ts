/** What the app sees of a closed vector: a value that can be trusted, or none. */
import { assert } from "../../kernel/assert.js";
import type { Verdict } from "../../voting/voter.js";
import type { VotedInput } from "../app.js";

/** Frozen: it is kept, and an app that was repaired is run on it again. */
export function votedInput({ value, status }: Verdict): VotedInput {
  if (status === "ok" || status === "degraded") {
    assert(value !== null, `a verdict is ${status} without a value`);
    return Object.freeze({ value, status });
  }
  assert(value === null, `a verdict is ${status} with a value`);
  return Object.freeze({ value: null, status });
}
