/**
 * Which client sees which events. A watch sees what happened to a prefix of keys, a lock or a
 * session, in the order of the log, each event once, from an index on; each replica tells its own
 * clients of what it has applied itself.
 *
 * Nothing is queued for a client. The newest events stand in one history, and a watch with
 * something to tell knows only where in it it goes on. A client that takes its events slowly
 * (`pause`) holds up nobody and costs nothing: when what it would be told next has left the
 * history, its watch is told `compacted` and is gone, and the client reads what it needs to know
 * anew.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import { EventHistory } from "./event-history.js";
import { watchesMax, watchesOfClientMax } from "./limits.js";
import type { WatchEvent, WatchTarget } from "./ports.js";

/** `watch` is the id of the request that asked for it. */
export type WatchNotice =
  | {
      readonly kind: "event";
      readonly client: number;
      readonly watch: number;
      readonly event: WatchEvent;
    }
  /** The watch is gone. */
  | { readonly kind: "compacted"; readonly client: number; readonly watch: number };

export type WatchStart =
  /** Events after this index will come. */
  | { readonly ok: true; readonly after: number }
  | { readonly ok: false; readonly reason: "compacted" | "limit" };

interface Watch {
  readonly client: number;
  readonly id: number;
  readonly target: WatchTarget;
  /** It sees what happened after this index, which this replica may not have reached itself. */
  readonly after: number;
  /** The place in the history of the next event that it may see; null where there is none yet. */
  next: number | null;
}

interface WatchClient {
  readonly watches: Map<number, Watch>;
  paused: boolean;
}

export class Watches {
  readonly #history: EventHistory;
  readonly #clients = new Map<number, WatchClient>();
  /** Watches by what they see: `p/` and a prefix, `l/` and a lock, `s/` and a session. */
  readonly #byTarget = new Map<string, Set<Watch>>();
  /** The prefixes of `#byTarget`. */
  readonly #prefixes = new Set<string>();
  /** With something to tell. */
  readonly #pending = new Set<Watch>();
  #count = 0;

  /** @param history for tests, a shorter one */
  constructor(history = new EventHistory()) {
    this.#history = history;
  }

  /** @param applied the last index that was applied, from where a watch without `after` begins. */
  watch(
    client: number,
    id: number,
    target: WatchTarget,
    after: number | null,
    applied: number,
  ): WatchStart {
    const from = after ?? applied;
    if (!this.#history.reachesBackTo(from)) return { ok: false, reason: "compacted" };
    const entry = this.#clients.get(client) ?? { watches: new Map(), paused: false };
    if (entry.watches.has(id)) this.unwatch(client, id);
    if (entry.watches.size >= watchesOfClientMax || this.#count >= watchesMax) {
      return { ok: false, reason: "limit" };
    }
    const next = this.#history.placeAfter(from);
    const watch: Watch = { client, id, target, after: from, next };
    this.#clients.set(client, entry);
    entry.watches.set(id, watch);
    this.#index(watch);
    this.#count += 1;
    if (watch.next !== null) this.#pending.add(watch);
    return { ok: true, after: from };
  }

  unwatch(client: number, id: number): void {
    const entry = this.#clients.get(client);
    const watch = entry?.watches.get(id);
    if (entry === undefined || watch === undefined) return;
    entry.watches.delete(id);
    if (entry.watches.size === 0 && !entry.paused) this.#clients.delete(client);
    this.#unindex(watch);
    this.#pending.delete(watch);
    this.#count -= 1;
    assert(this.#count >= 0, "more watches ended than were begun");
  }

  clientGone(client: number): void {
    const entry = this.#clients.get(client);
    if (entry === undefined) return;
    for (const id of [...entry.watches.keys()]) this.unwatch(client, id);
    this.#clients.delete(client);
  }

  /** The client's connection takes no more: it is told nothing until `resume`. */
  pause(client: number): void {
    const entry = this.#clients.get(client) ?? { watches: new Map(), paused: true };
    entry.paused = true;
    this.#clients.set(client, entry);
  }

  resume(client: number): void {
    const entry = this.#clients.get(client);
    if (entry === undefined) return;
    entry.paused = false;
    if (entry.watches.size === 0) this.#clients.delete(client);
  }

  /** What an entry did, in order. */
  applied(events: readonly WatchEvent[]): void {
    for (const event of events) {
      const place = this.#history.push(event);
      if (this.#count > 0) this.#mark(event, place);
    }
  }

  /** The state became that of a snapshot as of `index`: what happened before is not known. */
  restored(index: number): readonly WatchNotice[] {
    this.#history.restart(index);
    const notices: WatchNotice[] = [];
    for (const entry of [...this.#clients.values()]) {
      for (const watch of [...entry.watches.values()]) notices.push(this.#drop(watch));
    }
    return notices;
  }

  /** Whether `take` has something to tell. */
  get waiting(): boolean {
    for (const watch of this.#pending) if (!this.#isPaused(watch)) return true;
    return false;
  }

  /** What is to be told now: of each watch at most `countMax` events; the rest next time. */
  take(countMax: number): readonly WatchNotice[] {
    if (this.#pending.size === 0) return [];
    const notices: WatchNotice[] = [];
    for (const watch of [...this.#pending]) {
      if (this.#isFallenBehind(watch)) notices.push(this.#drop(watch));
      else if (!this.#isPaused(watch)) this.#tell(watch, countMax, notices);
    }
    return notices;
  }

  #isPaused(watch: Watch): boolean {
    return this.#clients.get(watch.client)?.paused ?? false;
  }

  #isFallenBehind(watch: Watch): boolean {
    return watch.next !== null && watch.next < this.#history.first;
  }

  #drop(watch: Watch): WatchNotice {
    this.unwatch(watch.client, watch.id);
    return { kind: "compacted", client: watch.client, watch: watch.id };
  }

  #tell(watch: Watch, countMax: number, notices: WatchNotice[]): void {
    const { client, id, target } = watch;
    let count = 0;
    let place = watch.next ?? this.#history.end;
    for (; place < this.#history.end && count < countMax; place += 1) {
      const event = this.#history.at(place);
      if (!sees(target, event)) continue;
      notices.push({ kind: "event", client, watch: id, event });
      count += 1;
    }
    watch.next = place < this.#history.end ? place : null;
    if (watch.next === null) this.#pending.delete(watch);
  }

  #mark(event: WatchEvent, place: number): void {
    switch (event.kind) {
      case "put":
        this.#markKey(event.found.key, event.at, place);
        break;
      case "deleted":
        this.#markKey(event.key, event.at, place);
        break;
      case "lock":
        this.#markAll(`l/${event.lock.lock}`, event.at, place);
        break;
      case "session-ended":
        this.#markAll(`s/${event.session}`, event.at, place);
        break;
      default:
        unreachable(event);
    }
  }

  #markKey(key: string, at: number, place: number): void {
    for (const prefix of this.#prefixes) {
      if (key.startsWith(prefix)) this.#markAll(`p/${prefix}`, at, place);
    }
  }

  #markAll(target: string, at: number, place: number): void {
    for (const watch of this.#byTarget.get(target) ?? []) {
      if (watch.next !== null || at <= watch.after) continue;
      watch.next = place;
      this.#pending.add(watch);
    }
  }

  #index(watch: Watch): void {
    const name = nameOf(watch.target);
    const watches = this.#byTarget.get(name) ?? new Set();
    watches.add(watch);
    this.#byTarget.set(name, watches);
    if (watch.target.kind === "prefix") this.#prefixes.add(watch.target.prefix);
  }

  #unindex(watch: Watch): void {
    const name = nameOf(watch.target);
    const watches = this.#byTarget.get(name);
    watches?.delete(watch);
    if (watches?.size !== 0) return;
    this.#byTarget.delete(name);
    if (watch.target.kind === "prefix") this.#prefixes.delete(watch.target.prefix);
  }
}

function nameOf(target: WatchTarget): string {
  switch (target.kind) {
    case "prefix":
      return `p/${target.prefix}`;
    case "lock":
      return `l/${target.lock}`;
    case "session":
      return `s/${target.session}`;
    default:
      return unreachable(target);
  }
}

function sees(target: WatchTarget, event: WatchEvent): boolean {
  switch (event.kind) {
    case "put":
      return target.kind === "prefix" && event.found.key.startsWith(target.prefix);
    case "deleted":
      return target.kind === "prefix" && event.key.startsWith(target.prefix);
    case "lock":
      return target.kind === "lock" && event.lock.lock === target.lock;
    case "session-ended":
      return target.kind === "session" && event.session === target.session;
    default:
      return unreachable(event);
  }
}
