/**
 * This node's own accusations. The detector says at once whom it suspects; the group is told so by
 * a claim, and not more often than a suspicion lasts at least: with one-way loss the detector goes
 * on suspecting a member that others hear well, and that refutes each time within a round trip.
 */
import type { Evidence } from "../detection/evidence.js";
import { after, due, type Instant, micros } from "../kernel/time.js";
import type { Transitions } from "./transitions.js";
import type { View } from "./view.js";
import type { Watching } from "./watching.js";

/** Where it suspects the member again and again, each wait is doubled, up to so many times. */
export const accusingWaitMax = 4;

interface Past {
  /** When it may be accused again. */
  readonly againAt: Instant;
  /** In least lengths of a suspicion. */
  readonly wait: number;
}

export class Accusing {
  readonly #view: View;
  readonly #watching: Watching;
  readonly #transitions: Transitions;
  readonly #past: Map<number, Past>;

  constructor(view: View, watching: Watching, transitions: Transitions) {
    this.#view = view;
    this.#watching = watching;
    this.#transitions = transitions;
    this.#past = view.about(new Map());
  }

  /** The detector has lost the member, or still suspects it. */
  accuse(number: number, evidence: Evidence): void {
    const { table, names, self } = this.#view;
    const state = table.stateOf(number);
    const own = { accuser: names.nameOf(self), evidence };
    if (state === "suspected") this.#transitions.confirmed(number, own);
    if (state !== "alive" || !this.#mayAccuse(number)) return;
    this.#transitions.suspected(number, table.standingOf(number), own);
  }

  /** Once a period: those who have refuted, and of whom the detector still hears nothing. */
  again(): void {
    for (const [number, evidence] of this.#watching.suspects) {
      if (this.#view.table.stateOf(number) === "alive") this.accuse(number, evidence);
    }
    for (const [number, { againAt }] of this.#past) {
      const isOver = due(againAt, this.#view.now) && !this.#watching.suspects.has(number);
      if (isOver) this.#past.delete(number);
    }
  }

  #mayAccuse(number: number): boolean {
    const { now } = this.#view;
    const past = this.#past.get(number);
    if (past !== undefined && !due(past.againAt, now)) return false;
    const wait = past === undefined ? 1 : Math.min(2 * past.wait, accusingWaitMax);
    const againAt = after(now, micros(wait * this.#transitions.suspicionLeast()));
    this.#past.set(number, { againAt, wait });
    return true;
  }
}
