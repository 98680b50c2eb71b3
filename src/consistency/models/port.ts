/**
 * The port of a model: what the shared object would do if it were asked one thing after the other.
 * A history is linearizable if there is an order that the model could have answered just so.
 */
import type { FailureMeaning, Operation } from "../operation.js";
import type { Value } from "../value.js";

/** An operation with its outcome, as the model takes it. */
export interface Action<State> {
  /** Actions of one signature do the same in every state. */
  readonly signature: string;
  /** It never changes a state in which it can happen. A promise: the search leans on it. */
  readonly reads: boolean;
  /** The state after it; undefined where it cannot have happened with this outcome. */
  step(state: State): State | undefined;
}

export type Compiled<State> =
  | { readonly kind: "action"; readonly action: Action<State> }
  /** Whether it happened, and when, makes no difference to anybody. */
  | { readonly kind: "ignored" }
  /** It is none of the model's; `expected` says what would be. */
  | { readonly kind: "refused"; readonly expected: string };

export type Touched = readonly string[] | "every" | "all";

export type Initial<State> =
  | { readonly ok: true; readonly state: State }
  | { readonly ok: false; readonly expected: string };

export interface Model<State> {
  readonly name: string;
  /** What can be asked. */
  readonly kinds: readonly string[];
  /** One line: the kinds, and what they take and answer. */
  readonly summary: string;
  /**
   * Where the object is made of parts with keys, the parts that an operation touches: parts that
   * no operation ties together are judged apart (Herlihy and Wing's locality; Horn and Kroening
   * 2015). `all` ties all parts together. `every`: it happens to each part by itself, such as the
   * end of a session that holds locks; that it happens to all at once is not held against them.
   */
  partsOf(operation: Operation): Touched;
  initial(init: Value | undefined): Initial<State>;
  /** Of an operation of one of the kinds. */
  compile(operation: Operation, failure: FailureMeaning): Compiled<State>;
  /** Canonical: equal for equal states. Shown to people. */
  describe(state: State): string;
}

export const refused = (expected: string): Compiled<never> => ({ kind: "refused", expected });

export const ignored: Compiled<never> = { kind: "ignored" };

/** An action that looks, and can happen where `holds`. */
export const looks = <State>(
  signature: string,
  holds: (state: State) => boolean,
): Compiled<State> => ({
  kind: "action",
  action: { signature, reads: true, step: (state) => (holds(state) ? state : undefined) },
});

/** An action that changes the state, or gives undefined where it cannot happen. */
export const changes = <State>(
  signature: string,
  step: (state: State) => State | undefined,
): Compiled<State> => ({ kind: "action", action: { signature, reads: false, step } });

/** Of what the model looks at: an unknown outcome has no output. */
export const signatureOf = (operation: Operation, ...parts: readonly string[]): string =>
  [operation.kind, operation.status === "fail" ? "fail" : "done", ...parts].join(" ");
