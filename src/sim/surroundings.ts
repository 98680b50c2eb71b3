/** What a simulated node needs of the world around it. */
import type { Board } from "../../boards/board.js";
import type { NodeId } from "../kernel/ids.js";
import type { Machine } from "../kernel/machine.js";
import type { Duration, Instant } from "../kernel/time.js";
import type { NodeInput, NodeOutput } from "../node/ports.js";
import type { DelayModel } from "./delay.js";
import type { DiskLatency } from "./disk/latency.js";
import type { DriftingClock } from "./drifting-clock.js";
import type { Observe } from "./observation.js";
import type { TrueTime } from "./true-time.js";

/** One life of a node, from a boot to a crash. */
export interface Birth {
  readonly node: NodeId;
  readonly now: Instant;
  /** Greater than that of every earlier boot of the node. */
  readonly bootId: number;
}

export type NodeMachine = Machine<NodeInput, NodeOutput>;
export type MakeMachine = (birth: Birth) => NodeMachine;

/** Makes the board as it comes out of reset, at `now` on the clock of its node. */
export type MakeBoard = (node: NodeId, clock: DriftingClock, now: Instant) => Board;

/** How good the hosts are: the same for all nodes of a world. */
export interface HostModel {
  /** By how much a timer fires after its deadline. */
  readonly wakeLatency: DelayModel;
  /** The watchdog device resets the board when it was not petted for this long. */
  readonly watchdog: Duration;
  /** From a reset by the watchdog to the next boot. */
  readonly resetTime: Duration;
  /** Of the disks; a solid-state one's where it is left out. */
  readonly disk?: DiskLatency;
}

export interface Surroundings {
  readonly host: HostModel;
  readonly makeMachine: MakeMachine;
  readonly makeBoard: MakeBoard;
  readonly observe: Observe;
  now(): TrueTime;
  send(source: NodeId, targets: readonly NodeId[], bytes: Uint8Array): void;
  /** Calls `run` at a later true time; calls for the same time come in the order of this. */
  schedule(at: TrueTime, run: () => void): void;
}

export interface NodeCounts {
  steps: number;
  /** Frames that came while the node was down or deaf. */
  framesMissed: number;
  /** Frames for which the queue of a stopped node had no room. */
  framesOverflowed: number;
  watchdogResets: number;
  boots: number;
}
