/**
 * The socket on which a replica serves the clients of the replicated state: a unix socket beside
 * its control socket, for the user of the process alone. A client on another machine has a replica
 * of its own, or a tunnel: nothing here checks who speaks, and no byte is secret on a network.
 *
 * All requests of one turn, of all clients, are handed on together, and all replies of one turn
 * leave in one write for each client: so they share what a message and a sync of the disk cost.
 */
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { NodeId } from "../../kernel/ids.js";
import type { ClientNumber, RequestOfClient } from "../../replication/replica/ports.js";
import type { ClientReply } from "../../replication/service/ports.js";
import { encodeReply } from "../../replication/service/reply-bodies.js";
import { listenAt } from "../unix-socket.js";
import { BodyReader, BodyWriter, requestBytesMax } from "./body-stream.js";

export interface StateSocketOptions {
  readonly path: string;
  /** All that came in a turn, in that order; a body may be anything that is plain data. */
  readonly onRequests: (requests: readonly RequestOfClient[]) => void;
  /** It does not read its replies as fast as they come, or has read them all again. */
  readonly onPaused: (client: ClientNumber, paused: boolean) => void;
  /** Nothing more comes from it, and what is replied to it goes nowhere. */
  readonly onGone: (client: ClientNumber) => void;
}

export interface StateSocketCounts {
  readonly clients: number;
  readonly requests: number;
  /** Clients that sent what is no request at all, and were sent away. */
  readonly malformed: number;
  /** Clients that did not read their replies, and were sent away. */
  readonly slow: number;
}

/** At one time; more are closed at once. */
export const stateClientsMax = 128;

/**
 * Of one client; what it has sent beyond waits for the next turn, and is not read before. The node
 * whose replica this is has other things to do in between.
 */
export const requestsPerTurnMax = 256;

/** Replies that wait for a client to read them, in bytes; one for which more wait is sent away. */
export const unreadBytesMax = 16 * 1_024 * 1_024;

/** Of all clients together; one that has much waiting of it is sent away. */
export const unreadTotalMax = 64 * 1_024 * 1_024;
const muchUnread = 1_024 * 1_024;

export const stateSocketPath = (stateDir: string, node: NodeId): string =>
  join(stateDir, `${node}.state.sock`);

interface Client {
  readonly number: ClientNumber;
  readonly socket: Socket;
  readonly reader: BodyReader;
  readonly writer: BodyWriter;
  /** What was read and not handed on. */
  heard: unknown[];
  isWriting: boolean;
  isPaused: boolean;
}

export class StateSocket {
  readonly #options: StateSocketOptions;
  readonly #server: Server;
  readonly #clients = new Map<ClientNumber, Client>();
  /** Of whom something was heard and not handed on. */
  #hearing: Client[] = [];
  /** To whom something is to be written at the end of the turn. */
  #writing: Client[] = [];
  #lastNumber = 0;
  #requests = 0;
  #malformed = 0;
  #slow = 0;

  private constructor(options: StateSocketOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.maxConnections = stateClientsMax;
  }

  /** Rejects with a `SocketOpenFailure`. */
  static async open(options: StateSocketOptions): Promise<StateSocket> {
    const socket = new StateSocket(options);
    await listenAt(socket.#server, options.path);
    return socket;
  }

  /** To a client that has gone it goes nowhere. */
  reply(number: ClientNumber, reply: ClientReply): void {
    const client = this.#clients.get(number);
    if (client === undefined || client.socket.destroyed) return;
    client.writer.add(encodeReply(reply));
    // Here and not after the write: what one turn's requests ask for may be more than there is.
    if (this.#isTooMuch(unreadOf(client))) {
      this.#slow += 1;
      client.socket.destroy();
    }
    if (client.isWriting) return;
    client.isWriting = true;
    if (this.#writing.push(client) === 1) queueMicrotask(() => this.#write());
  }

  counts(): StateSocketCounts {
    return {
      clients: this.#clients.size,
      requests: this.#requests,
      malformed: this.#malformed,
      slow: this.#slow,
    };
  }

  async close(): Promise<void> {
    for (const { socket } of this.#clients.values()) socket.destroy();
    // Node unlinks the file itself.
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    this.#lastNumber += 1;
    const client: Client = {
      ...{ number: this.#lastNumber, socket, isWriting: false, isPaused: false },
      heard: [],
      ...{ reader: new BodyReader(requestBytesMax), writer: new BodyWriter() },
    };
    this.#clients.set(client.number, client);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#clients.delete(client.number);
      this.#options.onGone(client.number);
    });
    socket.on("drain", () => this.#pause(client, false));
    socket.on("data", (chunk: Buffer) => this.#hear(client, chunk));
  }

  #hear(client: Client, chunk: Buffer): void {
    // A Buffer's `slice` is a view and not a copy, so what goes inward is a plain array.
    const bodies = client.reader.take(
      new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength),
    );
    if (bodies === null) {
      this.#malformed += 1;
      client.socket.destroy();
      return;
    }
    if (bodies.length === 0) return;
    if (client.heard.length === 0) this.#waitsToBeHeard(client);
    client.heard = client.heard.concat(bodies);
    if (client.heard.length > requestsPerTurnMax) client.socket.pause();
  }

  #waitsToBeHeard(client: Client): void {
    if (this.#hearing.push(client) === 1) setImmediate(() => this.#handOn());
  }

  #handOn(): void {
    const hearing = this.#hearing;
    this.#hearing = [];
    const requests: RequestOfClient[] = [];
    for (const client of hearing) {
      const { number, socket } = client;
      // Of whom it was told that nothing more comes from it, nothing does.
      if (!this.#clients.has(number)) continue;
      for (const body of client.heard.splice(0, requestsPerTurnMax)) {
        requests.push({ client: number, body });
      }
      if (client.heard.length > 0) this.#waitsToBeHeard(client);
      else socket.resume();
    }
    this.#requests += requests.length;
    if (requests.length > 0) this.#options.onRequests(requests);
  }

  #write(): void {
    const writing = this.#writing;
    this.#writing = [];
    for (const client of writing) {
      client.isWriting = false;
      const { socket, writer } = client;
      if (!socket.destroyed && !socket.write(writer.take())) this.#pause(client, true);
    }
  }

  #isTooMuch(unread: number): boolean {
    if (unread <= muchUnread) return false;
    if (unread > unreadBytesMax) return true;
    let total = 0;
    for (const client of this.#clients.values()) total += unreadOf(client);
    return total > unreadTotalMax;
  }

  #pause(client: Client, isPaused: boolean): void {
    if (client.isPaused === isPaused) return;
    client.isPaused = isPaused;
    this.#options.onPaused(client.number, isPaused);
  }
}

const unreadOf = ({ socket, writer }: Client): number =>
  socket.destroyed ? 0 : writer.length + socket.writableLength;
