/**
 * What goes into a node and what comes out of it: the whole of its contact with the world. A host
 * that carries these is a complete host; a file of these inputs is a complete recording.
 */
import type { Reading, WriteRefusal, WriteResult } from "../../boards/board.js";
import type { ChannelCommand } from "../control/cycle/overrides.js";
import type { NodeId } from "../kernel/ids.js";
import type { Instant } from "../kernel/time.js";
import type { DiskDone, DiskRequest } from "../recovery/disk.js";
import type { ClientNumber, RequestOfClient } from "../replication/replica/ports.js";
import type { ClientReply } from "../replication/service/ports.js";
import type { DogCommand } from "../watchdog/supervision/ports.js";
import type { NodeEvent } from "./events.js";

/** Bytes from any link, from anyone: hostile until opened. */
export interface Datagram {
  readonly kind: "datagram";
  readonly bytes: Uint8Array;
  /** `host:port` where it came from, as the link saw it; left out where the link has no such. */
  readonly origin?: string;
  /** By which of the cluster's paths it came, from 0; left out: the first. */
  readonly path?: number;
}

export type NodeInput =
  | Datagram
  /** The board's answer to `read`. */
  | { readonly kind: "readings"; readonly readings: readonly Reading[] }
  /** A person's word about a channel. What makes no sense is ignored: ask `whyNot` before. */
  | ({ readonly kind: "override" } & ChannelCommand)
  /** A person's word to the watchdog. What makes no sense is ignored: ask `whyNotDog` before. */
  | DogCommand
  /** What became of a `disk`. */
  | DiskDone
  /** Requests of clients of the replicated state that came together. */
  | { readonly kind: "requests"; readonly requests: readonly RequestOfClient[] }
  | { readonly kind: "client-gone"; readonly client: ClientNumber }
  /** Its connection takes no more for now, or takes more again. */
  | { readonly kind: "client-paused"; readonly client: ClientNumber; readonly paused: boolean }
  /** The board refused a command; the pins have not changed. */
  | {
      readonly kind: "write-refused";
      readonly output: string;
      readonly reason: WriteRefusal;
      /** Of a fenced one: its own token, and the newest that the board has seen. */
      readonly token?: number;
      readonly newest?: number;
    };

export type NodeOutput =
  /** Send the same bytes to each target, over every link that leads there. */
  | { readonly kind: "send"; readonly targets: readonly NodeId[]; readonly bytes: Uint8Array }
  /** Where the link reaches a member from now on; null: nowhere that is known. */
  | { readonly kind: "route"; readonly member: NodeId; readonly address: string | null }
  /** Read the board now, and answer with `readings` before anything else. */
  | { readonly kind: "read" }
  /** Drive an output until the given instant of this node's clock. */
  | {
      readonly kind: "write";
      readonly output: string;
      readonly value: number;
      readonly until: Instant;
      /** The same under end-to-end protection; null where commands are not protected. */
      readonly frame: Uint8Array | null;
      /** Of an output that a voter in firmware drives: the cycle that this vote belongs to. */
      readonly cycle?: number;
      /** Of every other: that of the right by which it is driven (see boards/fence.ts). */
      readonly token?: number;
    }
  /** Put an output into its safe state. */
  | { readonly kind: "release"; readonly output: string }
  /** To be carried out, in the order of each lane; answered by a `disk-done`. */
  | DiskRequest
  /** To a client of the replicated state. */
  | { readonly kind: "reply"; readonly client: ClientNumber; readonly reply: ClientReply }
  /** All is well: pet the watchdog device. */
  | { readonly kind: "pet" }
  /** Something worth telling: for logs, the dashboard and the checkers of the simulator. */
  | { readonly kind: "report"; readonly event: NodeEvent };

type Write = Extract<NodeOutput, { readonly kind: "write" }>;
type Refused = Extract<WriteResult, { readonly ok: false }>;

/** How a host tells the node what the board said; the tokens only where they are the reason. */
export function writeRefused(
  { output, token }: Pick<Write, "output" | "token">,
  { reason, newest }: Refused,
): Extract<NodeInput, { readonly kind: "write-refused" }> {
  const isFenced = reason === "stale-token" || reason === "no-token";
  return {
    kind: "write-refused",
    output,
    reason,
    ...(isFenced && token !== undefined ? { token } : {}),
    ...(isFenced && newest !== undefined ? { newest } : {}),
  };
}
