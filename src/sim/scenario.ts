/**
 * A scenario as a value: a cluster, its world, what goes wrong in it, and what must hold all the
 * same. Files are read and refused in src/config/scenario.ts; the simulator takes values only.
 *
 * Times are durations from the beginning of the run, in true time.
 */
import type { VotingMap } from "../control/cycle/sensor-bank.js";
import type { Protection } from "../control/protection/protection.js";
import type { Direction } from "../detection/paths/directions.js";
import type { SensorFault } from "../faults/sensor-faults.js";
import type { NodeId } from "../kernel/ids.js";
import type { Duration } from "../kernel/time.js";
import type { DetectionSettings } from "../node/detection-settings.js";
import type { NodeEvent } from "../node/events.js";
import { firstPath } from "../node/path-settings.js";
import type { Timing } from "../node/settings.js";
import type { StateSettings } from "../node/state-settings.js";
import type { DelayModel } from "./delay.js";
import type { DiskLatency } from "./disk/latency.js";
import type { LinkModel } from "./network.js";

export interface Scenario {
  readonly name: string;
  /** All replicas, sorted by `<`, each once. */
  readonly nodes: readonly NodeId[];
  readonly timing: Timing;
  readonly detection: DetectionSettings;
  /** The name of a built-in app, or the path of a module that exports one. */
  readonly app: string;
  /** By sensor, how it is voted where it is not the default. */
  readonly voting: VotingMap;
  /** How often a board is read again in a cycle, at most, while a channel makes no sense. */
  readonly rereadsMax: number;
  readonly protection: Protection;
  readonly state: ScenarioState;
  readonly clockDriftPpm: number;
  readonly host: { readonly wakeLatency: DelayModel; readonly resetTime: Duration };
  /** Of the first path, `udp`. */
  readonly network: LinkModel;
  /** Beside the first, each with a network of its own; frames go by all. */
  readonly furtherPaths: readonly ScenarioPath[];
  readonly seed: number;
  readonly duration: Duration;
  /** Until then the cluster starts: alarms are expected, availability is not. */
  readonly startup: Duration;
  readonly hypothesis: FaultHypothesis;
  readonly faults: readonly FaultSpec[];
  readonly expectations: readonly Expectation[];
  readonly invariants: readonly Invariant[];
  readonly liveness: LivenessPhase | null;
}

export interface ScenarioState {
  readonly settings: StateSettings;
  readonly disk: DiskLatency;
  /** From one write of a client to the next, in the mean; null: nobody writes. */
  readonly writeEvery: Duration | null;
}

export interface ScenarioPath {
  readonly name: string;
  readonly model: LinkModel;
}

/** All paths, the first one first. */
export const pathsOfScenario = ({ network, furtherPaths }: Scenario): readonly ScenarioPath[] => [
  { name: firstPath, model: network },
  ...furtherPaths,
];

/**
 * How much may go wrong at once. Repeated faults keep to it: one that would make too many nodes
 * faulty is skipped. Timed faults are the author's own responsibility.
 */
export interface FaultHypothesis {
  readonly faultyNodesMax: number;
  /** So long after its fault has ended, or after a boot, a node still counts as faulty. */
  readonly settle: Duration;
}

/** Which node a fault hits; chosen when it fires. */
export type NodeTarget =
  | { readonly kind: "node"; readonly node: NodeId }
  /** Whoever has the right to drive and runs; the fault waits until somebody does. */
  | { readonly kind: "driver" }
  /** One that the dice choose, of those that are up. */
  | { readonly kind: "any" };

export type NodeGroup =
  | { readonly kind: "all" }
  | { readonly kind: "one"; readonly target: NodeTarget }
  | { readonly kind: "list"; readonly nodes: readonly NodeId[] };

/** Between `min` and `max`, drawn when the fault fires. */
export interface LengthRange {
  readonly min: Duration;
  readonly max: Duration;
}

export type FaultSchedule =
  | { readonly kind: "once"; readonly at: Duration }
  /** Independent of one another, `interval` apart in the mean, from `from` until `until`. */
  | {
      readonly kind: "repeated";
      readonly from: Duration;
      readonly until: Duration;
      readonly interval: Duration;
    };

export interface FaultSpec {
  /** Unique in the scenario. */
  readonly name: string;
  readonly schedule: FaultSchedule;
  /** Null: until the end of the run, or until the node is reset. */
  readonly length: LengthRange | null;
  readonly action: FaultAction;
}

export type FaultAction =
  /** Power fails: memory is lost. The node boots again when the fault's length is over. */
  | { readonly kind: "crash"; readonly node: NodeTarget }
  /** Stops and loses what arrives, but keeps its memory: silence, then it goes on. */
  | { readonly kind: "silence"; readonly node: NodeTarget }
  /**
   * The event loop is blocked; with `inStep` between the clock reading and the outputs of a step.
   */
  | { readonly kind: "pause"; readonly node: NodeTarget; readonly inStep: boolean }
  /** Each step takes so long. */
  | { readonly kind: "slow"; readonly node: NodeTarget; readonly perStep: Duration }
  /** The program never returns: only the watchdog ends it. */
  | { readonly kind: "hang"; readonly node: NodeTarget }
  /** The board answers no read: its driver is stuck. A reset ends it. */
  | { readonly kind: "mute-board"; readonly node: NodeTarget }
  | { readonly kind: "clock-rate"; readonly node: NodeTarget; readonly ratePpm: number }
  | ({ readonly kind: "partition" } & LinkSelection)
  | ({ readonly kind: "network"; readonly model: LinkFaultModel } & LinkSelection)
  | {
      readonly kind: "sensor";
      readonly node: NodeTarget;
      readonly sensor: string;
      readonly fault: SensorFault;
    }
  /** The node tells each reader another value of the sensor, off by up to `spread`. */
  | {
      readonly kind: "two-faced";
      readonly node: NodeTarget;
      readonly sensor: string;
      readonly spread: number;
    }
  /** The node's own voter is faulty: what it votes is off by `offset`, and it does not know. */
  | {
      readonly kind: "voter";
      readonly node: NodeTarget;
      readonly sensor: string;
      /** In the sensor's unit. */
      readonly offset: number;
    }
  /**
   * What carries the node's samples to the others, and has the cluster's key, flips a bit of each
   * value of the sensor: it arrives as half or twice of what it was.
   */
  | { readonly kind: "corrupt-samples"; readonly node: NodeTarget; readonly sensor: string }
  /** The same, but it puts the samples of two sensors into one another's places. */
  | {
      readonly kind: "swap-samples";
      readonly node: NodeTarget;
      readonly sensor: string;
      readonly other: string;
    }
  /** A bit of each command for the output flips between the node and its board. */
  | { readonly kind: "corrupt-commands"; readonly node: NodeTarget; readonly output: string }
  /** Of the node's disk: what is on it has all the room that there is. */
  | { readonly kind: "disk-full"; readonly node: NodeTarget }
  | { readonly kind: "disk-read-only"; readonly node: NodeTarget }
  /** Nothing that is asked of it ends before the fault does. */
  | { readonly kind: "disk-stall"; readonly node: NodeTarget }
  /** Syncs end well and make nothing durable. */
  | { readonly kind: "disk-lies"; readonly node: NodeTarget }
  /** A bit of a durable byte flips, for good. */
  | { readonly kind: "bit-rot"; readonly node: NodeTarget };

export interface LinkSelection {
  readonly from: NodeGroup;
  readonly to: NodeGroup;
  readonly oneWay: boolean;
  /** The name of a path; null: all of them. */
  readonly path: string | null;
}

export interface LinkFaultModel {
  readonly loss: number;
  readonly duplication: number;
  readonly reordering: number;
  readonly reorderDelay: Duration;
  readonly corruption: number;
  readonly delay: DelayModel | null;
}

/** Matches events of nodes. A field that is null matches anything. */
export interface EventPattern {
  readonly event: NodeEvent["kind"];
  readonly sensor: string | null;
  /** A channel, or `target`: that of the fault. */
  readonly channel: string | null;
  /** The node that the event is about, or `target`: a node that the fault hit. */
  readonly peer: string | null;
  readonly reason: string | null;
  readonly path: string | null;
  readonly direction: Direction | null;
}

export type Expectation =
  /** After each firing of a fault, within a deadline. */
  | {
      readonly kind: "happens";
      readonly pattern: EventPattern;
      readonly after: string;
      readonly within: Duration;
      /** `any` and `all`: of the nodes that no fault has hit. `target`: the node that was hit. */
      readonly by: "any" | "all" | "target";
    }
  /** Not once between two times, at any node. */
  | {
      readonly kind: "never";
      readonly pattern: EventPattern;
      readonly from: Duration;
      readonly until: Duration;
    };

export type Invariant =
  /** No two boards drive one output at the same true time. */
  | { readonly kind: "one-driver" }
  /** While a majority of its channels is correct, the voted value is this near to the truth. */
  | { readonly kind: "voted-within"; readonly sensor: string; readonly within: number }
  /** Correct replicas that vote the same cycle differ by no more than this. */
  | { readonly kind: "votes-agree"; readonly sensor: string; readonly within: number }
  | { readonly kind: "no-false-exclusion" }
  | { readonly kind: "no-false-suspicion" }
  /** The watchdog resets no node that no fault has hit. */
  | { readonly kind: "no-false-reset" }
  /** The share of true time in which a voted value of the sensor is there, from 0 to 1. */
  | { readonly kind: "availability"; readonly sensor: string; readonly share: number }
  /** The share of true time in which somebody drives the output, from 0 to 1. */
  | { readonly kind: "driven"; readonly output: string; readonly share: number };

/** From `at` on no fault touches the core, whatever happened before; it must make progress. */
export interface LivenessPhase {
  readonly at: Duration;
  /** Null: a majority, drawn by the dice. */
  readonly core: readonly NodeId[] | null;
  /** In each stretch of this length every node of the core votes a value, and somebody drives. */
  readonly within: Duration;
}
