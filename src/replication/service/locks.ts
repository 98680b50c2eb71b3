/**
 * The lock service after Chubby (Burrows 2006, sections 2.2 to 2.5): exclusive, advisory locks that
 * sessions hold, each holder with a sequencer (`token`) by which whatever the lock protects can
 * refuse a holder of before (section 2.4). Ours are fencing tokens: the index of the log entry by
 * which the lock was got.
 *
 * Beyond Chubby there is a queue: who waits is served first come, first served, in the entry by
 * which the lock becomes free, so no waiter has to be woken in order to ask again.
 *
 * After a holder's session has expired the lock is `delayed`: nobody gets it until the leader says
 * that the holder's lock-delay is over. That protects what does not check tokens from a late
 * command of the old holder. There is no clock here; the leader has one (see leases.ts).
 *
 * Invariants: a lock that is free, and not delayed, has no waiters; a session waits once in a
 * queue, and not for a lock that it holds.
 */
import { assert } from "../../kernel/assert.js";
import { type Duration, micros } from "../../kernel/time.js";
import { locksMax, waitersMax } from "./limits.js";
import { done, held, queued, refused } from "./outcomes.js";
import type { Command, CommandResult, LockView, WatchEvent } from "./ports.js";

/** A session that holds or wants a lock, and the delay that it asked for. */
export interface Claim {
  readonly session: number;
  readonly lockDelay: Duration;
}

export interface Lock {
  readonly name: string;
  holder: Claim | null;
  /** Of the holder, or of the last one. */
  token: number;
  /** How long nobody gets it; 0 while it is not delayed. */
  delay: Duration;
  waiters: Claim[];
}

export interface LockLimits {
  readonly locksMax: number;
  readonly waitersMax: number;
}

export const lockLimits: LockLimits = { locksMax, waitersMax };

const noDelay = micros(0);

export class Locks {
  readonly #limits: LockLimits;
  readonly #nameOf: (session: number) => string;
  readonly #byName = new Map<string, Lock>();

  /** @param nameOf the name of an open session */
  constructor(limits: LockLimits, nameOf: (session: number) => string) {
    this.#limits = limits;
    this.#nameOf = nameOf;
  }

  acquire(
    at: number,
    command: Extract<Command, { kind: "acquire" }>,
    session: number,
    events: WatchEvent[],
  ): CommandResult {
    const lock = this.#byName.get(command.lock) ?? this.#create(command.lock);
    if (lock === null) return this.#tooMany();
    const claim = { session, lockDelay: command.lockDelay };
    if (lock.holder?.session === session) {
      lock.holder = claim;
      return held(lock.token);
    }
    if (isFree(lock)) {
      this.#give(at, lock, claim, events);
      return held(lock.token);
    }
    return command.wait ? this.#queue(lock, claim) : this.#notNow(lock);
  }

  /** The holder gives it back; with token 0 a waiting session leaves the queue. */
  release(
    at: number,
    command: Extract<Command, { kind: "release" }>,
    session: number,
    events: WatchEvent[],
  ): CommandResult {
    const lock = this.#byName.get(command.lock);
    if (lock === undefined) return notHolder(command.lock);
    if (command.token === 0) return leave(lock, session) ? done : notHolder(lock.name);
    if (lock.holder?.session !== session || lock.token !== command.token) {
      return notHolder(lock.name);
    }
    this.#pass(at, lock, events);
    return done;
  }

  /** What it held goes on to who waits; delayed, where the session expired and was not closed. */
  endSession(at: number, session: number, expired: boolean, events: WatchEvent[]): void {
    for (const lock of this.sorted()) {
      leave(lock, session);
      if (lock.holder?.session !== session) continue;
      const delay = expired ? lock.holder.lockDelay : noDelay;
      if (delay === 0) this.#pass(at, lock, events);
      else this.#delay(at, lock, delay, events);
    }
  }

  /** The leader says that the delay after the holder of `token` is over. */
  endDelay(at: number, name: string, token: number, events: WatchEvent[]): void {
    const lock = this.#byName.get(name);
    if (lock !== undefined && lock.delay > 0 && lock.token === token) this.#pass(at, lock, events);
  }

  view(name: string): LockView {
    const lock = this.#byName.get(name);
    if (lock !== undefined) return this.#viewOf(lock);
    return { lock: name, holder: null, token: 0, waiting: 0, delayed: false };
  }

  views(): LockView[] {
    return this.sorted().map((lock) => this.#viewOf(lock));
  }

  /** All that are remembered, by name. */
  sorted(): Lock[] {
    return [...this.#byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** Puts a lock as it is; for a restored snapshot. */
  store(lock: Lock): void {
    this.#byName.set(lock.name, lock);
  }

  /** Null where there are too many that are in use. */
  #create(name: string): Lock | null {
    if (this.#byName.size >= this.#limits.locksMax && !this.#forgetOldest()) return null;
    const lock: Lock = { name, holder: null, token: 0, delay: noDelay, waiters: [] };
    this.#byName.set(name, lock);
    return lock;
  }

  /** Forgetting a free lock is safe: its next token is a later index, and so greater. */
  #forgetOldest(): boolean {
    let oldest: Lock | null = null;
    for (const lock of this.#byName.values()) {
      if (!isFree(lock) || (oldest !== null && !isBefore(lock, oldest))) continue;
      oldest = lock;
    }
    return oldest !== null && this.#byName.delete(oldest.name);
  }

  #give(at: number, lock: Lock, claim: Claim, events: WatchEvent[]): void {
    assert(lock.token < at, `the tokens of ${lock.name} do not grow`);
    lock.holder = claim;
    lock.token = at;
    lock.delay = noDelay;
    events.push({ kind: "lock", at, lock: this.#viewOf(lock) });
  }

  /** Nobody holds it any more: the first who waits does, or it is free. */
  #pass(at: number, lock: Lock, events: WatchEvent[]): void {
    const next = lock.waiters.shift();
    if (next !== undefined) {
      this.#give(at, lock, next, events);
      return;
    }
    lock.holder = null;
    lock.delay = noDelay;
    events.push({ kind: "lock", at, lock: this.#viewOf(lock) });
  }

  #delay(at: number, lock: Lock, delay: Duration, events: WatchEvent[]): void {
    lock.holder = null;
    lock.delay = delay;
    events.push({ kind: "lock", at, lock: this.#viewOf(lock) });
  }

  #queue(lock: Lock, claim: Claim): CommandResult {
    const place = lock.waiters.findIndex((waiter) => waiter.session === claim.session);
    if (place >= 0) {
      lock.waiters[place] = claim;
      return queued;
    }
    if (lock.waiters.length >= this.#limits.waitersMax) {
      return refused("limit", `${this.#limits.waitersMax} sessions wait for ${lock.name} already`);
    }
    lock.waiters.push(claim);
    return queued;
  }

  #notNow(lock: Lock): CommandResult {
    if (lock.holder === null) {
      return refused("delayed", `${lock.name}: its holder has expired; ask again, or wait`);
    }
    const { session } = lock.holder;
    return refused("held", `${lock.name} is held by ${this.#nameOf(session)}, session ${session}`);
  }

  #tooMany(): CommandResult {
    return refused("limit", `${this.#limits.locksMax} locks are in use already`);
  }

  #viewOf(lock: Lock): LockView {
    const { name, holder, token, waiters, delay } = lock;
    return {
      lock: name,
      holder:
        holder === null ? null : { session: holder.session, name: this.#nameOf(holder.session) },
      token,
      waiting: waiters.length,
      delayed: delay > 0,
    };
  }
}

const isFree = (lock: Lock): boolean => lock.holder === null && lock.delay === 0;

/** In the order in which free locks are forgotten. */
const isBefore = (one: Lock, other: Lock): boolean =>
  one.token === other.token ? one.name < other.name : one.token < other.token;

function leave(lock: Lock, session: number): boolean {
  const place = lock.waiters.findIndex((waiter) => waiter.session === session);
  if (place >= 0) lock.waiters.splice(place, 1);
  return place >= 0;
}

const notHolder = (lock: string): CommandResult =>
  refused("not-holder", `${lock} is not held, or waited for, by this session under this token`);
