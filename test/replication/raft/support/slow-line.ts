/**
 * Serial lines from each member to each other, as the live host drives them: a frame goes when the
 * one before it is over, what is long is not sent at all, and of too many the oldest goes.
 */
import { LineQueue } from "../../../../src/host/line-queue.js";
import { encodeMessage } from "../../../../src/replication/raft/encoding.js";
import type { RaftMessage } from "../../../../src/replication/raft/messages.js";
import { encodeBody } from "../../../../src/wire/cbor.js";

interface Frame {
  readonly bytes: number;
  readonly arrive: () => void;
}

type Later = (delay: number, act: () => void) => void;

/** Envelope and checksum, in bytes. */
const around = 80;

export class SlowLine {
  readonly #bytesPerSecond: number;
  readonly #frameBytesMax: number;
  readonly #queues = new Map<string, LineQueue<Frame>>();
  readonly #busy = new Set<string>();
  /** Frames that were too long, or had to make room. */
  lost = 0;

  constructor(bytesPerSecond: number, frameBytesMax: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#frameBytesMax = frameBytesMax;
  }

  send(wire: string, message: RaftMessage, arrive: () => void, later: Later): void {
    const bytes = encodeBody(encodeMessage(message)).length + around;
    if (bytes > this.#frameBytesMax) {
      this.lost += 1;
      return;
    }
    const queue = this.#queues.get(wire) ?? new LineQueue<Frame>();
    this.#queues.set(wire, queue);
    if (queue.push({ bytes, arrive }, 0) !== undefined) this.lost += 1;
    this.#next(wire, queue, later);
  }

  #next(wire: string, queue: LineQueue<Frame>, later: Later): void {
    if (this.#busy.has(wire)) return;
    const frame = queue.shift();
    if (frame === undefined) return;
    this.#busy.add(wire);
    later(Math.ceil((frame.bytes * 1_000_000) / this.#bytesPerSecond), () => {
      this.#busy.delete(wire);
      frame.arrive();
      this.#next(wire, queue, later);
    });
  }
}
