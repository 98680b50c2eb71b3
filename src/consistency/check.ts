/**
 * The check of a history, a slice of work at a time: it counts steps and knows no clock, so whoever
 * has one decides when it has taken too long.
 */
import { assert } from "../kernel/assert.js";
import { coreOf } from "./linearizability/core.js";
import { LinearizationSearch } from "./linearizability/linearization-search.js";
import type { Model } from "./models/port.js";
import type { History } from "./operation.js";
import { type Deed, type Part, partsOf, type Refusal } from "./parts.js";
import { Pool } from "./search/pool.js";
import type { Search, SearchEnd } from "./search/port.js";
import { SequentialSearch } from "./sequential/sequential-search.js";
import { Task } from "./task.js";
import type { Consistency, Ordered, Progress, Verdict, Work } from "./verdict.js";

export interface CheckOptions {
  readonly model: Model<unknown>;
  /** `linearizable` where nothing is said. */
  readonly consistency?: Consistency;
  /**
   * Bytes that all visited configurations may take together. Beyond, none is kept any more: the
   * search stays right, and takes longer.
   */
  readonly visitedBytesMax?: number;
}

export type CheckOpening =
  | { readonly ok: true; readonly check: HistoryCheck }
  | { readonly ok: false; readonly refusal: Refusal };

export interface Refused {
  readonly verdict: "refused";
  readonly refusal: Refusal;
}

const visitedBytesDefault = 268_435_456;
/** Parts take turns, so that a hard one does not hide the fault of another. */
const turnSteps = 4_096;

type Dead = Extract<SearchEnd<unknown>, { kind: "none" }>;

/** Refuses a history with an operation that is none of the model's. */
export function openCheck(history: History, options: CheckOptions): CheckOpening {
  const parting = partsOf(history, options.model);
  if (!parting.ok) return parting;
  return { ok: true, check: new HistoryCheck(parting.parts, options) };
}

/** All at once. */
export function checkHistory(
  history: History,
  options: CheckOptions & { readonly stepsMax: number },
): Verdict | Refused {
  const opened = openCheck(history, options);
  if (!opened.ok) return { verdict: "refused", refusal: opened.refusal };
  return opened.check.run(options.stepsMax) ?? opened.check.unfinished();
}

export class HistoryCheck {
  readonly #consistency: Consistency;
  readonly #model: Model<unknown>;
  readonly #tasks: readonly Task[];
  /** Those without an end, in turn. */
  #open: Task[];

  constructor(parts: readonly Part<unknown>[], options: CheckOptions) {
    const { model, consistency = "linearizable" } = options;
    const pool = new Pool(options.visitedBytesMax ?? visitedBytesDefault);
    this.#consistency = consistency;
    this.#model = model;
    // An order of each part makes an order of the whole only where all keep the order of time.
    const groups = consistency === "sequential" ? [parts] : parts.map((part) => [part]);
    this.#tasks = groups.map((group) => new Task(group, () => this.#search(group, pool)));
    this.#open = [...this.#tasks];
  }

  /** Goes on for about so many steps; null where that was not enough for a verdict. */
  run(steps: number): Verdict | null {
    let left = steps;
    while (this.#open.length > 0 && left > 0) {
      const task = this.#open.shift() as Task;
      const before = task.steps;
      const end = task.run(Math.min(left, turnSteps));
      left -= Math.max(1, task.steps - before);
      if (end?.kind === "none") return this.#violated(task, end);
      if (end === null) this.#open.push(task);
    }
    if (this.#open.length > 0) return null;
    return { verdict: this.#consistency, order: this.#order(), work: this.#work() };
  }

  /** The verdict of who does not want to wait any longer. */
  unfinished(): Verdict {
    return { verdict: "unknown", ...this.progress(), work: this.#work() };
  }

  progress(): Progress {
    return {
      parts: this.#open.map(({ keys }) => keys),
      placed: this.#sum(({ reached }) => reached),
      required: this.#sum(({ goal }) => goal),
    };
  }

  #search(parts: readonly Part<unknown>[], pool: Pool): Search<unknown> {
    if (this.#consistency === "sequential") return new SequentialSearch(parts, this.#model, pool);
    const [part] = parts;
    assert(part !== undefined && parts.length === 1, "linearizability is judged part by part");
    return new LinearizationSearch(part, this.#model, pool);
  }

  #work(): Work {
    return {
      steps: this.#sum(({ steps }) => steps),
      parts: this.#tasks.length,
      visited: this.#sum(({ visited }) => visited),
      forgotten: this.#sum(({ forgotten }) => forgotten),
    };
  }

  #sum(count: (task: Task) => number): number {
    return this.#tasks.reduce((total, task) => total + count(task), 0);
  }

  #order(): readonly Ordered[] {
    if (this.#consistency === "sequential")
      return this.#tasks.flatMap(({ order }) => inOrder(order));
    return merged(this.#tasks);
  }

  #violated({ parts, keys }: Task, { stuck, order, states }: Dead): Verdict {
    const [part] = parts;
    const [first] = stuck;
    const timed = this.#consistency === "linearizable" && part !== undefined && first !== undefined;
    return {
      verdict: "not",
      keys,
      stuck: stuck.map(({ operation }) => operation),
      prefix: this.#consistency === "sequential" ? inOrder(order) : merged([{ keys, order }]),
      states,
      core: timed ? coreOf(part, first.operation, this.#model) : null,
      work: this.#work(),
    };
  }
}

const inOrder = (order: readonly Deed<unknown>[]): readonly Ordered[] =>
  order.map(({ operation }) => ({ operation, keys: [], point: operation.call }));

/**
 * One order of all from those of the parts: each takes effect as early as its call and its place
 * in the order of its part allow, which is before its return (Herlihy and Wing, theorem 1).
 */
function merged(orders: readonly Pick<Task, "keys" | "order">[]): readonly Ordered[] {
  const ordered = orders.flatMap(({ keys, order }) => {
    let point = 0;
    return order.map(({ operation }) => {
      point = Math.max(point, operation.call);
      return { operation, keys, point };
    });
  });
  return ordered.sort((one, other) => one.point - other.point);
}
