/**
 * Opens frames from anyone. The checks go from the cheap to the dear, and nothing that a stranger
 * wrote is believed before the tag is verified: length, version, cluster, tag, then source, boot,
 * replay, kind and body.
 *
 * Invariant: a refused frame changes nothing but counts, and `open` never throws on any bytes.
 *
 * An opener that has just started knows no boots: it takes a replayed frame of a peer until it has
 * heard a newer one. A protocol for which that matters answers challenges (a lease's grant carries
 * the boot of the claimant that asked).
 */
import { assert } from "../kernel/assert.js";
import { type NodeId, parseNodeId } from "../kernel/ids.js";
import { decodeBody } from "./cbor.js";
import {
  clusterCode,
  clusterIn,
  type FrameKind,
  frameBytesMax,
  frameVersion,
  type Header,
  headerBytes,
  kindOf,
  readHeader,
  untaggedBytesMin,
  versionIn,
} from "./envelope.js";
import type { PeerCounts, PeerHistory } from "./peer-history.js";
import { PeerTable } from "./peer-table.js";
import type { WireOptions } from "./sealer.js";

export type { PeerCounts } from "./peer-history.js";

const refusals = [
  "too-long",
  "too-short",
  "version",
  "other-cluster",
  "bad-tag",
  "stranger",
  "no-room",
  "own-frame",
  "old-boot",
  "replayed",
  "unknown-kind",
  "malformed",
] as const;

export type Refusal = (typeof refusals)[number];

export type Opened =
  | {
      readonly ok: true;
      readonly source: NodeId;
      readonly bootId: number;
      readonly sequence: number;
      readonly kind: FrameKind;
      readonly body: unknown;
    }
  /**
   * No state has changed. Source and boot are known once the tag was verified: a frame with a
   * source is authentic, whatever else is wrong with it. A `replayed` one with its source shows
   * that a way from it carries frames, though not that it lives: anybody can send a copy.
   */
  | {
      readonly ok: false;
      readonly reason: Refusal;
      readonly source: NodeId | null;
      readonly bootId: number | null;
    };

export class Opener {
  readonly #options: WireOptions;
  readonly #cluster: number;
  readonly #table: PeerTable;
  readonly #refusals = new Map<Refusal, number>(refusals.map((reason) => [reason, 0]));

  constructor(options: WireOptions) {
    assert(!options.peers.includes(options.self), "a node is not its own peer");
    this.#options = options;
    this.#cluster = clusterCode(options.cluster);
    this.#table = new PeerTable(options.self, options.peers, options.peersMax ?? null);
  }

  open(bytes: Uint8Array): Opened {
    const forged = this.#forgery(bytes);
    if (forged !== null) return this.#refuse(forged, null);
    const end = bytes.length - this.#options.mac.bytes;
    const header = readHeader(bytes, end);
    const source = header === null ? null : parseNodeId(header.source);
    if (header === null || source === null) return this.#refuse("malformed", null);
    // Our own frames come back where a network echoes them.
    if (source === this.#options.self) return this.#refuse("own-frame", source, header.bootId);
    const history = this.#table.find(source);
    if (typeof history === "string") return this.#refuse(history, source, header.bootId);
    return this.#openFrom(source, history, header, bytes, end);
  }

  /**
   * With open admission: `peer` is a member, and no flood of others pushes its history out. False
   * where members have all the room already.
   */
  admit(peer: NodeId): boolean {
    return this.#table.admit(peer);
  }

  /** With open admission: `peer` is a member no more. Its frames are still opened. */
  forget(peer: NodeId): void {
    this.#table.forget(peer);
  }

  /**
   * What the links did to the frames of each peer: those of the options in their order, then who
   * was admitted, then who else was heard.
   */
  peers(): readonly PeerCounts[] {
    return this.#table.counts();
  }

  /** How often each reason was given; every reason is there. */
  refusals(): ReadonlyMap<Refusal, number> {
    return this.#refusals;
  }

  /** What anyone without the key would fail at. */
  #forgery(bytes: Uint8Array): Refusal | null {
    const { mac } = this.#options;
    const end = bytes.length - mac.bytes;
    if (bytes.length > frameBytesMax) return "too-long";
    if (end < untaggedBytesMin) return "too-short";
    if (versionIn(bytes) !== frameVersion) return "version";
    if (clusterIn(bytes) !== this.#cluster) return "other-cluster";
    return mac.verify(bytes.subarray(0, end), bytes.subarray(end)) ? null : "bad-tag";
  }

  #openFrom(
    source: NodeId,
    history: PeerHistory,
    header: Header,
    bytes: Uint8Array,
    end: number,
  ): Opened {
    const { bootId, sequence } = header;
    const stale = history.staleness(header);
    if (stale !== null) return this.#refuse(stale, source, bootId);
    const kind = kindOf(header.kindCode);
    if (kind === null) return this.#refuse("unknown-kind", source, bootId);
    const decoded = decodeBody(bytes, headerBytes(source), end);
    if (!decoded.ok) return this.#refuse("malformed", source, bootId);
    history.accept(header);
    this.#table.keep(source, history);
    return { ok: true, source, bootId, sequence, kind, body: decoded.body };
  }

  #refuse(reason: Refusal, source: NodeId | null, bootId: number | null = null): Opened {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1);
    return { ok: false, reason, source, bootId };
  }
}
