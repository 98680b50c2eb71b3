/**
 * States and actions by number, so that the search moves integers about and asks the model at most
 * once what an action does to a state (the idea of Knossos' memoised models).
 */
import type { Action, Model } from "../models/port.js";

/** The action cannot have happened in that state. */
export const impossible = -1;

/** How many answers are kept; then all are forgotten, and asked for again. */
const answersMax = 2 ** 20;

export class Transitions<State> {
  readonly #model: Model<State>;
  readonly #states: State[] = [];
  readonly #stateIds = new Map<string, number>();
  readonly #actions: Action<State>[] = [];
  readonly #actionIds = new Map<string, number>();
  readonly #answers = new Map<number, number>();
  /** The state at first. */
  readonly initial: number;

  constructor(model: Model<State>, initial: State) {
    this.#model = model;
    this.initial = this.#stateId(initial);
  }

  /** The number of the action; those of one signature share theirs. */
  actionId(action: Action<State>): number {
    const known = this.#actionIds.get(action.signature);
    if (known !== undefined) return known;
    this.#actionIds.set(action.signature, this.#actions.length);
    return this.#actions.push(action) - 1;
  }

  get actions(): number {
    return this.#actions.length;
  }

  /** The number of the state after the action, or `impossible`. */
  next(state: number, action: number): number {
    // Both are counts below 2^26, so that the product is exact.
    const question = state * 67_108_864 + action;
    const known = this.#answers.get(question);
    if (known !== undefined) return known;
    const after = this.#actions[action]?.step(this.#states[state] as State);
    const answer = after === undefined ? impossible : this.#stateId(after);
    if (this.#answers.size >= answersMax) this.#answers.clear();
    this.#answers.set(question, answer);
    return answer;
  }

  describe(state: number): string {
    return this.#model.describe(this.#states[state] as State);
  }

  #stateId(state: State): number {
    const text = this.#model.describe(state);
    const known = this.#stateIds.get(text);
    if (known !== undefined) return known;
    this.#stateIds.set(text, this.#states.length);
    return this.#states.push(state) - 1;
  }
}
