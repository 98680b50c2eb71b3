/**
 * The output gate: the only way to the pins. Every replica computes the commands of every cycle;
 * the gate lets them through on the one that holds the right to drive, and only until that right
 * ends. Each write carries the instant at which it ends, so that the board can end it by itself,
 * and it is written again whenever the right is extended.
 *
 * Who may drive is decided behind this port (today by a quorum lease, see ../lease). The gate
 * trusts nothing but the instant it was given: it looks at the clock before it lets anything
 * through.
 *
 * Invariant: every write ends no later than the right to drive.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import { after, type Duration, due, earlier, type Instant } from "../../kernel/time.js";

export interface OutputGateOptions {
  /** The app's outputs. */
  readonly outputs: readonly string[];
  /** Commands older than this no longer count: the control cycle has stopped. */
  readonly commandAgeMax: Duration;
}

export type OutputGateInput =
  /** The app's commands of a new cycle; an output that is left out takes its safe state. */
  | { readonly kind: "commands"; readonly commands: ReadonlyMap<string, number> }
  | { readonly kind: "right-held"; readonly until: Instant }
  | { readonly kind: "right-lost" };

export type OutputGateOutput =
  | {
      readonly kind: "write";
      readonly output: string;
      readonly value: number;
      readonly until: Instant;
    }
  /** Put the output into its safe state. */
  | { readonly kind: "release"; readonly output: string };

interface Commands {
  readonly values: ReadonlyMap<string, number>;
  readonly validUntil: Instant;
}

export class OutputGate implements Machine<OutputGateInput, OutputGateOutput> {
  readonly #options: OutputGateOptions;
  readonly #driven = new Set<string>();
  #commands: Commands | null = null;
  #heldUntil: Instant | null = null;

  constructor(options: OutputGateOptions) {
    this.#options = options;
  }

  step(now: Instant, input: OutputGateInput | Timeout): readonly OutputGateOutput[] {
    switch (input.kind) {
      case "commands": {
        const validUntil = after(now, this.#options.commandAgeMax);
        this.#commands = { values: input.commands, validUntil };
        break;
      }
      case "right-held":
        this.#heldUntil = input.until;
        break;
      case "right-lost":
        this.#heldUntil = null;
        break;
      case "timeout":
        break;
      default:
        unreachable(input);
    }
    this.#forgetWhatEnded(now);
    return this.#drive(now);
  }

  deadline(): Instant | null {
    return earlier(this.#heldUntil, this.#commands?.validUntil ?? null);
  }

  /** The commands that are through, by output: what this replica drives now. */
  driven(): readonly string[] {
    return [...this.#driven];
  }

  #forgetWhatEnded(now: Instant): void {
    if (due(this.#heldUntil, now)) this.#heldUntil = null;
    if (due(this.#commands?.validUntil ?? null, now)) this.#commands = null;
  }

  #drive(now: Instant): OutputGateOutput[] {
    const until = this.#heldUntil;
    const outputs: OutputGateOutput[] = [];
    for (const output of this.#options.outputs) {
      const value = until === null ? undefined : this.#commands?.values.get(output);
      if (value !== undefined && until !== null) {
        assert(until > now, "a write through the gate that has ended already");
        this.#driven.add(output);
        outputs.push({ kind: "write", output, value, until });
      } else if (this.#driven.delete(output)) {
        outputs.push({ kind: "release", output });
      }
    }
    return outputs;
  }
}
