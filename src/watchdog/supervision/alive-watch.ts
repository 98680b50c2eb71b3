/**
 * Alive supervision: the checkpoints of each reference cycle are counted (AUTOSAR, Specification of
 * Watchdog Manager, alive supervision algorithm). Cycles that nobody was awake to count saw none.
 *
 * Invariant: a reference cycle is judged once, at its end or when it has one checkpoint too many.
 */
import { after, elapsed, type Instant, micros } from "../../kernel/time.js";
import type { AliveRule, RuleWatch, Tell } from "./rules.js";

export class AliveWatch implements RuleWatch {
  readonly #rule: AliveRule;
  #ends: Instant;
  #count = 0;
  #judged = false;

  /** The first reference cycle begins now. */
  constructor(rule: AliveRule, now: Instant) {
    this.#rule = rule;
    this.#ends = after(now, rule.cycle);
  }

  checkpoint(_now: Instant, name: string, tell: Tell): void {
    if (name !== this.#rule.checkpoint) return;
    const max = this.#countMax;
    // One too many is all there is to know; a runaway entity counts no further.
    this.#count = Math.min(this.#count + 1, max + 1);
    if (this.#count > max) this.#judgeCycle(tell);
  }

  judge(now: Instant, tell: Tell): void {
    if (now < this.#ends) return;
    const { cycle, tolerance } = this.#rule;
    this.#judgeCycle(tell);
    this.#begin();
    const missed = Math.floor(elapsed(this.#ends, now) / cycle);
    // Past the tolerance they add nothing.
    for (let index = 0; index < Math.min(missed, tolerance + 1); index += 1) {
      this.#judgeCycle(tell);
      this.#begin();
    }
    this.#ends = after(this.#ends, micros((missed + 1) * cycle));
  }

  deadline(): Instant {
    return this.#ends;
  }

  get #countMin(): number {
    return this.#rule.expected - this.#rule.minMargin;
  }

  get #countMax(): number {
    return this.#rule.expected + this.#rule.maxMargin;
  }

  #begin(): void {
    this.#count = 0;
    this.#judged = false;
  }

  #judgeCycle(tell: Tell): void {
    if (this.#judged) return;
    this.#judged = true;
    const { checkpoint, cycle } = this.#rule;
    const [count, countMin, countMax] = [this.#count, this.#countMin, this.#countMax];
    const right = count >= countMin && count <= countMax;
    tell(right ? null : { rule: "alive", checkpoint, count, countMin, countMax, cycle });
  }
}
