/**
 * Puts to etcd by its own protocol, gRPC over HTTP/2 (RFC 9113), written by hand as far as a put
 * needs it. Node's own client costs several times as much of the processor for each put, which on
 * a machine where clients and members share the cores would be taken from etcd.
 *
 * A call is a HEADERS frame, always of the same bytes, and a DATA frame with five bytes of head and
 * a protobuf message. A call that ended well has a message in its answer and one that failed has
 * none (gRPC over HTTP/2, "Responses"): so nothing of the answer's headers has to be decoded.
 */
import { connect, type Socket } from "node:net";
import type { Store } from "./store.js";

const frames = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, window: 8 };
const endStream = 1;
const endHeaders = 4;
const acknowledged = 1;
const frameHeadBytes = 9;

/** Of both directions, at the beginning; we give the other side more at once. */
const windowBytes = 65_535;
const windowGiven = 0x3000_0000;

interface Call {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  hasMessage: boolean;
}

class Connection {
  readonly #socket: Socket;
  readonly #calls = new Map<number, Call>();
  readonly #headers: Buffer;
  #rest: Buffer = Buffer.alloc(0);
  #out: Buffer[] = [];
  #stream = 1;
  #window = windowBytes;
  #taken = 0;

  constructor(socket: Socket, authority: string) {
    this.#socket = socket;
    this.#headers = headerBlock(authority);
    socket.setNoDelay(true);
    socket.on("data", (bytes) => this.#hear(bytes));
    socket.on("close", () => this.#end("the connection is lost"));
    socket.on("error", () => undefined);
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    this.#send(frame(frames.settings, 0, 0, Buffer.alloc(0)));
    this.#giveWindow();
  }

  put(key: string, value: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const message = putMessage(key, value);
      if (this.#socket.destroyed || this.#window < message.length) {
        reject(new Error("the connection is lost, or the other side does not read"));
        return;
      }
      const stream = this.#stream;
      this.#stream += 2;
      this.#window -= message.length;
      this.#calls.set(stream, { resolve, reject, hasMessage: false });
      this.#send(frame(frames.headers, endHeaders, stream, this.#headers));
      this.#send(frame(frames.data, endStream, stream, message));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** What is sent in one turn leaves in one write. */
  #send(bytes: Buffer): void {
    if (this.#out.push(bytes) > 1) return;
    queueMicrotask(() => {
      this.#socket.write(Buffer.concat(this.#out));
      this.#out = [];
    });
  }

  #hear(bytes: Buffer): void {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (rest.length >= frameHeadBytes) {
      const end = frameHeadBytes + rest.readUIntBE(0, 3);
      if (rest.length < end) break;
      const [type, flags, stream] = [rest[3] ?? 0, rest[4] ?? 0, rest.readUInt32BE(5)];
      this.#onFrame(type, flags, stream, rest.subarray(frameHeadBytes, end));
      rest = rest.subarray(end);
    }
    this.#rest = rest;
  }

  #onFrame(type: number, flags: number, stream: number, body: Buffer): void {
    if (type === frames.data) this.#onData(stream, body);
    if (type === frames.settings && (flags & acknowledged) === 0) {
      this.#send(frame(frames.settings, acknowledged, 0, Buffer.alloc(0)));
    }
    if (type === frames.ping && (flags & acknowledged) === 0) {
      this.#send(frame(frames.ping, acknowledged, 0, Buffer.from(body)));
    }
    if (type === frames.window && stream === 0) this.#window += body.readUInt32BE(0);
    if (type === frames.goAway) this.#end("the other side goes away");
    const ends = (type === frames.headers || type === frames.data) && (flags & endStream) !== 0;
    if (ends || type === frames.reset) this.#settle(stream);
  }

  #onData(stream: number, body: Buffer): void {
    const call = this.#calls.get(stream);
    if (call !== undefined && body.length >= 5) call.hasMessage = true;
    this.#taken += body.length;
    if (this.#taken > windowGiven / 2) this.#giveWindow();
  }

  #giveWindow(): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#taken === 0 ? windowGiven : this.#taken);
    this.#taken = 0;
    this.#send(frame(frames.window, 0, 0, bytes));
  }

  #settle(stream: number): void {
    const call = this.#calls.get(stream);
    this.#calls.delete(stream);
    if (call?.hasMessage === true) call.resolve();
    else call?.reject(new Error("etcd did not do it"));
  }

  #end(why: string): void {
    for (const { reject } of this.#calls.values()) reject(new Error(why));
    this.#calls.clear();
  }
}

function frame(type: number, flags: number, stream: number, body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(frameHeadBytes + body.length);
  bytes.writeUIntBE(body.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(body, frameHeadBytes);
  return bytes;
}

/** HPACK (RFC 7541): `:method POST` and `:scheme http` by their numbers, the rest in letters. */
function headerBlock(authority: string): Buffer {
  const [byNumber, literal] = [Buffer.from([0x83, 0x86]), Buffer.from([0])];
  const text = (word: string) => [Buffer.from([word.length]), Buffer.from(word)];
  const fields = [
    [":path", "/etcdserverpb.KV/Put"],
    [":authority", authority],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
  ].flatMap(([name = "", value = ""]) => [literal, ...text(name), ...text(value)]);
  return Buffer.concat([byNumber, ...fields]);
}

/** PutRequest: key is field 1 and value field 2, both bytes of less than 128 in length. */
function putMessage(key: string, value: Uint8Array): Buffer {
  const length = 4 + key.length + value.length;
  const message = Buffer.allocUnsafe(5 + length);
  message[0] = 0;
  message.writeUInt32BE(length, 1);
  message[5] = 0x0a;
  message[6] = key.length;
  message.write(key, 7, "latin1");
  message[7 + key.length] = 0x12;
  message[8 + key.length] = value.length;
  message.set(value, 9 + key.length);
  return message;
}

export async function openEtcdStore(
  targets: readonly string[],
  connections: number,
): Promise<Store> {
  const places = Array.from({ length: connections }, (_, index) => targets[index % targets.length]);
  const all = await Promise.all(places.map((place) => open(place ?? "")));
  let turn = 0;
  return {
    put(key, value) {
      turn = (turn + 1) % all.length;
      return all[turn]?.put(key, value) ?? Promise.reject(new Error("there is no connection"));
    },
    close: () => {
      for (const connection of all) connection.close();
    },
  };
}

function open(target: string): Promise<Connection> {
  const [host = "", port = ""] = target.split(":");
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), host, () => resolve(new Connection(socket, target)));
    socket.once("error", reject);
  });
}
