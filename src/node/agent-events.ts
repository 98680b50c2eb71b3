/**
 * What a member of a fleet tells about itself and about the others: facts, in the past tense, for
 * people and for programs. An event never steers anything.
 */
import type { Evidence } from "../detection/evidence.js";
import type { NodeId } from "../kernel/ids.js";
import type { MembershipEvent } from "../membership/ports.js";

/** Those to which the agent adds what a reader of one line misses. */
type Enriched = "member-joined" | "member-suspected";

export type AgentEvent =
  | { readonly kind: "started"; readonly bootId: number }
  | Exclude<MembershipEvent, { readonly kind: Enriched }>
  | {
      readonly kind: "member-joined";
      readonly member: NodeId;
      readonly life: number;
      readonly address: string | null;
    }
  | {
      readonly kind: "member-suspected";
      readonly member: NodeId;
      readonly accuser: NodeId;
      /** What the accuser saw; null where its claim came without. */
      readonly evidence: Evidence | null;
    }
  /** This node's own detector, before anybody else was asked. */
  | { readonly kind: "peer-suspected"; readonly peer: NodeId; readonly evidence: Evidence }
  | { readonly kind: "peer-trusted"; readonly peer: NodeId }
  /** Datagrams had no effect, or only a part of them had; told rarely, with the count since. */
  | {
      readonly kind: "refused";
      readonly reason: string;
      /** Null where nobody knows: without the key anybody can name anybody. */
      readonly source: NodeId | null;
      readonly origin: string | null;
      readonly count: number;
    }
  /**
   * Authentic frames of a boot before the one that is known: a copy of old frames, or a board whose
   * clock and boot file are lost, and which is heard by nobody until they are set right.
   */
  | {
      readonly kind: "old-boot-heard";
      readonly source: NodeId;
      readonly bootId: number;
      readonly knownBootId: number | null;
      readonly origin: string | null;
      readonly count: number;
    };
