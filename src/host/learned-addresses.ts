/**
 * Where members are that no config names: told at run time, changed when one moves, forgotten when
 * it goes. Most addresses are numbers; a host name is looked up when something is sent there.
 */
import { isIP } from "node:net";
import type { NodeId } from "../kernel/ids.js";
import { type HostPort, parseAddress } from "./address.js";
import { NameCache } from "./name-cache.js";
import { asFamily, type SocketFamily } from "./peer-addresses.js";

export class LearnedAddresses {
  readonly #family: SocketFamily;
  readonly #peers = new Map<NodeId, HostPort>();
  readonly #names: NameCache;

  /** @param settled hears the end of the lookup of a name, found or not */
  constructor(family: SocketFamily, settled: (name: string) => void) {
    this.#family = family;
    this.#names = new NameCache(family, settled);
  }

  /** False, and the peer has no address, where the text is none. */
  set(peer: NodeId, address: string): boolean {
    const parsed = parseAddress(address);
    if (parsed.ok) this.#peers.set(peer, parsed.value);
    else this.#peers.delete(peer);
    return parsed.ok;
  }

  forget(peer: NodeId): void {
    this.#peers.delete(peer);
  }

  /** Null where it was not told, or its name is not found (yet), or our socket cannot reach it. */
  of(peer: NodeId): HostPort | null {
    const place = this.#peers.get(peer);
    return place === undefined ? null : this.reachable(place);
  }

  /** What to hand to the socket; null as above. */
  reachable({ address, port }: HostPort): HostPort | null {
    const found = isIP(address) === 0 ? this.#names.of(address) : address;
    const fitting = found === null ? null : asFamily(found, this.#family);
    return fitting === null ? null : { address: fitting, port };
  }

  /** Is an answer of the resolver on its way? */
  isAsking({ address }: HostPort): boolean {
    return this.#names.isAsking(address);
  }

  close(): void {
    this.#names.close();
  }
}
