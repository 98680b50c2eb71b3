/**
 * What is held for and against one version: whether it may be asked. Failures in a row put it into
 * quarantine, in which it is not asked for a number of calls; too many quarantines latch it, so a
 * version that is broken for good does not come back for ever.
 *
 *     trusted --failures in a row--> quarantined --calls--> trusted
 *        +---one quarantine too many---> latched --release--> trusted
 *
 * A dissent counts as a failure, though in truth the others may be wrong: that is the hypothesis
 * under which there is a vote at all.
 */
import type { Patience } from "./options.js";

export type RecordPhase =
  | { readonly kind: "trusted" }
  | { readonly kind: "quarantined"; readonly callsLeft: number }
  | { readonly kind: "latched" };

/** What a complaint led to; null for nothing yet. */
export type Consequence = "quarantined" | "latched" | null;

const trusted: RecordPhase = { kind: "trusted" };

export class VersionRecord {
  readonly #patience: Patience;
  #phase: RecordPhase = trusted;
  #failuresInARow = 0;
  #agreementsInARow = 0;
  #quarantines = 0;
  #agreements = 0;
  #dissents = 0;
  #failures = 0;

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  get phase(): RecordPhase {
    return this.#phase;
  }

  counts() {
    return {
      failuresInARow: this.#failuresInARow,
      quarantines: this.#quarantines,
      agreements: this.#agreements,
      dissents: this.#dissents,
      failures: this.#failures,
    };
  }

  /** A call begins. True when its quarantine was over by that, and it is trusted again. */
  countCall(): boolean {
    if (this.#phase.kind !== "quarantined") return false;
    const { callsLeft } = this.#phase;
    this.#phase = callsLeft === 0 ? trusted : { kind: "quarantined", callsLeft: callsLeft - 1 };
    return this.#phase === trusted;
  }

  agreement(): void {
    this.#agreements += 1;
    this.#agreementsInARow += 1;
    this.#failuresInARow = 0;
    if (this.#agreementsInARow >= this.#patience.forgetAfter) this.#quarantines = 0;
  }

  complain(about: "failure" | "dissent"): Consequence {
    if (about === "failure") this.#failures += 1;
    else this.#dissents += 1;
    this.#agreementsInARow = 0;
    this.#failuresInARow += 1;
    if (this.#phase.kind !== "trusted") return null;
    return this.#failuresInARow < this.#patience.failuresMax ? null : this.#exclude();
  }

  latch(): void {
    this.#phase = { kind: "latched" };
  }

  /** Begins anew; the counts since the start stay. */
  release(): void {
    this.#phase = trusted;
    this.#failuresInARow = 0;
    this.#quarantines = 0;
  }

  #exclude(): Consequence {
    const { quarantineCalls, quarantinesMax } = this.#patience;
    this.#failuresInARow = 0;
    if (this.#quarantines === quarantinesMax) {
      this.latch();
      return "latched";
    }
    this.#quarantines += 1;
    this.#phase = { kind: "quarantined", callsLeft: quarantineCalls };
    return "quarantined";
  }
}
