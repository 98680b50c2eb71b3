/**
 * The output gate: the only way to the pins. Every replica computes the commands of every cycle;
 * the gate lets them through on the one that holds the right to drive, and only until that right
 * ends. Each write carries the instant at which it ends, so that the board can end it by itself,
 * and the token of the right, so that the board refuses it once it has seen a newer one (see
 * boards/fence.ts). It is written again whenever the right is extended.
 *
 * An output that a voter in firmware drives takes no right: there the commands of all replicas are
 * the votes, and the pin has what two of three say. So every replica writes it, once a cycle, with
 * the number of the cycle; the votes agree, for they were computed from the same voted vector. A
 * replica that may not command (it is not synchronised, its state or its app is at fault) gives no
 * commands and so is silent there, which the voter masks.
 *
 * Who may drive is decided behind this port (by a lock in the replicated state, see ../right). The
 * gate trusts nothing but the instant it was given: it looks at the clock before it lets anything
 * through.
 *
 * Invariant: every write ends no later than the right to drive; of a voted output, than its
 * commands count.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import { after, type Duration, due, earlier, type Instant } from "../../kernel/time.js";

export interface OutputGateOptions {
  /** The app's outputs. */
  readonly outputs: readonly string[];
  /** Those of them that are voted beyond the gate. */
  readonly votedOutputs: readonly string[];
  /** Commands older than this no longer count: the control cycle has stopped. */
  readonly commandAgeMax: Duration;
}

export type OutputGateInput =
  /** The app's commands of a new cycle; an output that is left out takes its safe state. */
  | {
      readonly kind: "commands";
      readonly cycle: number;
      readonly commands: ReadonlyMap<string, number>;
    }
  /** The commands that there are do not count any more: this replica is about to be restarted. */
  | { readonly kind: "withdrawn" }
  | { readonly kind: "right-held"; readonly until: Instant; readonly token: number }
  | { readonly kind: "right-lost" };

export type OutputGateOutput =
  | {
      readonly kind: "write";
      readonly output: string;
      readonly value: number;
      readonly until: Instant;
      /** Of a voted output: the cycle that the vote belongs to, the same at every replica. */
      readonly cycle?: number;
      /** Of every other: that of the right by which it is driven. */
      readonly token?: number;
    }
  /** Put the output into its safe state. */
  | { readonly kind: "release"; readonly output: string };

interface Right {
  readonly until: Instant;
  readonly token: number;
}

interface Commands {
  readonly cycle: number;
  readonly values: ReadonlyMap<string, number>;
  readonly validUntil: Instant;
}

export class OutputGate implements Machine<OutputGateInput, OutputGateOutput> {
  readonly #options: OutputGateOptions;
  readonly #driven = new Set<string>();
  #commands: Commands | null = null;
  #right: Right | null = null;

  constructor(options: OutputGateOptions) {
    this.#options = options;
  }

  step(now: Instant, input: OutputGateInput | Timeout): readonly OutputGateOutput[] {
    switch (input.kind) {
      case "commands": {
        const validUntil = after(now, this.#options.commandAgeMax);
        this.#commands = { cycle: input.cycle, values: input.commands, validUntil };
        break;
      }
      case "withdrawn":
        this.#commands = null;
        break;
      case "right-held":
        this.#right = input;
        break;
      case "right-lost":
        this.#right = null;
        break;
      case "timeout":
        break;
      default:
        unreachable(input);
    }
    this.#forgetWhatEnded(now);
    return this.#drive(now, input.kind === "commands");
  }

  deadline(): Instant | null {
    return earlier(this.#right?.until ?? null, this.#commands?.validUntil ?? null);
  }

  /** The commands that are through, by output: what this replica drives now. */
  driven(): readonly string[] {
    return [...this.#driven];
  }

  #forgetWhatEnded(now: Instant): void {
    if (due(this.#right?.until ?? null, now)) this.#right = null;
    if (due(this.#commands?.validUntil ?? null, now)) this.#commands = null;
  }

  #drive(now: Instant, isNewCycle: boolean): OutputGateOutput[] {
    const { outputs, votedOutputs } = this.#options;
    return outputs.flatMap((output) =>
      votedOutputs.includes(output)
        ? this.#driveByVote(now, output, isNewCycle)
        : this.#driveByRight(now, output),
    );
  }

  #driveByRight(now: Instant, output: string): OutputGateOutput[] {
    const right = this.#right;
    const value = this.#commands?.values.get(output);
    if (value === undefined || right === null) return this.#letGo(output);
    const { until, token } = right;
    assert(until > now, "a write through the gate that has ended already");
    this.#driven.add(output);
    return [{ kind: "write", output, value, until, token }];
  }

  /** One vote a cycle: it stands until its commands no longer count. */
  #driveByVote(now: Instant, output: string, isNewCycle: boolean): OutputGateOutput[] {
    const value = this.#commands?.values.get(output);
    if (value === undefined || this.#commands === null) return this.#letGo(output);
    if (!isNewCycle) return [];
    const { validUntil: until, cycle } = this.#commands;
    assert(until > now, "a vote that has ended already");
    this.#driven.add(output);
    return [{ kind: "write", output, value, until, cycle }];
  }

  #letGo(output: string): OutputGateOutput[] {
    return this.#driven.delete(output) ? [{ kind: "release", output }] : [];
  }
}
