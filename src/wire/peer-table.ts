/**
 * The histories of all whose frames are opened. Peers of the config are in it from the start and
 * for ever. With open admission anybody who has the key gets a history too, as a guest: there are
 * so many at most, and at the maximum the guest that was heard least recently makes room. Who is
 * admitted is a guest no more, and makes room for nobody.
 *
 * So somebody with the key who invents names by the thousand pushes out other guests, which costs
 * them a few doubled frames, and never a member.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { type PeerCounts, PeerHistory } from "./peer-history.js";

export class PeerTable {
  readonly #self: NodeId;
  readonly #peersMax: number | null;
  /** Peers of the config, and who was admitted. */
  readonly #members: Map<NodeId, PeerHistory>;
  /** The least recently heard comes first. */
  readonly #guests = new Map<NodeId, PeerHistory>();

  /** @param peersMax histories at one time, more than `peers`; null lets in `peers` alone */
  constructor(self: NodeId, peers: readonly NodeId[], peersMax: number | null) {
    assert(peersMax === null || peersMax > peers.length, "no room for anybody but the peers");
    this.#self = self;
    this.#peersMax = peersMax;
    this.#members = new Map(peers.map((peer) => [peer, new PeerHistory(peer)]));
  }

  /** A history to judge a frame by, which a stranger gets for the time of that; or why not. */
  find(source: NodeId): PeerHistory | "stranger" | "no-room" {
    const known = this.#members.get(source) ?? this.#guests.get(source);
    if (known !== undefined) return known;
    if (this.#peersMax === null || source === this.#self) return "stranger";
    return this.#members.size < this.#peersMax ? new PeerHistory(source) : "no-room";
  }

  /** The frame that the history was found for was accepted. */
  keep(source: NodeId, history: PeerHistory): void {
    if (this.#members.has(source)) return;
    this.#guests.delete(source);
    this.#guests.set(source, history);
    this.#makeRoom();
  }

  /** False where members have all the room; the peer stays, or may come, as a guest then. */
  admit(peer: NodeId): boolean {
    assert(peer !== this.#self, "a node is not its own peer");
    if (this.#members.has(peer)) return true;
    if (this.#peersMax === null || this.#members.size >= this.#peersMax) return false;
    this.#members.set(peer, this.#guests.get(peer) ?? new PeerHistory(peer));
    this.#guests.delete(peer);
    this.#makeRoom();
    return true;
  }

  /** A member becomes the guest that was heard last: what is known of its boots stays a while. */
  forget(peer: NodeId): void {
    const history = this.#members.get(peer);
    if (history === undefined) return;
    assert(this.#peersMax !== null, "a peer of the config is not forgotten");
    this.#members.delete(peer);
    this.#guests.set(peer, history);
  }

  /** Members in the order in which they came, then guests. */
  counts(): readonly PeerCounts[] {
    return [...this.#members.values(), ...this.#guests.values()].map((one) => one.counts());
  }

  #makeRoom(): void {
    for (const guest of this.#guests.keys()) {
      if (this.#members.size + this.#guests.size <= (this.#peersMax ?? 0)) return;
      this.#guests.delete(guest);
    }
  }
}
