/** What the check of a history comes to. */
import type { Core } from "./linearizability/core.js";
import type { Operation } from "./operation.js";

/** What is asked of a history; the verdict says the same word where it holds. */
export type Consistency = "linearizable" | "sequential";

/** An operation in the order that explains the answers. */
export interface Ordered {
  readonly operation: Operation;
  /** Of the part in whose order it is; none where all parts have one order. */
  readonly keys: readonly string[];
  /**
   * Takes effect just after the call or return at this place of the history, or after what is
   * ordered before it; only of linearizability.
   */
  readonly point: number;
}

/** Operations that are left out of an order had no effect, or there was nothing to be said. */
export type Verdict =
  | {
      readonly verdict: Consistency;
      /** One order of the whole history. */
      readonly order: readonly Ordered[];
      readonly work: Work;
    }
  | ({ readonly verdict: "not"; readonly work: Work } & Violation)
  | ({ readonly verdict: "unknown"; readonly work: Work } & Progress);

export interface Violation {
  /** The keys of the part that cannot be ordered. */
  readonly keys: readonly string[];
  /** The operations that can come next in no order: one, where the order of time decides. */
  readonly stuck: readonly Operation[];
  /** The longest order that there is: of all that had to take effect before. */
  readonly prefix: readonly Ordered[];
  /** The states to which the longest orders lead, in words; at most `statesToldMax`. */
  readonly states: readonly string[];
  /**
   * Operations that contradict one another whatever all others did; see linearizability/core.ts.
   * Null where they were not looked for: in long histories, and where time does not count.
   */
  readonly core: Core | null;
}

/** How far a check came that was not finished. */
export interface Progress {
  /** The keys of the parts that are not judged. */
  readonly parts: readonly (readonly string[])[];
  /** Operations that found a place in the longest orders, of those that need one. */
  readonly placed: number;
  readonly required: number;
}

export interface Work {
  readonly steps: number;
  readonly parts: number;
  /** Configurations kept so as not to be searched twice, and those that found no room. */
  readonly visited: number;
  readonly forgotten: number;
}
