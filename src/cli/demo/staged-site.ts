/** What a session needs of the site under its replicas, whatever that is made of. */
import type { Reading } from "../../../boards/board.js";
import type { SensorFault } from "../../faults/sensor-faults.js";
import type { RefusedWrite, ReplicaMessage } from "../../host/board-channel.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";

export type SiteWrite = Extract<ReplicaMessage, { kind: "write" }>;
export type OnWriteRefused = (refused: RefusedWrite) => void;
export type SiteRelease = Extract<ReplicaMessage, { kind: "release" }>;

/** What bridges and voter have told: a sentence, and what it means for a fault. */
export interface Told {
  readonly text: string;
  /** The device that it is about, as faults name it; null where it says nothing of any. */
  readonly device: string | null;
  readonly well: boolean;
}

/** The firmware under a site, as it is shown and broken. */
export interface FirmwareStage {
  /** How often a chip has started beyond its first time. */
  readonly resets: number;
  /** How often the voter made the output safe since it was first driven. */
  readonly safeAgain: number;
  /** Replica, bridge, volts, line to the voter, standing in the voter's eyes. */
  rows(): readonly (readonly string[])[];
  takeTold(): readonly Told[];
  /** The bridge's processor stops in an endless loop. */
  hang(node: NodeId): void;
  /** The node's votes are wrong from now on, or right again. */
  setLie(node: NodeId, lies: boolean): void;
  /** The node's line to the voter. */
  setPlugged(node: NodeId, plugged: boolean): void;
}

/** As faults and tellings name them. */
export const bridgeOf = (node: NodeId): string => `bridge of ${node}`;
export const voteOf = (node: NodeId): string => `vote of ${node}`;

export interface StagedSite {
  /** How often a second board began to drive what another drove. */
  readonly drivenTwice: number;
  /** How far apart two healthy channels may be, in the unit of the sensor that faults hit. */
  readonly tolerance: number;
  /** The firmware under it; null where the boards are none. */
  readonly firmware: FirmwareStage | null;

  /** The channel of that sensor at a node. */
  channelOf(node: NodeId): string;
  /** Takes the site to where the clock is. */
  advance(now: Instant): void;
  /** What the node's board says. */
  readings(node: NodeId): readonly Reading[];
  /** @param onRefused the node's board did not take it */
  write(node: NodeId, write: SiteWrite, onRefused?: OnWriteRefused): void;
  release(node: NodeId, release: SiteRelease): void;
  /** The board has lost its power: it drives nothing any more. */
  boardDown(node: NodeId, at: Instant): void;
  /** Breaks the node's sensor, or mends it. */
  setFault(node: NodeId, fault: SensorFault | null): void;
  /** The plant in words. */
  describe(): readonly string[];
}
