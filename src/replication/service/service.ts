/**
 * The service as a state machine: sessions, keys, locks and the app's state behind one `apply`. It
 * has no clock; what time decides (the end of a lease, of a lock-delay) the leader puts into the
 * log as commands of its own, so that all replicas see it at the same place.
 *
 * Invariants: what a session holds goes with it: every holder, waiter and owner is an open session.
 * The state of a replica that restored a snapshot cannot be told from that of the one that made it.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { Duration } from "../../kernel/time.js";
import { type AppCommands, noAppCommands } from "./app-commands.js";
import { AppState } from "./app-state.js";
import { parseCommand } from "./command-bytes.js";
import { type KeyLimits, Keys, keyLimits } from "./keys.js";
import { type LockLimits, Locks, lockLimits } from "./locks.js";
import { done, noSession, refused } from "./outcomes.js";
import type {
  Command,
  CommandResult,
  JudgedCommand,
  LeaderCommand,
  Plain,
  Query,
  QueryResult,
  WatchEvent,
} from "./ports.js";
import {
  answerWithout,
  type Session,
  type SessionLimits,
  Sessions,
  sessionLimits,
} from "./sessions.js";
import { parseSnapshot, snapshotBytes } from "./snapshot.js";
import type { Applied, StateMachine } from "./state-machine.js";

export type ServiceLimits = KeyLimits & LockLimits & SessionLimits;

export const serviceLimits: ServiceLimits = { ...keyLimits, ...lockLimits, ...sessionLimits };

/** Everything that is replicated. */
export interface ServiceState {
  /** The index of the last command that was applied; 0 before the first. */
  at: number;
  readonly sessions: Sessions;
  readonly keys: Keys;
  readonly locks: Locks;
  readonly app: AppState;
}

/** A lock that nobody gets until the leader ends its delay. */
export interface LockDelay {
  readonly lock: string;
  readonly token: number;
  readonly delay: Duration;
}

export class Service implements StateMachine {
  readonly #app: AppCommands;
  readonly #limits: ServiceLimits;
  #state: ServiceState;
  #timedChanges = 0;
  #appChanges = 0;

  /** @param limits for tests; all replicas of a group must have the same. */
  constructor(app: AppCommands = noAppCommands, limits: ServiceLimits = serviceLimits) {
    this.#app = app;
    this.#limits = limits;
    this.#state = newState(app, limits);
  }

  /** Grows whenever the open sessions or the delayed locks change, for `Leases`. */
  get timedChanges(): number {
    return this.#timedChanges;
  }

  /** Grows whenever the app's state changes. */
  get appChanges(): number {
    return this.#appChanges;
  }

  /** The index of the entry that has changed the app's state last; 0 where none has. */
  get appChangedAt(): number {
    return this.#state.app.changedAt;
  }

  get appState(): Plain {
    return this.#state.app.state;
  }

  get openSessions(): ReadonlyMap<number, Session> {
    return this.#state.sessions.open;
  }

  lockDelays(): LockDelay[] {
    const delayed = this.#state.locks.sorted().filter((lock) => lock.delay > 0);
    return delayed.map(({ name, token, delay }) => ({ lock: name, token, delay }));
  }

  apply(index: number, bytes: Uint8Array): Applied {
    if (index <= this.#state.at)
      assert(false, `entry ${index} comes after entry ${this.#state.at}`);
    this.#state.at = index;
    const events: WatchEvent[] = [];
    const logged = parseCommand(bytes);
    if (logged === null) return { result: refused("invalid", "unreadable command"), events };
    const { session, sequence, command } = logged;
    if (command.kind === "known-app") {
      const lacks = this.lacks(command.name);
      if (lacks !== null) return { result: refused("unknown-command", lacks), events, lacks };
    }
    if (command.kind === "expire-session" || command.kind === "end-lock-delay") {
      return { result: this.#applyLeaders(index, command, events), events };
    }
    if (session === 0) return { result: this.#applyCommand(index, null, command, events), events };
    return { result: this.#applyNumbered(index, session, sequence, command, events), events };
  }

  /** What the app lacks to apply its command `name`; null where it has that. */
  lacks(name: string): string | null {
    const has = this.#app.lacks(name);
    return has === null ? null : `has no command ${name}; it has ${has}`;
  }

  query(query: Query): QueryResult {
    const { keys, locks, sessions, app } = this.#state;
    switch (query.kind) {
      case "get":
        return { kind: "key", found: keys.get(query.key) };
      case "list":
        return { kind: "keys", ...keys.list(query.prefix, query.after, query.limit) };
      case "lock":
        return { kind: "lock", lock: locks.view(query.lock) };
      case "locks":
        return { kind: "locks", locks: locks.views() };
      case "session":
        return { kind: "session", open: sessions.open.has(query.session) };
      case "app":
        return { kind: "app", state: app.state };
      default:
        return unreachable(query);
    }
  }

  snapshot(): Uint8Array {
    return snapshotBytes(this.#state);
  }

  restore(snapshot: Uint8Array): boolean {
    const state = newState(this.#app, this.#limits);
    if (!parseSnapshot(snapshot, state, this.#limits)) return false;
    this.#state = state;
    this.#timedChanges += 1;
    this.#appChanges += 1;
    return true;
  }

  #applyNumbered(
    at: number,
    id: number,
    sequence: number,
    command: Command | JudgedCommand,
    events: WatchEvent[],
  ): CommandResult {
    const session = this.#state.sessions.open.get(id);
    if (session === undefined) return noSession(id);
    const answer = answerWithout(session, sequence);
    if (answer !== null) return answer;
    const result = this.#applyCommand(at, session, command, events);
    session.sequence = sequence;
    session.result = result;
    return result;
  }

  #applyCommand(
    at: number,
    session: Session | null,
    command: Command | JudgedCommand,
    events: WatchEvent[],
  ): CommandResult {
    switch (command.kind) {
      case "put":
        return this.#put(at, session, command, events);
      case "delete":
        return this.#state.keys.delete(at, command, events);
      case "app":
      case "known-app":
        return this.#applyApp(at, command.name, command.argument);
      case "refuse-app":
        return refused("unknown-command", command.detail);
      case "open-session":
        return this.#openSession(at, session, command);
      case "close-session":
      case "acquire":
      case "release":
        return session === null ? noSession(0) : this.#ofSession(at, session, command, events);
      default:
        return unreachable(command);
    }
  }

  #ofSession(
    at: number,
    session: Session,
    command: Extract<Command, { kind: "close-session" | "acquire" | "release" }>,
    events: WatchEvent[],
  ): CommandResult {
    const { locks } = this.#state;
    switch (command.kind) {
      case "acquire":
        return locks.acquire(at, command, session.id, events);
      case "release":
        return locks.release(at, command, session.id, events);
      case "close-session":
        this.#endSession(at, session.id, false, events);
        return done;
      default:
        return unreachable(command);
    }
  }

  #put(
    at: number,
    session: Session | null,
    command: Extract<Command, { kind: "put" }>,
    events: WatchEvent[],
  ): CommandResult {
    if (!command.ephemeral) return this.#state.keys.put(at, command, 0, events);
    if (session === null) return noSession(0);
    return this.#state.keys.put(at, command, session.id, events);
  }

  /** Where it lacks a command here, that was judged by no leader: it is from a log of before. */
  #applyApp(at: number, name: string, argument: Plain): CommandResult {
    const lacks = this.lacks(name);
    if (lacks !== null) return refused("unknown-command", `the app ${lacks}`);
    const { app } = this.#state;
    const before = app.state;
    const result = app.apply(at, name, argument);
    if (app.state !== before) this.#appChanges += 1;
    return result;
  }

  #openSession(
    at: number,
    session: Session | null,
    command: Extract<Command, { kind: "open-session" }>,
  ): CommandResult {
    if (session !== null) return refused("invalid", "a session cannot open another");
    this.#timedChanges += 1;
    return this.#state.sessions.openNew(at, command);
  }

  #applyLeaders(at: number, command: LeaderCommand, events: WatchEvent[]): CommandResult {
    this.#timedChanges += 1;
    switch (command.kind) {
      case "expire-session": {
        const open = this.openSessions.has(command.session);
        if (open) this.#endSession(at, command.session, true, events);
        return done;
      }
      case "end-lock-delay":
        this.#state.locks.endDelay(at, command.lock, command.token, events);
        return done;
      default:
        return unreachable(command);
    }
  }

  #endSession(at: number, session: number, expired: boolean, events: WatchEvent[]): void {
    const { locks, keys, sessions } = this.#state;
    events.push({ kind: "session-ended", at, session });
    keys.endSession(at, session, events);
    locks.endSession(at, session, expired, events);
    sessions.end(session);
    this.#timedChanges += 1;
  }
}

function newState(app: AppCommands, limits: ServiceLimits): ServiceState {
  const sessions = new Sessions(limits);
  const nameOf = (id: number): string => sessions.open.get(id)?.name ?? "";
  const locks = new Locks(limits, nameOf);
  return { at: 0, sessions, keys: new Keys(limits), locks, app: new AppState(app) };
}
