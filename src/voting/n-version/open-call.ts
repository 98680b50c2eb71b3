/**
 * One call that is being answered: who was asked, who said what, who is still to be heard. It has
 * no memory beyond the call and blames nobody.
 *
 * Invariant: every version is in exactly one of answers, failed, absent and pending.
 */
import { assert } from "../../kernel/assert.js";
import type { Instant } from "../../kernel/time.js";
import type { PlainValue } from "../structured/plain-value.js";
import {
  isSettled,
  neededOf,
  type StructuredBallot,
  type StructuredElection,
  structuredVote,
  type VoteRule,
} from "../structured/structured-vote.js";
import type { ToleranceOf } from "../structured/tolerance.js";
import type { Absence, NVersionResult, VersionFailure } from "./ports.js";
import { resultText } from "./result-text.js";

export interface OpenCallOptions {
  readonly call: number;
  readonly deadline: Instant;
  readonly asked: readonly string[];
  readonly absent: readonly Absence[];
  readonly toleranceOf: ToleranceOf;
  readonly rule: VoteRule;
}

export class OpenCall {
  readonly #options: OpenCallOptions;
  readonly #pending: Set<string>;
  readonly #answers = new Map<string, PlainValue>();
  readonly #failed: VersionFailure[] = [];
  #told: NVersionResult | null = null;

  constructor(options: OpenCallOptions) {
    this.#options = options;
    this.#pending = new Set(options.asked);
  }

  get deadline(): Instant {
    return this.#options.deadline;
  }

  get pending(): readonly string[] {
    return [...this.#pending];
  }

  /** Whether an answer of this version to this call is waited for. */
  awaits(version: string, call: number): boolean {
    return call === this.#options.call && this.#pending.has(version);
  }

  answer(version: string, value: PlainValue): void {
    this.#endWait(version);
    this.#answers.set(version, value);
  }

  fail(failure: VersionFailure): void {
    this.#endWait(failure.version);
    this.#failed.push(failure);
  }

  /** The result, the first time that its value can no longer change; null before and after. */
  newResult(): NVersionResult | null {
    if (this.#told !== null || !isSettled(this.#election(), this.#pending.size)) return null;
    this.#told = this.#result();
    return this.#told;
  }

  /** The result when nobody is waited for any more; null before. To be asked after `newResult`. */
  finalResult(): NVersionResult | null {
    if (this.#pending.size > 0) return null;
    const result = this.#result();
    const kept = JSON.stringify(result.value) === JSON.stringify(this.#told?.value);
    assert(kept, `call ${this.#options.call}: a late answer changed a settled value`);
    return result;
  }

  #endWait(version: string): void {
    const awaited = this.#pending.delete(version);
    assert(awaited, `${version} was not waited for`);
  }

  #election(): StructuredElection {
    const { toleranceOf, rule } = this.#options;
    const failed = this.#failed.map(({ version, reason }) => ({ participant: version, reason }));
    return { ballots: this.#ballots(), failed, toleranceOf, rule };
  }

  /** In the order of the versions, so that no result depends on who was first. */
  #ballots(): readonly StructuredBallot[] {
    return this.#options.asked.flatMap((participant) => {
      const value = this.#answers.get(participant);
      return value === undefined ? [] : [{ participant, value }];
    });
  }

  #result(): NVersionResult {
    const { call, asked, absent, rule } = this.#options;
    const election = this.#election();
    // Those not heard yet were asked, so they count in what a majority is.
    const silent = this.pending.map((participant) => ({ participant, reason: "pending" }));
    const outcome = structuredVote({ ...election, failed: [...election.failed, ...silent] });
    const { value, status, agreeing, dissenting } = outcome;
    const untold = {
      call,
      value,
      status: status === "ok" && absent.length > 0 ? ("degraded" as const) : status,
      agreeing,
      dissenting,
      failed: [...this.#failed],
      absent,
      pending: this.pending,
      answers: this.#ballots(),
    };
    return Object.freeze({ ...untold, text: resultText(untold, neededOf(asked.length, rule)) });
  }
}
