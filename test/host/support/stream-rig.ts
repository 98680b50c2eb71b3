/** A link on one line, of which a test holds the far end, and the times at which it did what. */
import type { Duplex } from "node:stream";
import { type LineOptions, StreamLink, type StreamTrouble } from "../../../src/host/stream-link.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { ByteStreamReader } from "../../../src/wire/byte-stream.js";
import { streamPair } from "./streams.js";

/** So quick that no test has to wait for the line. */
export const quick = 1_000_000_000;

const [n1, n2] = [nodeId("n1"), nodeId("n2")];

/** The link of `n1` on a line to `n2`. */
export class StreamRig {
  readonly received: Uint8Array[] = [];
  readonly troubles: StreamTrouble[] = [];
  /** What the far end read, as frames. */
  readonly heard: Uint8Array[] = [];
  /** When each byte came out of the link, in milliseconds of the test's clock. */
  readonly written: { readonly at: number; readonly bytes: number }[] = [];
  /** When it was tried to open the stream. */
  readonly attempts: number[] = [];
  /** The ends of the stream that is open, or was last. */
  near: Duplex | null = null;
  far: Duplex | null = null;
  /** Answers instead of a new stream. */
  refuse: (() => Promise<Duplex>) | null = null;
  link: StreamLink | null = null;

  async open(bytesPerSecond = quick, more: Partial<LineOptions> = {}): Promise<StreamLink> {
    const open = () => this.#stream();
    const line = { name: "serial", peers: [n2], bytesPerSecond, open, ...more };
    this.link = await StreamLink.open({
      ...{ self: n1, lines: [line] },
      onDatagram: (bytes) => this.received.push(bytes),
      onTrouble: (trouble) => this.troubles.push(trouble),
    });
    return this.link;
  }

  async #stream(): Promise<Duplex> {
    this.attempts.push(Date.now());
    if (this.refuse !== null) return this.refuse();
    const [near, far] = streamPair();
    const reader = new ByteStreamReader();
    far.on("data", (bytes: Buffer) => {
      this.written.push({ at: Date.now(), bytes: bytes.length });
      this.heard.push(...reader.push(bytes));
    });
    this.near = near;
    this.far = far;
    return near;
  }
}
