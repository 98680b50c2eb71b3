/** What goes into the control cycle and what comes out of it. */
import type { Reading } from "../../../boards/board.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Duration } from "../../kernel/time.js";
import type { App } from "../app.js";
import type { ChannelMap } from "../channels.js";
import type { CycleEvent } from "./events.js";
import type { SampleMessage, SampleRequest, StateReply } from "./messages.js";
import type { VotingMap } from "./sensor-bank.js";

export interface CycleOptions {
  readonly self: NodeId;
  /** All replicas, sorted. */
  readonly nodes: readonly NodeId[];
  readonly app: App;
  readonly channels: ChannelMap;
  readonly voting: VotingMap;
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
  | { readonly kind: "readings"; readonly readings: readonly Reading[] }
  | { readonly kind: "sample"; readonly from: NodeId; readonly message: SampleMessage }
  | { readonly kind: "sample-request"; readonly from: NodeId; readonly request: SampleRequest }
  | { readonly kind: "state-request"; readonly from: NodeId; readonly cycle: number }
  | { readonly kind: "state-reply"; readonly from: NodeId; readonly reply: StateReply }
  /** Who drives, as far as this replica knows. */
  | { readonly kind: "driver"; readonly driver: NodeId | null }
  /** This replica slept: what it misses in this cycle is its own fault. */
  | { readonly kind: "was-late" };

export type CycleOutput =
  | { readonly kind: "read" }
  | { readonly kind: "send-sample"; readonly message: SampleMessage }
  | { readonly kind: "send-sample-request"; readonly request: SampleRequest }
  /** Send the frame in which `source` sent its newest sample to `target` once more. */
  | { readonly kind: "resend-sample"; readonly source: NodeId; readonly target: NodeId }
  | { readonly kind: "send-state-request"; readonly target: NodeId; readonly cycle: number }
  | { readonly kind: "send-state-reply"; readonly target: NodeId; readonly reply: StateReply }
  /** What the app commands, by output; an output left out is to take its safe state. */
  | { readonly kind: "commands"; readonly commands: ReadonlyMap<string, number> }
  /** Whether this replica may drive: aligned, with a voter and a state that stand, an app that works. */
  | { readonly kind: "fitness"; readonly unfit: Unfitness | null }
  /** A cycle was completed: the checkpoint that supervision waits for. */
  | { readonly kind: "completed"; readonly cycle: number }
  | { readonly kind: "report"; readonly event: CycleEvent };

/** `voter-fault`: what it votes is not what a majority votes. */
export type Unfitness = "unsynchronised" | "voter-fault" | "state-fault" | "app-fault";
