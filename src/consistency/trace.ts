/** What an order does to the object: the states between, for whoever wants to look at it. */
import type { Model } from "./models/port.js";
import type { History, Operation } from "./operation.js";
import { type Deed, type Part, partsOf } from "./parts.js";
import type { Ordered } from "./verdict.js";

/** @returns of each operation of the order: the state of its part after it, in words */
export function statesAlong(
  order: readonly Ordered[],
  history: History,
  model: Model<unknown>,
): readonly string[] {
  const parting = partsOf(history, model);
  if (!parting.ok) return order.map(() => "");
  const deeds = deedsOf(parting.parts);
  const states = new Map(parting.parts.map((part) => [part, part.initial]));
  return order.map(({ operation, keys }) => {
    const places = (deeds.get(operation) ?? []).filter(({ part }) => isOf(part, keys));
    const texts = places.map(({ part, deed }) => {
      const state = deed.action.step(states.get(part));
      states.set(part, state);
      return model.describe(state);
    });
    return texts.join("; ");
  });
}

const isOf = (part: Part<unknown>, keys: readonly string[]): boolean =>
  keys.length === 0 || part.keys[0] === keys[0];

interface Place {
  readonly part: Part<unknown>;
  readonly deed: Deed<unknown>;
}

function deedsOf(parts: readonly Part<unknown>[]): ReadonlyMap<Operation, readonly Place[]> {
  const deeds = new Map<Operation, Place[]>();
  for (const part of parts) {
    for (const deed of part.deeds) {
      const places = deeds.get(deed.operation) ?? [];
      deeds.set(deed.operation, places);
      places.push({ part, deed });
    }
  }
  return deeds;
}
