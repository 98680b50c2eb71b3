/** Everything that goes into the N-version machine and comes out of it. */
import type { PlainValue } from "../structured/plain-value.js";
import type { StructuredBallot } from "../structured/structured-vote.js";
import type { VoteStatus } from "../voter.js";

/**
 * Why a version that was asked has no result. `threw`: its function did. `hung`: no answer by the
 * call's deadline. `out-of-memory`, `exited`: what runs it has ended. `malformed`: what it answered
 * is no plain data, too large, or null.
 */
export type FailureReason = "threw" | "hung" | "out-of-memory" | "exited" | "malformed";

/** Why a version was not asked. `latched` ends by a person's `release` only. */
export type AbsenceReason = "restarting" | "quarantined" | "latched";

export type NVersionInput =
  /** Asks all versions that can be asked. Only when the call before is closed; numbers grow. */
  | { readonly kind: "call"; readonly call: number; readonly input: PlainValue }
  /** What a version answered, unread: the machine reads it. */
  | {
      readonly kind: "answered";
      readonly version: string;
      readonly call: number;
      readonly value: unknown;
    }
  /** The version has no answer to this call, and can be asked the next one. */
  | {
      readonly kind: "failed";
      readonly version: string;
      readonly call: number;
      readonly reason: "threw" | "malformed";
      readonly message: string;
    }
  /** What runs the version has ended, or could not be started; it was not told to stop. */
  | {
      readonly kind: "died";
      readonly version: string;
      readonly reason: "exited" | "out-of-memory";
      readonly message: string;
    }
  /** The version that was to be restarted can be asked. */
  | { readonly kind: "ready"; readonly version: string }
  /** A person vouches for a version that is latched. Without effect on another. */
  | { readonly kind: "release"; readonly version: string };

export type NVersionOutput =
  | {
      readonly kind: "run";
      readonly version: string;
      readonly call: number;
      readonly input: PlainValue;
    }
  /** Once a call, as soon as the value can no longer change. */
  | { readonly kind: "result"; readonly result: NVersionResult }
  /**
   * Once a call, after its result: nobody is waited for any more, and the next call may come. The
   * value is that of the result; `pending` is empty, those who were have been judged.
   */
  | { readonly kind: "closed"; readonly result: NVersionResult }
  /** What runs the version is to be ended. Nothing of it is to be fed afterwards. */
  | { readonly kind: "stop"; readonly version: string }
  /** What runs the version is gone, and to be started: answer with `ready` or `died`. */
  | { readonly kind: "restart"; readonly version: string }
  | { readonly kind: "report"; readonly event: VersionEvent };

export interface VersionFailure {
  readonly version: string;
  readonly reason: FailureReason;
  /** For people. */
  readonly message: string;
}

export interface Absence {
  readonly version: string;
  readonly reason: AbsenceReason;
}

/** Every version is in exactly one of `answers`, `failed`, `absent` and `pending`. */
export interface NVersionResult {
  readonly call: number;
  /** Null exactly when `status` is `no-majority` or `insufficient`: it is never guessed. */
  readonly value: PlainValue | null;
  /** `ok` only when all versions were asked and agree, and there are at least two. */
  readonly status: VoteStatus;
  /** Of those that answered. Without a value nobody agrees, and nobody dissents. */
  readonly agreeing: readonly string[];
  readonly dissenting: readonly string[];
  readonly failed: readonly VersionFailure[];
  /** Those that were not asked. */
  readonly absent: readonly Absence[];
  /** Those that have not answered yet, and cannot change the value any more. */
  readonly pending: readonly string[];
  /** What each one said, in the order of the versions. */
  readonly answers: readonly StructuredBallot[];
  /** What happened, for people, in one line. */
  readonly text: string;
}

/**
 * What is held against a version, told when the call is closed, and each change in its standing,
 * told once.
 */
export type VersionEvent =
  | {
      readonly kind: "version-failed";
      readonly version: string;
      readonly call: number;
      readonly reason: FailureReason;
      readonly message: string;
    }
  | { readonly kind: "version-dissented"; readonly version: string; readonly call: number }
  | {
      readonly kind: "version-quarantined";
      readonly version: string;
      /** For so many calls it will not be asked. */
      readonly calls: number;
    }
  | { readonly kind: "version-readmitted"; readonly version: string }
  | {
      readonly kind: "version-latched";
      readonly version: string;
      readonly reason: "quarantined-too-often" | "restarted-too-often";
    }
  | { readonly kind: "version-down"; readonly version: string; readonly message: string }
  | { readonly kind: "version-up"; readonly version: string };

/** Where a version stands now, for people and dashboards. */
export interface VersionStanding {
  readonly version: string;
  readonly state: "serving" | AbsenceReason;
  /** Failed or dissented, without an agreement since. */
  readonly failuresInARow: number;
  readonly quarantines: number;
  /** Restarts since it last agreed. */
  readonly restartsInARow: number;
  /** These three are counted since the start. */
  readonly agreements: number;
  readonly dissents: number;
  readonly failures: number;
}
