/**
 * The app contract. An app is a pure control function with its declarations: which sensors it
 * needs, which outputs it commands, and the state from which it starts. Every replica runs it on
 * the same voted inputs, so it must not read a clock, throw dice, or change the state it was given
 * (which is frozen); the same arguments must give the same answer on every board.
 */
import type { SafeState } from "../../boards/board.js";
import { UsageError } from "../kernel/assert.js";
import type { Duration } from "../kernel/time.js";
import { appStateBytesMax } from "../replication/service/limits.js";
import { asPlainText } from "../replication/service/plain-text.js";
import type { Plain } from "../replication/service/ports.js";
import type { VoteStatus } from "../voting/voter.js";
import { sealState } from "./state/plain.js";

export interface SensorDeclaration {
  /** SI or UCUM, for instance `degC`. */
  readonly unit: string;
  /** A reading outside [min, max] cannot be true. */
  readonly min: number;
  readonly max: number;
  /** How far apart two healthy channels may be, in `unit`. */
  readonly tolerance: number;
}

export interface OutputDeclaration {
  readonly unit: string;
  /** A command outside [min, max] is a fault of the app: the outputs take their safe states. */
  readonly min: number;
  readonly max: number;
  readonly safe: SafeState;
}

/** What a control function sees of a sensor: `value` is null when there is no trustworthy value. */
export type VotedInput =
  | { readonly value: number; readonly status: Extract<VoteStatus, "ok" | "degraded"> }
  | { readonly value: null; readonly status: Extract<VoteStatus, "no-majority" | "insufficient"> };

export interface ControlInput<SensorName extends string, State, Replicated = unknown> {
  readonly state: State;
  /**
   * The app's replicated state, frozen, as all replicas have it that are heard; null where none is
   * declared. It is changed by its commands only.
   */
  readonly replicated: Replicated;
  readonly inputs: { readonly [Name in SensorName]: VotedInput };
  /** Counts the cluster's control cycles. It may skip, never repeat. */
  readonly cycle: number;
  /** The time since the last cycle that this state has seen: a multiple of the cycle's length. */
  readonly step: Duration;
}

export interface ControlOutput<OutputName extends string, State> {
  /** Plain data: numbers, strings, booleans, null, and arrays and objects of them. */
  readonly state: State;
  /** In the units of the outputs. An output left out is put into its safe state. */
  readonly commands: { readonly [Name in OutputName]?: number };
}

/** What a command makes of the replicated state, and what it answers to whoever gave it. */
export interface ReplicatedOutcome<Replicated> {
  readonly state: Replicated;
  /** Plain data; null where left out. */
  readonly result?: Plain;
}

/**
 * One command on the replicated state. It runs on every replica, at the same place of the log, and
 * once more after a restart: so it must be a pure function like `control`. `argument` comes from a
 * client and may be any plain data, so it has to be checked. To refuse, throw: the state then stays
 * what it was, and the client is told the message.
 */
export type ReplicatedCommand<Replicated> = (
  state: Replicated,
  argument: Plain,
) => ReplicatedOutcome<Replicated>;

/**
 * State that survives: settings, modes and counters, in the log of the cluster. It is changed by
 * its commands only, and only while a majority of the voters is there.
 */
export interface ReplicatedDeclaration<Replicated> {
  /** Plain data of at most 64 KiB as JSON text. What the log has stands in its place. */
  readonly initial: Replicated;
  readonly commands: { readonly [name: string]: ReplicatedCommand<NoInfer<Replicated>> };
}

export interface AppDefinition<
  SensorName extends string,
  OutputName extends string,
  State,
  Replicated = unknown,
> {
  readonly name: string;
  readonly sensors: { readonly [Name in SensorName]: SensorDeclaration };
  readonly outputs: { readonly [Name in OutputName]: OutputDeclaration };
  readonly initial: State;
  /** Left out: the app has no replicated state. */
  readonly replicated?: ReplicatedDeclaration<Replicated>;
  control(
    input: ControlInput<SensorName, State, NoInfer<Replicated>>,
  ): ControlOutput<NoInfer<OutputName>, State>;
}

/** Any app, its names and its state forgotten: what the runtime handles. */
export type App = AppDefinition<string, string, unknown, unknown>;

/**
 * Declares an app. The names of its sensors and outputs flow into the types of `control`.
 *
 * @throws UsageError when a declaration is wrong: an empty range, a tolerance that is not positive,
 *   a safe value out of range, a name that is no identifier, a replicated state that is not plain.
 */
export function defineApp<
  SensorName extends string,
  OutputName extends string,
  State,
  Replicated = unknown,
>(definition: AppDefinition<SensorName, OutputName, State, Replicated>): App {
  const app = definition as unknown as App;
  if (typeof app.control !== "function") throw new UsageError("control: expected a function");
  for (const [name, sensor] of Object.entries(app.sensors)) {
    checkName(`sensors.${name}`, name);
    checkRange(`sensors.${name}`, sensor);
    if (!(sensor.tolerance > 0)) {
      throw new UsageError(`sensors.${name}.tolerance: expected more than 0`);
    }
  }
  for (const [name, output] of Object.entries(app.outputs)) {
    checkName(`outputs.${name}`, name);
    checkRange(`outputs.${name}`, output);
    checkSafe(`outputs.${name}.safe`, output);
  }
  const initial = sealState(app.initial);
  if (!initial.ok)
    throw new UsageError(`initial: ${initial.reason}: see docs of ControlOutput.state`);
  if (app.replicated !== undefined) checkReplicated(app.replicated);
  return app;
}

function checkReplicated(replicated: ReplicatedDeclaration<unknown>): void {
  if (asPlainText(replicated.initial, appStateBytesMax) === null) {
    throw new UsageError(
      `replicated.initial: expected plain data of at most ${appStateBytesMax} bytes`,
    );
  }
  for (const [name, command] of Object.entries(replicated.commands)) {
    checkName(`replicated.commands.${name}`, name);
    if (typeof command !== "function") {
      throw new UsageError(`replicated.commands.${name}: expected a function`);
    }
  }
}

function checkName(where: string, name: string): void {
  if (!/^[a-z][a-zA-Z0-9_-]{0,31}$/.test(name)) {
    throw new UsageError(`${where}: a name begins with a-z and has at most 32 letters or digits`);
  }
}

function checkRange(where: string, range: { readonly min: number; readonly max: number }): void {
  if (Number.isFinite(range.min) && Number.isFinite(range.max) && range.min < range.max) return;
  throw new UsageError(`${where}: expected finite min < max, got ${range.min} and ${range.max}`);
}

function checkSafe(where: string, output: OutputDeclaration): void {
  if (output.safe.kind !== "value") return;
  if (output.safe.value >= output.min && output.safe.value <= output.max) return;
  throw new UsageError(`${where}: ${output.safe.value} is not in [${output.min}, ${output.max}]`);
}
