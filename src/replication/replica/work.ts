/**
 * What only the leader can do for a request, and what comes of it. Any replica makes work of what
 * its clients ask; the leader does its own, and that of the others, which comes in frames.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { MemberChange } from "../raft/ports.js";
import type { CommandResult, Plain, RequestRefusal } from "../service/ports.js";

export type Work =
  /** `bytes` as `encodeCommand` made them; of a session, or 0: then it must not be repeated. */
  | { readonly kind: "command"; readonly bytes: Uint8Array; readonly session: number }
  /** Up to which index must a replica have applied, so that a read now is linearizable? */
  | { readonly kind: "read" }
  | { readonly kind: "keep-alive"; readonly session: number }
  | { readonly kind: "change"; readonly change: MemberChange }
  | { readonly kind: "transfer"; readonly target: NodeId | null }
  /** The group with all that only its leader knows: who is heard, and how far each has come. */
  | { readonly kind: "members" };

export type Outcome =
  | { readonly kind: "result"; readonly at: number; readonly result: CommandResult }
  /** Of a read: whoever has applied `at` may serve it. */
  | { readonly kind: "index"; readonly at: number }
  | { readonly kind: "ok"; readonly detail: Plain }
  | { readonly kind: "refused"; readonly reason: RequestRefusal; readonly detail: string }
  /** Not by us, for we do not lead: nothing was done, and it may be asked of another. */
  | { readonly kind: "elsewhere" };

/** Who waits for an outcome: a request of our own clients, or a peer's; null: nobody. */
export type Origin =
  | { readonly kind: "task"; readonly task: number }
  /** `ticket` is the peer's own number of it, in the life in which it asked. */
  | {
      readonly kind: "peer";
      readonly node: NodeId;
      readonly life: number;
      readonly ticket: number;
    }
  | null;

export interface Settled {
  readonly origin: Origin;
  readonly outcome: Outcome;
}

/** Whether it may be sent again without knowing what became of it. */
export const isRepeatable = (work: Work): boolean =>
  work.kind === "command" ? work.session > 0 : work.kind !== "change" && work.kind !== "transfer";

export const refusedAs = (reason: RequestRefusal, detail: string): Outcome => ({
  kind: "refused",
  reason,
  detail,
});

export const elsewhere: Outcome = { kind: "elsewhere" };
