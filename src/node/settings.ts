/**
 * The settings of a cluster as every replica of it knows them, already checked. They are values:
 * files and flags are read and refused in src/config.
 */
import type { App } from "../control/app.js";
import type { ChannelMap } from "../control/channels.js";
import type { VotingMap } from "../control/cycle/sensor-bank.js";
import type { Protection } from "../control/protection/protection.js";
import type { PathOptions } from "../detection/paths/peer-paths.js";
import type { NodeId } from "../kernel/ids.js";
import type { Duration } from "../kernel/time.js";
import type { DetectionSettings } from "./detection-settings.js";
import type { StateSettings } from "./state-settings.js";

export interface Timing {
  /** The control cycle: sample, exchange, vote, control, command. */
  readonly cycle: Duration;
  /** When in the cycle the vector is closed, whoever is missing. */
  readonly cutoff: Duration;
  /** Every replica beats to every other, and renews what it holds, once in this time. */
  readonly heartbeat: Duration;
  /** A peer silent for longer is suspected. */
  readonly suspectAfter: Duration;
  /** Whoever drives and was not heard for so long has lost the right to; see control/right. */
  readonly lease: Duration;
  /** How far any clock's rate may be from that of true time, in parts per million. */
  readonly clockDriftMaxPpm: number;
  /** Replicas whose cycles begin farther apart than this do not count as aligned. */
  readonly skewMax: Duration;
  /** A sample older than this at the cut-off is an omission, whatever its value. */
  readonly sampleAgeMax: Duration;
  /** A node woken later than this after its deadline was asleep, and blames itself first. */
  readonly latenessMax: Duration;
  /** The watchdog device bites when it was not petted for this long. */
  readonly watchdog: Duration;
}

export interface ClusterSettings {
  readonly cluster: string;
  /** All replicas, sorted by `<`, each once. */
  readonly nodes: readonly NodeId[];
  readonly app: App;
  /** Which channels measure which of the app's sensors; every sensor of the app is a key. */
  readonly channels: ChannelMap;
  readonly voting: VotingMap;
  /** How often a board is read again in a cycle, at most, while a channel makes no sense. */
  readonly rereadsMax: number;
  readonly timing: Timing;
  /** How the replicas watch one another. */
  readonly detection: DetectionSettings;
  /** By which frames go, all by each; at least one, in the same order at every replica. */
  readonly paths: readonly PathOptions[];
  /** Outputs of the app that a voter in firmware drives, by two of three; left out, none. */
  readonly votedOutputs?: readonly string[];
  /** Of the replicated state, in which the right to drive is held as well. */
  readonly state: StateSettings;
  /** From end to end, of what passes between the replicas and to the boards. */
  readonly protection: Protection;
}
