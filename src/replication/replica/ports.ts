/**
 * A replica of the replicated state: Raft, its log on the disk, and the service on top, as one
 * machine. Any replica serves any client: what only the leader can do is handed on to it.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Duration } from "../../kernel/time.js";
import type { DiskDone, DiskRequest } from "../../recovery/disk.js";
import type { DiskHealth, LogRepair } from "../../recovery/log/ports.js";
import type { RaftEvent } from "../raft/ports.js";
import type { ClientReply, ClientRequest, Plain } from "../service/ports.js";

/** A client connection: numbers are never given again within one start. 0 is the node itself. */
export type ClientNumber = number;
export const ownClient: ClientNumber = 0;

export interface RequestOfClient {
  readonly client: ClientNumber;
  /** As decoded from the client's bytes: may be anything. */
  readonly body: unknown;
}

export interface MessageOfPeer {
  readonly from: NodeId;
  readonly body: unknown;
}

export type ReplicaInput =
  | DiskDone
  /** An opened frame: its sender is true, its body may be anything. */
  | { readonly kind: "message"; readonly from: NodeId; readonly body: unknown }
  /** Those that came together are taken together, and share a write and an answer. */
  | { readonly kind: "messages"; readonly messages: readonly MessageOfPeer[] }
  /** Those that came together are begun together, and share a write. */
  | { readonly kind: "requests"; readonly requests: readonly RequestOfClient[] }
  | { readonly kind: "own-request"; readonly request: ClientRequest }
  | { readonly kind: "client-gone"; readonly client: ClientNumber }
  /** Its connection takes no more for now: no events are told to it, which wait meanwhile. */
  | { readonly kind: "client-paused"; readonly client: ClientNumber; readonly paused: boolean }
  /** Of a failure detector: `member` is silent, or is heard again. See raft/loyalty.ts. */
  | { readonly kind: "suspicion"; readonly member: NodeId; readonly suspected: boolean }
  | { readonly kind: "was-late"; readonly by: Duration };

export type ReplicaOutput =
  | DiskRequest
  /**
   * A body fits into one frame. Where several get the same, it is the very same object, so that it
   * need be sealed once only.
   */
  | { readonly kind: "send"; readonly target: NodeId; readonly body: unknown }
  | { readonly kind: "reply"; readonly client: ClientNumber; readonly reply: ClientReply }
  /**
   * A change of the app's replicated state, of every one in order; `at` is the index of the entry
   * that made it, the same on all replicas. After a snapshot, the last change in it; once after the
   * start, when something is applied. A witness says nothing.
   */
  | { readonly kind: "app-state"; readonly at: number; readonly state: Plain }
  | { readonly kind: "event"; readonly event: ReplicaEvent }
  /** The body of a message made no sense; nothing has changed. */
  | { readonly kind: "refused"; readonly from: NodeId };

export type ReplicaEvent =
  | RaftEvent
  | { readonly kind: "disk-health"; readonly health: DiskHealth }
  | {
      readonly kind: "log-recovered";
      readonly last: number;
      readonly repairs: readonly LogRepair[];
    }
  | { readonly kind: "log-refused"; readonly reason: string; readonly detail: string }
  | { readonly kind: "write-budget"; readonly over: boolean; readonly bytesPerHour: number }
  /** The app's replicated state has changed; `at` is the index of the last entry in it. */
  | { readonly kind: "app-state"; readonly at: number };
