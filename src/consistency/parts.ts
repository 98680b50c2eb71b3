/**
 * From a history to the parts that are judged one by one. A history of an object that is made of
 * parts is linearizable if and only if the history of each part is (Herlihy and Wing 1990, section
 * 3; "P-compositionality" in Horn and Kroening 2015), and small ones are far easier.
 */

import { type Action, type Model, refused, type Touched } from "./models/port.js";
import type { History, Operation } from "./operation.js";

export interface Deed<State> {
  readonly operation: Operation;
  readonly action: Action<State>;
}

export interface Part<State> {
  /** The keys that its operations touch, sorted; none where the model has no keys. */
  readonly keys: readonly string[];
  readonly initial: State;
  /** By the place of the call. */
  readonly deeds: readonly Deed<State>[];
}

export interface Refusal {
  /** Null: it is the history's `init`. */
  readonly operation: Operation | null;
  readonly expected: string;
}

export type Parting<State> =
  | { readonly ok: true; readonly parts: readonly Part<State>[]; readonly ignored: number }
  | { readonly ok: false; readonly refusal: Refusal };

export function partsOf<State>(history: History, model: Model<State>): Parting<State> {
  const initial = model.initial(history.init);
  if (!initial.ok) return { ok: false, refusal: { operation: null, expected: initial.expected } };
  const deeds: Deed<State>[] = [];
  for (const operation of history.operations) {
    const compiled = compile(operation, history, model);
    if (compiled.kind === "refused") {
      return { ok: false, refusal: { operation, expected: compiled.expected } };
    }
    // What only looks and was never answered tells nothing.
    const blind = operation.status === "unknown" && compiled.kind === "action";
    if (compiled.kind === "ignored" || (blind && compiled.action.reads)) continue;
    deeds.push({ operation, action: compiled.action });
  }
  const parts = divided(deeds, model).map((part) => ({ ...part, initial: initial.state }));
  return { ok: true, parts, ignored: history.operations.length - deeds.length };
}

function compile<State>(operation: Operation, { failure }: History, model: Model<State>) {
  if (model.kinds.includes(operation.kind)) return model.compile(operation, failure);
  return refused(`one of ${model.kinds.join(", ")}, instead of ${operation.kind}`);
}

function divided<State>(
  deeds: readonly Deed<State>[],
  model: Model<State>,
): readonly Omit<Part<State>, "initial">[] {
  const touched = deeds.map(({ operation }) => model.partsOf(operation));
  const ties = tiesOf(touched);
  const groups = new Map<string, { keys: string[]; deeds: Deed<State>[] }>();
  for (const key of ties.keys()) {
    const group = groups.get(ties.rootOf(key)) ?? { keys: [], deeds: [] };
    groups.set(ties.rootOf(key), group);
    group.keys.push(key);
  }
  deeds.forEach((deed, place) => {
    const keys = touched[place] ?? [];
    if (keys === "every") for (const group of groups.values()) group.deeds.push(deed);
    else groups.get(ties.rootOf(keys === "all" ? whole : (keys[0] ?? whole)))?.deeds.push(deed);
  });
  return [...groups.values()].map(({ keys, deeds }) => ({ keys: keys.sort(), deeds }));
}

/** The key of operations that name none. */
const whole = "";

function tiesOf(touched: readonly Touched[]): Ties {
  const ties = new Ties();
  for (const keys of touched) {
    if (keys === "every") continue;
    ties.tie(keys === "all" || keys.length === 0 ? [whole] : keys);
  }
  if (touched.includes("all")) ties.tie([whole, ...ties.keys()]);
  return ties;
}

/** Keys that operations tie together: disjoint sets, with paths that grow shorter when walked. */
class Ties {
  readonly #above = new Map<string, string>();

  tie(keys: readonly string[]): void {
    const [first = "", ...others] = keys;
    const root = this.rootOf(first);
    for (const key of others) this.#above.set(this.rootOf(key), root);
  }

  keys(): readonly string[] {
    return [...this.#above.keys()];
  }

  rootOf(key: string): string {
    let root = key;
    for (;;) {
      const above = this.#above.get(root) ?? root;
      if (above === root) break;
      root = above;
    }
    this.#above.set(root, root);
    this.#above.set(key, root);
    return root;
  }
}
