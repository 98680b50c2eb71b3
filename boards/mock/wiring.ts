/**
 * The wires between several boards and one plant: every board has a line to every actuator, and the
 * lines are joined in a wired-or. The wiring knows the truth that no replica can know: which boards
 * drive an output at this moment, and what the actuator therefore does.
 *
 * While boards drive, the actuator has the largest of their values; while none does, it takes the
 * output's safe state (a line that is let go is pulled to the output's `min`). A command ends by
 * itself, and the plant is told of the exact moment, however late somebody looks.
 *
 * Two boards driving one output at once is what the whole of Holdfast must prevent. It is seen
 * here, exactly, and counted.
 *
 * Invariant: what is told to the plant is in order of time.
 */
import { assert } from "../../src/kernel/assert.js";
import { BoundedQueue } from "../../src/kernel/queue.js";
import type { OutputSpec } from "../board.js";
import { safeValue } from "../pins.js";
import type { Plant, PlantTime } from "./plant.js";

/** Two or more boards began to drive one output at once. */
export interface Conflict {
  readonly at: PlantTime;
  readonly output: string;
  /** In the order in which they came to drive. */
  readonly boards: readonly string[];
}

/** Conflicts that are told in full; the oldest makes room. All are counted. */
export const conflictsMax = 64;

interface Command {
  readonly board: string;
  readonly value: number;
  /**
   * When it ends. It is asked for anew at each look: until then the board's clock, which ends the
   * command, may come to run at another rate.
   */
  readonly endsAt: () => PlantTime;
}

interface Actuator {
  readonly spec: OutputSpec;
  /** At most one a board. */
  commands: readonly Command[];
  value: number;
}

interface Ending {
  readonly actuator: Actuator;
  readonly command: Command;
  readonly at: PlantTime;
}

export class Wiring {
  readonly plant: Plant;
  readonly #actuators: ReadonlyMap<string, Actuator>;
  readonly #conflicts = new BoundedQueue<Conflict>(conflictsMax);
  #conflictCount = 0;
  #latest: PlantTime;

  /** @param begins nothing was driven before */
  constructor(plant: Plant, outputs: readonly OutputSpec[], begins: PlantTime) {
    this.plant = plant;
    this.#latest = begins;
    this.#actuators = new Map(outputs.map((spec) => [spec.name, atRest(spec)]));
    for (const { spec, value } of this.#actuators.values()) {
      plant.actuate(begins, spec.name, value);
    }
  }

  /** The board drives the output from now on, instead of what it drove before. */
  drive(
    now: PlantTime,
    board: string,
    output: string,
    value: number,
    endsAt: () => PlantTime,
  ): void {
    const actuator = this.#settled(now, output);
    const command = { board, value, endsAt };
    const others = actuator.commands.filter((other) => other.board !== board);
    const wasAlone = actuator.commands.length < 2;
    actuator.commands = [...others, command];
    if (wasAlone && others.length > 0) this.#count(actuator);
    this.#apply(actuator, this.#latest);
  }

  /** The board no longer drives the output. Harmless when it did not. */
  release(now: PlantTime, board: string, output: string): void {
    const actuator = this.#settled(now, output);
    actuator.commands = actuator.commands.filter((command) => command.board !== board);
    this.#apply(actuator, this.#latest);
  }

  /** The board has lost its power: it drives nothing. */
  releaseAll(now: PlantTime, board: string): void {
    for (const output of this.#actuators.keys()) this.release(now, board, output);
  }

  /** Which boards drive the output now, in the order in which their last commands came. */
  driversOf(now: PlantTime, output: string): readonly string[] {
    return this.#settled(now, output).commands.map((command) => command.board);
  }

  /** What the actuator does now, in the output's unit. */
  value(now: PlantTime, output: string): number {
    return this.#settled(now, output).value;
  }

  /** What is true of a quantity of the plant; `at` may be past. */
  truth(at: PlantTime, quantity: string): number {
    this.#settle(at);
    return this.plant.truth(at, quantity);
  }

  /** How often a second board began to drive what another drove. */
  get conflictCount(): number {
    return this.#conflictCount;
  }

  /** The last conflicts, oldest first. */
  conflicts(): readonly Conflict[] {
    return [...this.#conflicts];
  }

  #settled(now: PlantTime, output: string): Actuator {
    this.#settle(now);
    const actuator = this.#actuators.get(output);
    assert(actuator !== undefined, `no output ${output}`);
    return actuator;
  }

  /**
   * Ends every command that has ended by `now`, each at its own moment, the earliest first. A
   * board's clock counts whole microseconds, so its `now` may lie a little before what another
   * board has told already: then it counts as the same moment.
   */
  #settle(now: PlantTime): void {
    for (let ending = this.#nextEnding(now); ending !== null; ending = this.#nextEnding(now)) {
      const { actuator, command, at } = ending;
      actuator.commands = actuator.commands.filter((other) => other !== command);
      this.#latest = Math.max(this.#latest, at);
      this.#apply(actuator, this.#latest);
    }
    this.#latest = Math.max(this.#latest, now);
  }

  /** The command that ends first, if it ends by `now`. */
  #nextEnding(now: PlantTime): Ending | null {
    let first: Ending | null = null;
    for (const actuator of this.#actuators.values()) {
      for (const command of actuator.commands) {
        const at = command.endsAt();
        if (at <= now && (first === null || at < first.at)) first = { actuator, command, at };
      }
    }
    return first;
  }

  #apply(actuator: Actuator, at: PlantTime): void {
    const value = combined(actuator);
    if (value === actuator.value) return;
    actuator.value = value;
    this.plant.actuate(at, actuator.spec.name, value);
  }

  #count(actuator: Actuator): void {
    const boards = actuator.commands.map((command) => command.board);
    this.#conflictCount += 1;
    this.#conflicts.push({ at: this.#latest, output: actuator.spec.name, boards });
  }
}

const atRest = (spec: OutputSpec): Actuator => ({
  spec,
  commands: [],
  value: safeValue(spec.safe, null) ?? spec.min,
});

function combined({ spec, commands, value }: Actuator): number {
  if (commands.length === 0) return safeValue(spec.safe, value) ?? spec.min;
  return commands.reduce((largest, command) => Math.max(largest, command.value), spec.min);
}
