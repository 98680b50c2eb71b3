/**
 * The live loop of a node: a `MachineLoop` with a board. It keeps the promises of src/node/ports.ts
 * as well: a `read` is answered, and a refused write told, before anything else is fed.
 */
import type { Board } from "../../boards/board.js";
import { unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { Machine, Timeout } from "../kernel/machine.js";
import type { Instant } from "../kernel/time.js";
import type { NodeEvent } from "../node/events.js";
import { type NodeInput, type NodeOutput, writeRefused } from "../node/ports.js";
import type { DiskDone, DiskRequest } from "../recovery/disk.js";
import type { ClientNumber } from "../replication/replica/ports.js";
import type { ClientReply } from "../replication/service/ports.js";
import {
  type LoopCounts,
  type LoopWitness,
  MachineLoop,
  type MachineLoopFailure,
  type MachineRecorder,
  type MakeTimer,
} from "./machine-loop.js";
import type { Clock } from "./monotonic-clock.js";

export { inboxMax, type LoopCounts } from "./machine-loop.js";

export type StepInput = NodeInput | Timeout;

/** Is told every step, before its outputs leave. */
export type StepRecorder = MachineRecorder<NodeInput, NodeOutput>;

export type StepWitness = LoopWitness<NodeInput, NodeOutput>;

/** Something threw in the loop: a bug of ours. All outputs are in their safe states. */
export type LoopFailure = MachineLoopFailure<NodeInput>;

export interface LoopOptions {
  readonly clock: Clock;
  readonly machine: Machine<NodeInput, NodeOutput>;
  readonly board: Board;
  readonly send: (targets: readonly NodeId[], bytes: Uint8Array) => void;
  /** Where the link reaches a member from now on. */
  readonly route: (member: NodeId, address: string | null) => void;
  readonly pet: () => void;
  /** Left out where the cluster keeps no replicated state. */
  readonly disk?: (request: DiskRequest) => void;
  readonly reply?: (client: ClientNumber, reply: ClientReply) => void;
  readonly report: (at: Instant, event: NodeEvent) => void;
  readonly recorder: StepRecorder | null;
  readonly witness?: StepWitness | null;
  /** Called once; the loop has stopped. */
  readonly onFailure: (failure: LoopFailure) => void;
  /** What wakes the loop; by default a `WakeTimer`. */
  readonly makeTimer?: MakeTimer;
}

export class LiveLoop {
  readonly #options: LoopOptions;
  readonly #loop: MachineLoop<NodeInput, NodeOutput>;
  /** The board's answers to the step before: at most one for each of its outputs. */
  readonly #answers: NodeInput[] = [];

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#loop = new MachineLoop({
      clock: options.clock,
      machine: options.machine,
      carry: (output) => this.#carry(output),
      answers: () => this.#answers.shift(),
      recorder: options.recorder,
      witness: options.witness ?? null,
      onStop: () => this.#releaseAll(),
      onFailure: options.onFailure,
      ...(options.makeTimer === undefined ? {} : { makeTimer: options.makeTimer }),
    });
  }

  /** Begins to feed deadlines and what is offered. */
  start(): void {
    this.#loop.start();
  }

  /**
   * Something has come in from a link, or from a board that answers later. It is dropped before the
   * start and after the stop.
   */
  offer(input: Exclude<NodeInput, { readonly kind: "readings" }>): void {
    this.#loop.offer(input);
  }

  /** What became of an operation of the disk, which waits for no datagram. */
  answer(done: DiskDone): void {
    this.#answers.push(done);
    this.#loop.answered();
  }

  /** A person's word. Not taken, and false, before the start, after the stop, when many wait. */
  command(input: Extract<NodeInput, { readonly kind: "override" | "snooze" | "reboot" }>): boolean {
    return this.#loop.command(input);
  }

  /** Nothing is fed afterwards, and every output is in its safe state. */
  stop(): void {
    this.#loop.stop();
  }

  counts(): LoopCounts {
    return this.#loop.counts();
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
      case "disk":
        this.#options.disk?.(output);
        break;
      case "reply":
        this.#options.reply?.(output.client, output.reply);
        break;
      case "report":
        this.#options.report(clock.now(), output.event);
        break;
      default:
        unreachable(output);
    }
  }

  #write(command: Extract<NodeOutput, { readonly kind: "write" }>): void {
    const { output, value, until } = command;
    const { board, clock } = this.#options;
    const result = board.write(clock.now(), output, value, until, command);
    if (!result.ok) this.#answers.push(writeRefused(command, result));
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
