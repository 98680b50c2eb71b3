/**
 * The link port: carries sealed frames between replicas, and promises nothing. A frame may be lost,
 * come twice, late or changed; who opens it finds out. Over UDP and serial lines it is implemented
 * in the live host, and every implementation passes the suite in test/contracts/link.ts.
 */
import type { NodeId } from "../kernel/ids.js";

export interface LinkCounts {
  /** Frames that were handed to the network, once per target. */
  readonly sent: number;
  /** Frames that came in and were passed on. */
  readonly received: number;
  /** Frames that made room in the queue for newer ones, or were sent after the close. */
  readonly dropped: number;
  /** Frames that the network refused, or whose target has no known address. */
  readonly failed: number;
  /** Frames that came in longer than `frameBytesMax`, and were dropped. */
  readonly tooLong: number;
}

export interface Link {
  /**
   * Sends the same bytes to each target; returns at once. The bytes must not change afterwards.
   *
   * @param targets peers of the link; another name is a bug of the caller, and asserted
   * @param bytes 1 to `frameBytesMax` bytes
   */
  send(targets: readonly NodeId[], bytes: Uint8Array): void;

  counts(): LinkCounts;
}
