/**
 * Every voter without a memory once more, in the plainest way: sets are tried one by one, ranks are
 * counted, and intervals are looked at point by point. They share nothing with the voters but the
 * definitions in src/voting/README.md.
 */
import { nobody, type Outcome } from "./poll.js";

type Vote = (values: readonly number[], tolerance: number) => number;

const nothing = Number.NaN;
const isMajority = (some: number, all: number) => some * 2 > all;
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Who agrees with a value, and whether it may stand. */
export function naiveOutcome(
  support: "majority" | "plurality",
  values: readonly number[],
  value: number,
  reach: number,
): Outcome {
  const near = (from: number) => range(values.length).filter((at) => isNear(values, at, from));
  const isNear = (all: readonly number[], at: number, from: number) =>
    Math.abs((all[at] ?? nothing) - from) <= reach;
  const agreeing = near(value);
  const formal = values.some((pivot) => isMajority(near(pivot).length, values.length));
  const enough =
    support === "majority" || values.length <= 2
      ? isMajority(agreeing.length, values.length) && formal
      : agreeing.length >= 2;
  if (!enough) return nobody;
  const dissenting = range(values.length).filter((at) => !agreeing.includes(at));
  return { value, agreeing, dissenting };
}

/** The two in the middle, or twice the one, by counting ranks instead of sorting. */
function middles(values: readonly number[]): [number, number] {
  const middle = values.filter((value) => {
    const below = values.filter((other) => other < value).length;
    const above = values.filter((other) => other > value).length;
    return below * 2 <= values.length && above * 2 <= values.length;
  });
  return [Math.min(...middle), Math.max(...middle)];
}

const naiveMedian: Vote = (values) => (values.length === 0 ? nothing : sum(middles(values)) / 2);

const naiveMidValue: Vote = (values, tolerance) => {
  const [low, high] = middles(values);
  return values.length > 0 && high - low <= tolerance ? (low + high) / 2 : nothing;
};

const naiveMean: Vote = (values) => sum(values) / values.length;

/** All sets of places of which any two are within the tolerance. */
function groupsOf(places: readonly number[], values: readonly number[], tolerance: number) {
  const at = (place: number) => values[place] ?? nothing;
  const sets = range(2 ** places.length).map((mask) =>
    places.filter((_, bit) => (mask >> bit) & 1),
  );
  return sets.filter((set) =>
    set.every((one) => set.every((other) => Math.abs(at(one) - at(other)) <= tolerance)),
  );
}

const largest = (groups: readonly (readonly number[])[]) =>
  Math.max(0, ...groups.map((group) => group.length));

const naiveFormalMajority: Vote = (values, tolerance) => {
  const size = largest(groupsOf(range(values.length), values, tolerance));
  return isMajority(size, values.length) ? naiveMedian(values, tolerance) : nothing;
};

const naivePlurality: Vote = (values, tolerance) => {
  const places = range(values.length);
  const groups = groupsOf(places, values, tolerance);
  const size = largest(groups);
  if (isMajority(size, values.length)) return naiveMedian(values, tolerance);
  const of = (group: readonly number[]) => group.map((place) => values[place] ?? nothing);
  const spread = (group: readonly number[]) => Math.max(...of(group)) - Math.min(...of(group));
  const best = groups.filter((group) => group.length === size);
  const narrowest = Math.min(...best.map(spread));
  const [winner = [], ...ties] = best.filter((group) => spread(group) === narrowest);
  const others = places.filter((place) => !winner.includes(place));
  const rival = largest(groupsOf(others, values, tolerance));
  if (size < 2 || ties.length > 0 || rival >= size) return nothing;
  return naiveMedian(of(winner), tolerance);
};

function supportedOf(values: readonly number[], tolerance: number): number[] {
  return values.filter((value) =>
    isMajority(
      values.filter((other) => Math.abs(other - value) <= tolerance).length,
      values.length,
    ),
  );
}

const naiveWeightedDistance: Vote = (values, tolerance) => {
  if (values.length === 1) return values[0] ?? nothing;
  const supported = supportedOf(values, tolerance);
  const kernel = (distance: number) => {
    if (distance > tolerance) return 0;
    return distance === 0 ? 1 : 1 / (1 + distance ** 2 / tolerance ** 2);
  };
  // Less 1: what a ballot is close to in itself.
  const weights = supported.map(
    (value) => sum(values.map((other) => kernel(Math.abs(other - value)))) - 1,
  );
  return sum(supported.map((value, at) => value * (weights[at] ?? 0))) / sum(weights);
};

export interface NaiveInterval {
  readonly low: number;
  readonly high: number;
}

export const covering = (intervals: readonly NaiveInterval[], point: number) =>
  intervals.filter(({ low, high }) => low <= point && point <= high).length;

/** All edges, ascending, each once. */
export function edgesOf(intervals: readonly NaiveInterval[]): number[] {
  const edges = intervals.flatMap(({ low, high }) => [low, high]);
  return [...new Set(edges)].sort((one, other) => one - other);
}

/** From the first to the last point that so many cover; null for none. */
export function naiveFusion(
  intervals: readonly NaiveInterval[],
  coverageMin: number,
): NaiveInterval | null {
  const points = edgesOf(intervals).filter((point) => covering(intervals, point) >= coverageMin);
  if (points.length === 0) return null;
  return { low: Math.min(...points), high: Math.max(...points) };
}

/** Regions between edges, and edges that more cover than what is beside them. */
export function naiveBrooksIyengar(intervals: readonly NaiveInterval[], coverageMin: number) {
  const edges = edgesOf(intervals);
  const regions = edges.flatMap((edge, at) => {
    const next = edges[at + 1] ?? edge;
    const beside = [
      (edge + (edges[at - 1] ?? edge - 1)) / 2,
      (edge + next) / 2 + (next > edge ? 0 : 1),
    ];
    const point = { low: edge, high: edge, count: covering(intervals, edge) };
    const isPeak = beside.every((other) => covering(intervals, other) < point.count);
    const segment = { low: edge, high: next, count: covering(intervals, (edge + next) / 2) };
    return [...(isPeak ? [point] : []), ...(next > edge ? [segment] : [])];
  });
  const kept = regions.filter(({ count }) => count >= coverageMin);
  const weights = kept.map(({ count }) => count);
  const value = sum(kept.map(({ low, high, count }) => ((low + high) / 2) * count)) / sum(weights);
  return { low: kept[0]?.low ?? nothing, high: kept.at(-1)?.high ?? nothing, value };
}

export function naiveNtp(intervals: readonly NaiveInterval[]) {
  for (const allowed of range(Math.ceil(intervals.length / 2))) {
    const fused = naiveFusion(intervals, intervals.length - allowed);
    if (fused === null) continue;
    const middle = ({ low, high }: NaiveInterval) => (low + high) / 2;
    const inside = intervals.filter((each) => covering([fused], middle(each)) === 1);
    if (intervals.length - inside.length <= allowed) return { ...fused, allowed };
  }
  return null;
}

const around = (values: readonly number[], reach: number) =>
  values.map((value) => ({ low: value - reach, high: value + reach }));

const majorityOf = (count: number) => range(count + 1).find((some) => isMajority(some, count)) ?? 1;

const naiveMarzullo: Vote = (values, tolerance) => {
  const fused = naiveFusion(around(values, tolerance / 2), majorityOf(values.length));
  return fused === null ? nothing : (fused.low + fused.high) / 2;
};

const naiveBrooksIyengarVote: Vote = (values, tolerance) => {
  const intervals = around(values, tolerance / 2);
  const { value } = naiveBrooksIyengar(intervals, majorityOf(values.length));
  const supported = supportedOf(values, tolerance);
  return Math.min(Math.max(value, Math.min(...supported)), Math.max(...supported));
};

const naiveNtpVote: Vote = (values, tolerance) =>
  naiveNtp(around(values, tolerance)) === null ? nothing : naiveMedian(values, tolerance);

/** By the name of the voter. */
export const naiveVotes: Readonly<Record<string, Vote>> = {
  "mid-value": naiveMidValue,
  median: naiveMedian,
  mean: naiveMean,
  "exact-majority": (values) =>
    values.find((value) =>
      isMajority(values.filter((other) => other === value).length, values.length),
    ) ?? nothing,
  "formal-majority": naiveFormalMajority,
  plurality: naivePlurality,
  "weighted-distance": naiveWeightedDistance,
  marzullo: naiveMarzullo,
  "brooks-iyengar": naiveBrooksIyengarVote,
  ntp: naiveNtpVote,
};
