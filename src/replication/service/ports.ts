/**
 * The replicated service as its clients see it: settings by key, locks, and the app's own state,
 * behind sessions. Whatever changes it is a `Command`, which goes through the log and is applied by
 * every replica in the same order; whatever only looks is a `Query`.
 *
 * Sessions are those of Chubby (Burrows 2006): a client keeps one alive; when the leader has not
 * heard from it for its lease, the session ends, and with it its locks and its ephemeral keys. The
 * numbered commands of a session are applied exactly once, however often they are sent (Ongaro
 * 2014, section 6.3).
 *
 * A lock's `token` is Chubby's sequencer, a fencing token: the index of the log entry by which the
 * lock was got, so each holder's is greater than that of every holder before, of any lock. (Locks
 * that one entry passes on, as when a session ends, get the same.)
 */
import type { Duration } from "../../kernel/time.js";

/** Characters of a key, and of a lock's and a session's name: `[A-Za-z0-9._/-]`, at least one. */
export const nameLengthMax = 128;
/** Bytes of a value, of an app command's argument and of its result. */
export const valueBytesMax = 4_096;

/** Plain data: null, booleans, numbers, strings, and arrays and objects of them. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | readonly Plain[]
  | { readonly [key: string]: Plain };

/** Applies only if it holds: the key's version is `version`; 0 says that there is no such key. */
export interface Condition {
  readonly version: number;
}

export type Command =
  | { readonly kind: "open-session"; readonly name: string; readonly lease: Duration }
  | { readonly kind: "close-session" }
  | {
      readonly kind: "put";
      readonly key: string;
      readonly value: Uint8Array;
      readonly condition: Condition | null;
      /** The key goes when the session ends. */
      readonly ephemeral: boolean;
    }
  | { readonly kind: "delete"; readonly key: string; readonly condition: Condition | null }
  /**
   * Where another holds the lock: `wait` queues the session up (first come, first served; a watch
   * of the lock tells when it is held), otherwise the answer says who holds it.
   */
  | {
      readonly kind: "acquire";
      readonly lock: string;
      readonly wait: boolean;
      /** After a holder's session has expired, nobody gets the lock for so long; at most 60 s. */
      readonly lockDelay: Duration;
    }
  /** `token` 0: a session that waits leaves the queue. */
  | { readonly kind: "release"; readonly lock: string; readonly token: number }
  /** One of the app's own commands; see `defineApp`. */
  | { readonly kind: "app"; readonly name: string; readonly argument: Plain };

/** What the leader itself puts into the log. */
export type LeaderCommand =
  /** Its client was not heard for its lease; nothing where it has ended since. */
  | { readonly kind: "expire-session"; readonly session: number }
  /** The delay after an expired holder is over. */
  | { readonly kind: "end-lock-delay"; readonly lock: string; readonly token: number };

/** What the leader makes of an app's command, so that it has the same effect at all replicas. */
export type JudgedCommand =
  /** The app of the leader has it: whoever lacks it has another app, and cannot apply it. */
  | { readonly kind: "known-app"; readonly name: string; readonly argument: Plain }
  /** It has not: the command is refused with this, also where the app has it. */
  | { readonly kind: "refuse-app"; readonly detail: string };

export type Query =
  | { readonly kind: "get"; readonly key: string }
  /** Keys that begin with `prefix`, in order, after `after`; at most `limit`, at most 1,000. */
  | {
      readonly kind: "list";
      readonly prefix: string;
      readonly after: string | null;
      readonly limit: number;
    }
  | { readonly kind: "lock"; readonly lock: string }
  | { readonly kind: "locks" }
  | { readonly kind: "session"; readonly session: number }
  | { readonly kind: "app" };

export interface KeyValue {
  readonly key: string;
  readonly value: Uint8Array;
  /** Counts the changes of this key since it was made, from 1. */
  readonly version: number;
  /** The log index of its last change. */
  readonly changedAt: number;
}

export interface LockView {
  readonly lock: string;
  readonly holder: { readonly session: number; readonly name: string } | null;
  /** Of the holder; the last one's where nobody holds it; 0 where nobody ever did. */
  readonly token: number;
  readonly waiting: number;
  /** Nobody gets it: its holder's session has expired not long ago. */
  readonly delayed: boolean;
}

/** Why a command was applied to no effect. The same on every replica. */
export type CommandRefusal =
  | "no-session"
  | "version-mismatch"
  | "held"
  | "delayed"
  | "not-holder"
  | "unknown-command"
  | "invalid"
  | "app-refused"
  /** A bound of the service: keys, bytes, sessions, locks, waiters. */
  | "limit";

export type CommandResult =
  | { readonly ok: true; readonly kind: "session"; readonly session: number }
  | { readonly ok: true; readonly kind: "changed"; readonly version: number }
  | { readonly ok: true; readonly kind: "held"; readonly token: number }
  | { readonly ok: true; readonly kind: "queued" }
  | { readonly ok: true; readonly kind: "done" }
  | { readonly ok: true; readonly kind: "app"; readonly result: Plain }
  | { readonly ok: false; readonly reason: CommandRefusal; readonly detail: string };

export type QueryResult =
  | { readonly kind: "key"; readonly found: KeyValue | null }
  | { readonly kind: "keys"; readonly keys: readonly KeyValue[]; readonly more: boolean }
  | { readonly kind: "lock"; readonly lock: LockView }
  | { readonly kind: "locks"; readonly locks: readonly LockView[] }
  | { readonly kind: "session"; readonly open: boolean }
  | { readonly kind: "app"; readonly state: Plain };

/**
 * How fresh a read must be. `linearizable`: it sees every write that was acknowledged before it was
 * asked. `stale`: what the asked replica has, at once; the answer says how old that may be.
 */
export type Freshness = "linearizable" | "stale";

/** What a watch sees; in the order of the log, each once while the connection lasts. */
export type WatchEvent =
  | { readonly kind: "put"; readonly at: number; readonly found: KeyValue }
  | { readonly kind: "deleted"; readonly at: number; readonly key: string }
  | { readonly kind: "lock"; readonly at: number; readonly lock: LockView }
  | { readonly kind: "session-ended"; readonly at: number; readonly session: number };

export type WatchTarget =
  | { readonly kind: "prefix"; readonly prefix: string }
  | { readonly kind: "lock"; readonly lock: string }
  | { readonly kind: "session"; readonly session: number };

/** Of one client connection; `id` is the client's, and names the request in the reply. */
export type ClientRequest =
  | {
      readonly kind: "command";
      readonly id: number;
      /** 0: without a session, applied once each time that it comes. */
      readonly session: number;
      /** Of the session's commands, from 1, one at a time more; 0 without a session. */
      readonly sequence: number;
      readonly command: Command;
    }
  | {
      readonly kind: "query";
      readonly id: number;
      readonly freshness: Freshness;
      readonly query: Query;
    }
  /** Says that the session's client lives. `ok` counts from when it was sent. */
  | { readonly kind: "keep-alive"; readonly id: number; readonly session: number }
  /** Events after `after` (an index of the log) come as `event`s until `unwatch`. */
  | {
      readonly kind: "watch";
      readonly id: number;
      readonly target: WatchTarget;
      readonly after: number | null;
    }
  | { readonly kind: "unwatch"; readonly id: number; readonly watch: number }
  | { readonly kind: "members"; readonly id: number }
  | { readonly kind: "change-members"; readonly id: number; readonly change: Plain }
  | { readonly kind: "transfer"; readonly id: number; readonly target: string | null };

/**
 * Why a request was not served. After `unknown-outcome` a command may have been applied or may yet
 * be, or never: a session's command may be sent again under its number, another may not.
 */
export type RequestRefusal =
  | "no-leader"
  | "unknown-outcome"
  | "overloaded"
  | "no-session"
  | "disk-not-writable"
  | "no-quorum"
  /** The asked replica is a witness. */
  | "no-copy"
  | "malformed"
  /** Too old: what comes after `after` is not kept any more; read all, and watch from there. */
  | "compacted"
  /** Of a change of members; `detail` says which. */
  | "change-refused";

export type ClientReply =
  | {
      readonly kind: "result";
      readonly id: number;
      /** The index of the command's entry. */
      readonly at: number;
      readonly result: CommandResult;
    }
  | {
      readonly kind: "answer";
      readonly id: number;
      /** The last index that the answer knows of. */
      readonly at: number;
      /**
       * How old the state may be at most when the answer left: 0 of a linearizable one; null where
       * nobody can tell (no leader was heard since the start).
       */
      readonly age: Duration | null;
      readonly result: QueryResult;
    }
  | { readonly kind: "ok"; readonly id: number; readonly detail: Plain }
  | { readonly kind: "event"; readonly watch: number; readonly event: WatchEvent }
  | {
      readonly kind: "refused";
      readonly id: number;
      readonly reason: RequestRefusal;
      readonly leader: string | null;
      readonly detail: string;
    };
