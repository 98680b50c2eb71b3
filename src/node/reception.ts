/**
 * The frames that come to a node: opened, and read for the part that they are for. What is refused
 * is counted by its reason, that of the envelope and that of the body alike.
 */
import type { NodeId } from "../kernel/ids.js";
import type { FrameKind } from "../wire/envelope.js";
import { Opener, type PeerCounts } from "../wire/opener.js";
import type { WireOptions } from "../wire/sealer.js";
import type { NodeEvent } from "./events.js";
import { type Incoming, type Roster, readFrame } from "./incoming.js";

export type Received =
  | {
      readonly ok: true;
      readonly kind: FrameKind;
      readonly source: NodeId;
      readonly incoming: Incoming;
    }
  | {
      readonly ok: false;
      readonly refusal: Extract<NodeEvent, { readonly kind: "refused" }>;
      /** The boot of a frame with a right tag; null where nobody vouches for it. */
      readonly bootId: number | null;
    };

export class Reception {
  readonly #roster: Roster;
  readonly #opener: Opener;
  /** By reason, how many bodies did not fit; the reasons are few. */
  readonly #bodyRefusals = new Map<string, number>();

  constructor(options: WireOptions, roster: Roster) {
    this.#roster = roster;
    this.#opener = new Opener(options);
  }

  /** @param origin where the link says that the datagram came from */
  receive(bytes: Uint8Array, origin: string | null): Received {
    const opened = this.#opener.open(bytes);
    if (!opened.ok) {
      const { reason, source, bootId } = opened;
      return { ok: false, refusal: { kind: "refused", reason, source }, bootId };
    }
    const { kind, source, bootId } = opened;
    const incoming = readFrame({ ...opened, origin }, this.#roster);
    if (incoming !== null) return { ok: true, kind, source, incoming };
    return { ok: false, refusal: this.refuse(`bad-${kind}`, source), bootId };
  }

  /** Counts a body that did not fit, also one that only its part could judge. */
  refuse(reason: string, source: NodeId): Extract<NodeEvent, { readonly kind: "refused" }> {
    this.#bodyRefusals.set(reason, (this.#bodyRefusals.get(reason) ?? 0) + 1);
    return { kind: "refused", reason, source };
  }

  links(): readonly PeerCounts[] {
    return this.#opener.peers();
  }

  /** By reason, how many frames were refused. */
  refusals(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#opener.refusals(), ...this.#bodyRefusals]);
  }
}
