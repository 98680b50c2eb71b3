/**
 * The frames that come to a node: opened, and read for the part that they are for. What is refused
 * is counted by its reason, that of the envelope and that of the body alike.
 *
 * A frame also shows that the path by which it came carries, also where a copy of it came by
 * another path before. But a sample shows nothing: any replica may repeat the samples of any other,
 * so it may have come another way than from its source.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { type FrameKind, kindOf, readHeader } from "../wire/envelope.js";
import { type Opened, Opener, type PeerCounts } from "../wire/opener.js";
import type { WireOptions } from "../wire/sealer.js";
import { Copies } from "./copies.js";
import type { NodeEvent } from "./events.js";
import { type Incoming, type Roster, readFrame } from "./incoming.js";

type Refusal = Extract<NodeEvent, { readonly kind: "refused" }>;

interface Way {
  /** The peer of whom the frame shows that the path carries; null where it shows nothing. */
  readonly heard: NodeId | null;
  /** The frame has not come by this path before. */
  readonly isNewHere: boolean;
}

export type Received = { readonly heard: NodeId | null } & (
  | {
      readonly ok: true;
      readonly kind: FrameKind;
      readonly source: NodeId;
      readonly incoming: Incoming;
    }
  | {
      readonly ok: false;
      readonly refusal: Refusal;
      /** The boot of a frame with a right tag; null where nobody vouches for it. */
      readonly bootId: number | null;
      /** It is the copy by another path, as there must be one: not worth telling. */
      readonly isCopy: boolean;
    }
);

const showsNothing: Way = { heard: null, isNewHere: false };

export class Reception {
  readonly #roster: Roster;
  readonly #opener: Opener;
  readonly #tagBytes: number;
  readonly #copies = new Copies();
  /** By reason, how many bodies did not fit; the reasons are few. */
  readonly #bodyRefusals = new Map<string, number>();

  constructor(options: WireOptions, roster: Roster) {
    this.#roster = roster;
    this.#opener = new Opener(options);
    this.#tagBytes = options.mac.bytes;
  }

  /**
   * @param origin where the link says that the datagram came from
   * @param path by which it came, from 0
   */
  receive(bytes: Uint8Array, origin: string | null, path: number): Received {
    const opened = this.#opener.open(bytes);
    const { heard, isNewHere } = this.#wayOf(opened, bytes, path);
    if (!opened.ok) {
      const { reason, source, bootId } = opened;
      const isCopy = reason === "replayed" && isNewHere;
      return { ok: false, heard, refusal: { kind: "refused", reason, source }, bootId, isCopy };
    }
    const { kind, source, bootId } = opened;
    const incoming = readFrame({ ...opened, origin }, this.#roster);
    if (incoming !== null) return { ok: true, heard, kind, source, incoming };
    const refusal = this.refuse(`bad-${kind}`, source);
    return { ok: false, heard, refusal, bootId, isCopy: false };
  }

  /** Counts a body that did not fit, also one that only its part could judge. */
  refuse(reason: string, source: NodeId): Refusal {
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

  /** Only a frame that was taken, or came before, is a peer's and of its newest boot. */
  #wayOf(opened: Opened, bytes: Uint8Array, path: number): Way {
    const { source } = opened;
    if (source === null || !(opened.ok || opened.reason === "replayed")) return showsNothing;
    const header = readHeader(bytes, bytes.length - this.#tagBytes);
    assert(header !== null, "a frame that was opened has no header");
    const isNewHere = this.#copies.isNew(source, header, path);
    const isSample = kindOf(header.kindCode) === "sample";
    return { heard: isNewHere && !isSample ? source : null, isNewHere };
  }
}
