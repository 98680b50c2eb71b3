/**
 * Whom this node trusts to be there, out of two opinions: its own detector's, which is the faster
 * and counts where the detector watches the peer itself, and that of the group, for peers whom the
 * topology leaves to others.
 *
 * It tells changes alone, so that whoever acts on trust hears each once.
 */
import type { NodeId } from "../kernel/ids.js";
import type { Membership } from "../membership/membership.js";
import type { MemberState, MembershipEvent } from "../membership/ports.js";

export type TrustChange = {
  readonly kind: "peer-suspected" | "peer-trusted";
  readonly peer: NodeId;
};

const isDoubtful = (state: MemberState): boolean => state !== "alive" && state !== "expected";

export class Trust {
  readonly #suspectedByUs = new Set<NodeId>();
  readonly #doubtedByGroup = new Set<NodeId>();
  readonly #distrusted = new Set<NodeId>();

  /** The detector's own word. */
  hear(kind: TrustChange["kind"], peer: NodeId, watched: boolean): TrustChange | null {
    if (kind === "peer-suspected") this.#suspectedByUs.add(peer);
    else this.#suspectedByUs.delete(peer);
    return this.#settle(peer, watched);
  }

  /** How the peer stands in the group's view now. */
  view(peer: NodeId, state: MemberState, watched: boolean): TrustChange | null {
    if (isDoubtful(state)) this.#doubtedByGroup.add(peer);
    else this.#doubtedByGroup.delete(peer);
    return this.#settle(peer, watched);
  }

  /** The group's view may have changed by this event. */
  told(event: MembershipEvent, membership: Membership): TrustChange | null {
    if (!("member" in event)) return null;
    const state = membership.member(event.member)?.state;
    if (state === undefined) return null;
    // A topology may leave a peer to others.
    const watched = membership.detectorStanding().some(({ peer }) => peer === event.member);
    return this.view(event.member, state, watched);
  }

  #settle(peer: NodeId, watched: boolean): TrustChange | null {
    const byGroup = !watched && this.#doubtedByGroup.has(peer);
    const distrusted = byGroup || this.#suspectedByUs.has(peer);
    if (distrusted === this.#distrusted.has(peer)) return null;
    if (distrusted) this.#distrusted.add(peer);
    else this.#distrusted.delete(peer);
    return { kind: distrusted ? "peer-suspected" : "peer-trusted", peer };
  }
}
