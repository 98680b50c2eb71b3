/**
 * A disk for a guest that we are ourselves: QEMU asks for its blocks over a unix socket, by the
 * protocol of network block devices (github.com/NetworkBlockDevice/nbd, doc/proto.md). So a disk
 * can have what no file of the host has: a volatile cache that is lost, in parts, when the power
 * fails.
 *
 * It offers what a guest's file system needs, and no more: read, write, flush. Whoever asks for
 * another option is told that it is not known here, and does without. A flush takes its time, and
 * what is written meanwhile does not wait for it.
 */
import { createServer, type Server, type Socket } from "node:net";
import { ByteReader } from "./byte-reader.js";

/** What the blocks are on. Ranges are within `bytes`. */
export interface Medium {
  readonly bytes: number;
  read(offset: number, length: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** All that was written before it began is durable when it ends. */
  flush(): Promise<void>;
}

const handshakeMagic = Buffer.from("NBDMAGICIHAVEOPT");
const optionReplyMagic = 0x0003e889045565a9n;
const requestMagic = 0x25609513;
const replyMagic = 0x67446698;

/** Fixed newstyle, and no zeroes behind the name of an export. */
const handshakeFlags = 0b11;
/** Flags are told; flush is known. */
const exportFlags = 0b101;

const option = { exportName: 1, abort: 2, info: 6, go: 7 };
const optionReply = { done: 1, info: 3, unknown: 0x80000001 };
const request = { read: 0, write: 1, disconnect: 2, flush: 3 };
const invalid = 22;

const optionBytesMax = 4_096;
const transferBytesMax = 32 * 1024 * 1024;

export class NbdServer {
  readonly #medium: Medium;
  readonly #server: Server;
  readonly #guests = new Set<Socket>();

  private constructor(medium: Medium) {
    this.#medium = medium;
    this.#server = createServer((guest) => this.#admit(guest));
  }

  static async listen(path: string, medium: Medium): Promise<NbdServer> {
    const server = new NbdServer(medium);
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", reject);
      server.#server.listen(path, resolve);
    });
    return server;
  }

  /** Requests that have not been answered are not carried out any more. */
  cutOff(): void {
    for (const guest of this.#guests) guest.destroy();
  }

  close(): void {
    this.cutOff();
    this.#server.close();
  }

  #admit(guest: Socket): void {
    this.#guests.add(guest);
    guest.once("close", () => this.#guests.delete(guest));
    guest.on("error", () => guest.destroy());
    // A guest whose power fails ends its stream anywhere: that is what it is for.
    new Session(guest, this.#medium)
      .run()
      .catch(() => {})
      .finally(() => guest.destroy());
  }
}

class Session {
  readonly #guest: Socket;
  readonly #input: ByteReader;
  readonly #medium: Medium;

  constructor(guest: Socket, medium: Medium) {
    this.#guest = guest;
    this.#input = new ByteReader(guest);
    this.#medium = medium;
  }

  async run(): Promise<void> {
    this.#guest.write(Buffer.concat([handshakeMagic, Buffer.from([0, handshakeFlags])]));
    if ((await this.#input.take(4)) === null) return;
    if (!(await this.#negotiate())) return;
    while (await this.#serveOne());
  }

  /** False where the guest has gone. */
  async #negotiate(): Promise<boolean> {
    for (;;) {
      const head = await this.#input.take(16);
      if (head === null) return false;
      const [asked, length] = [head.readUInt32BE(8), head.readUInt32BE(12)];
      if (length > optionBytesMax || (await this.#input.take(length)) === null) return false;
      if (asked === option.exportName) {
        this.#guest.write(this.#exportOf());
        return true;
      }
      this.#answerOption(asked);
      if (asked === option.go) return true;
      if (asked === option.abort) return false;
    }
  }

  #answerOption(asked: number): void {
    if (asked === option.go || asked === option.info) {
      const export_ = Buffer.concat([Buffer.from([0, 0]), this.#exportOf()]);
      this.#guest.write(optionReplyOf(asked, optionReply.info, export_));
      this.#guest.write(optionReplyOf(asked, optionReply.done));
      return;
    }
    const kind = asked === option.abort ? optionReply.done : optionReply.unknown;
    this.#guest.write(optionReplyOf(asked, kind));
  }

  #exportOf(): Buffer {
    const bytes = Buffer.alloc(10);
    bytes.writeBigUInt64BE(BigInt(this.#medium.bytes), 0);
    bytes.writeUInt16BE(exportFlags, 8);
    return bytes;
  }

  /** False where the guest has gone, or has lost count. */
  async #serveOne(): Promise<boolean> {
    const head = await this.#input.take(28);
    if (head === null || head.readUInt32BE(0) !== requestMagic) return false;
    const kind = head.readUInt16BE(6);
    const offset = Number(head.readBigUInt64BE(16));
    const length = head.readUInt32BE(24);
    if (kind === request.disconnect || length > transferBytesMax) return false;
    const payload = kind === request.write ? await this.#input.take(length) : Buffer.alloc(0);
    // What came before the power was cut, and had not its turn yet, is lost.
    if (payload === null || this.#guest.destroyed) return false;
    const answer = (data: Uint8Array | null) => {
      if (!this.#guest.destroyed) this.#guest.write(replyOf(head.subarray(8, 16), data));
    };
    if (kind === request.flush) void this.#medium.flush().then(() => answer(new Uint8Array(0)));
    else answer(this.#carryOut(kind, offset, length, payload));
    return true;
  }

  /** Null where it is refused. */
  #carryOut(kind: number, offset: number, length: number, payload: Buffer): Uint8Array | null {
    const medium = this.#medium;
    if (offset + length > medium.bytes) return null;
    if (kind === request.read) return medium.read(offset, length);
    if (kind !== request.write) return null;
    medium.write(offset, payload);
    return new Uint8Array(0);
  }
}

function optionReplyOf(asked: number, kind: number, data: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(20);
  head.writeBigUInt64BE(optionReplyMagic, 0);
  head.writeUInt32BE(asked, 8);
  head.writeUInt32BE(kind, 12);
  head.writeUInt32BE(data.length, 16);
  return Buffer.concat([head, data]);
}

function replyOf(cookie: Buffer, data: Uint8Array | null): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(replyMagic, 0);
  head.writeUInt32BE(data === null ? invalid : 0, 4);
  cookie.copy(head, 8);
  return Buffer.concat([head, data ?? new Uint8Array(0)]);
}
