/**
 * The live loop: feeds one machine from the monotonic clock, its link and its board, and carries
 * its outputs out, in order. It keeps the host's promises of src/kernel/machine.ts and
 * src/node/ports.ts: the time is read afresh before every step, a `read` is answered before
 * anything else is fed, and a deadline that has come goes before datagrams that wait, so that no
 * flood of them delays a cycle.
 *
 * Invariant: a step never begins within another. What arrives meanwhile waits in a bounded queue.
 */
import type { Board } from "../../boards/board.js";
import { unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { type Machine, type Timeout, timeout } from "../kernel/machine.js";
import { BoundedQueue } from "../kernel/queue.js";
import { due, elapsed, type Instant } from "../kernel/time.js";
import type { NodeEvent } from "../node/events.js";
import type { NodeInput, NodeOutput } from "../node/ports.js";
import { Lateness, type LatenessCounts } from "./lateness.js";
import type { Clock } from "./monotonic-clock.js";
import { WakeTimer } from "./wake-timer.js";

export type StepInput = NodeInput | Timeout;

/** Is told every step, before its outputs leave. */
export interface StepRecorder {
  step(now: Instant, input: StepInput, outputs: readonly NodeOutput[]): void;
  threw(now: Instant, input: StepInput, error: unknown): void;
}

/** Something threw in the loop: a bug of ours. All outputs are in their safe states. */
export interface LoopFailure {
  readonly error: unknown;
  readonly at: Instant;
  readonly input: StepInput;
  readonly steps: number;
}

export interface LoopOptions {
  readonly clock: Clock;
  readonly machine: Machine<NodeInput, NodeOutput>;
  readonly board: Board;
  readonly send: (targets: readonly NodeId[], bytes: Uint8Array) => void;
  /** Where the link reaches a member from now on. */
  readonly route: (member: NodeId, address: string | null) => void;
  readonly pet: () => void;
  readonly report: (at: Instant, event: NodeEvent) => void;
  readonly recorder: StepRecorder | null;
  /** Called once; the loop has stopped. */
  readonly onFailure: (failure: LoopFailure) => void;
}

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

export class LiveLoop {
  readonly #options: LoopOptions;
  readonly #inbox = new BoundedQueue<NodeInput>(inboxMax);
  readonly #timer: WakeTimer;
  readonly #lateness = new Lateness();
  /** The board's answers to the step before: at most one for each of its outputs. */
  #answers: NodeInput[] = [];
  /** Apart from the inbox: no flood of datagrams may push a person's word out. */
  readonly #commands: NodeInput[] = [];
  #stage: "idle" | "running" | "working" | "stopped" = "idle";
  #steps = 0;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#timer = new WakeTimer(options.clock, () => this.#work());
  }

  /** Begins to feed deadlines and what is offered. */
  start(): void {
    if (this.#stage !== "idle") return;
    this.#stage = "running";
    this.#work();
  }

  /**
   * Something has come in from a link, or from a board that answers later. It is dropped before the
   * start and after the stop.
   */
  offer(input: Exclude<NodeInput, { readonly kind: "readings" }>): void {
    if (this.#stage === "idle" || this.#stage === "stopped") return;
    this.#inbox.push(input);
    this.#work();
  }

  /** A person's word. Not taken, and false, before the start, after the stop, when many wait. */
  command(input: Extract<NodeInput, { readonly kind: "override" }>): boolean {
    if (this.#stage === "idle" || this.#stage === "stopped") return false;
    if (this.#commands.length >= commandsMax) return false;
    this.#commands.push(input);
    this.#work();
    return true;
  }

  /** Nothing is fed afterwards, and every output is in its safe state. */
  stop(): void {
    if (this.#stage === "stopped") return;
    this.#stage = "stopped";
    this.#timer.set(null);
    this.#releaseAll();
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

  #nextInput(now: Instant): StepInput | undefined {
    const answer = this.#answers.shift();
    if (answer !== undefined) return answer;
    const deadline = this.#options.machine.deadline();
    if (deadline === null || !due(deadline, now)) {
      return this.#commands.shift() ?? this.#inbox.shift();
    }
    this.#lateness.add(elapsed(deadline, now));
    return timeout;
  }

  #step(now: Instant, input: StepInput): void {
    this.#steps += 1;
    const outputs = this.#options.machine.step(now, input);
    this.#options.recorder?.step(now, input, outputs);
    for (const output of outputs) {
      // A report may have stopped the loop; what is left must not drive what was just released.
      if (!this.#isWorking()) return;
      this.#carry(output);
    }
  }

  #carry(output: NodeOutput): void {
    const { board, clock } = this.#options;
    switch (output.kind) {
      case "send":
        this.#options.send(output.targets, output.bytes);
        break;
      case "read":
        this.#answers.push({ kind: "readings", readings: board.read(clock.now()) });
        break;
      case "write":
        this.#write(output);
        break;
      case "release":
        board.release(clock.now(), output.output);
        break;
      case "route":
        this.#options.route(output.member, output.address);
        break;
      case "pet":
        this.#options.pet();
        break;
      case "report":
        this.#options.report(clock.now(), output.event);
        break;
      default:
        unreachable(output);
    }
  }

  #write({ output, value, until, frame }: Extract<NodeOutput, { readonly kind: "write" }>): void {
    const { board, clock } = this.#options;
    const result = board.write(clock.now(), output, value, until, frame);
    if (result.ok) return;
    this.#answers.push({ kind: "write-refused", output, reason: result.reason });
  }

  /** Whatever is thrown here is our bug: the outputs are made safe, then the process must end. */
  #contain(at: Instant, input: StepInput, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.stop();
      this.#options.recorder?.threw(at, input, error);
      this.#options.onFailure({ error, at, input, steps: this.#steps });
    }
  }

  #releaseAll(): void {
    const { board, clock } = this.#options;
    for (const { name } of board.outputs) {
      try {
        board.release(clock.now(), name);
      } catch {
        // A board that is broken for one output must still be asked to release the others.
      }
    }
  }
}
