/**
 * What an executive tells of its tasks. Events are values in the order in which they happened; the
 * newest `eventsMax` are kept until they are fetched, older ones make room and are counted.
 */
import { BoundedQueue } from "../../kernel/queue.js";
import type { Duration, Instant } from "../../kernel/time.js";
import type { CycleLink } from "../contention/ports.js";
import type { Priority } from "../priority.js";

interface Happening {
  /** When it was noticed. */
  readonly at: Instant;
  readonly task: string;
}

/**
 * What belongs to a course without fault. It is told only on request: it comes with each switch.
 */
export type UsualEvent = Happening &
  (
    | { readonly kind: "released"; readonly release: Instant }
    /** The job released at `release` runs for the first time. */
    | { readonly kind: "started"; readonly release: Instant }
    /** The job has ended, by `nextRelease` or by a return; `response` since its release. */
    | { readonly kind: "finished"; readonly release: Instant; readonly response: Duration }
    /** `holder` null: nobody holds it yet, but somebody is before it; or it has no holder. */
    | { readonly kind: "blocked"; readonly on: string; readonly holder: string | null }
    | {
        readonly kind: "unblocked";
        readonly on: string;
        readonly outcome: "granted" | "timed-out" | "cancelled" | "refused";
      }
    /** Of the effective priority. */
    | { readonly kind: "priority-changed"; readonly from: Priority; readonly to: Priority }
    /** `held`: locks that it had still. If there are any, it is always told. */
    | { readonly kind: "returned"; readonly held: readonly string[] }
  );

/** What somebody should look at. It is always told. */
export type TroubleEvent = Happening &
  (
    | {
        readonly kind: "deadline-missed";
        readonly release: Instant;
        readonly deadline: Instant;
      }
    /** Releases that came while a job still ran and found no place, or that were slept through. */
    | { readonly kind: "releases-skipped"; readonly count: number }
    | { readonly kind: "slice-overrun"; readonly took: Duration; readonly max: Duration }
    /** Once a job. */
    | { readonly kind: "budget-overrun"; readonly used: Duration; readonly max: Duration }
    | { readonly kind: "deadlock-refused"; readonly cycle: readonly CycleLink[] }
    /** It threw. `held`: the locks that it still had; who takes them is told of the death. */
    | { readonly kind: "failed"; readonly error: unknown; readonly held: readonly string[] }
    | { readonly kind: "cancelled"; readonly reason: string; readonly held: readonly string[] }
    /** It would not end within its bounds, and is not run any more. */
    | { readonly kind: "abandoned"; readonly reason: string; readonly held: readonly string[] }
  );

export type ExecutiveEvent = UsualEvent | TroubleEvent;

/** At this many that were not fetched the oldest makes room. */
export const eventsMax = 4_096;

export class EventLog {
  /** Whether usual events are kept. Look here before one is made: that is what costs. */
  readonly usual: boolean;
  readonly #queue = new BoundedQueue<ExecutiveEvent>(eventsMax);

  constructor(usual: boolean) {
    this.usual = usual;
  }

  get dropped(): number {
    return this.#queue.dropped;
  }

  tell(event: ExecutiveEvent): void {
    this.#queue.push(event);
  }

  drain(): readonly ExecutiveEvent[] {
    if (this.#queue.length === 0) return none;
    const events = [...this.#queue];
    while (this.#queue.length > 0) this.#queue.shift();
    return events;
  }
}

const none: readonly ExecutiveEvent[] = Object.freeze([]);
