/**
 * Where the peers are. A peer is named in the config by an address or by a host name; names are
 * looked up when the link opens and again from time to time, because a board that comes back may
 * have been given another address, and because the resolver may not be up when we are.
 */
import { lookup } from "node:dns/promises";
import { isIP, isIPv4 } from "node:net";
import type { NodeId } from "../kernel/ids.js";
import type { HostPort } from "./address.js";

export type { HostPort } from "./address.js";

export type SocketFamily = "udp6" | "udp4";

/** The pause between two lookups of a name, in milliseconds. */
export const lookupPause = 5_000;

export class PeerAddresses {
  readonly #peers: ReadonlyMap<NodeId, HostPort>;
  readonly #family: SocketFamily;
  readonly #addresses = new Map<NodeId, string>();
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  /** Addresses are known at once; the lookup of names begins. */
  constructor(peers: ReadonlyMap<NodeId, HostPort>, family: SocketFamily) {
    this.#peers = peers;
    this.#family = family;
    const named: [NodeId, string][] = [];
    for (const [peer, { address }] of peers) {
      if (isIP(address) === 0) named.push([peer, address]);
      else this.#put(peer, address);
    }
    if (named.length > 0) void this.#lookUp(named);
  }

  has(peer: NodeId): boolean {
    return this.#peers.has(peer);
  }

  /** Null while the peer's name is not found, or has no address that our socket could reach. */
  of(peer: NodeId): HostPort | null {
    const address = this.#addresses.get(peer);
    const port = this.#peers.get(peer)?.port;
    return address === undefined || port === undefined ? null : { address, port };
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /**
   * One name after the other: a lookup that hangs holds one of the four threads which also write
   * and sync our files, and must never hold them all.
   */
  async #lookUp(named: readonly (readonly [NodeId, string])[]): Promise<void> {
    for (const [peer, name] of named) {
      if (this.#closed) return;
      const address = await findAddress(name, this.#family).catch(() => null);
      // An address found earlier is still the best guess; without one, sends fail and are told.
      if (address !== null) this.#put(peer, address);
    }
    if (!this.#closed)
      this.#timer = setTimeout(() => void this.#lookUp(named), lookupPause).unref();
  }

  #put(peer: NodeId, address: string): void {
    const reachable = asFamily(address, this.#family);
    if (reachable !== null) this.#addresses.set(peer, reachable);
  }
}

/** The first address of a name that the resolver prefers; rejects when there is none. */
export async function findAddress(name: string, family: SocketFamily): Promise<string> {
  if (isIP(name) !== 0) return name;
  const found = await lookup(name, { family: family === "udp4" ? 4 : 0 });
  return found.address;
}

/** An address as a socket of the family takes it; null for IPv6 on an IPv4 socket. */
export function asFamily(address: string, family: SocketFamily): string | null {
  if (family === "udp4") return isIPv4(address) ? address : null;
  return isIPv4(address) ? `::ffff:${address}` : address;
}
