/**
 * The live loop of any machine: feeds it from the monotonic clock and from what is offered, and
 * carries its outputs out, in order. It keeps the host's promises of src/kernel/machine.ts: the
 * time is read afresh before every step, and a deadline that has come goes before datagrams that
 * wait, so that no flood of them delays what is due.
 *
 * Invariant: a step never begins within another. What arrives meanwhile waits in a bounded queue.
 */
import { type Machine, type Timeout, timeout } from "../kernel/machine.js";
import { BoundedQueue } from "../kernel/queue.js";
import { due, elapsed, type Instant } from "../kernel/time.js";
import { Lateness, type LatenessCounts } from "./lateness.js";
import type { Clock } from "./monotonic-clock.js";
import { type LoopTimer, WakeTimer } from "./wake-timer.js";

/** Something threw in the loop: a bug of ours. The loop has stopped. */
export interface MachineLoopFailure<Input> {
  readonly error: unknown;
  readonly at: Instant;
  readonly input: Input | Timeout;
  readonly steps: number;
}

/** Is told every step, before its outputs leave. */
export interface MachineRecorder<Input, Output> {
  step(now: Instant, input: Input | Timeout, outputs: readonly Output[]): void;
  threw(now: Instant, input: Input | Timeout, error: unknown): void;
}

/**
 * Is told what the loop is about to do, so that somebody knows what it did when it never came back.
 * It may not throw, and should cost next to nothing: it is asked several times in a step.
 */
export interface LoopWitness<Input, Output> {
  begins(at: Instant, input: Input | Timeout): void;
  carries(output: Output): void;
  /** Not told of a step that threw. */
  ends(at: Instant, input: Input | Timeout, outputs: readonly Output[]): void;
}

export interface MachineLoopOptions<Input, Output> {
  readonly clock: Clock;
  readonly machine: Machine<Input, Output>;
  /** Carries one output out. */
  readonly carry: (output: Output) => void;
  /** What goes before all else, deadlines too: answers to the outputs of the step before. */
  readonly answers: () => Input | undefined;
  readonly recorder: MachineRecorder<Input, Output> | null;
  readonly witness?: LoopWitness<Input, Output> | null;
  /** Called once, when nothing will be fed any more: by a stop, or before a failure is told. */
  readonly onStop: () => void;
  /** Called once; the loop has stopped. */
  readonly onFailure: (failure: MachineLoopFailure<Input>) => void;
  /** What wakes the loop; by default a `WakeTimer`. */
  readonly makeTimer?: MakeTimer;
}

export type MakeTimer = (clock: Clock, wake: () => void) => LoopTimer;

export interface LoopCounts {
  readonly steps: number;
  /** Datagrams that made room in the queue for newer ones. */
  readonly datagramsDropped: number;
  readonly lateness: LatenessCounts;
}

/** Datagrams that wait for the machine; at this many the oldest makes room. */
export const inboxMax = 1_024;

/** What people say and the machine has not heard yet; more is refused. */
const commandsMax = 16;

/** Steps without a look at sockets and signals; then what is left waits for the next turn. */
const stepsPerTurnMax = 256;

export class MachineLoop<Input, Output> {
  readonly #options: MachineLoopOptions<Input, Output>;
  readonly #inbox = new BoundedQueue<Input>(inboxMax);
  readonly #timer: LoopTimer;
  readonly #lateness = new Lateness();
  /** Apart from the inbox: no flood of datagrams may push a person's word out. */
  readonly #commands: Input[] = [];
  #stage: "idle" | "running" | "working" | "stopped" = "idle";
  #steps = 0;

  constructor(options: MachineLoopOptions<Input, Output>) {
    this.#options = options;
    const makeTimer = options.makeTimer ?? ((clock, wake) => new WakeTimer(clock, wake));
    this.#timer = makeTimer(options.clock, () => this.#work());
  }

  /** Begins to feed deadlines and what is offered. */
  start(): void {
    if (this.#stage !== "idle") return;
    this.#stage = "running";
    this.#work();
  }

  /** Something has come in from outside. It is dropped before the start and after the stop. */
  offer(input: Input): void {
    if (this.#stage === "idle" || this.#stage === "stopped") return;
    this.#inbox.push(input);
    this.#work();
  }

  /** `answers` has something now that came later than its step. */
  answered(): void {
    this.#work();
  }

  /** A person's word. Not taken, and false, before the start, after the stop, when many wait. */
  command(input: Input): boolean {
    if (this.#stage === "idle" || this.#stage === "stopped") return false;
    if (this.#commands.length >= commandsMax) return false;
    this.#commands.push(input);
    this.#work();
    return true;
  }

  /** Nothing is fed afterwards. Stopping twice is harmless. */
  stop(): void {
    if (this.#stage === "stopped") return;
    this.#stage = "stopped";
    this.#timer.set(null);
    this.#options.onStop();
  }

  counts(): LoopCounts {
    return {
      steps: this.#steps,
      datagramsDropped: this.#inbox.dropped,
      lateness: this.#lateness.counts(),
    };
  }

  /** Steps the machine until nothing waits, or the turn is over. */
  #work(): void {
    if (this.#stage !== "running") return;
    this.#stage = "working";
    let left = stepsPerTurnMax;
    while (left > 0 && this.#isWorking() && this.#stepNext()) left -= 1;
    if (!this.#isWorking()) return;
    this.#stage = "running";
    const { clock, machine } = this.#options;
    this.#timer.set(left > 0 ? machine.deadline() : clock.now());
  }

  /** False when nothing waits. The stage may be another after each step. */
  #stepNext(): boolean {
    const now = this.#options.clock.now();
    const input = this.#nextInput(now);
    if (input === undefined) return false;
    this.#contain(now, input, () => this.#step(now, input));
    return true;
  }

  #isWorking(): boolean {
    return this.#stage === "working";
  }

  #nextInput(now: Instant): Input | Timeout | undefined {
    const answer = this.#options.answers();
    if (answer !== undefined) return answer;
    const deadline = this.#options.machine.deadline();
    if (deadline === null || !due(deadline, now)) {
      return this.#commands.shift() ?? this.#inbox.shift();
    }
    this.#lateness.add(elapsed(deadline, now));
    return timeout;
  }

  #step(now: Instant, input: Input | Timeout): void {
    const { machine, recorder, witness } = this.#options;
    this.#steps += 1;
    witness?.begins(now, input);
    const outputs = machine.step(now, input);
    recorder?.step(now, input, outputs);
    for (const output of outputs) {
      // A report may have stopped the loop; what is left must not drive what was just released.
      if (!this.#isWorking()) return;
      witness?.carries(output);
      this.#options.carry(output);
    }
    witness?.ends(now, input, outputs);
  }

  /** Whatever is thrown here is our bug: what must be safe is made so, and the process must end. */
  #contain(at: Instant, input: Input | Timeout, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.stop();
      this.#options.recorder?.threw(at, input, error);
      this.#options.onFailure({ error, at, input, steps: this.#steps });
    }
  }
}
