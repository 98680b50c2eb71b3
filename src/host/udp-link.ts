/**
 * The link over UDP. One socket serves IPv4 and IPv6: it is an IPv6 socket on which IPv4 peers have
 * mapped addresses (RFC 4291 section 2.5.5.2); where the kernel has no IPv6 it is an IPv4 one.
 *
 * The source address of a datagram means nothing, anyone can write one: the frame's tag says who it
 * is from. So a peer may move, or be behind an address translator, and nothing is to be configured.
 */
import type { RemoteInfo, Socket } from "node:dgram";
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { BoundedQueue } from "../kernel/queue.js";
import { frameBytesMax } from "../wire/envelope.js";
import type { LinkCounts } from "../wire/link.js";
import { formatOrigin, type HostPort, parseAddress } from "./address.js";
import type { AddressedLink } from "./addressed-link.js";
import { LearnedAddresses } from "./learned-addresses.js";
import { namesMax } from "./name-cache.js";
import { PeerAddresses, type SocketFamily } from "./peer-addresses.js";
import { openSocket, systemCode } from "./udp-socket.js";

export interface UdpLinkOptions {
  /** Where to listen; `::` listens on all addresses of both families. */
  readonly bind: HostPort;
  readonly peers: ReadonlyMap<NodeId, HostPort>;
  /**
   * Called with each frame of up to `frameBytesMax` bytes, from anyone, and with `address:port` of
   * where it came from, which anyone can make up.
   */
  readonly onDatagram: (bytes: Uint8Array, origin: string) => void;
  readonly onTrouble: (trouble: LinkTrouble) => void;
  /** False keeps to IPv4, as on a kernel without IPv6. */
  readonly ipv6?: boolean;
  /**
   * True for a link whose peers come and go: a frame to somebody without an address is a failed
   * one. Otherwise it is a bug of the caller, and asserted.
   */
  readonly learns?: boolean;
  /** Frames that wait for the kernel; left out, `sendQueueMax`. */
  readonly queueMax?: number;
}

export type LinkTrouble =
  /** The first failure after a success; told once, however many follow. */
  | { readonly kind: "send-failed"; readonly target: NodeId; readonly code: string }
  | { readonly kind: "send-restored"; readonly target: NodeId }
  /** The same of an address that frames are sent to without a name. */
  | { readonly kind: "address-failed"; readonly address: string; readonly code: string }
  | { readonly kind: "address-restored"; readonly address: string }
  /** The socket itself failed; nothing more may come. */
  | { readonly kind: "socket-failed"; readonly code: string };

/** Frames in the hands of the kernel; there are more only where its buffer is full. */
const inFlightMax = 64;

/** Frames that wait for the kernel; at this many the oldest makes room. */
export const sendQueueMax = 512;

/** Targets and addresses whose failure was told; beyond, failures are counted only. */
const failingMax = 4_096;

type Target =
  | { readonly kind: "peer"; readonly peer: NodeId }
  | { readonly kind: "address"; readonly address: string; readonly place: HostPort };

interface Sending {
  readonly target: Target;
  readonly bytes: Uint8Array;
}

export class UdpLink implements AddressedLink {
  readonly #socket: Socket;
  readonly #addresses: PeerAddresses;
  readonly #learned: LearnedAddresses;
  readonly #options: UdpLinkOptions;
  readonly #queue: BoundedQueue<Sending>;
  /** By address, the last frame that waits for the address's host name to be found. */
  readonly #waiting = new Map<string, Sending>();
  readonly #failing = new Set<string>();
  #inFlight = 0;
  #sent = 0;
  #received = 0;
  #failed = 0;
  #tooLong = 0;
  #droppedClosed = 0;
  #droppedWaiting = 0;
  #closed = false;

  private constructor(socket: Socket, family: SocketFamily, options: UdpLinkOptions) {
    this.#socket = socket;
    this.#addresses = new PeerAddresses(options.peers, family);
    this.#learned = new LearnedAddresses(family, (name) => this.#onNameSettled(name));
    this.#options = options;
    this.#queue = new BoundedQueue(options.queueMax ?? sendQueueMax);
    socket.on("message", (bytes, from) => this.#receive(bytes, from));
    socket.on("error", (error) => this.#tell({ kind: "socket-failed", code: systemCode(error) }));
  }

  /** Binds the socket. Rejects with a `LinkOpenFailure` that names the address. */
  static async open(options: UdpLinkOptions): Promise<UdpLink> {
    const { socket, family } = await openSocket(options.bind, options.ipv6 ?? true);
    return new UdpLink(socket, family, options);
  }

  /** Where it listens: the port that was given, or the one that the kernel chose for port 0. */
  get port(): number {
    return this.#socket.address().port;
  }

  send(targets: readonly NodeId[], bytes: Uint8Array): void {
    assertFrame(bytes);
    const learns = this.#options.learns ?? false;
    for (const peer of targets) {
      assert(learns || this.#addresses.has(peer), `${peer} is not a peer of this link`);
      this.#enqueue({ target: { kind: "peer", peer }, bytes });
    }
    this.#drain();
  }

  sendTo(address: string, bytes: Uint8Array): boolean {
    assertFrame(bytes);
    const parsed = parseAddress(address);
    if (!parsed.ok) return false;
    this.#enqueue({ target: { kind: "address", address, place: parsed.value }, bytes });
    this.#drain();
    return true;
  }

  setAddress(peer: NodeId, address: string | null): boolean {
    assert(this.#options.learns ?? false, "the peers of this link are fixed");
    this.#failing.delete(peer);
    if (address !== null) return this.#learned.set(peer, address);
    this.#learned.forget(peer);
    return true;
  }

  counts(): LinkCounts {
    return {
      sent: this.#sent,
      received: this.#received,
      dropped: this.#queue.dropped + this.#droppedWaiting + this.#droppedClosed,
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
    this.#droppedClosed += this.#waiting.size;
    this.#waiting.clear();
    this.#addresses.close();
    this.#learned.close();
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }

  #enqueue(sending: Sending): void {
    if (this.#closed) this.#droppedClosed += 1;
    else this.#queue.push(sending);
  }

  #drain(): void {
    while (this.#inFlight < inFlightMax) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#transmit(next);
    }
  }

  #transmit(sending: Sending): void {
    const { target, bytes } = sending;
    const place = this.#placeOf(target);
    if (place === null) {
      if (!this.#wait(sending)) this.#fail(target, "no-address");
      return;
    }
    this.#inFlight += 1;
    this.#socket.send(bytes, place.port, place.address, (error) => {
      this.#inFlight -= 1;
      if (error === null) this.#succeed(target);
      else this.#fail(target, systemCode(error));
      this.#drain();
    });
  }

  #placeOf(target: Target): HostPort | null {
    if (target.kind === "address") return this.#learned.reachable(target.place);
    return this.#addresses.of(target.peer) ?? this.#learned.of(target.peer);
  }

  /** False where there is nothing to wait for. Of frames to one address the newest waits. */
  #wait(sending: Sending): boolean {
    const { target } = sending;
    if (target.kind === "peer" || !this.#learned.isAsking(target.place)) return false;
    const isNew = !this.#waiting.has(target.address);
    if (isNew && this.#waiting.size >= namesMax) return false;
    if (!isNew) this.#droppedWaiting += 1;
    this.#waiting.set(target.address, sending);
    return true;
  }

  #onNameSettled(name: string): void {
    for (const [address, sending] of this.#waiting) {
      if (sending.target.kind !== "address" || sending.target.place.address !== name) continue;
      this.#waiting.delete(address);
      this.#enqueue(sending);
    }
    this.#drain();
  }

  #succeed(target: Target): void {
    this.#sent += 1;
    if (!this.#failing.delete(keyOf(target))) return;
    if (target.kind === "address")
      this.#tell({ kind: "address-restored", address: target.address });
    else this.#tell({ kind: "send-restored", target: target.peer });
  }

  #fail(target: Target, code: string): void {
    this.#failed += 1;
    const key = keyOf(target);
    if (this.#failing.has(key) || this.#failing.size >= failingMax) return;
    this.#failing.add(key);
    if (target.kind === "address") {
      this.#tell({ kind: "address-failed", address: target.address, code });
    } else this.#tell({ kind: "send-failed", target: target.peer, code });
  }

  #receive(bytes: Uint8Array, from: RemoteInfo): void {
    if (this.#closed) return;
    if (bytes.length > frameBytesMax) {
      this.#tooLong += 1;
      return;
    }
    this.#received += 1;
    // A Buffer's `slice` is a view and not a copy, so what goes inward is a plain array.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#options.onDatagram(plain, formatOrigin(from.address, from.port));
  }

  #tell(trouble: LinkTrouble): void {
    if (!this.#closed) this.#options.onTrouble(trouble);
  }
}

function assertFrame({ length }: Uint8Array): void {
  assert(length > 0 && length <= frameBytesMax, `${length} bytes are no frame`);
}

/** No name has a colon in it, and every address has. */
const keyOf = (target: Target): string => (target.kind === "peer" ? target.peer : target.address);
