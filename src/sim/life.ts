/**
 * One life of a simulated node, from a boot to a crash: its program, its board, and the way from
 * the program's outputs to the board, the network, the watchdog device and the onlookers.
 */
import type { Board } from "../../boards/board.js";
import { unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { Instant } from "../kernel/time.js";
import { type NodeInput, type NodeOutput, writeRefused } from "../node/ports.js";
import type { DriftingClock } from "./drifting-clock.js";
import type { NodeDisk } from "./node-disk.js";
import type { NodeMachine, Surroundings } from "./surroundings.js";
import type { WatchdogDevice } from "./watchdog-device.js";

export interface LifeOptions {
  readonly node: NodeId;
  readonly machine: NodeMachine;
  readonly board: Board;
  readonly clock: DriftingClock;
  readonly watchdog: WatchdogDevice;
  readonly disk: NodeDisk;
  readonly surroundings: Surroundings;
}

type Command = Extract<NodeOutput, { kind: "write" }>;

export class Life {
  readonly machine: NodeMachine;
  readonly #options: LifeOptions;
  /** By output, until when the pins hold the last command, on the node's clock. */
  readonly #commands = new Map<string, Instant>();

  constructor(options: LifeOptions) {
    this.machine = options.machine;
    this.#options = options;
  }

  /** Whether the pins hold a command for the output now. */
  drives(output: string): boolean {
    const until = this.#commands.get(output);
    return until !== undefined && this.#now() < until;
  }

  /** The power is gone: the outputs take their safe states. */
  end(): void {
    this.#options.board.close(this.#now());
    this.#commands.clear();
  }

  /** Carries the outputs of one step out, in order. The board's answers come after `answers`. */
  carry(outputs: readonly NodeOutput[], answers: NodeInput[]): void {
    for (const output of outputs) this.#carryOne(output, answers);
  }

  #carryOne(output: NodeOutput, answers: NodeInput[]): void {
    const { node, board, surroundings, watchdog, disk } = this.#options;
    switch (output.kind) {
      case "send":
        surroundings.send(node, output.targets, output.bytes);
        break;
      case "read":
        answers.push({ kind: "readings", readings: board.read(this.#now()) });
        break;
      case "write":
        this.#write(output, answers);
        break;
      case "release":
        this.#release(output.output);
        break;
      case "route":
        // The simulated network knows every node by its name.
        break;
      case "pet":
        watchdog.pet();
        break;
      case "disk":
        disk.submit(output);
        break;
      case "reply":
        // Nobody waits for it; see state-writes.ts.
        break;
      case "report": {
        const at = surroundings.now();
        surroundings.observe({ at, node, kind: "reported", event: output.event });
        break;
      }
      default:
        unreachable(output);
    }
  }

  #write(command: Command, answers: NodeInput[]): void {
    const { node, board, surroundings } = this.#options;
    const { output, value, until } = command;
    const result = board.write(this.#now(), output, value, until, command);
    if (!result.ok) {
      answers.push(writeRefused(command, result));
      return;
    }
    this.#commands.set(output, until);
    surroundings.observe({ at: surroundings.now(), node, kind: "wrote", output, value });
  }

  #release(output: string): void {
    const { node, board, surroundings } = this.#options;
    board.release(this.#now(), output);
    if (!this.#commands.delete(output)) return;
    surroundings.observe({ at: surroundings.now(), node, kind: "released", output });
  }

  #now(): Instant {
    const { clock, surroundings } = this.#options;
    return clock.read(surroundings.now());
  }
}
