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
  /** Before a return: the required deeds that are open, the one that returns soonest first. */
  readonly open: (position: number) => Int32Array;
  /** The optional deeds, by their calls. */
  readonly optional: Int32Array;
  /** Before each return: how many of `optional` were called. */
  readonly optionalOpen: Int32Array;
  /** Bits that a set of required deeds has: the most that were open at once. */
  readonly requiredBits: number;
}

/**
 * How many places may be kept of what is open before each return. Where thousands of operations
 * stand open at once it would be the square of their number, and is looked up anew each time: a
 * history like that gets no verdict in any time, but must not take all memory either.
 */
const openKeptMax = 2 ** 25;

/** @param keptMax for tests, a smaller one */
export function intervalsOf<State>(
  deeds: readonly Deed<State>[],
  transitions: Transitions<State>,
  keptMax = openKeptMax,
): Intervals {
  const places = deeds.map((_, place) => place);
  const endOf = (place: number): number => deeds[place]?.operation.return ?? Infinity;
  const callOf = (place: number): number => deeds[place]?.operation.call ?? 0;
  const required = places.filter((place) => endOf(place) < Infinity);
  const returns = required.sort((one, other) => endOf(one) - endOf(other));
  const optional = places.filter((place) => endOf(place) === Infinity);
  const { bits, requiredBits, openCount } = bitsOf(returns, places, callOf, endOf);
  const openBefore = (position: number): Int32Array => {
    const end = endOf(returns[position] ?? 0);
    return Int32Array.from(returns.slice(position).filter((place) => callOf(place) < end));
  };
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
    ...{ bits, requiredBits },
    open: openCount <= keptMax ? kept(keptOpen(returns, callOf, endOf)) : openBefore,
    returns: Int32Array.from(returns),
    optional: Int32Array.from(optional),
    optionalOpen: Int32Array.from(optionalOpen),
  };
}

const kept =
  (all: readonly Int32Array[]) =>
  (position: number): Int32Array =>
    all[position] as Int32Array;

type PlaceOf = (place: number) => number;

/** A bit is given at the call and free again after the return, so that few are needed. */
function bitsOf(
  returns: readonly number[],
  places: readonly number[],
  callOf: PlaceOf,
  endOf: PlaceOf,
) {
  const bits = new Int32Array(places.length);
  const calls = places.filter((place) => endOf(place) < Infinity);
  const free: number[] = [];
  let requiredBits = 0;
  let called = 0;
  let openCount = 0;
  returns.forEach((place, returned) => {
    for (; called < calls.length && callOf(calls[called] ?? 0) < endOf(place); called += 1) {
      const opened = calls[called] ?? 0;
      bits[opened] = free.pop() ?? requiredBits;
      requiredBits = Math.max(requiredBits, (bits[opened] ?? 0) + 1);
    }
    openCount += called - returned;
    free.push(bits[place] ?? 0);
  });
  return { bits, requiredBits, openCount };
}

/** Before each return, in one walk. */
function keptOpen(
  returns: readonly number[],
  callOf: PlaceOf,
  endOf: PlaceOf,
): readonly Int32Array[] {
  const calls = [...returns].sort((one, other) => callOf(one) - callOf(other));
  let called = 0;
  let current: number[] = [];
  return returns.map((place) => {
    for (; called < calls.length && callOf(calls[called] ?? 0) < endOf(place); called += 1) {
      current.push(calls[called] ?? 0);
    }
    const before = Int32Array.from(current).sort((one, other) => endOf(one) - endOf(other));
    current = current.filter((each) => each !== place);
    return before;
  });
}
