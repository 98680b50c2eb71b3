/**
 * The right to drive, as a node sees it, however it is decided: by a lock in the replicated state
 * where the cluster keeps one (../right), and by a quorum lease without a disk where it keeps none
 * (../lease).
 *
 * They differ in what a board can do. The lock's holder has a token, by which a board refuses a
 * late command; a lease is bounded by time alone, for a count that outlives the start of a whole
 * cluster needs a disk.
 */
import { unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import type { Instant } from "../../kernel/time.js";
import type { Lease, LeaseInput, LeaseOutput } from "../lease/lease.js";
import type { RightInput, RightLossReason, RightOutput } from "../right/ports.js";
import type { Right } from "../right/right.js";

export type { GiveUpReason } from "../right/ports.js";

export type DriveInput =
  | LeaseInput
  /** Of the own replica. */
  | Extract<RightInput, { readonly kind: "reply" }>;

export type DriveOutput =
  /** To peers, of a quorum lease. */
  | Extract<LeaseOutput, { readonly kind: `send-${string}` }>
  /** To the own replica. */
  | Extract<RightOutput, { readonly kind: "request" }>
  /** `token` is null where the right has none. */
  | { readonly kind: "acquired"; readonly until: Instant; readonly token: number | null }
  | { readonly kind: "extended"; readonly until: Instant; readonly token: number | null }
  | { readonly kind: "lost"; readonly reason: DriveLossReason };

export type DriveLossReason = RightLossReason;

/** `holder` is whom this node believes to have the right, or to be getting it. */
export interface DriveView {
  readonly self: boolean;
  readonly holder: NodeId | null;
  readonly token: number | null;
}

export interface Drive extends Machine<DriveInput, DriveOutput> {
  holder(): DriveView;
}

/** A right by the quorum lease. */
export class LeasedDrive implements Drive {
  readonly #lease: Lease;

  constructor(lease: Lease) {
    this.#lease = lease;
  }

  step(now: Instant, input: DriveInput | Timeout): readonly DriveOutput[] {
    if (input.kind === "reply") return [];
    return this.#lease.step(now, input).map(withoutToken);
  }

  deadline(): Instant | null {
    return this.#lease.deadline();
  }

  holder(): DriveView {
    const { self, holder } = this.#lease.holder();
    return { self, holder, token: null };
  }
}

/** A right by a lock in the replicated state. */
export class LockedDrive implements Drive {
  readonly #right: Right;

  constructor(right: Right) {
    this.#right = right;
  }

  step(now: Instant, input: DriveInput | Timeout): readonly DriveOutput[] {
    switch (input.kind) {
      case "reply":
      case "eligible":
      case "give-up":
      case "timeout":
        return this.#right.step(now, input);
      case "request":
      case "grant":
      case "release":
      case "peer-suspected":
      case "peer-trusted":
        // Of a quorum lease; who is silent the leader knows by itself.
        return [];
      default:
        return unreachable(input);
    }
  }

  deadline(): Instant | null {
    return this.#right.deadline();
  }

  holder(): DriveView {
    const { self, holder, token } = this.#right.holder();
    return { self, holder, token: token === 0 ? null : token };
  }
}

function withoutToken(output: LeaseOutput): DriveOutput {
  const isHeld = output.kind === "acquired" || output.kind === "extended";
  return isHeld ? { ...output, token: null } : output;
}
