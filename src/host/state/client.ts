/**
 * The replicated state for programs: `connect` to the replicas of this machine, and read, write,
 * lock and watch. See docs/state.md.
 */
import { randomInt } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { assert, UsageError } from "../../kernel/assert.js";
import { type Duration, micros, seconds } from "../../kernel/time.js";
import { leaderWait } from "../../replication/replica/limits.js";
import type { ClientCall } from "../../replication/service/client/calls.js";
import {
  ServiceClient,
  serviceClientDefaults,
} from "../../replication/service/client/service-client.js";
import type {
  CommandResult,
  Plain,
  Query,
  QueryResult,
  WatchTarget,
} from "../../replication/service/ports.js";
import {
  conditionIn,
  indexIn,
  leaseIn,
  limitIn,
  lockDelayIn,
  nameIn,
  nodeIn,
  plainIn,
  prefixIn,
  targetIn,
  timeoutIn,
  valueIn,
  versionIn,
  waitIn,
} from "./arguments.js";
import {
  type AcquireOptions,
  type ConnectOptions,
  connectDefaults,
  type HeldLock,
  type ListOptions,
  type ReadOptions,
  type StateClient,
  StateRefusal,
  type Watch,
  type WriteOptions,
} from "./client-ports.js";
import { LiveClient } from "./live-client.js";

export {
  type ConnectOptions,
  type HeldLock,
  type StateClient,
  StateRefusal,
  type Watch,
} from "./client-ports.js";

const suffix = ".state.sock";

/** Keys of one page, unless fewer are asked for. */
const pageKeys = 1_000;

/**
 * A replica that says nothing for so long hangs. It may wait for a leader before it says that there
 * is none (`leaderWait`), and a write without a session must not be given up as lost before that.
 */
const attemptMax = micros(leaderWait + seconds(1));

/**
 * Rejects with a `StateRefusal`: `no-replica` or `not-permitted` where none can be reached now. One
 * that is lost later is no reason to end: the others are tried until it is closed.
 *
 * @throws UsageError where the options name no place, or are none
 */
export async function connect(options: ConnectOptions): Promise<StateClient> {
  const { lease, timeout, exactlyOnce } = { ...connectDefaults, ...options };
  const session = { name: nameIn("name", options.name ?? `process/${process.pid}`), lease };
  leaseIn(lease);
  timeoutIn(timeout);
  const paths = options.paths ?? (await pathsIn(options.stateDir));
  if (paths.length === 0) {
    throw new StateRefusal("no-replica", `no replica runs with ${options.stateDir ?? "[]"}`);
  }
  const client = await LiveClient.open({
    paths,
    timeout,
    session,
    makeMachine: () =>
      new ServiceClient({ ...serviceClientDefaults, attemptMax, seed: randomInt(2 ** 47) }),
  });
  return new Client(client, exactlyOnce);
}

async function pathsIn(stateDir: string | undefined): Promise<string[]> {
  if (stateDir === undefined) throw new UsageError("connect: expected stateDir or paths");
  const names = await readdir(stateDir).catch(() => []);
  const sockets = names.filter((name) => name.endsWith(suffix)).sort();
  return sockets.map((name) => join(stateDir, name));
}

class Client implements StateClient {
  readonly #client: LiveClient;
  readonly #exactlyOnce: boolean;

  constructor(client: LiveClient, exactlyOnce: boolean) {
    this.#client = client;
    this.#exactlyOnce = exactlyOnce;
  }

  readonly lock = {
    acquire: (lock: string, options: AcquireOptions = {}) => this.#acquire(lock, options),
    get: async (name: string, options: ReadOptions = {}) => {
      const lock = nameIn("lock", name);
      const { at, age, result } = await this.#query({ kind: "lock", lock }, "lock", options);
      return { at, age, lock: result.lock };
    },
    list: async (options: ReadOptions = {}) => {
      const { at, age, result } = await this.#query({ kind: "locks" }, "locks", options);
      return { at, age, locks: result.locks };
    },
  };

  readonly app = {
    command: async (name: string, argument: Plain) => {
      const given = { name: nameIn("name", name), argument: plainIn("argument", argument) };
      const command = { kind: "app", ...given } as const;
      return resultOf(await this.#write({ kind: "command", command }), "app").result;
    },
    query: async (options: ReadOptions = {}) => {
      const { at, age, result } = await this.#query({ kind: "app" }, "app", options);
      return { at, age, state: result.state };
    },
  };

  readonly members = {
    get: () => this.#tell({ kind: "members" }),
    change: async (change: Plain) =>
      this.#tell({ kind: "change-members", change: plainIn("change", change) }),
    transfer: async (target: string | null) =>
      this.#tell({ kind: "transfer", target: target === null ? null : nodeIn(target) }),
  };

  async get(key: string, options: ReadOptions = {}) {
    const query = { kind: "get", key: nameIn("key", key) } as const;
    const { at, age, result } = await this.#query(query, "key", options);
    return { at, age, found: result.found };
  }

  async list(prefix: string, options: ReadOptions & ListOptions = {}) {
    const { after, limit = pageKeys } = options;
    const page = {
      limit: limitIn(limit),
      after: after === undefined ? null : nameIn("after", after),
    };
    const query = { kind: "list", prefix: prefixIn("prefix", prefix), ...page } as const;
    const { at, age, result } = await this.#query(query, "keys", options);
    return { at, age, keys: result.keys, more: result.more };
  }

  async put(key: string, value: Uint8Array | string, options: WriteOptions = {}) {
    const ephemeral = options.ephemeral === true;
    const condition = conditionIn(options.version);
    const what = { key: nameIn("key", key), value: valueIn(value), condition, ephemeral };
    const command = { kind: "put", ...what } as const;
    const given = await this.#write({ kind: "command", command }, ephemeral);
    return { version: resultOf(given, "changed").version, at: given.at };
  }

  async cas(key: string, version: number, value: Uint8Array | string) {
    return this.put(key, value, { version: versionIn(version) });
  }

  async delete(key: string, options: Pick<WriteOptions, "version"> = {}): Promise<void> {
    const condition = conditionIn(options.version);
    const command = { kind: "delete", key: nameIn("key", key), condition } as const;
    await this.#write({ kind: "command", command });
  }

  watch(target: WatchTarget, after?: number): Watch {
    return this.#client.watch(targetIn(target), after === undefined ? null : indexIn(after));
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  leave(): void {
    this.#client.leave();
  }

  async #acquire(name: string, options: AcquireOptions): Promise<HeldLock> {
    const lock = nameIn("lock", name);
    const wait = waitIn(options.wait ?? 0);
    const lockDelay = lockDelayIn(options.lockDelay ?? 0);
    const what = { kind: "acquire", lock, wait: wait > 0, lockDelay } as const;
    const within: Duration | undefined = wait > 0 ? wait : undefined;
    const given = await this.#client.callInSession(what, within);
    assert(given.kind === "applied", "a lock is held by a command");
    const { token } = resultOf(given, "held");
    const lost = this.#client.doubtOf(lock);
    return {
      ...{ lock, token, lost },
      isSure: () => !lost.aborted && this.#client.isSure(),
      release: () => this.#client.release(lock, token),
    };
  }

  async #write(what: ClientCall, needsSession = false) {
    const inSession = this.#exactlyOnce || needsSession;
    const given = await (inSession ? this.#client.callInSession(what) : this.#client.call(what));
    assert(given.kind === "applied", "a write was answered like a read");
    return given;
  }

  async #query<Kind extends QueryResult["kind"]>(query: Query, kind: Kind, options: ReadOptions) {
    const freshness = options.stale === true ? "stale" : "linearizable";
    const given = await this.#client.call({ kind: "query", query, freshness });
    assert(given.kind === "answered", "a read was answered like a write");
    const { at, age, result } = given;
    if (result.kind !== kind) throw wrongAnswer(kind, result.kind);
    return { at, age, result: result as Extract<QueryResult, { readonly kind: Kind }> };
  }

  async #tell(what: ClientCall): Promise<Plain> {
    const given = await this.#client.call(what);
    assert(given.kind === "ok", "a word about the group was answered like something else");
    return given.detail;
  }
}

type Applied = { readonly result: CommandResult };

function resultOf<Kind extends Extract<CommandResult, { readonly ok: true }>["kind"]>(
  { result }: Applied,
  kind: Kind,
): Extract<CommandResult, { readonly ok: true; readonly kind: Kind }> {
  if (result.ok && result.kind === kind) {
    return result as Extract<CommandResult, { readonly ok: true; readonly kind: Kind }>;
  }
  throw wrongAnswer(kind, result.ok ? result.kind : result.reason);
}

/** A replica of another version, or another program. */
const wrongAnswer = (expected: string, got: string): StateRefusal =>
  new StateRefusal("malformed", `the replica answered with ${got}, expected ${expected}`);
