/** A machine with a person between it and the others, who changes what it hears and says. */
import type { Machine, Timeout } from "../../../../src/kernel/machine.js";
import type { Instant } from "../../../../src/kernel/time.js";

export interface Between<Input, Output> {
  /** What the machine hears instead; nothing, if it is kept from it. */
  readonly hears?: (input: Input) => readonly Input[];
  /** What it is taken to have said. */
  readonly says?: (output: Output) => readonly Output[];
  /** What is said in its name at an input, before it hears of it. */
  readonly saysFirst?: (input: Input) => readonly Output[];
}

export class Wrapped<Input extends { readonly kind: string }, Output>
  implements Machine<Input, Output>
{
  readonly #machine: Machine<Input, Output>;
  readonly #between: Between<Input, Output>;

  constructor(machine: Machine<Input, Output>, between: Between<Input, Output>) {
    this.#machine = machine;
    this.#between = between;
  }

  step(now: Instant, input: Input | Timeout): readonly Output[] {
    const { hears = (one) => [one], says = (one) => [one], saysFirst = () => [] } = this.#between;
    if (isTimeout(input)) return this.#machine.step(now, input).flatMap(says);
    const outputs = [...saysFirst(input)];
    for (const heard of hears(input)) {
      outputs.push(...this.#machine.step(now, heard).flatMap(says));
    }
    return outputs;
  }

  deadline(): Instant | null {
    return this.#machine.deadline();
  }
}

const isTimeout = (input: { readonly kind: string }): input is Timeout => input.kind === "timeout";
