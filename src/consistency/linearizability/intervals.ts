/**
 * The deeds of a part as the search walks them: the required ones in the order of their returns,
 * and before each return the deeds that are open, which may take effect just before it.
 */
import type { Deed } from "../parts.js";
import type { Transitions } from "../search/transitions.js";

export interface Intervals {
  /** Of each deed: the number of its action. */
  readonly actions: Int32Array;
  /** Of each deed: whether it only looks. */
  readonly reads: readonly boolean[];
  /** Of each deed: its bit in the set of its kind; required and optional ones count apart. */
  readonly bits: Int32Array;
  /** The required deeds, by their returns. */
  readonly returns: Int32Array;
  /** Before each return: the required deeds that are open, the one that returns soonest first. */
  readonly open: readonly Int32Array[];
  /** The optional deeds, by their calls. */
  readonly optional: Int32Array;
  /** Before each return: how many of `optional` were called. */
  readonly optionalOpen: Int32Array;
  /** Bits that a set of required deeds has: the most that were open at once. */
  readonly requiredBits: number;
}

export function intervalsOf<State>(
  deeds: readonly Deed<State>[],
  transitions: Transitions<State>,
): Intervals {
  const places = deeds.map((_, place) => place);
  const endOf = (place: number): number => deeds[place]?.operation.return ?? Infinity;
  const callOf = (place: number): number => deeds[place]?.operation.call ?? 0;
  const required = places.filter((place) => endOf(place) < Infinity);
  const returns = required.sort((one, other) => endOf(one) - endOf(other));
  const optional = places.filter((place) => endOf(place) === Infinity);
  const { bits, open, requiredBits } = openBefore(returns, places, callOf, endOf);
  optional.forEach((place, bit) => {
    bits[place] = bit;
  });
  let called = 0;
  const optionalOpen = returns.map((place) => {
    while (called < optional.length && callOf(optional[called] ?? 0) < endOf(place)) called += 1;
    return called;
  });
  return {
    actions: Int32Array.from(deeds, ({ action }) => transitions.actionId(action)),
    reads: deeds.map(({ action }) => action.reads),
    ...{ bits, open, requiredBits },
    returns: Int32Array.from(returns),
    optional: Int32Array.from(optional),
    optionalOpen: Int32Array.from(optionalOpen),
  };
}

/** A bit is given at the call and free again after the return, so that few are needed. */
function openBefore(
  returns: readonly number[],
  places: readonly number[],
  callOf: (place: number) => number,
  endOf: (place: number) => number,
) {
  const bits = new Int32Array(places.length);
  const calls = places.filter((place) => endOf(place) < Infinity);
  const free: number[] = [];
  let requiredBits = 0;
  let called = 0;
  let current: number[] = [];
  const open = returns.map((place) => {
    for (; called < calls.length && callOf(calls[called] ?? 0) < endOf(place); called += 1) {
      const opened = calls[called] ?? 0;
      bits[opened] = free.pop() ?? requiredBits;
      requiredBits = Math.max(requiredBits, (bits[opened] ?? 0) + 1);
      current.push(opened);
    }
    const before = Int32Array.from(current).sort((one, other) => endOf(one) - endOf(other));
    current = current.filter((each) => each !== place);
    free.push(bits[place] ?? 0);
    return before;
  });
  return { bits, open, requiredBits };
}
