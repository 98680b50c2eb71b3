/**
 * The link over UDP. One socket serves IPv4 and IPv6: it is an IPv6 socket on which IPv4 peers have
 * mapped addresses (RFC 4291 section 2.5.5.2); where the kernel has no IPv6 it is an IPv4 one.
 *
 * The source address of a datagram means nothing, anyone can write one: the frame's tag says who it
 * is from. So a peer may move, or be behind an address translator, and nothing is to be configured.
 */
import type { Socket } from "node:dgram";
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { BoundedQueue } from "../kernel/queue.js";
import { frameBytesMax } from "../wire/envelope.js";
import type { Link, LinkCounts } from "../wire/link.js";
import { type HostPort, PeerAddresses } from "./peer-addresses.js";
import { openSocket, systemCode } from "./udp-socket.js";

export interface UdpLinkOptions {
  /** Where to listen; `::` listens on all addresses of both families. */
  readonly bind: HostPort;
  readonly peers: ReadonlyMap<NodeId, HostPort>;
  /** Called with each frame of up to `frameBytesMax` bytes, from anyone. */
  readonly onDatagram: (bytes: Uint8Array) => void;
  readonly onTrouble: (trouble: LinkTrouble) => void;
  /** False keeps to IPv4, as on a kernel without IPv6. */
  readonly ipv6?: boolean;
}

export type LinkTrouble =
  /** The first failure after a success; told once, however many follow. */
  | { readonly kind: "send-failed"; readonly target: NodeId; readonly code: string }
  | { readonly kind: "send-restored"; readonly target: NodeId }
  /** The socket itself failed; nothing more may come. */
  | { readonly kind: "socket-failed"; readonly code: string };

/** Frames in the hands of the kernel; there are more only where its buffer is full. */
const inFlightMax = 64;

/** Frames that wait for the kernel; at this many the oldest makes room. */
export const sendQueueMax = 512;

interface Sending {
  readonly target: NodeId;
  readonly bytes: Uint8Array;
}

export class UdpLink implements Link {
  readonly #socket: Socket;
  readonly #addresses: PeerAddresses;
  readonly #options: UdpLinkOptions;
  readonly #queue = new BoundedQueue<Sending>(sendQueueMax);
  readonly #failing = new Set<NodeId>();
  #inFlight = 0;
  #sent = 0;
  #received = 0;
  #failed = 0;
  #tooLong = 0;
  #droppedClosed = 0;
  #closed = false;

  private constructor(socket: Socket, addresses: PeerAddresses, options: UdpLinkOptions) {
    this.#socket = socket;
    this.#addresses = addresses;
    this.#options = options;
    socket.on("message", (bytes) => this.#receive(bytes));
    socket.on("error", (error) => this.#tell({ kind: "socket-failed", code: systemCode(error) }));
  }

  /** Binds the socket. Rejects with a `LinkOpenFailure` that names the address. */
  static async open(options: UdpLinkOptions): Promise<UdpLink> {
    const { socket, family } = await openSocket(options.bind, options.ipv6 ?? true);
    return new UdpLink(socket, new PeerAddresses(options.peers, family), options);
  }

  /** Where it listens: the port that was given, or the one that the kernel chose for port 0. */
  get port(): number {
    return this.#socket.address().port;
  }

  send(targets: readonly NodeId[], bytes: Uint8Array): void {
    const { length } = bytes;
    assert(length > 0 && length <= frameBytesMax, `${length} bytes are no frame`);
    for (const target of targets) {
      assert(this.#addresses.has(target), `${target} is not a peer of this link`);
      if (this.#closed) this.#droppedClosed += 1;
      else this.#queue.push({ target, bytes });
    }
    this.#drain();
  }

  counts(): LinkCounts {
    return {
      sent: this.#sent,
      received: this.#received,
      dropped: this.#queue.dropped + this.#droppedClosed,
      failed: this.#failed,
      tooLong: this.#tooLong,
    };
  }

  /**
   * Nothing is received afterwards; what waited to be sent is dropped. Closing twice is harmless.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#queue.shift() !== undefined) this.#droppedClosed += 1;
    this.#addresses.close();
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }

  #drain(): void {
    while (this.#inFlight < inFlightMax) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#transmit(next);
    }
  }

  #transmit({ target, bytes }: Sending): void {
    const peer = this.#addresses.of(target);
    if (peer === null) {
      this.#fail(target, "no-address");
      return;
    }
    this.#inFlight += 1;
    this.#socket.send(bytes, peer.port, peer.address, (error) => {
      this.#inFlight -= 1;
      if (error === null) this.#succeed(target);
      else this.#fail(target, systemCode(error));
      this.#drain();
    });
  }

  #succeed(target: NodeId): void {
    this.#sent += 1;
    if (this.#failing.delete(target)) this.#tell({ kind: "send-restored", target });
  }

  #fail(target: NodeId, code: string): void {
    this.#failed += 1;
    if (this.#failing.has(target)) return;
    this.#failing.add(target);
    this.#tell({ kind: "send-failed", target, code });
  }

  #receive(bytes: Uint8Array): void {
    if (this.#closed) return;
    if (bytes.length > frameBytesMax) {
      this.#tooLong += 1;
      return;
    }
    this.#received += 1;
    // A Buffer's `slice` is a view and not a copy, so what goes inward is a plain array.
    this.#options.onDatagram(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  }

  #tell(trouble: LinkTrouble): void {
    if (!this.#closed) this.#options.onTrouble(trouble);
  }
}
