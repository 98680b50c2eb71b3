/**
 * Peers that live, and that this node reached only through others the last time: a path is bad, and
 * nobody is dead. The target says whether it had heard this node itself, and so which way is bad.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";

export interface Detour {
  readonly peer: NodeId;
  /** Since when each probe of it that succeeded did so by a relay. */
  readonly since: Instant;
  /**
   * What is lost on the direct path, as far as the last probe shows: what this node says, or what
   * it would hear. One message lost by chance looks the same as a cut.
   */
  readonly lost: "to-peer" | "from-peer" | "unknown";
}

export class Detours {
  /** At most one for each watched peer. */
  readonly #detours = new Map<NodeId, Detour>();

  /** @param heard whether the peer had heard this node itself; null where it did not say */
  note(peer: NodeId, now: Instant, heard: boolean | null): void {
    const since = this.#detours.get(peer)?.since ?? now;
    this.#detours.set(peer, { peer, since, lost: lostWay(heard) });
  }

  forget(peer: NodeId): void {
    this.#detours.delete(peer);
  }

  list(): readonly Detour[] {
    return [...this.#detours.values()];
  }
}

function lostWay(heard: boolean | null): Detour["lost"] {
  if (heard === null) return "unknown";
  return heard ? "from-peer" : "to-peer";
}
