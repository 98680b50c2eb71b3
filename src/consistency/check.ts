/**
 * The check of a history, a slice of work at a time: it counts steps and knows no clock, so whoever
 * has one decides when it has taken too long.
 */
import { LinearizationSearch } from "./linearizability/search.js";
import type { Model } from "./models/port.js";
import type { History, Operation } from "./operation.js";
import { type Deed, type Part, partsOf, type Refusal } from "./parts.js";
import type { Search, SearchEnd, SearchLimits } from "./search.js";
import type { Consistency, Ordered, Progress, Verdict, Violation, Work } from "./verdict.js";

export interface CheckOptions {
  readonly model: Model<unknown>;
  readonly consistency?: Consistency;
  /** Bytes that all visited configurations may take together. */
  readonly visitedBytesMax?: number;
}

export type CheckOpening =
  | { readonly ok: true; readonly check: HistoryCheck }
  | { readonly ok: false; readonly refusal: Refusal };

const visitedBytesDefault = 268_435_456;
/** Parts take turns, so that a hard one does not hide the fault of another. */
const turnSteps = 4_096;

interface Judged {
  readonly part: Part<unknown>;
  readonly search: Search<unknown>;
  end: SearchEnd<unknown> | null;
}

/** Refuses a history with an operation that is none of the model's. */
export function openCheck(history: History, options: CheckOptions): CheckOpening {
  const parting = partsOf(history, options.model);
  if (!parting.ok) return parting;
  return { ok: true, check: new HistoryCheck(parting.parts, options) };
}

/** @throws nothing: a history that the model refuses is a value. */
export function checkHistory(
  history: History,
  options: CheckOptions & { readonly stepsMax: number },
): Verdict | { readonly verdict: "refused"; readonly refusal: Refusal } {
  const opened = openCheck(history, options);
  if (!opened.ok) return { verdict: "refused", refusal: opened.refusal };
  return opened.check.run(options.stepsMax) ?? opened.check.unfinished();
}

export class HistoryCheck {
  readonly #consistency: Consistency;
  readonly #model: Model<unknown>;
  readonly #limits: SearchLimits;
  readonly #parts: readonly Judged[];

  constructor(parts: readonly Part<unknown>[], options: CheckOptions) {
    this.#consistency = options.consistency ?? "linearizable";
    this.#model = options.model;
    const bytes = options.visitedBytesMax ?? visitedBytesDefault;
    this.#limits = { visitedBytesMax: Math.floor(bytes / Math.max(1, parts.length)) };
    this.#parts = parts.map((part) => ({ part, search: this.#searchOf(part), end: null }));
  }

  /** Goes on for about so many steps; null where that was not enough for a verdict. */
  run(steps: number): Verdict | null {
    let left = steps;
    while (left > 0) {
      const open = this.#parts.filter(({ end }) => end === null);
      if (open.length === 0)
        return { verdict: this.#consistency, order: this.#order(), work: this.#work() };
      for (const judged of open) {
        const before = judged.search.steps;
        judged.end = judged.search.run(Math.min(left, turnSteps));
        left -= Math.max(1, judged.search.steps - before);
        if (judged.end?.kind === "none") return this.#violated(judged.part, judged.end);
        if (left <= 0) break;
      }
    }
    return this.#parts.every(({ end }) => end !== null) ? this.run(1) : null;
  }

  /** The verdict of who does not want to wait any longer. */
  unfinished(): Verdict {
    return { verdict: "unknown", ...this.progress(), work: this.#work() };
  }

  progress(): Progress {
    const open = this.#parts.filter(({ end }) => end === null);
    const sum = (count: (search: Search<unknown>) => number): number =>
      this.#parts.reduce((total, { search }) => total + count(search), 0);
    return {
      parts: open.map(({ part }) => part.keys),
      placed: sum(({ reached }) => reached),
      required: sum(({ goal }) => goal),
    };
  }

  #searchOf(part: Part<unknown>): Search<unknown> {
    return new LinearizationSearch(part, this.#model, this.#limits);
  }

  #work(): Work {
    const sum = (count: (search: Search<unknown>) => number): number =>
      this.#parts.reduce((total, { search }) => total + count(search), 0);
    return {
      steps: sum(({ steps }) => steps),
      parts: this.#parts.length,
      visited: sum(({ visited }) => visited),
      forgotten: sum(({ forgotten }) => forgotten),
    };
  }

  #order(): readonly Ordered[] {
    const orders = this.#parts.flatMap(({ end }) => (end?.kind === "found" ? [end.order] : []));
    return merged(orders);
  }

  #violated(part: Part<unknown>, end: Extract<SearchEnd<unknown>, { kind: "none" }>): Verdict {
    return { verdict: "not", ...this.#violation(part, end), work: this.#work() };
  }

  #violation(part: Part<unknown>, end: Extract<SearchEnd<unknown>, { kind: "none" }>): Violation {
    const stuck = end.stuck.map(({ operation }) => operation);
    const limit = Math.min(...stuck.map((each) => each.return ?? Infinity));
    const before = { ...part, deeds: part.deeds.flatMap((deed) => cutAt(deed, limit)) };
    // That much has an order: the search came so far, and finds its way there again.
    const again = this.#searchOf(before).run(Infinity);
    const prefix = again?.kind === "found" ? merged([again.order]) : [];
    const concurrent = part.deeds
      .map(({ operation }) => operation)
      .filter(({ call, return: end }) => call < limit && (end === null || end > limit));
    return { keys: part.keys, stuck, prefix, states: end.states, concurrent };
  }
}

/** The deed as it was known just before `limit`: what had not returned by then may yet happen. */
function cutAt(deed: Deed<unknown>, limit: number): readonly Deed<unknown>[] {
  const { operation } = deed;
  if (operation.call >= limit) return [];
  const returned = operation.return !== null && operation.return < limit;
  return [returned ? deed : { ...deed, operation: { ...operation, return: null } }];
}

/**
 * One order of all from those of the parts: each takes effect as early as its call and its place
 * in the order of its part allow, which is before its return (Herlihy and Wing, theorem 1).
 */
function merged(orders: readonly (readonly Deed<unknown>[])[]): readonly Ordered[] {
  const ordered = orders.flatMap((order) => {
    let point = 0;
    return order.map(({ operation }) => {
      point = Math.max(point, operation.call);
      return { operation, point };
    });
  });
  return ordered.sort((one, other) => one.point - other.point);
}

export const operationsOf = (order: readonly Ordered[]): readonly Operation[] =>
  order.map(({ operation }) => operation);
