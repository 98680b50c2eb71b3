/** The deeds of all parts by process, as the sequential search walks them. */

import type { Model } from "../models/port.js";
import type { Deed, Part } from "../parts.js";
import { Transitions } from "../search/transitions.js";

export interface Step<State> {
  readonly deed: Deed<State>;
  readonly process: number;
  /** The parts that it touches, by number: one, unless it happens to every part. */
  readonly parts: readonly number[];
  /** In the same order: the number of its action there. */
  readonly actions: readonly number[];
  /** Its bit in the set of optional deeds; null: it is required. */
  readonly bit: number | null;
  /** How many required deeds of its process come before it. */
  readonly after: number;
}

export class Table<State> {
  readonly #transitions: readonly Transitions<State>[];
  readonly #keys: readonly (readonly string[])[];
  /** The required deeds of each process, in its order. */
  readonly processes: readonly (readonly Step<State>[])[];
  readonly optional: readonly Step<State>[];
  readonly required: number;
  /** The state of each part at first. */
  readonly initial: readonly number[];

  constructor(parts: readonly Part<State>[], model: Model<State>) {
    this.#transitions = parts.map(({ initial }) => new Transitions(model, initial));
    this.#keys = parts.map(({ keys }) => keys);
    this.initial = this.#transitions.map(({ initial }) => initial);
    const processes = new Map<string, { place: number; steps: Step<State>[] }>();
    const optional: Step<State>[] = [];
    for (const { deed, parts: touched } of together(parts)) {
      const { process } = deed.operation;
      const own = processes.get(process) ?? { place: processes.size, steps: [] };
      processes.set(process, own);
      const actions = touched.map((part) => this.#transitions[part]?.actionId(deed.action) ?? 0);
      const bit = deed.operation.return === null ? optional.length : null;
      const after = own.steps.length;
      const step = { deed, process: own.place, parts: touched, actions, bit, after };
      if (bit === null) own.steps.push(step);
      else optional.push(step);
    }
    this.processes = [...processes.values()].map(({ steps }) => steps);
    this.optional = optional;
    this.required = this.processes.reduce((sum, { length }) => sum + length, 0);
  }

  /** The state of the step's part at `place` of its list, after it; or `impossible`. */
  next(step: Step<State>, place: number, state: number): number {
    const transitions = this.#transitions[step.parts[place] ?? 0] as Transitions<State>;
    return transitions.next(state, step.actions[place] ?? 0);
  }

  describe(states: Int32Array): string {
    const texts = this.#transitions.map((each, part) => each.describe(states[part] as number));
    if (texts.length === 1) return texts.join();
    return texts.map((text, part) => `${this.#keys[part]?.join("+")}: ${text}`).join("; ");
  }
}

interface Joined<State> {
  readonly deed: Deed<State>;
  readonly parts: number[];
}

/** A deed that happens to every part is one deed, by the place of its call. */
function together<State>(parts: readonly Part<State>[]): readonly Joined<State>[] {
  const joined = new Map<number, Joined<State>>();
  parts.forEach(({ deeds }, part) => {
    for (const deed of deeds) {
      const { call } = deed.operation;
      const known = joined.get(call) ?? { deed, parts: [] };
      joined.set(call, known);
      known.parts.push(part);
    }
  });
  return [...joined.values()].sort(
    (one, other) => one.deed.operation.call - other.deed.operation.call,
  );
}
