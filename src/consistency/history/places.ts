/**
 * From times to places: the order of all calls and returns of a history, in which no two are at
 * once. At one and the same time calls come before returns, for then the two operations count as
 * concurrent, and no fault is found that is none; but a process asks only after it was answered.
 */
import type { Operation } from "../operation.js";

/** An operation whose places are not known yet. */
export type Span = Omit<Operation, "call" | "return">;

export type Ordering =
  /** In the order of the spans. */
  | { readonly ok: true; readonly operations: readonly Operation[] }
  | { readonly ok: false; readonly index: number; readonly expected: string };

interface Event {
  readonly at: number;
  readonly rank: number;
  readonly index: number;
  readonly isCall: boolean;
}

export function ordered(spans: readonly Span[]): Ordering {
  const before = predecessors(spans);
  const late = before.findIndex((place, index) => overlaps(spans[place], spans[index]));
  if (late >= 0) {
    const other = `a time not before ${spans[before[late] ?? 0]?.returnedAt}`;
    const process = spans[late]?.process;
    return { ok: false, index: late, expected: `${other}, when process ${process} was answered` };
  }
  const chained = new Set<number>();
  before.forEach((place, index) => {
    if (place >= 0 && spans[place]?.returnedAt === spans[index]?.calledAt) chained.add(place);
  });
  const events = spans.flatMap((span, index) => eventsOf(span, index, before, chained));
  events.sort((one, other) => one.at - other.at || one.rank - other.rank);
  const calls = new Array<number>(spans.length).fill(0);
  const returns = new Array<number | null>(spans.length).fill(null);
  events.forEach(({ index, isCall }, place) => {
    if (isCall) calls[index] = place;
    else returns[index] = place;
  });
  const operations = spans.map(
    (span, index): Operation => ({
      ...span,
      call: calls[index] ?? 0,
      return: span.status === "unknown" ? null : (returns[index] ?? null),
    }),
  );
  return { ok: true, operations };
}

/** Of each span: the one that its process had asked before, or -1. */
function predecessors(spans: readonly Span[]): readonly number[] {
  const order = spans.map((_, index) => index);
  order.sort((one, other) => (spans[one]?.calledAt ?? 0) - (spans[other]?.calledAt ?? 0));
  const last = new Map<string, number>();
  const before = new Array<number>(spans.length).fill(-1);
  for (const index of order) {
    const process = spans[index]?.process ?? "";
    before[index] = last.get(process) ?? -1;
    last.set(process, index);
  }
  return before;
}

/** A process does not wait for what it was never answered: it may have given up. */
const overlaps = (before: Span | undefined, next: Span | undefined): boolean =>
  before !== undefined && next !== undefined && (before.returnedAt ?? 0) > next.calledAt;

/** Ranks at one time: calls, returns after which their process calls, those calls, returns. */
function eventsOf(
  { calledAt, returnedAt }: Span,
  index: number,
  before: readonly number[],
  chained: ReadonlySet<number>,
): readonly Event[] {
  const follows = chained.has(before[index] ?? -1);
  const call: Event = { at: calledAt, rank: follows ? 2 : 0, index, isCall: true };
  if (returnedAt === null) return [call];
  return [call, { at: returnedAt, rank: chained.has(index) ? 1 : 3, index, isCall: false }];
}
