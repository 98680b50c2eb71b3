/**
 * What members say of one another: "so-and-so is alive, suspect, dead, gone, in this life and this
 * incarnation" (SWIM, section 4.2). A claim can be carried on by anybody; which of two claims about
 * one member stands is settled in precedence.ts, by their numbers alone.
 *
 * A life is the boot id of the member's node: greater in each, even where all memory was lost. An
 * incarnation is counted by the member itself within a life, and only to refute. Life 0 stands for
 * "whatever life it is in": an accuser that has never heard of the member knows no other.
 */
import type { Evidence } from "../detection/evidence.js";
import type { NodeId } from "../kernel/ids.js";
import { counterLimit } from "../wire/envelope.js";

export const lifeMax = counterLimit - 1;
export const incarnationMax = 2 ** 32 - 1;

/**
 * By how much somebody else's word may raise a member's incarnation, or the ranks known. A leap
 * beyond is believed of the member's own frame alone: nobody may use up another's numbers.
 */
export const incarnationLeapMax = 1_000;
export const rankLeapMax = 100_000;

/** The rank of who has not taken its place in the order of succession: behind all who have. */
export const rankUnassigned = 2 ** 32 - 1;

export interface AliveClaim {
  readonly status: "alive";
  readonly member: NodeId;
  readonly life: number;
  readonly incarnation: number;
  readonly rank: number;
  readonly address: string | null;
  /** The member has said itself that this is its address; else somebody has seen it there. */
  readonly declared: boolean;
}

export interface AccusingClaim {
  /** `dead`: the accuser has given it up. */
  readonly status: "suspect" | "dead";
  readonly member: NodeId;
  readonly life: number;
  readonly incarnation: number;
  /** Never the member itself. */
  readonly accuser: NodeId;
  readonly evidence: Evidence | null;
}

/** The member's own goodbye. */
export interface LeftClaim {
  readonly status: "left";
  readonly member: NodeId;
  readonly life: number;
  readonly incarnation: number;
}

export type Claim = AliveClaim | AccusingClaim | LeftClaim;
