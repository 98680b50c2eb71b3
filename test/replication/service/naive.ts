/**
 * The service once more, as naive as it can be: arrays that are searched, nothing kept in order, no
 * bounds. It is what the property tests compare with.
 */

import type { AppCommands } from "../../../src/replication/service/app-commands.js";
import type {
  Command,
  CommandResult,
  JudgedCommand,
  KeyValue,
  LockView,
  Plain,
} from "../../../src/replication/service/ports.js";
import type { LogLine } from "./commands.js";

interface NaiveSession {
  id: number;
  name: string;
  sequence: number;
  result: unknown;
}

interface NaiveLock {
  name: string;
  token: number;
  delayed: boolean;
  /** The holder first, where there is one. */
  holder: number | null;
  lockDelay: number;
  queue: { session: number; lockDelay: number }[];
}

/** A result without the words for people. */
export function bare(result: CommandResult): unknown {
  return result.ok ? result : { ok: false, reason: result.reason };
}

const no = (reason: string): unknown => ({ ok: false, reason });

export class NaiveService {
  sessions: NaiveSession[] = [];
  keys: (KeyValue & { owner: number })[] = [];
  locks: NaiveLock[] = [];
  state: Plain;
  readonly #app: AppCommands;

  constructor(app: AppCommands) {
    this.#app = app;
    this.state = app.initial;
  }

  apply(line: LogLine): unknown {
    const { session: id, sequence, command, index } = line;
    if (command.kind === "expire-session") {
      if (this.sessions.some((one) => one.id === command.session))
        this.#end(index, command.session, true);
      return { ok: true, kind: "done" };
    }
    if (command.kind === "end-lock-delay") {
      const lock = this.locks.find((one) => one.name === command.lock);
      if (lock?.delayed && lock.token === command.token) {
        lock.delayed = false;
        this.#next(index, lock);
      }
      return { ok: true, kind: "done" };
    }
    if (id === 0) return this.#do(index, 0, command);
    const session = this.sessions.find((one) => one.id === id);
    if (session === undefined) return no("no-session");
    if (sequence === session.sequence && sequence > 0) return session.result;
    if (sequence !== session.sequence + 1) return no("invalid");
    session.sequence = sequence;
    session.result = this.#do(index, id, command);
    return session.result;
  }

  list(prefix: string): KeyValue[] {
    const found = this.keys.filter((one) => one.key.startsWith(prefix));
    return found
      .map(({ key, value, version, changedAt }) => ({ key, value, version, changedAt }))
      .sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  lock(name: string): LockView {
    const lock = this.locks.find((one) => one.name === name);
    const holder = this.sessions.find((one) => one.id === lock?.holder);
    return {
      lock: name,
      holder: holder === undefined ? null : { session: holder.id, name: holder.name },
      token: lock?.token ?? 0,
      waiting: lock?.queue.length ?? 0,
      delayed: lock?.delayed ?? false,
    };
  }

  #do(index: number, session: number, command: Command | JudgedCommand): unknown {
    switch (command.kind) {
      case "open-session":
        if (session !== 0) return no("invalid");
        this.sessions.push({ id: index, name: command.name, sequence: 0, result: null });
        return { ok: true, kind: "session", session: index };
      case "close-session":
        if (session === 0) return no("no-session");
        this.#end(index, session, false);
        return { ok: true, kind: "done" };
      case "put": {
        if (command.ephemeral && session === 0) return no("no-session");
        const old = this.keys.find((one) => one.key === command.key);
        const version = old?.version ?? 0;
        if (command.condition !== null && command.condition.version !== version) {
          return no("version-mismatch");
        }
        this.keys = this.keys.filter((one) => one !== old);
        this.keys.push({
          key: command.key,
          value: command.value,
          version: version + 1,
          changedAt: index,
          owner: command.ephemeral ? session : 0,
        });
        return { ok: true, kind: "changed", version: version + 1 };
      }
      case "delete": {
        const old = this.keys.find((one) => one.key === command.key);
        const version = old?.version ?? 0;
        if (command.condition !== null && command.condition.version !== version) {
          return no("version-mismatch");
        }
        this.keys = this.keys.filter((one) => one !== old);
        return { ok: true, kind: "done" };
      }
      case "acquire":
        return session === 0 ? no("no-session") : this.#acquire(index, session, command);
      case "release":
        return session === 0 ? no("no-session") : this.#release(index, session, command);
      case "refuse-app":
        return no("unknown-command");
      case "known-app":
      case "app": {
        const outcome = this.#app.apply(this.state, command.name, command.argument);
        if (!outcome.ok) return no(outcome.reason);
        this.state = outcome.state;
        return { ok: true, kind: "app", result: outcome.result };
      }
    }
  }

  #acquire(
    index: number,
    session: number,
    command: Extract<Command, { kind: "acquire" }>,
  ): unknown {
    let lock = this.locks.find((one) => one.name === command.lock);
    if (lock === undefined) {
      lock = {
        name: command.lock,
        token: 0,
        delayed: false,
        holder: null,
        lockDelay: 0,
        queue: [],
      };
      this.locks.push(lock);
    }
    if (lock.holder === session) {
      lock.lockDelay = command.lockDelay;
      return { ok: true, kind: "held", token: lock.token };
    }
    if (lock.holder !== null || lock.delayed) {
      if (!command.wait) return no(lock.delayed ? "delayed" : "held");
      const waiting = lock.queue.find((one) => one.session === session);
      if (waiting === undefined) lock.queue.push({ session, lockDelay: command.lockDelay });
      else waiting.lockDelay = command.lockDelay;
      return { ok: true, kind: "queued" };
    }
    lock.queue = [{ session, lockDelay: command.lockDelay }];
    this.#next(index, lock);
    return { ok: true, kind: "held", token: index };
  }

  #release(
    index: number,
    session: number,
    command: Extract<Command, { kind: "release" }>,
  ): unknown {
    const lock = this.locks.find((one) => one.name === command.lock);
    if (lock === undefined) return no("not-holder");
    if (command.token === 0) {
      if (!lock.queue.some((one) => one.session === session)) return no("not-holder");
      lock.queue = lock.queue.filter((one) => one.session !== session);
      return { ok: true, kind: "done" };
    }
    if (lock.holder !== session || lock.token !== command.token) return no("not-holder");
    this.#next(index, lock);
    return { ok: true, kind: "done" };
  }

  #end(index: number, session: number, expired: boolean): void {
    this.keys = this.keys.filter((one) => one.owner !== session);
    this.sessions = this.sessions.filter((one) => one.id !== session);
    for (const lock of this.locks) {
      lock.queue = lock.queue.filter((one) => one.session !== session);
      if (lock.holder !== session) continue;
      lock.holder = null;
      lock.delayed = expired && lock.lockDelay > 0;
      if (!lock.delayed) this.#next(index, lock);
    }
  }

  #next(index: number, lock: NaiveLock): void {
    const first = lock.queue.shift();
    lock.holder = first?.session ?? null;
    if (first === undefined) return;
    lock.lockDelay = first.lockDelay;
    lock.token = index;
  }
}
