/**
 * The link over byte streams, such as serial lines: one to each peer, or one that several share.
 *
 * On a line to one peer a frame goes as it is. On a *bus*, a line of three nodes or more, everyone
 * hears everything, and a frame for some is no business of the others. So there two bytes go before
 * it: a bit for each node to which it is addressed, by its place among the names of all. They are
 * not authenticated: who changes them can make a frame go astray, as who cuts the line can.
 */
import type { Duplex } from "node:stream";
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { frameBytesMax } from "../wire/envelope.js";
import type { LinkCounts } from "../wire/link.js";
import type { ClosableLink } from "./faulty-link.js";
import { type Clock, MonotonicClock } from "./monotonic-clock.js";
import { type LineCounts, type LineTrouble, StreamLine } from "./stream-line.js";

export interface LineOptions {
  /** For troubles and counts. */
  readonly name: string;
  /** Who is at the other end, or all others on the bus; at most `busNodesMax` - 1. */
  readonly peers: readonly NodeId[];
  /** Opens the stream, again and again; rejects where there is none just now. */
  readonly open: () => Promise<Duplex>;
  /** Of the device, for the status. */
  readonly port?: string;
  /** See stream-line.ts. */
  readonly isThere?: () => boolean;
  /**
   * How urgent a frame is on a slow line (see line-queue.ts), or null: it is held back. Left out,
   * all go, in their order.
   */
  readonly rankOf?: (frame: Uint8Array) => number | null;
  /** A tenth of the baud rate. On a bus, this node's share of it. */
  readonly bytesPerSecond: number;
}

export interface StreamLinkOptions {
  readonly self: NodeId;
  /** A peer is on one of them. */
  readonly lines: readonly LineOptions[];
  readonly onDatagram: (bytes: Uint8Array) => void;
  readonly onTrouble: (trouble: StreamTrouble) => void;
  /** Left out, the monotonic clock. */
  readonly clock?: Clock;
}

export type StreamTrouble = LineTrouble & {
  /** The name of the line. */
  readonly line: string;
};

/** A line as it is now, and what happened to it. */
export interface LineStatus extends LineCounts {
  readonly line: string;
  readonly port: string | null;
  readonly isOpen: boolean;
  /** Frames that did not go by this line because it is too slow for all, once per target. */
  readonly heldBack: number;
}

/** The bits of a bus address. */
export const busNodesMax = 16;

const addressBytes = 2;

/** What a line is to the link. */
interface Line {
  readonly name: string;
  readonly line: StreamLine;
  readonly peers: readonly NodeId[];
  /** By node, its bit in a bus address; null on a line to one peer, where nothing is added. */
  readonly bits: ReadonlyMap<NodeId, number> | null;
  readonly port: string | null;
  readonly rankOf: (frame: Uint8Array) => number | null;
}

export class StreamLink implements ClosableLink {
  readonly #options: StreamLinkOptions;
  readonly #lines: readonly Line[];
  readonly #lineOf = new Map<NodeId, Line>();
  /** By line, the targets of frames that were held back. */
  readonly #heldBack = new Map<Line, number>();
  #received = 0;

  private constructor(options: StreamLinkOptions) {
    this.#options = options;
    const clock = options.clock ?? new MonotonicClock();
    this.#lines = options.lines.map((line) => this.#lineFrom(line, clock));
    for (const line of this.#lines) {
      for (const peer of line.peers) {
        assert(!this.#lineOf.has(peer), `${peer} is on two lines`);
        this.#lineOf.set(peer, line);
      }
    }
  }

  /** Resolves when each line was tried once. A line that is not there yet is opened later. */
  static async open(options: StreamLinkOptions): Promise<StreamLink> {
    const link = new StreamLink(options);
    await Promise.all(link.#lines.map(({ line }) => line.open()));
    return link;
  }

  send(targets: readonly NodeId[], bytes: Uint8Array): void {
    const { length } = bytes;
    assert(length > 0 && length <= frameBytesMax, `${length} bytes are no frame`);
    for (const target of targets) {
      assert(this.#lineOf.has(target), `${target} is not a peer of this link`);
    }
    for (const line of this.#lines) {
      const here = targets.filter((target) => line.peers.includes(target));
      if (here.length > 0) this.#sendBy(line, here, bytes);
    }
  }

  #sendBy(to: Line, here: readonly NodeId[], bytes: Uint8Array): void {
    const { line, bits, rankOf } = to;
    const rank = rankOf(bytes);
    if (rank === null) this.#heldBack.set(to, (this.#heldBack.get(to) ?? 0) + here.length);
    else line.send(bits === null ? bytes : withAddress(bits, here, bytes), here.length, rank);
  }

  counts(): LinkCounts {
    const lines = this.#lines.map(({ line }) => line.counts());
    const total = (of: (counts: LineCounts) => number): number =>
      lines.reduce((sum, counts) => sum + of(counts), 0);
    return {
      sent: total(({ sent }) => sent),
      received: this.#received,
      dropped: total(({ dropped }) => dropped),
      failed: total(({ failed }) => failed),
      tooLong: total(({ tooLong }) => tooLong),
    };
  }

  /** With what the line did to the frames, by the name of the line. */
  lineCounts(): ReadonlyMap<string, LineCounts> {
    return new Map(this.#lines.map(({ name, line }) => [name, line.counts()]));
  }

  lines(): readonly LineStatus[] {
    return this.#lines.map((one) => ({
      ...{ line: one.name, port: one.port, isOpen: one.line.isOpen },
      ...one.line.counts(),
      heldBack: this.#heldBack.get(one) ?? 0,
    }));
  }

  async close(): Promise<void> {
    await Promise.all(this.#lines.map(({ line }) => line.close()));
  }

  #lineFrom(options: LineOptions, clock: Clock): Line {
    const { name, peers, open, bytesPerSecond, port = null, isThere } = options;
    const { self, onDatagram, onTrouble } = this.#options;
    assert(peers.length > 0 && peers.length < busNodesMax, `${peers.length} peers on a line`);
    const bits = peers.length === 1 ? null : bitsOf([self, ...peers]);
    const line = new StreamLine({
      ...{ open, bytesPerSecond, clock },
      ...(isThere === undefined ? {} : { isThere }),
      payloadBytesMax: frameBytesMax + (bits === null ? 0 : addressBytes),
      onPayload: (payload) => {
        const bytes = bits === null ? payload : addressedTo(bits.get(self) ?? 0, payload);
        if (bytes === null) return;
        this.#received += 1;
        onDatagram(bytes);
      },
      onTrouble: (trouble) => onTrouble({ ...trouble, line: name }),
    });
    return { name, line, peers, bits, port, rankOf: options.rankOf ?? (() => 0) };
  }
}

/** All nodes of a bus sort the same names, so they mean the same bits. */
function bitsOf(nodes: readonly NodeId[]): ReadonlyMap<NodeId, number> {
  const sorted = [...nodes].sort((one, other) => (one < other ? -1 : 1));
  return new Map(sorted.map((node, place) => [node, 1 << place]));
}

function withAddress(
  bits: ReadonlyMap<NodeId, number>,
  targets: readonly NodeId[],
  bytes: Uint8Array,
): Uint8Array {
  const address = targets.reduce((sum, target) => sum | (bits.get(target) ?? 0), 0);
  const payload = new Uint8Array(addressBytes + bytes.length);
  payload[0] = address >> 8;
  payload[1] = address;
  payload.set(bytes, addressBytes);
  return payload;
}

/** The frame, or null where it is for others, or none. */
function addressedTo(bit: number, payload: Uint8Array): Uint8Array | null {
  const [high = 0, low = 0] = payload;
  const isForUs = (((high << 8) | low) & bit) !== 0;
  return isForUs && payload.length > addressBytes ? payload.subarray(addressBytes) : null;
}
