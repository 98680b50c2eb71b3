/**
 * The watches of a client, which outlive its connections. After a reconnection a watch goes on
 * where it was, at whatever replica. One log entry may do several things, and the connection may
 * have been lost between them: so it asks again for the last entry of which it saw anything, and
 * leaves out as many events of that entry as it saw.
 */
import { unreachable } from "../../../kernel/assert.js";
import type { WatchEvent, WatchTarget } from "../ports.js";

export type WatchOwner =
  | { readonly kind: "user" }
  /** Waits for the lock of an acquire. */
  | { readonly kind: "waiting"; readonly lock: string };

export interface ClientWatch {
  /** The number of the call that asked for it; of a waiting acquire, that of the acquire. */
  readonly call: number;
  readonly owner: WatchOwner;
  readonly target: WatchTarget;
  /** It was accepted at least once. */
  begun: boolean;
  /** A request for it is on its way, or waits for a connection. */
  asking: boolean;
  /** The request under which the replica tells its events; 0 while there is none. */
  id: number;
  /** Events after this index are wanted. */
  after: number | null;
  /** Of the last entry of which it saw events, and how many; 0 before the first. */
  seenAt: number;
  seenCount: number;
  /** How many events of `seenAt` are still to be left out. */
  skip: number;
}

export const newWatch = (
  call: number,
  owner: WatchOwner,
  target: WatchTarget,
  after: number | null,
): ClientWatch => ({
  call,
  owner,
  target,
  begun: false,
  asking: false,
  id: 0,
  after,
  seenAt: 0,
  seenCount: 0,
  skip: 0,
});

export class ClientWatches {
  readonly #byCall = new Map<number, ClientWatch>();
  readonly #byId = new Map<number, ClientWatch>();

  get size(): number {
    return this.#byCall.size;
  }

  get all(): IterableIterator<ClientWatch> {
    return this.#byCall.values();
  }

  get(call: number): ClientWatch | undefined {
    return this.#byCall.get(call);
  }

  withId(id: number): ClientWatch | undefined {
    return this.#byId.get(id);
  }

  add(watch: ClientWatch): void {
    this.#byCall.set(watch.call, watch);
  }

  remove(watch: ClientWatch): void {
    this.#byCall.delete(watch.call);
    this.#byId.delete(watch.id);
  }

  /** A replica tells its events under this id, from `after` on. */
  accepted(watch: ClientWatch, id: number, after: number): void {
    this.#byId.delete(watch.id);
    watch.id = id;
    this.#byId.set(id, watch);
    watch.begun = true;
    watch.after ??= after;
    watch.skip = watch.seenCount;
  }

  /** From where on to ask. */
  resumesAfter(watch: ClientWatch): number | null {
    return watch.seenAt > 0 ? watch.seenAt - 1 : watch.after;
  }

  onDisconnected(): void {
    for (const watch of this.#byId.values()) watch.id = 0;
    this.#byId.clear();
  }

  /** The watch that sees this event, if it sees it for the first time. */
  onEvent(id: number, event: WatchEvent): ClientWatch | null {
    const watch = this.#byId.get(id);
    if (watch === undefined || !isOf(watch.target, event)) return null;
    if (event.at < watch.seenAt) return null;
    if (event.at > watch.seenAt) {
      watch.seenAt = event.at;
      watch.seenCount = 1;
      watch.skip = 0;
      return watch;
    }
    if (watch.skip > 0) {
      watch.skip -= 1;
      return null;
    }
    watch.seenCount += 1;
    return watch;
  }
}

/** A replica that is broken may tell a watch of what it did not ask for. */
function isOf(target: WatchTarget, event: WatchEvent): boolean {
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
