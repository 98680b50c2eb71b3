/**
 * What a user of the client asks for, and what comes of it. The words for what went wrong tell
 * three things apart that a user must not confuse: the service did it and says no (`applied`), it
 * was not done and will not be (`refused`), and nobody can tell (`unknown`).
 */
import type { Duration, Instant } from "../../../kernel/time.js";
import type {
  ClientReply,
  ClientRequest,
  Command,
  CommandResult,
  Freshness,
  Plain,
  Query,
  QueryResult,
  RequestRefusal,
  WatchEvent,
  WatchTarget,
} from "../ports.js";

export type ClientCall =
  /** Afterwards all commands are this session's, one after another, each exactly once. */
  | { readonly kind: "open-session"; readonly name: string; readonly lease: Duration }
  | { readonly kind: "close-session" }
  /**
   * In the session, or, where none was ever opened or it was closed, without one: sent once, and
   * `unknown` when the answer does not come.
   */
  | { readonly kind: "command"; readonly command: DataCommand }
  | { readonly kind: "query"; readonly query: Query; readonly freshness: Freshness }
  /** With `wait` its outcome comes when the lock is held, or when its time is over. */
  | {
      readonly kind: "acquire";
      readonly lock: string;
      readonly wait: boolean;
      readonly lockDelay: Duration;
    }
  /** Of a lock that is held or waited for; the belief in it ends at once. */
  | { readonly kind: "release"; readonly lock: string }
  /** Its events come under the number of this call until `unwatch`, over all reconnections. */
  | { readonly kind: "watch"; readonly target: WatchTarget; readonly after: number | null }
  | { readonly kind: "unwatch"; readonly watch: number }
  | { readonly kind: "members" }
  | { readonly kind: "change-members"; readonly change: Plain }
  | { readonly kind: "transfer"; readonly target: string | null };

export type DataCommand = Extract<Command, { kind: "put" | "delete" | "app" }>;

/** Why the client itself refuses a call: nothing of it was done. */
export type ClientRefusal =
  /** It was never sent, or only to be refused, until its time was over. */
  | "timed-out"
  /** It needs a session, and none is open. */
  | "not-in-session"
  /** The session has ended; it is for the user to open another, and to know what that means. */
  | "session-lost"
  | "not-held"
  | "cancelled"
  | "too-many-calls"
  | "wrong-call";

export type CallOutcome =
  /** The log has it, and all replicas came to this result, which may be a refusal of theirs. */
  | { readonly kind: "applied"; readonly at: number; readonly result: CommandResult }
  | {
      readonly kind: "answered";
      readonly at: number;
      readonly age: Duration | null;
      readonly result: QueryResult;
    }
  | { readonly kind: "ok"; readonly detail: Plain }
  | {
      readonly kind: "refused";
      readonly reason: RequestRefusal | ClientRefusal;
      readonly leader: string | null;
      readonly detail: string;
    }
  /** It may have been done, or may yet be, or never. */
  | { readonly kind: "unknown"; readonly detail: string };

export type SessionLoss =
  | "closed"
  /** A replica says that it has ended. */
  | "ended"
  /** No replica was heard for the lease and the grace period after it. */
  | "not-heard";

export type ServiceClientInput =
  /** `call` is the user's number for it, never used before; `within` is how long it may take. */
  | {
      readonly kind: "call";
      readonly call: number;
      readonly what: ClientCall;
      readonly within: Duration;
    }
  /** There is a connection to a replica, of which nothing was sent yet. */
  | { readonly kind: "connected" }
  | { readonly kind: "disconnected" }
  | { readonly kind: "reply"; readonly reply: ClientReply };

export type ServiceClientOutput =
  | { readonly kind: "send"; readonly request: ClientRequest }
  /** Nobody answers: drop the connection, and connect to another replica; then `connected`. */
  | { readonly kind: "reconnect" }
  | { readonly kind: "outcome"; readonly call: number; readonly outcome: CallOutcome }
  | { readonly kind: "event"; readonly watch: number; readonly event: WatchEvent }
  /** Events were missed and are not kept: read all again, and watch from there. */
  | { readonly kind: "watch-ended"; readonly watch: number; readonly detail: string }
  /** Sure until this instant on this clock, and so are its locks. */
  | { readonly kind: "session-opened"; readonly session: number; readonly until: Instant }
  /** Also the end of a jeopardy, Chubby's "safe": what was held is held under the same token. */
  | { readonly kind: "session-kept"; readonly until: Instant }
  /** It may have ended: nothing that it holds may be relied on until it is kept again, or lost. */
  | { readonly kind: "session-in-jeopardy" }
  /** Comes after a `lock-lost` of each lock. */
  | { readonly kind: "session-lost"; readonly reason: SessionLoss }
  | { readonly kind: "lock-held"; readonly lock: string; readonly token: number }
  | { readonly kind: "lock-lost"; readonly lock: string; readonly token: number };

export const refusedBy = (reason: ClientRefusal, detail: string): CallOutcome => ({
  kind: "refused",
  reason,
  leader: null,
  detail,
});
