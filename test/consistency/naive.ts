/**
 * The definition, word for word: a history is linearizable if some permutation of its operations,
 * with some of those of unknown outcome left out, keeps the order of time and is what the model
 * would have answered. It tries them all, so histories must be tiny.
 */
import type { Model } from "../../src/consistency/models/port.js";
import type { History, Operation } from "../../src/consistency/operation.js";
import type { Consistency } from "../../src/consistency/verdict.js";

/** The state of each key. */
type States = ReadonlyMap<string, unknown>;

export function holds(
  history: History,
  model: Model<unknown>,
  consistency: Consistency = "linearizable",
): boolean {
  const mustPrecede = consistency === "linearizable" ? inTime : inProcess;
  const place = (states: States, left: readonly Operation[]): boolean => {
    if (left.every(({ status }) => status === "unknown")) return true;
    return left.some((operation) => {
      if (left.some((other) => other !== operation && mustPrecede(other, operation))) return false;
      const rest = left.filter((other) => other !== operation);
      const next = after(states, operation, history, model);
      return next !== null && place(next, rest);
    });
  };
  return place(statesAtFirst(history, model), history.operations);
}

function statesAtFirst(history: History, model: Model<unknown>): States {
  const initial = model.initial(history.init);
  if (!initial.ok) throw new Error(initial.expected);
  const keys = history.operations.map(({ key }) => key ?? "");
  return new Map(keys.map((key) => [key, initial.state]));
}

function after(
  states: States,
  operation: Operation,
  history: History,
  model: Model<unknown>,
): States | null {
  const compiled = model.compile(operation, history.failure);
  if (compiled.kind === "refused") throw new Error(compiled.expected);
  if (compiled.kind === "ignored") return states;
  const next = new Map(states);
  const parts = model.partsOf(operation);
  for (const key of parts === "every" ? states.keys() : [operation.key ?? ""]) {
    const state = compiled.action.step(states.get(key));
    if (state === undefined) return null;
    next.set(key, state);
  }
  return next;
}

const inTime = (one: Operation, other: Operation): boolean =>
  one.return !== null && one.return < other.call;

const inProcess = (one: Operation, other: Operation): boolean =>
  one.return !== null && one.process === other.process && one.call < other.call;
