/** The replicated state as a program sees it: what `connect` gives, and how it refuses. */
import { type Duration, seconds } from "../../kernel/time.js";
import type { ClientRefusal } from "../../replication/service/client/calls.js";
import type {
  CommandRefusal,
  KeyValue,
  LockView,
  Plain,
  RequestRefusal,
  WatchEvent,
  WatchTarget,
} from "../../replication/service/ports.js";

export interface ConnectOptions {
  /** The folder in which the replicas of this machine keep their state; all of them are tried. */
  readonly stateDir?: string;
  /** Instead: the state sockets of replicas (`NODE.state.sock`), tried in this order. */
  readonly paths?: readonly string[];
  /** Of the session, for people who ask who holds a lock; `[A-Za-z0-9._/-]`, at most 128. */
  readonly name?: string;
  /** The session ends when the leader has not heard of it for so long; 20 ms to 600 s. */
  readonly lease?: Duration;
  /** How long a request may take, over all replicas that are tried. */
  readonly timeout?: Duration;
  /**
   * False: writes have no session until a lock or an ephemeral key needs one. Many can be on their
   * way at one time then, and one whose answer was lost is refused as `unknown-outcome`; those of a
   * session go one after the other, are sent again, and are applied once.
   */
  readonly exactlyOnce?: boolean;
}

export const connectDefaults = {
  lease: seconds(10),
  timeout: seconds(10),
  exactlyOnce: true,
} as const;

export type StateRefusalReason =
  | RequestRefusal
  | CommandRefusal
  | ClientRefusal
  /** No replica of those that were named listens. */
  | "no-replica"
  /** This user may not open the socket of any. */
  | "not-permitted"
  /** The client was closed. */
  | "closed";

/** It was not done; after `unknown-outcome` it may have been, or may yet be. */
export class StateRefusal extends Error {
  override readonly name = "StateRefusal";
  readonly reason: StateRefusalReason;
  /** For people; may be empty. */
  readonly detail: string;
  /** Whom the replica that refused takes for the leader; null where it knows of none. */
  readonly leader: string | null;

  constructor(reason: StateRefusalReason, detail: string, leader: string | null = null) {
    super(detail === "" ? reason : `${reason}: ${detail}`);
    this.reason = reason;
    this.detail = detail;
    this.leader = leader;
  }
}

export interface ReadOptions {
  /** What the asked replica has, at once; `age` says how old that may be. */
  readonly stale?: boolean;
}

interface Read {
  /** The last index of the log that the answer knows of: a watch that begins there misses none. */
  readonly at: number;
  /** How old it may be; 0 of a linearizable read; null where nobody can tell. */
  readonly age: Duration | null;
}

export interface Found extends Read {
  readonly found: KeyValue | null;
}

export interface Listed extends Read {
  readonly keys: readonly KeyValue[];
  /** There are more after the last of these. */
  readonly more: boolean;
}

export interface LockRead extends Read {
  readonly lock: LockView;
}

export interface LocksRead extends Read {
  readonly locks: readonly LockView[];
}

export interface AppRead extends Read {
  readonly state: Plain;
}

export interface WriteOptions {
  /** Only if the key's version is this one; 0: only if there is no such key. */
  readonly version?: number;
  /** The key goes with the session of this client. */
  readonly ephemeral?: boolean;
}

export interface Written {
  readonly version: number;
  /** The index of the log at which it was written. */
  readonly at: number;
}

export interface AcquireOptions {
  /** How long to wait for it where another holds it; by default 0: it is refused as `held`. */
  readonly wait?: Duration;
  /** After our session has expired, nobody gets the lock for so long; at most 60 s; default 0. */
  readonly lockDelay?: Duration;
}

export interface HeldLock {
  readonly lock: string;
  /** Greater than that of every earlier holder: who is told of it can refuse an older one. */
  readonly token: number;
  /**
   * Aborted at the first doubt: when the session may have expired by our own clock, also while no
   * replica can be reached. What is done with the lock has to stop then. To acquire it again tells
   * whether it is still ours: it is, under the same token, where the session has lived on.
   */
  readonly lost: AbortSignal;
  /**
   * Whether it is ours for sure at this moment. To be asked right before something is done with it:
   * a process that was asleep has not been told yet that it lost the lock.
   */
  isSure(): boolean;
  /** Of this holding: one that was lost since is refused as `not-held`, also if we hold it anew. */
  release(): Promise<void>;
}

/** Ends when it is closed, and throws a `StateRefusal` when it cannot go on without a gap. */
export interface Watch extends AsyncIterable<WatchEvent> {
  close(): void;
}

/** Each call rejects with a `UsageError` where its arguments are wrong: nothing was done then. */
export interface StateClient {
  get(key: string, options?: ReadOptions): Promise<Found>;
  /** At most 1,000 a page; `after` is the last key of the page before. */
  list(prefix: string, options?: ReadOptions & ListOptions): Promise<Listed>;
  /** Text is written as UTF-8; at most 4,096 bytes. */
  put(key: string, value: Uint8Array | string, options?: WriteOptions): Promise<Written>;
  /** As `put` with a version; refused as `version-mismatch`. */
  cas(key: string, version: number, value: Uint8Array | string): Promise<Written>;
  /** Done as well where there is no such key. */
  delete(key: string, options?: Pick<WriteOptions, "version">): Promise<void>;
  /** @param after the `at` of a read: every later change is seen. Left out: from now on. */
  watch(target: WatchTarget, after?: number): Watch;
  readonly lock: {
    acquire(lock: string, options?: AcquireOptions): Promise<HeldLock>;
    get(lock: string, options?: ReadOptions): Promise<LockRead>;
    list(options?: ReadOptions): Promise<LocksRead>;
  };
  readonly app: {
    command(name: string, argument: Plain): Promise<Plain>;
    query(options?: ReadOptions): Promise<AppRead>;
  };
  readonly members: {
    get(): Promise<Plain>;
    change(change: Plain): Promise<Plain>;
    /** To the named voter, or to the most up-to-date one. */
    transfer(target: string | null): Promise<Plain>;
  };
  /** Ends the session, and with it its locks and ephemeral keys. */
  close(): Promise<void>;
  /** Goes without a word: what the session holds stays until its lease is over. */
  leave(): void;
}

export interface ListOptions {
  readonly after?: string;
  readonly limit?: number;
}
