/** What the live host asks of its links beyond the port in src/wire/link.ts. */
import type { NodeId } from "../kernel/ids.js";
import type { Link } from "../wire/link.js";
import type { LineStatus } from "./stream-link.js";

/** Hears each frame; `origin` is `address:port`, where a link has such a thing. */
export type DatagramSink = (bytes: Uint8Array, origin?: string) => void;

export interface ClosableLink extends Link {
  close(): Promise<void>;
  /** Of a link over lines: how each of them is. */
  lines?(): readonly LineStatus[];
}

/** A link whose peers are told at run time, for members that no config names. */
export interface AddressedLink extends ClosableLink {
  /**
   * Where `peer` is from now on: `host:port`, with brackets around IPv6; null forgets it. False
   * where the text is no address; the peer has none then.
   */
  setAddress(peer: NodeId, address: string | null): boolean;

  /**
   * Sends to an address of which no name is known. A host name is looked up; until it is found, the
   * newest frame waits. False, and nothing is sent, where the text is no address.
   */
  sendTo(address: string, bytes: Uint8Array): boolean;
}
