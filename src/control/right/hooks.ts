/**
 * When the hooks run: the commands that a user has for gaining and for losing the right to drive,
 * so that what is outside of Holdfast follows it (an address that moves, a database that is made
 * the master). This decides; a host runs the commands.
 *
 * A hook brings something outside into a state, and may be run again at any time: it must be
 * idempotent. It runs again whenever the right is gained again, also with the same token after a
 * heal, for what is outside may have changed meanwhile (keepalived's users suffer from notify
 * scripts that do not run again after a split brain). A start counts as a loss: nobody knows how
 * the last life has ended. One that failed is run again after a pause that grows.
 *
 * One runs at a time. What changes meanwhile is not queued: when it has ended the newest state is
 * brought about, and what came in between is skipped. One that takes too long is ended, first
 * kindly.
 *
 * Invariants: at most one runs. After the last change the hook of the newest state runs until it
 * has ended well once.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import {
  after,
  type Duration,
  due,
  type Instant,
  micros,
  millis,
  seconds,
} from "../../kernel/time.js";

export type Hook = "gain" | "loss";

export type HookInput =
  | { readonly kind: "gained"; readonly token: number | null }
  | { readonly kind: "lost"; readonly reason: string }
  /** The command that runs has ended; `ok`: with 0. */
  | { readonly kind: "ended"; readonly ok: boolean };

/** What a hook is told: by which right, and why. */
export interface HookFacts {
  readonly hook: Hook;
  /** Of the right that was gained, or of the last that was lost; null where there is none. */
  readonly token: number | null;
  /** `gained`, `started`, or why it was lost. */
  readonly reason: string;
}

export type HookOutput =
  | ({ readonly kind: "run" } & HookFacts)
  /** It takes too long: end it kindly, or at once. */
  | { readonly kind: "end"; readonly hard: boolean }
  /** It failed for the so-manieth time in a row, and is run again after `pause`. */
  | ({ readonly kind: "failed"; readonly failures: number; readonly pause: Duration } & HookFacts);

export interface HookOptions {
  /** Which of them there are. */
  readonly hooks: ReadonlySet<Hook>;
  /** One that takes longer is ended. */
  readonly timeout: Duration;
}

/** From the word to end to the end by force. */
export const kindness: Duration = seconds(2);

const pauseMin = millis(500);
const pauseMax = seconds(30);
const doublingsMax = 6;

type Run =
  | { readonly kind: "none" }
  | { readonly kind: "running"; readonly endsAt: Instant; readonly told: boolean };

export class Hooks implements Machine<HookInput, HookOutput> {
  readonly #options: HookOptions;
  #wanted: HookFacts = { hook: "loss", token: null, reason: "started" };
  /** What was brought about last; null before anything was. */
  #done: HookFacts | null = null;
  #current: HookFacts | null = null;
  #run: Run = { kind: "none" };
  #failures = 0;
  #againAt: Instant | null = null;

  constructor(options: HookOptions) {
    this.#options = options;
  }

  step(now: Instant, input: HookInput | Timeout): readonly HookOutput[] {
    switch (input.kind) {
      case "gained":
        this.#want({ hook: "gain", token: input.token, reason: "gained" });
        return this.#begin(now);
      case "lost":
        this.#want({ hook: "loss", token: this.#wanted.token, reason: input.reason });
        return this.#begin(now);
      case "ended":
        return this.#onEnded(now, input.ok);
      case "timeout":
        return [...this.#onTime(now), ...this.#begin(now)];
      default:
        return unreachable(input);
    }
  }

  /** Null when nothing is to be done before something happens. */
  deadline(): Instant | null {
    return this.#run.kind === "running" ? this.#run.endsAt : this.#againAt;
  }

  /** Nothing runs, and nothing is to be run. */
  get idle(): boolean {
    return this.#run.kind === "none" && this.#isDone;
  }

  #want(facts: HookFacts): void {
    this.#wanted = facts;
    this.#failures = 0;
    this.#againAt = null;
  }

  get #isDone(): boolean {
    return this.#done === this.#wanted || !this.#options.hooks.has(this.#wanted.hook);
  }

  #begin(now: Instant): readonly HookOutput[] {
    if (this.#run.kind === "running" || this.#isDone) return [];
    if (this.#againAt !== null && now < this.#againAt) return [];
    this.#againAt = null;
    this.#current = this.#wanted;
    this.#run = { kind: "running", endsAt: after(now, this.#options.timeout), told: false };
    return [{ kind: "run", ...this.#wanted }];
  }

  #onEnded(now: Instant, ok: boolean): readonly HookOutput[] {
    const facts = this.#current;
    if (this.#run.kind === "none" || facts === null) return [];
    this.#run = { kind: "none" };
    this.#current = null;
    if (ok) this.#done = facts;
    if (ok || facts !== this.#wanted) return this.#begin(now);
    this.#failures += 1;
    const pause = pauseAfter(this.#failures);
    this.#againAt = after(now, pause);
    return [{ kind: "failed", ...facts, failures: this.#failures, pause }];
  }

  #onTime(now: Instant): readonly HookOutput[] {
    const run = this.#run;
    if (run.kind === "none" || !due(run.endsAt, now)) return [];
    assert(this.#current !== null, "nothing runs, and takes too long");
    this.#run = { kind: "running", endsAt: after(now, kindness), told: true };
    return [{ kind: "end", hard: run.told }];
  }
}

function pauseAfter(failures: number): Duration {
  const doublings = Math.min(failures - 1, doublingsMax);
  return micros(Math.min(pauseMin * 2 ** doublings, pauseMax));
}
