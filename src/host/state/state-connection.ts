/**
 * The client's end of a state socket: bodies to a replica and from it, all of a turn in one write.
 * What a lost connection had not answered nobody knows; whoever uses this has to ask again.
 */
import { createConnection, type Socket } from "node:net";
import { BodyReader, BodyWriter, replyBytesMax } from "./body-stream.js";

export interface StateConnectionOptions {
  readonly path: string;
  /** Somebody listens there. */
  readonly onOpen?: () => void;
  /** In the order in which they came; each may be anything that is plain data. */
  readonly onReplies: (bodies: readonly unknown[]) => void;
  /** Called once, unless it was closed: the replica is gone, hangs up, or speaks nonsense. */
  readonly onLost: (reason: LostReason) => void;
}

/**
 * `no-replica`: nobody listens there. `not-permitted`: this user may not open the file. `lost`: it
 * was open. `malformed`: what came is none of our stream.
 */
export type LostReason = "no-replica" | "not-permitted" | "lost" | "malformed";

export class StateConnection {
  readonly #options: StateConnectionOptions;
  readonly #socket: Socket;
  readonly #reader = new BodyReader(replyBytesMax);
  readonly #writer = new BodyWriter();
  #isOpen = false;
  #isOver = false;
  #isWriting = false;

  constructor(options: StateConnectionOptions) {
    this.#options = options;
    this.#socket = createConnection(options.path);
    this.#socket.on("connect", () => {
      this.#isOpen = true;
      if (!this.#isOver) options.onOpen?.();
    });
    this.#socket.on("data", (chunk: Buffer) => this.#hear(chunk));
    this.#socket.on("error", (error) => this.#lose(reasonOf(error, this.#isOpen)));
    this.#socket.on("close", () => this.#lose("lost"));
  }

  /** Before the connection stands it waits; after it was lost it goes nowhere. */
  send(body: unknown): void {
    if (this.#isOver) return;
    this.#writer.add(body);
    if (this.#isWriting) return;
    this.#isWriting = true;
    queueMicrotask(() => {
      this.#isWriting = false;
      const bytes = this.#writer.take();
      if (!this.#isOver) this.#socket.write(bytes);
    });
  }

  /** Nothing comes afterwards. Closing twice is harmless. */
  close(): void {
    this.#isOver = true;
    this.#socket.destroy();
  }

  #hear(chunk: Buffer): void {
    if (this.#isOver) return;
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bodies = this.#reader.take(bytes);
    if (bodies === null) this.#lose("malformed");
    else if (bodies.length > 0) this.#options.onReplies(bodies);
  }

  #lose(reason: LostReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.destroy();
    this.#options.onLost(reason);
  }
}

function reasonOf(error: Error, isOpen: boolean): LostReason {
  const { code } = error as NodeJS.ErrnoException;
  if (isOpen) return "lost";
  return code === "EACCES" || code === "EPERM" ? "not-permitted" : "no-replica";
}
