/**
 * Deadline supervision: the time from one checkpoint to another (AUTOSAR, Specification of Watchdog
 * Manager, deadline supervision algorithm). There a start without its end is found only when the
 * entity comes by again; here the latest instant is a deadline of ours, and who is stuck between
 * the two is found right after it.
 *
 * Invariant: a start is judged once: by its end, by the next start, or when the time is over.
 */
import { after, type Duration, elapsed, type Instant, micros } from "../../kernel/time.js";
import type { DeadlineRule, RuleWatch, Tell } from "./rules.js";

export class DeadlineWatch implements RuleWatch {
  readonly #rule: DeadlineRule;
  /** Null while no start waits for its end. */
  #startedAt: Instant | null = null;

  constructor(rule: DeadlineRule) {
    this.#rule = rule;
  }

  checkpoint(now: Instant, name: string, tell: Tell): void {
    // In this order, for the two may be one.
    if (name === this.#rule.end) this.#end(now, tell);
    if (name === this.#rule.start) this.#start(now, tell);
  }

  judge(now: Instant, tell: Tell): void {
    const deadline = this.deadline();
    if (deadline !== null && now >= deadline) this.#fail(now, false, tell);
  }

  /** An end at the latest instant is in time, so that it is late a microsecond after. */
  deadline(): Instant | null {
    if (this.#startedAt === null) return null;
    return after(this.#startedAt, micros(this.#rule.max + 1));
  }

  /** A second start must not hide that the first one's end is missing. */
  #start(now: Instant, tell: Tell): void {
    if (this.#startedAt !== null) this.#fail(now, false, tell);
    this.#startedAt = now;
  }

  /** An end without a start is the business of a logical rule. */
  #end(now: Instant, tell: Tell): void {
    if (this.#startedAt === null) return;
    if (this.#took(now) < this.#rule.min) {
      this.#fail(now, true, tell);
      return;
    }
    this.#startedAt = null;
    tell(null);
  }

  #fail(now: Instant, ended: boolean, tell: Tell): void {
    const { start, end, min, max } = this.#rule;
    const took = this.#took(now);
    this.#startedAt = null;
    tell({ rule: "deadline", start, end, took, ended, min, max });
  }

  #took(now: Instant): Duration {
    return elapsed(this.#startedAt ?? now, now);
  }
}
