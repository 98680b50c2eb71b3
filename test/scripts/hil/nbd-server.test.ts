/** A disk that a guest asks for over a socket, with a cache that a power cut tears. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ByteReader } from "../../../scripts/hil/byte-reader.js";
import { NbdServer } from "../../../scripts/hil/nbd-server.js";
import { VolatileDisk } from "../../../scripts/hil/volatile-disk.js";

const diskBytes = 64 * 1024;

/** Just enough of a client: fixed newstyle, the option GO, simple replies. */
class Client {
  readonly #socket: Socket;
  readonly #input: ByteReader;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#input = new ByteReader(socket);
  }

  async go(): Promise<{ readonly bytes: number; readonly flags: number }> {
    expect((await this.#take(18)).subarray(0, 16).toString()).toBe("NBDMAGICIHAVEOPT");
    this.#socket.write(Buffer.from([0, 0, 0, 3]));
    this.#option(8, Buffer.alloc(0));
    expect((await this.#take(20)).readUInt32BE(12)).toBe(0x80000001);
    this.#option(7, Buffer.from([0, 0, 0, 0, 0, 0]));
    const info = await this.#take(20 + 12 + 20);
    expect(info.readUInt32BE(12)).toBe(3);
    return { bytes: Number(info.readBigUInt64BE(22)), flags: info.readUInt16BE(30) };
  }

  async ask(kind: number, offset: number, length: number, payload: Buffer = Buffer.alloc(0)) {
    const head = Buffer.alloc(28);
    head.writeUInt32BE(0x25609513, 0);
    head.writeUInt16BE(kind, 6);
    head.writeBigUInt64BE(77n, 8);
    head.writeBigUInt64BE(BigInt(offset), 16);
    head.writeUInt32BE(length, 24);
    this.#socket.write(Buffer.concat([head, payload]));
    const reply = await this.#take(16);
    expect(reply.readUInt32BE(0)).toBe(0x67446698);
    expect(reply.readBigUInt64BE(8)).toBe(77n);
    const failure = reply.readUInt32BE(4);
    const data = kind === 0 && failure === 0 ? await this.#take(length) : Buffer.alloc(0);
    return { failure, data };
  }

  #option(kind: number, data: Buffer): void {
    const head = Buffer.alloc(16);
    head.write("IHAVEOPT");
    head.writeUInt32BE(kind, 8);
    head.writeUInt32BE(data.length, 12);
    this.#socket.write(Buffer.concat([head, data]));
  }

  async #take(count: number): Promise<Buffer> {
    const bytes = await this.#input.take(count);
    if (bytes === null) throw new Error("the server has gone");
    return bytes;
  }
}

describe("the disk of a guest", () => {
  let folder: string;
  let server: NbdServer;
  let disk: VolatileDisk;
  let socket: Socket;
  let client: Client;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "nbd-"));
    disk = new VolatileDisk(new Uint8Array(diskBytes).fill(7), 3);
    server = await NbdServer.listen(join(folder, "disk"), disk);
    socket = connect(join(folder, "disk"));
    await once(socket, "connect");
    client = new Client(socket);
  });

  afterEach(async () => {
    socket.destroy();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const sector = (byte: number): Buffer => Buffer.alloc(512, byte);

  it("tells its size, and that it has a cache to flush", async () => {
    expect(await client.go()).toEqual({ bytes: diskBytes, flags: 0b101 });
  });

  it("gives back what was written, and keeps what was flushed over a cut", async () => {
    await client.go();
    await client.ask(1, 512, 512, sector(1));
    await client.ask(3, 0, 0);
    await client.ask(1, 1024, 512, sector(2));
    const { data } = await client.ask(0, 0, 2048);
    expect([data[0], data[512], data[1024], data[1536]]).toEqual([7, 1, 2, 7]);
    server.cutOff();
    expect(disk.cut()).toBe(1);
    expect(disk.read(512, 1)[0]).toBe(1);
  });

  it("loses what was not flushed, in parts, when the power is cut", async () => {
    await client.go();
    const seen = new Set<string>();
    for (let round = 0; round < 60; round += 1) {
      await client.ask(1, 0, 1024, Buffer.concat([sector(0), sector(0)]));
      await client.ask(3, 0, 0);
      await client.ask(1, 0, 1024, Buffer.concat([sector(1), sector(2)]));
      disk.cut();
      seen.add(`${disk.read(0, 1)[0]}${disk.read(512, 1)[0]}`);
    }
    expect([...seen].sort()).toEqual(["00", "02", "10", "12"]);
  });

  it("refuses what lies beyond its end, and what it does not know", async () => {
    await client.go();
    expect(await client.ask(0, diskBytes - 1, 2)).toMatchObject({ failure: 22 });
    expect(await client.ask(6, 0, 512)).toMatchObject({ failure: 22 });
    expect(await client.ask(0, 0, 1)).toMatchObject({ failure: 0 });
  });

  it("a client that does not speak the protocol is shown the door", async () => {
    await once(socket, "data");
    socket.write(Buffer.alloc(64, 255));
    await once(socket, "close");
  });
});
