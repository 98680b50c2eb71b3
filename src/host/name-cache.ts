/**
 * Host names that turn up while we run, such as the seeds of a fleet: looked up when they are
 * asked for, and again after a while, because the board behind a name may have moved. The fixed
 * peers of a config are looked up by peer-addresses.ts instead, which never forgets one.
 */
import { findAddress, lookupPause, type SocketFamily } from "./peer-addresses.js";

/** Names at one time; the one that was asked for first makes room. */
export const namesMax = 64;

interface Entry {
  address: string | null;
  /** When the last lookup ended, in milliseconds of the process; null before the first has. */
  settledAt: number | null;
}

export class NameCache {
  readonly #family: SocketFamily;
  readonly #settled: (name: string, address: string | null) => void;
  readonly #entries = new Map<string, Entry>();
  readonly #wanted = new Set<string>();
  #working = false;
  #closed = false;

  /** @param settled hears the end of each lookup: the address as a resolver gives it, or null */
  constructor(family: SocketFamily, settled: (name: string, address: string | null) => void) {
    this.#family = family;
    this.#settled = settled;
  }

  /** Null while the name is not found; a lookup begins where the answer is old or there is none. */
  of(name: string): string | null {
    const entry = this.#entryOf(name);
    const isFresh = entry.settledAt !== null && performance.now() - entry.settledAt < lookupPause;
    if (!isFresh && !this.#closed) {
      this.#wanted.add(name);
      if (!this.#working) void this.#work();
    }
    return entry.address;
  }

  /** Is an answer on its way? */
  isAsking(name: string): boolean {
    return this.#wanted.has(name);
  }

  close(): void {
    this.#closed = true;
    this.#wanted.clear();
  }

  #entryOf(name: string): Entry {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < namesMax) break;
      this.#entries.delete(oldest);
      this.#wanted.delete(oldest);
    }
    const entry: Entry = { address: null, settledAt: null };
    this.#entries.set(name, entry);
    return entry;
  }

  /** One after the other: see `PeerAddresses`. */
  async #work(): Promise<void> {
    this.#working = true;
    for (const name of this.#wanted) {
      const address = await findAddress(name, this.#family).catch(() => null);
      if (this.#closed) break;
      this.#wanted.delete(name);
      this.#settle(name, address);
    }
    this.#working = false;
  }

  #settle(name: string, address: string | null): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    entry.settledAt = performance.now();
    // An address found earlier is still the best guess.
    if (address !== null) entry.address = address;
    this.#settled(name, entry.address);
  }
}
