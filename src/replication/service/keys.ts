/**
 * Settings by key. Each key has a version, which counts its changes since it was made, so that a
 * change can be made to depend on nobody having changed it since it was read (compare-and-swap).
 * An ephemeral key belongs to a session and goes with it, like a file of Chubby's (section 2.3).
 */
import { keyBytesMax, keyOverheadBytes, keysMax, pageBytesMax, pageKeysMax } from "./limits.js";
import { changed, done, refused } from "./outcomes.js";
import type { Command, CommandResult, Condition, KeyValue, WatchEvent } from "./ports.js";
import { SortedNames } from "./sorted-names.js";

export interface StoredKey {
  readonly found: KeyValue;
  /** The session that it goes with; 0: none. */
  readonly owner: number;
}

export interface Page {
  readonly keys: readonly KeyValue[];
  readonly more: boolean;
}

export interface KeyLimits {
  readonly keysMax: number;
  readonly keyBytesMax: number;
}

export const keyLimits: KeyLimits = { keysMax, keyBytesMax };

const weight = (key: string, value: Uint8Array): number =>
  key.length + value.length + keyOverheadBytes;

export class Keys {
  readonly #limits: KeyLimits;
  readonly #byName = new Map<string, StoredKey>();
  readonly #order = new SortedNames();
  /** The names of ephemeral keys by session; a session without any is not in it. */
  readonly #owned = new Map<number, Set<string>>();
  #bytes = 0;

  constructor(limits: KeyLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#order.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): KeyValue | null {
    return this.#byName.get(key)?.found ?? null;
  }

  /** @param owner the session of an ephemeral key; 0 of any other */
  put(
    at: number,
    command: Extract<Command, { kind: "put" }>,
    owner: number,
    events: WatchEvent[],
  ): CommandResult {
    const { key, value, condition } = command;
    const old = this.get(key);
    const mismatch = mismatchOf(key, old, condition);
    if (mismatch !== null) return mismatch;
    const full = this.#fullOf(key, value, old);
    if (full !== null) return full;
    // A copy: the command's bytes are a view of a whole batch of the log.
    const found = { key, value: value.slice(), version: (old?.version ?? 0) + 1, changedAt: at };
    this.store({ found, owner });
    events.push({ kind: "put", at, found });
    return changed(found.version);
  }

  delete(
    at: number,
    command: Extract<Command, { kind: "delete" }>,
    events: WatchEvent[],
  ): CommandResult {
    const old = this.#byName.get(command.key);
    const mismatch = mismatchOf(command.key, old?.found ?? null, command.condition);
    if (mismatch !== null) return mismatch;
    if (old !== undefined) this.#remove(at, old, events);
    return done;
  }

  /** The session has ended: its keys go, in order of their names. */
  endSession(at: number, session: number, events: WatchEvent[]): void {
    const names = [...(this.#owned.get(session) ?? [])].sort();
    for (const name of names) {
      const key = this.#byName.get(name);
      if (key !== undefined) this.#remove(at, key, events);
    }
  }

  /** A page ends with `limit` keys, or once it has more than `pageBytesMax`. */
  list(prefix: string, after: string | null, limit: number): Page {
    const keys: KeyValue[] = [];
    const countMax = Math.min(limit, pageKeysMax);
    const start = after !== null && after > prefix ? after : prefix;
    let bytes = 0;
    for (const name of this.#order.from(start)) {
      if (!name.startsWith(prefix)) break;
      if (name === after) continue;
      if (keys.length >= countMax || bytes >= pageBytesMax) return { keys, more: true };
      const { found } = this.#byName.get(name) as StoredKey;
      keys.push(found);
      bytes += weight(name, found.value);
    }
    return { keys, more: false };
  }

  /** In order of their names. */
  *all(): Generator<StoredKey> {
    for (const name of this.#order.from("")) yield this.#byName.get(name) as StoredKey;
  }

  /** Puts a key as it is, without a question; `put` and a restored snapshot end here. */
  store(stored: StoredKey): void {
    const { key, value } = stored.found;
    const old = this.#byName.get(key);
    if (old === undefined) this.#order.add(key);
    else this.#forget(old);
    this.#byName.set(key, stored);
    this.#bytes += weight(key, value);
    if (stored.owner !== 0) this.#own(stored.owner, key);
  }

  #own(session: number, name: string): void {
    const names = this.#owned.get(session);
    if (names === undefined) this.#owned.set(session, new Set([name]));
    else names.add(name);
  }

  #remove(at: number, stored: StoredKey, events: WatchEvent[]): void {
    const { key } = stored.found;
    this.#forget(stored);
    this.#byName.delete(key);
    this.#order.remove(key);
    events.push({ kind: "deleted", at, key });
  }

  /** What is counted of a key, which is about to go or to be replaced. */
  #forget({ found, owner }: StoredKey): void {
    this.#bytes -= weight(found.key, found.value);
    const names = this.#owned.get(owner);
    names?.delete(found.key);
    if (names?.size === 0) this.#owned.delete(owner);
  }

  #fullOf(key: string, value: Uint8Array, old: KeyValue | null): CommandResult | null {
    if (old === null && this.#order.size >= this.#limits.keysMax) {
      return refused("limit", `there are ${this.#limits.keysMax} keys already: delete some`);
    }
    const freed = old === null ? 0 : weight(key, old.value);
    if (this.#bytes - freed + weight(key, value) <= this.#limits.keyBytesMax) return null;
    return refused("limit", `keys and values have ${this.#limits.keyBytesMax} bytes: delete some`);
  }
}

function mismatchOf(
  key: string,
  old: KeyValue | null,
  condition: Condition | null,
): CommandResult | null {
  const version = old?.version ?? 0;
  if (condition === null || condition.version === version) return null;
  const found = version === 0 ? "there is no such key" : `it is at version ${version}`;
  return refused("version-mismatch", `${key}: expected version ${condition.version}, ${found}`);
}
