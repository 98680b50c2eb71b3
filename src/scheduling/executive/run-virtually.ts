/**
 * The host of tests, rehearsals and examples: an executive on a clock that stands still until it is
 * moved. A task says what its slice costs by `time.spend(millis(5))`; between slices the clock
 * jumps to what is due next. The same tasks take the same course every time.
 */
import { assert } from "../../kernel/assert.js";
import { after, type Duration, earlier, type Instant, instant } from "../../kernel/time.js";
import type { Executive } from "./executive.js";

export class VirtualTime {
  #now: Instant;
  readonly read = (): Instant => this.#now;

  constructor(now: Instant = instant(0)) {
    this.#now = now;
  }

  get now(): Instant {
    return this.#now;
  }

  /** The slice that runs takes this long, besides what it has spent already. */
  spend(work: Duration): void {
    this.#now = after(this.#now, work);
  }

  /** Without effect if it has passed: a slice may have taken longer. */
  jumpTo(then: Instant): void {
    if (then > this.#now) this.#now = then;
  }
}

/** What happens from outside at an instant, or as soon as the slice that runs then has ended. */
export interface Stimulus {
  readonly at: Instant;
  readonly act: (now: Instant) => void;
}

export interface VirtualRun {
  readonly executive: Executive;
  readonly time: VirtualTime;
  /** Nothing begins after this instant. */
  readonly until: Instant;
  /** In the order of their instants. */
  readonly stimuli?: readonly Stimulus[];
  /** A program that takes more does not let the time go on; a million if not said. */
  readonly slicesMax?: number;
}

export type VirtualEnd =
  /** Nothing is ready, and nothing will be due by `until`. */
  | "idle"
  /** `until` has come, and something is ready still. */
  | "until"
  | "slices-max";

const slicesMaxDefault = 1_000_000;

export function runVirtually(run: VirtualRun): VirtualEnd {
  const { executive, time, until } = run;
  const stimuli = [...(run.stimuli ?? [])];
  const slicesMax = run.slicesMax ?? slicesMaxDefault;
  for (let slices = 0; slices < slicesMax; slices += 1) {
    stimulate(stimuli, time.now);
    executive.advance(time.now);
    if (time.now > until) return executive.isReady() ? "until" : "idle";
    if (executive.runSlice(time.read)) continue;
    const next = earlier(executive.deadline(), stimuli[0]?.at ?? null);
    if (next === null || next > until) return "idle";
    time.jumpTo(next);
  }
  return "slices-max";
}

function stimulate(stimuli: Stimulus[], now: Instant): void {
  for (let first = stimuli[0]; first !== undefined && first.at <= now; first = stimuli[0]) {
    stimuli.shift();
    first.act(now);
    assert(stimuli[0] === undefined || stimuli[0].at >= first.at, "stimuli are out of order");
  }
}
