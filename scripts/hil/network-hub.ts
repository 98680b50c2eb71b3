/**
 * The network between guests, on unix sockets so that none of the host's is touched: every frame of
 * one goes to all others, as in a hub. QEMU puts four bytes with its length before each frame
 * (`-netdev stream`).
 */
import { createServer, type Server, type Socket } from "node:net";

const lengthBytes = 4;

/** No frame of a guest is longer; whoever says so has lost count. */
const frameBytesMax = 128 * 1024;

/** Unread by a guest that stands still; what comes on top of it is lost, as on a real wire. */
const unreadBytesMax = 4 * 1024 * 1024;

/** Whole frames, with their lengths, out of a stream that is cut anywhere. */
export class FrameCutter {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws RangeError where a length cannot be */
  push(chunk: Buffer): readonly Buffer[] {
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    for (;;) {
      const end = endOfFirst(rest);
      if (end === null) break;
      frames.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    this.#rest = rest;
    return frames;
  }
}

function endOfFirst(bytes: Buffer): number | null {
  if (bytes.length < lengthBytes) return null;
  const length = bytes.readUInt32BE(0);
  if (length > frameBytesMax) throw new RangeError(`a frame of ${length} bytes`);
  const end = lengthBytes + length;
  return end <= bytes.length ? end : null;
}

export class NetworkHub {
  /** The wire is cut: nothing passes. */
  isCut = false;
  readonly #server: Server;
  readonly #guests = new Set<Socket>();
  #onChange: () => void = () => {};

  private constructor() {
    this.#server = createServer((guest) => this.#admit(guest));
  }

  static async listen(path: string): Promise<NetworkHub> {
    const hub = new NetworkHub();
    await new Promise<void>((resolve, reject) => {
      hub.#server.once("error", reject);
      hub.#server.listen(path, resolve);
    });
    return hub;
  }

  #admit(guest: Socket): void {
    const cutter = new FrameCutter();
    this.#guests.add(guest);
    guest.on("data", (chunk: Buffer) => {
      try {
        for (const frame of cutter.push(chunk)) this.#pass(guest, frame);
      } catch {
        guest.destroy();
      }
    });
    guest.on("error", () => guest.destroy());
    guest.once("close", () => {
      this.#guests.delete(guest);
      this.#changed();
    });
    this.#changed();
  }

  /** Until so many guests are connected. */
  async has(count: number): Promise<void> {
    while (this.#guests.size !== count) {
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
    }
  }

  #changed(): void {
    this.#onChange();
    this.#onChange = () => {};
  }

  #pass(from: Socket, frame: Buffer): void {
    if (this.isCut) return;
    for (const guest of this.#guests) {
      if (guest !== from && guest.writableLength < unreadBytesMax) guest.write(frame);
    }
  }

  close(): void {
    for (const guest of this.#guests) guest.destroy();
    this.#server.close();
  }
}
