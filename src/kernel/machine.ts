/**
 * A machine is a protocol core: it owns state and rules, and no clock, socket, file or die. The
 * same inputs at the same instants always give the same outputs, so a cluster of machines can be
 * simulated, recorded and replayed (Schneider 1990, the state machine approach).
 */
import { assert } from "./assert.js";
import { due, earlier, type Instant } from "./time.js";

/**
 * The host keeps one promise: after every `step` it carries out the outputs in order, then asks
 * for the `deadline` and feeds `{ kind: "timeout" }` when it has come. Early or repeated timeouts
 * are harmless. `now` never goes back from one step to the next.
 */
export interface Machine<Input, Output> {
  step(now: Instant, input: Input | Timeout): readonly Output[];
  deadline(): Instant | null;
}

export interface Timeout {
  readonly kind: "timeout";
}

export const timeout: Timeout = { kind: "timeout" };

/**
 * Machines are composed into a bigger machine in one way: the bigger one feeds a part and carries
 * each of the part's outputs on, by a visible `switch`, to the inputs of other parts or to its own
 * outputs. Outputs are carried depth first, in order.
 */
export function feed<Input, Output>(
  part: Machine<Input, Output>,
  now: Instant,
  input: Input | Timeout,
  carry: (output: Output) => void,
): void {
  for (const output of part.step(now, input)) carry(output);
}

/**
 * A part that works out its deadline once a step, and not each time that its composition is asked
 * for its own: of many parts one or two are fed in a step.
 */
class Remembering<Input, Output> implements Machine<Input, Output> {
  readonly #machine: Machine<Input, Output>;
  #deadline: Instant | null = null;
  #isKnown = false;

  constructor(machine: Machine<Input, Output>) {
    this.#machine = machine;
  }

  step(now: Instant, input: Input | Timeout): readonly Output[] {
    this.#isKnown = false;
    return this.#machine.step(now, input);
  }

  deadline(): Instant | null {
    if (!this.#isKnown) this.#deadline = this.#machine.deadline();
    this.#isKnown = true;
    return this.#deadline;
  }
}

/** Only what it returns may be fed from now on: a step behind its back would not be noticed. */
export const remembering = <Input, Output>(
  machine: Machine<Input, Output>,
): Machine<Input, Output> => new Remembering(machine);

/** What a composition needs to know of a part in order to wake it. */
export interface Wakeable {
  deadline(): Instant | null;
  wake(now: Instant): void;
}

/** @param wake feeds the part a timeout, and carries its outputs on */
export const wakeable = (
  part: { deadline(): Instant | null },
  wake: (now: Instant) => void,
): Wakeable => ({ deadline: () => part.deadline(), wake });

/** A part that asks for the same instant again and again is broken; this many rounds show it. */
const wakeRoundsMax = 1_000;

export function earliestDeadline(parts: readonly Wakeable[]): Instant | null {
  let first: Instant | null = null;
  for (const part of parts) first = earlier(first, part.deadline());
  return first;
}

/**
 * Feeds a timeout to every part whose deadline has come, in the order of the list, until none is
 * due: one part's timeout may make another's deadline come.
 *
 * Invariant: afterwards no part is due at `now`.
 */
export function wakeDue(parts: readonly Wakeable[], now: Instant): void {
  for (let round = 0; round < wakeRoundsMax; round += 1) {
    const part = parts.find((candidate) => due(candidate.deadline(), now));
    if (part === undefined) return;
    part.wake(now);
  }
  assert(false, `a part is still due at ${now} after ${wakeRoundsMax} timeouts`);
}
