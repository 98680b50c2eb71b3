/**
 * Which operations contradict one another. From the history up to the return that no order can
 * explain, operations are let go, many at a time and then fewer (Zeller and Hildebrandt 2002), as
 * long as there still is no order. An operation that only looks is let go by leaving it out. Any
 * other by allowing it to have happened at any time after its call, or never: so whatever is left
 * contradicts itself *whatever the others did*, and no operation is blamed for what another, left
 * out, would have explained.
 */
import type { Model } from "../models/port.js";
import type { Operation } from "../operation.js";
import type { Deed, Part } from "../parts.js";
import { Pool } from "../search/pool.js";
import { LinearizationSearch } from "./linearization-search.js";

export interface Core {
  /** By the place of the call; the last to return is the one that has no place. */
  readonly operations: readonly Operation[];
  /** False: the work was over before all were tried. */
  readonly minimal: boolean;
}

/** A longer history is not reduced: each attempt searches all of it. */
const deedsMax = 4_096;
const stepsMax = 100_000;
/** Of visited configurations, in one attempt. */
const bytesMax = 67_108_864;

export function coreOf<State>(
  part: Part<State>,
  stuck: Operation,
  model: Model<State>,
): Core | null {
  const end = stuck.return ?? Infinity;
  const deeds = part.deeds.flatMap((deed) => untilReturn(deed, end));
  if (deeds.length > deedsMax) return null;
  const reducer = new Reducer({ ...part, deeds }, model);
  const minimal = reducer.reduce(deeds.findIndex(({ operation }) => operation.return === end));
  return { operations: reducer.required().map(({ operation }) => operation), minimal };
}

/** The deed as it was known when `end` came: what had not returned by then may yet happen. */
function untilReturn<State>(deed: Deed<State>, end: number): readonly Deed<State>[] {
  const { operation } = deed;
  if (operation.call >= end) return [];
  return operation.return === null || operation.return <= end ? [deed] : letGo(deed);
}

const letGo = <State>(deed: Deed<State>): readonly Deed<State>[] =>
  deed.action.reads ? [] : [{ ...deed, operation: { ...deed.operation, return: null } }];

class Reducer<State> {
  readonly #part: Part<State>;
  readonly #model: Model<State>;
  readonly #free = new Set<number>();
  #stepsLeft = stepsMax;

  constructor(part: Part<State>, model: Model<State>) {
    this.#part = part;
    this.#model = model;
  }

  /** @param kept the place that stays. True where every other was tried by itself. */
  reduce(kept: number): boolean {
    const { length } = this.#part.deeds;
    for (let size = 2 ** Math.ceil(Math.log2(Math.max(2, length))); size >= 1; size /= 2) {
      for (let from = 0; from < length; from += size) {
        if (this.#stepsLeft <= 0) return false;
        this.#tryWithout(this.#places(from, from + size, kept));
      }
    }
    return true;
  }

  required(): readonly Deed<State>[] {
    return this.#part.deeds.filter(
      ({ operation }, place) => !this.#free.has(place) && operation.return !== null,
    );
  }

  #places(from: number, to: number, kept: number): readonly number[] {
    const places: number[] = [];
    for (let place = from; place < Math.min(to, this.#part.deeds.length); place += 1) {
      const optional = this.#part.deeds[place]?.operation.return === null;
      if (place !== kept && !optional && !this.#free.has(place)) places.push(place);
    }
    return places;
  }

  #tryWithout(places: readonly number[]): void {
    if (places.length === 0) return;
    const tried = new Set([...this.#free, ...places]);
    const deeds = this.#part.deeds.flatMap((deed, place) =>
      tried.has(place) ? letGo(deed) : [deed],
    );
    const pool = new Pool(bytesMax);
    const search = new LinearizationSearch({ ...this.#part, deeds }, this.#model, pool);
    const end = search.run(this.#stepsLeft);
    this.#stepsLeft -= search.steps + deeds.length;
    if (end?.kind === "none") for (const place of places) this.#free.add(place);
  }
}
