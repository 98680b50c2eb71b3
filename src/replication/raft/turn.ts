/** What a role asks for when it is at its end: only the switch in raft.ts changes roles. */
import type { NodeId } from "../../kernel/ids.js";
import type { StepDownReason } from "./ports.js";

export type Turn =
  | { readonly kind: "follow"; readonly leader: NodeId | null }
  /** `transfer`: a leader has asked for it. */
  | { readonly kind: "campaign"; readonly pre: boolean; readonly transfer: boolean }
  | { readonly kind: "lead" }
  | { readonly kind: "step-down"; readonly reason: StepDownReason };
