/**
 * From a history to the parts that are judged one by one. A history of an object that is made of
 * parts is linearizable if and only if the history of each part is (Herlihy and Wing 1990, section
 * 3; "P-compositionality" in Horn and Kroening 2015), and small ones are far easier.
 */

import type { Action, Model } from "./models/port.js";
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
    const compiled = model.compile(operation, history.failure);
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

function divided<State>(
  deeds: readonly Deed<State>[],
  model: Model<State>,
): readonly Omit<Part<State>, "initial">[] {
  const touched = deeds.map(({ operation }) => model.partsOf(operation));
  const ties = new Ties();
  for (const keys of touched) if (keys !== "every") ties.tie(keys);
  const groups = new Map<string, { keys: Set<string>; deeds: Deed<State>[] }>();
  for (const key of ties.keys()) {
    const root = ties.rootOf(key);
    const group = groups.get(root) ?? { keys: new Set(), deeds: [] };
    groups.set(root, group);
    group.keys.add(key);
  }
  deeds.forEach((deed, place) => {
    const keys = touched[place] ?? [];
    if (keys === "every") for (const group of groups.values()) group.deeds.push(deed);
    else groups.get(ties.rootOf(keys[0] ?? ""))?.deeds.push(deed);
  });
  return [...groups.values()].map((group) => ({
    keys: [...group.keys].sort(),
    deeds: group.deeds,
  }));
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
    for (let next = this.#above.get(root); next !== undefined && next !== root; ) {
      root = next;
      next = this.#above.get(root);
    }
    this.#above.set(key, root);
    if (root !== key && !this.#above.has(root)) this.#above.set(root, root);
    return root;
  }
}
