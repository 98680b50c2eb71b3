/**
 * The last steps of the machine, kept as they were and made into lines when somebody wants them: to
 * keep a reference costs nothing, and only a step in thousands is ever read.
 */
import type { Instant } from "../../kernel/time.js";
import { entriesMax } from "../../watchdog/evidence.js";

/** One step in a line, as a recording shows it. */
export type StepText<Input, Output> = (
  at: Instant,
  input: Input,
  outputs: readonly Output[],
) => string;

interface Kept<Input, Output> {
  readonly at: Instant;
  readonly input: Input;
  readonly outputs: readonly Output[];
}

export class StepTail<Input, Output> {
  readonly #text: StepText<Input, Output>;
  readonly #kept: Kept<Input, Output>[] = [];
  #next = 0;

  constructor(text: StepText<Input, Output>) {
    this.#text = text;
  }

  /** The oldest of `entriesMax` makes room. */
  push(at: Instant, input: Input, outputs: readonly Output[]): void {
    this.#kept[this.#next] = { at, input, outputs };
    this.#next = (this.#next + 1) % entriesMax;
  }

  /** Oldest first. */
  lines(): readonly string[] {
    const inOrder = [...this.#kept.slice(this.#next), ...this.#kept.slice(0, this.#next)];
    return inOrder.map(({ at, input, outputs }) => this.#text(at, input, outputs));
  }
}
