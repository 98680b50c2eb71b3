/** The network between guests: whole frames, to all others, and to nobody when it is cut. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FrameCutter, NetworkHub } from "../../../scripts/hil/network-hub.js";

function frame(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
}

describe("a stream of frames", () => {
  const stream = Buffer.concat(["one", "", "a longer one"].map(frame));

  it("is cut into its frames wherever its pieces end", () => {
    for (let size = 1; size <= stream.length; size += 1) {
      const cutter = new FrameCutter();
      const frames: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) {
        frames.push(...cutter.push(stream.subarray(at, at + size)));
      }
      expect(frames).toEqual(["one", "", "a longer one"].map(frame));
    }
  });

  it("is refused when a length cannot be", () => {
    expect(() => new FrameCutter().push(Buffer.from("ffffffff", "hex"))).toThrow(RangeError);
  });
});

describe("the hub", () => {
  let folder: string;
  let hub: NetworkHub;
  let guests: Socket[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hub-"));
    hub = await NetworkHub.listen(join(folder, "net"));
    guests = await Promise.all(
      [0, 1, 2].map(async () => {
        const guest = connect(join(folder, "net"));
        await once(guest, "connect");
        return guest;
      }),
    );
    await hub.has(3);
  });

  afterEach(async () => {
    for (const guest of guests) guest.destroy();
    hub.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("gives a frame to all others, and not back", async () => {
    const [one, two, three] = guests;
    const heard = [two, three].map(async (guest) => guest && (await once(guest, "data"))[0]);
    let back = false;
    one?.once("data", () => {
      back = true;
    });
    one?.write(frame("hello"));
    expect(await Promise.all(heard)).toEqual([frame("hello"), frame("hello")]);
    expect(back).toBe(false);
  });

  it("gives nothing on while it is cut, and goes on after it", async () => {
    const [one, two, three] = guests;
    hub.isCut = true;
    one?.write(frame("lost"));
    // What one guest says is taken in order, so when its good-bye has come the rest has come too.
    one?.end();
    await hub.has(2);
    hub.isCut = false;
    const heard = three && once(three, "data");
    two?.write(frame("heard"));
    expect((await heard)?.[0]).toEqual(frame("heard"));
  });
});
