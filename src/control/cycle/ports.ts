/** What goes into the control cycle and what comes out of it. */
import type { Reading } from "../../../boards/board.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Duration } from "../../kernel/time.js";
import type { Plain } from "../../replication/service/ports.js";
import type { App } from "../app.js";
import type { ChannelMap } from "../channels.js";
import type { ProfileChoice } from "../protection/protection.js";
import type { CycleEvent } from "./events.js";
import type { SampleMessage, SampleRequest, StateReply } from "./messages.js";
import type { ChannelCommand, ChannelOrder } from "./overrides.js";
import type { VotingMap } from "./sensor-bank.js";

export interface CycleOptions {
  readonly self: NodeId;
  /** All replicas, sorted. */
  readonly nodes: readonly NodeId[];
  readonly app: App;
  readonly channels: ChannelMap;
  readonly voting: VotingMap;
  /** How often the own board is read again in a cycle, at most, while a channel makes no sense. */
  readonly rereadsMax: number;
  /** By which samples are protected from end to end. */
  readonly sampleProtection: ProfileChoice;
  /** The length of a cycle. */
  readonly cycle: Duration;
  /** When in the cycle the vector is closed, whoever is missing. */
  readonly cutoff: Duration;
  readonly skewMax: Duration;
  readonly sampleAgeMax: Duration;
  /** A vector closed later than this after its cut-off was closed by a replica that slept. */
  readonly latenessMax: Duration;
}

export type CycleInput =
  /** The board's answer to `read`. */
  | { readonly kind: "readings"; readonly readings: readonly Reading[] }
  | { readonly kind: "sample"; readonly from: NodeId; readonly message: SampleMessage }
  | { readonly kind: "sample-request"; readonly from: NodeId; readonly request: SampleRequest }
  | { readonly kind: "state-request"; readonly from: NodeId; readonly cycle: number }
  | { readonly kind: "state-reply"; readonly from: NodeId; readonly reply: StateReply }
  /** What a person said to this replica. */
  | ({ readonly kind: "override" } & ChannelCommand)
  /** What a person said to a peer, told by it or by another that knows. */
  | { readonly kind: "order"; readonly order: ChannelOrder }
  /** Who drives, as far as this replica knows. */
  | { readonly kind: "driver"; readonly driver: NodeId | null }
  /** The app's replicated state, as of an index of the log. */
  | { readonly kind: "replicated"; readonly at: number; readonly state: Plain }
  /** This replica slept: what it misses in this cycle is its own fault. */
  | { readonly kind: "was-late" };

export type CycleOutput =
  /** Read the board now; it may be asked for again in the same cycle. */
  | { readonly kind: "read" }
  | { readonly kind: "send-sample"; readonly message: SampleMessage }
  | { readonly kind: "send-sample-request"; readonly request: SampleRequest }
  /** Send the frame in which `source` sent its newest sample to `target` once more. */
  | { readonly kind: "resend-sample"; readonly source: NodeId; readonly target: NodeId }
  | { readonly kind: "send-state-request"; readonly target: NodeId; readonly cycle: number }
  | { readonly kind: "send-state-reply"; readonly target: NodeId; readonly reply: StateReply }
  | { readonly kind: "send-order"; readonly order: ChannelOrder }
  /** What the app commands, by output; an output left out is to take its safe state. */
  | {
      readonly kind: "commands";
      readonly cycle: number;
      readonly commands: ReadonlyMap<string, number>;
    }
  /** Whether it may drive: aligned, with a voter and a state that stand, and an app that works. */
  | { readonly kind: "fitness"; readonly unfit: Unfitness | null }
  /** A cycle was completed: the checkpoint that supervision waits for. */
  | { readonly kind: "completed"; readonly cycle: number }
  | { readonly kind: "report"; readonly event: CycleEvent };

/** `voter-fault`: what it votes is not what a majority votes. */
export type Unfitness = "unsynchronised" | "voter-fault" | "state-fault" | "app-fault";
