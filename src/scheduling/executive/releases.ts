/**
 * When a task's jobs are released. A release that comes while the job before still runs is queued,
 * up to a maximum, or skipped; what is skipped is counted. A host that slept through a thousand
 * periods costs one calculation, not a thousand steps.
 *
 * Invariant: periodic releases lie on the grid `first + k · period`, whatever was late.
 */
import { assert } from "../../kernel/assert.js";
import { after, type Duration, type Instant, instant } from "../../kernel/time.js";

export type ReleasePattern =
  /** One job, `offset` after the task was added. */
  | { readonly kind: "once"; readonly offset?: Duration }
  | {
      readonly kind: "periodic";
      /** At least one microsecond. */
      readonly period: Duration;
      /** From when the task is added to its first release; none if not said. */
      readonly offset?: Duration;
      /** What becomes of a release while a job runs; "skip" if not said. */
      readonly whileRunning?: "skip" | "queue";
      /** How many are queued; one more is skipped. 16 if not said. */
      readonly queueMax?: number;
    }
  /** Released when triggered, and never twice within `interArrivalMin`. */
  | {
      readonly kind: "sporadic";
      readonly interArrivalMin: Duration;
      /** What becomes of a trigger that is too early; "defer" if not said. */
      readonly early?: "defer" | "refuse";
      /** How many triggers are deferred, and how many releases wait for a job. 16 if not said. */
      readonly queueMax?: number;
    };

const queueMaxDefault = 16;

export type TriggerResult =
  /** `deferred`: it is released later, when its inter-arrival time is over. */
  | { readonly kind: "triggered"; readonly deferred: boolean }
  | { readonly kind: "refused"; readonly reason: "too-early"; readonly earliest: Instant }
  | { readonly kind: "refused"; readonly reason: "too-many-triggers"; readonly max: number };

/** The releases of one task. It decides which there are; who runs when is the executive's. */
export class Releases {
  readonly #pattern: ReleasePattern;
  readonly #queueMax: number;
  /** Released, and not begun: the job before still runs. */
  readonly #waiting: Instant[] = [];
  #next: Instant | null;
  #last: Instant | null = null;
  /** Triggers that wait for the inter-arrival time. */
  #deferred = 0;

  constructor(now: Instant, pattern: ReleasePattern) {
    this.#pattern = pattern;
    this.#queueMax = queueMaxOf(pattern);
    this.#next = pattern.kind === "sporadic" ? null : after(now, pattern.offset ?? zero);
    if (pattern.kind === "periodic") assert(pattern.period > 0, "a period takes time");
  }

  /** When the next one is to be taken; null where none is known. */
  get next(): Instant | null {
    return this.#next;
  }

  get isSingle(): boolean {
    return this.#pattern.kind === "once";
  }

  get isSporadic(): boolean {
    return this.#pattern.kind === "sporadic";
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Takes all releases up to `now`. The first is begun if `idle`, others are queued or skipped.
   * What to begin, if anything, and how many were skipped.
   */
  takeDue(now: Instant, idle: boolean): { readonly begin: Instant | null; skipped: number } {
    let begin: Instant | null = null;
    while (this.#next !== null && this.#next <= now) {
      const release = this.#next;
      if (idle && begin === null) begin = release;
      else if (this.#waiting.length < this.#queueMax) this.#waiting.push(release);
      else return { begin, skipped: this.#skipUntil(now) };
      this.#goOn(release);
    }
    return { begin, skipped: 0 };
  }

  /** The job has ended: the release that waits longest. */
  takeWaiting(): Instant | null {
    return this.#waiting.shift() ?? null;
  }

  /** Only of a sporadic task: that it is one is for the caller to see to. */
  trigger(now: Instant): TriggerResult {
    const pattern = this.#pattern;
    assert(pattern.kind === "sporadic", "a trigger of a task that is not sporadic");
    const earliest = this.#last === null ? now : after(this.#last, pattern.interArrivalMin);
    if (earliest <= now && this.#deferred === 0) {
      this.#next = now;
      return { kind: "triggered", deferred: false };
    }
    if (pattern.early === "refuse") return { kind: "refused", reason: "too-early", earliest };
    if (this.#deferred >= this.#queueMax)
      return { kind: "refused", reason: "too-many-triggers", max: this.#queueMax };
    this.#deferred += 1;
    this.#next ??= earliest;
    return { kind: "triggered", deferred: true };
  }

  #goOn(release: Instant): void {
    const pattern = this.#pattern;
    this.#last = release;
    if (pattern.kind === "periodic") this.#next = after(release, pattern.period);
    else if (pattern.kind === "sporadic") this.#goOnDeferred(release, pattern.interArrivalMin);
    else this.#next = null;
  }

  #goOnDeferred(release: Instant, interArrivalMin: Duration): void {
    if (this.#deferred > 0) this.#deferred -= 1;
    this.#next = this.#deferred > 0 ? after(release, interArrivalMin) : null;
  }

  /** How many of the grid were due by `now`; the next one is after it. */
  #skipUntil(now: Instant): number {
    const first = this.#next as Instant;
    const pattern = this.#pattern;
    if (pattern.kind !== "periodic") {
      this.#goOn(first);
      return 1;
    }
    const count = Math.floor((now - first) / pattern.period) + 1;
    this.#next = instant(first + count * pattern.period);
    return count;
  }
}

const zero = 0 as Duration;

function queueMaxOf(pattern: ReleasePattern): number {
  if (pattern.kind === "once") return 0;
  if (pattern.kind === "periodic" && pattern.whileRunning !== "queue") return 0;
  return pattern.queueMax ?? queueMaxDefault;
}
