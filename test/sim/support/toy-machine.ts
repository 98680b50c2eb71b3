/** Machines of a few lines, for tests of the world around them. */
import { unreachable } from "../../../src/kernel/assert.js";
import type { Timeout } from "../../../src/kernel/machine.js";
import { after, type Duration, type Instant } from "../../../src/kernel/time.js";
import type { NodeInput, NodeOutput } from "../../../src/node/ports.js";
import type { Birth, NodeMachine } from "../../../src/sim/surroundings.js";

export interface Step {
  readonly now: Instant;
  readonly input: NodeInput | Timeout;
}

/** Notes each step, and does at each beat what it was told to do. */
export class ToyMachine implements NodeMachine {
  readonly birth: Birth;
  readonly steps: Step[] = [];
  readonly #period: Duration | null;
  readonly #onBeat: (now: Instant, beat: number) => readonly NodeOutput[];
  #beats = 0;
  #next: Instant | null;

  /** @param period null: it never wants to be woken */
  constructor(
    birth: Birth,
    period: Duration | null,
    onBeat: (now: Instant, beat: number) => readonly NodeOutput[] = () => [],
  ) {
    this.birth = birth;
    this.#period = period;
    this.#onBeat = onBeat;
    this.#next = period === null ? null : after(birth.now, period);
  }

  step(now: Instant, input: NodeInput | Timeout): readonly NodeOutput[] {
    this.steps.push({ now, input });
    switch (input.kind) {
      case "timeout":
        return this.#beat(now);
      case "datagram":
      case "readings":
      case "override":
      case "snooze":
      case "reboot":
      case "write-refused":
      case "disk-done":
      case "requests":
      case "client-gone":
      case "client-paused":
        return [];
      default:
        return unreachable(input);
    }
  }

  deadline(): Instant | null {
    return this.#next;
  }

  get frames(): number[] {
    return this.steps.flatMap(({ input }) =>
      input.kind === "datagram" ? [input.bytes[0] as number] : [],
    );
  }

  #beat(now: Instant): readonly NodeOutput[] {
    if (this.#period === null || this.#next === null || now < this.#next) return [];
    this.#next = after(this.#next, this.#period);
    this.#beats += 1;
    return this.#onBeat(now, this.#beats);
  }
}
