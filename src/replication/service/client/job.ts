/** A request on its way: what it is for, and how it stands with it. */
import { unreachable } from "../../../kernel/assert.js";
import { type Duration, type Instant, instant } from "../../../kernel/time.js";
import type { ClientRequest, Command } from "../ports.js";
import type { CallOutcome } from "./calls.js";

/** An acquire of a user that has no outcome yet. */
export interface LockWant {
  readonly call: number;
  readonly lock: string;
  readonly wait: boolean;
  readonly lockDelay: Duration;
  readonly givenUpAt: Instant;
  /** It has stood in the lock's queue, and may still. */
  entered: boolean;
}

/** What is done with its outcome. */
export type Purpose =
  | { readonly kind: "call"; readonly call: number }
  | { readonly kind: "release"; readonly call: number }
  | { readonly kind: "open"; readonly call: number; readonly lease: Duration }
  | { readonly kind: "close"; readonly call: number }
  | { readonly kind: "keep-alive" }
  | { readonly kind: "acquire"; readonly want: LockWant }
  /** Finds out whether a lock was got that nobody wants any more. */
  | { readonly kind: "give-back"; readonly lock: string }
  /** Leaves the queue of a lock. */
  | { readonly kind: "leave"; readonly lock: string }
  | { readonly kind: "watch"; readonly watch: number }
  /** Nobody waits for its outcome. */
  | { readonly kind: "none" };

type Without<Request, Keys extends string> = Request extends unknown ? Omit<Request, Keys> : never;

/** A request to which only its number is missing, and, for a session's command, the session's. */
export type Draft =
  | Without<Exclude<ClientRequest, { kind: "command" }>, "id">
  | { readonly kind: "command"; readonly numbered: boolean; readonly command: Command };

/** When that is given up for which nobody waits. */
export const never = instant(Number.MAX_SAFE_INTEGER);

/** One sending of a request. */
export interface Attempt {
  readonly id: number;
  readonly sentAt: Instant;
}

/** Attempts of a job whose late answer still counts. */
export const earlierMax = 8;

export interface Job {
  readonly purpose: Purpose;
  readonly draft: Draft;
  /** It may be sent again though it may have been done: it is numbered, or changes nothing. */
  readonly repeats: boolean;
  /** It is done also when its caller waits no more: a lock that was let go must become free. */
  readonly insists: boolean;
  /** How long an answer may take before the connection is given up. */
  readonly attemptMax: Duration;
  /** When its caller is told that there was no answer. */
  readonly givenUpAt: Instant;
  /** While it is on its way. */
  attempt: Attempt | null;
  /** Attempts without an answer, which may come yet; the newest, at most `earlierMax`. */
  earlier: readonly Attempt[];
  /** How many there were. */
  unanswered: number;
  /** Of a session's command: it was applied after this index of the log, if it was. */
  sentAfter: number;
  notBefore: Instant;
  /** How often it was refused in a row. */
  refusals: number;
  /** An attempt was left without an answer. */
  doubtful: boolean;
  /** Its caller was told already; it is only kept for the order of the numbers. */
  told: boolean;
  /** Why it was not served when it last was not. */
  lastRefusal: CallOutcome | null;
}

export const isNumbered = (job: Job): boolean => job.draft.kind === "command" && job.draft.numbered;

/** Whether it may have changed something. */
export function changesSomething(draft: Draft): boolean {
  switch (draft.kind) {
    case "command":
    case "change-members":
    case "transfer":
      return true;
    case "query":
    case "keep-alive":
    case "watch":
    case "unwatch":
    case "members":
      return false;
    default:
      return unreachable(draft);
  }
}
