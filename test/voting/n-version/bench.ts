/** Steps one N-version machine at instants of its own, and keeps what it put out. */
import { type Duration, type Instant, instant, millis } from "../../../src/kernel/time.js";
import { NVersion } from "../../../src/voting/n-version/n-version.js";
import type { NVersionOptions, Patience } from "../../../src/voting/n-version/options.js";
import type {
  NVersionInput,
  NVersionOutput,
  NVersionResult,
  VersionEvent,
} from "../../../src/voting/n-version/ports.js";

export const patience: Patience = {
  failuresMax: 2,
  quarantineCalls: 3,
  quarantinesMax: 1,
  forgetAfter: 5,
  restartAfter: millis(10),
  restartAfterMax: millis(35),
  restartsMax: 3,
  startMax: millis(1_000),
};

export class Bench {
  readonly machine: NVersion;
  readonly outputs: NVersionOutput[] = [];
  now: Instant = instant(1_000);
  #call = 0;

  constructor(options: Partial<NVersionOptions> = {}) {
    this.machine = new NVersion({
      versions: ["a", "b", "c"],
      deadline: millis(100),
      patience,
      ...options,
    });
  }

  feed(input: NVersionInput | { readonly kind: "timeout" }): readonly NVersionOutput[] {
    const outputs = this.machine.step(this.now, input);
    this.outputs.push(...outputs);
    return outputs;
  }

  /** Begins a call, and answers for those that are named. */
  call(answers: Readonly<Record<string, unknown>> = {}): readonly NVersionOutput[] {
    this.#call += 1;
    const outputs = [...this.feed({ kind: "call", call: this.#call, input: { x: 1 } })];
    for (const [version, value] of Object.entries(answers)) {
      outputs.push(...this.answer(version, value));
    }
    return outputs;
  }

  answer(version: string, value: unknown, call = this.#call): readonly NVersionOutput[] {
    return this.feed({ kind: "answered", version, call, value });
  }

  fail(version: string, reason: "threw" | "malformed" = "threw"): readonly NVersionOutput[] {
    return this.feed({ kind: "failed", version, call: this.#call, reason, message: "no luck" });
  }

  die(version: string, reason: "exited" | "out-of-memory" = "exited"): readonly NVersionOutput[] {
    return this.feed({ kind: "died", version, reason, message: "gone" });
  }

  wait(duration: Duration): readonly NVersionOutput[] {
    this.now = instant(this.now + duration);
    return this.feed({ kind: "timeout" });
  }

  /** Goes to the deadline that the machine asks for. */
  wake(): readonly NVersionOutput[] {
    this.now = this.machine.deadline() ?? this.now;
    return this.feed({ kind: "timeout" });
  }

  stateOf(version: string): string | undefined {
    return this.machine.standing().find((standing) => standing.version === version)?.state;
  }
}

export const resultOf = (outputs: readonly NVersionOutput[]): NVersionResult | undefined =>
  outputs.flatMap((output) => (output.kind === "result" ? [output.result] : []))[0];

export const closedOf = (outputs: readonly NVersionOutput[]): NVersionResult | undefined =>
  outputs.flatMap((output) => (output.kind === "closed" ? [output.result] : []))[0];

export const eventsOf = (outputs: readonly NVersionOutput[]): readonly VersionEvent[] =>
  outputs.flatMap((output) => (output.kind === "report" ? [output.event] : []));

/** What is to be done to versions: "run a", "stop c". */
export const ordersOf = (outputs: readonly NVersionOutput[]): readonly string[] =>
  outputs.flatMap((output) =>
    output.kind === "run" || output.kind === "stop" || output.kind === "restart"
      ? [`${output.kind} ${output.version}`]
      : [],
  );
