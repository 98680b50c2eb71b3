/** What a line counts and tells, and how it finds what has come back. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lineQueueMax } from "../../src/host/line-queue.js";
import { garbageTold, lookAfter, reopenAfter } from "../../src/host/stream-line.js";
import type { LineStatus, StreamLink } from "../../src/host/stream-link.js";
import { nodeId } from "../../src/kernel/ids.js";
import { toByteStream } from "../../src/wire/byte-stream.js";
import { StreamRig } from "./support/stream-rig.js";
import { settle } from "./support/streams.js";

const n2 = nodeId("n2");

const byte = (value: number): Uint8Array => new Uint8Array([value]);
const noise = (length: number): Uint8Array => new Uint8Array(length).fill(0x55);

function lineOf(link: StreamLink): LineStatus {
  const [line] = link.lines();
  if (line === undefined) throw new Error("no line");
  return line;
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await settle();
}

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "Date", "performance", "hrtime"],
  });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("STREAM-9: a stream that can be seen to be there again", () => {
  const gone = () => Promise.reject(Object.assign(new Error("gone"), { code: "no-such-port" }));

  async function lostFor(ms: number, rig: StreamRig, isThere: () => boolean): Promise<StreamLink> {
    const link = await rig.open(undefined, { isThere });
    rig.refuse = gone;
    rig.near?.destroy();
    await pass(ms);
    return link;
  }

  it("is opened within a look, however long it was away", async () => {
    let there = true;
    const rig = new StreamRig();
    const link = await rig.open(undefined, { isThere: () => there });
    there = false;
    rig.refuse = gone;
    rig.near?.destroy();
    await pass(60_000);
    expect(lineOf(link).isOpen).toBe(false);
    there = true;
    rig.refuse = null;
    await pass(lookAfter / 1_000);
    expect(lineOf(link)).toMatchObject({ isOpen: true, openings: 2, losses: { closed: 1 } });
    expect(lineOf(link).refusals["no-such-port"]).toBeGreaterThan(5);
    expect(rig.troubles.map(({ kind }) => kind)).toEqual(["line-lost", "line-restored"]);
    await link.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is tried again soon where it is there, and not yet allowed by udev", async () => {
    let there = false;
    const rig = new StreamRig();
    const link = await lostFor(60_000, rig, () => there);
    const before = rig.attempts.length;
    there = true;
    await pass(lookAfter / 1_000 + reopenAfter / 1_000);
    expect(rig.attempts.length - before).toBe(2);
    await link.close();
  });

  it("is not tried more often than the waits where it was there all the time", async () => {
    const rig = new StreamRig();
    const link = await lostFor(20_000, rig, () => true);
    expect(rig.attempts.length).toBeLessThan(12);
    await link.close();
  });
});

describe("STREAM-10: garbage", () => {
  const frame = toByteStream(byte(1));

  it("is told once, with a hint, and counted, as is the frame that ends it", async () => {
    const rig = new StreamRig();
    const link = await rig.open();
    for (let count = 0; count < 20; count += 1) rig.far?.write(noise(garbageTold));
    await settle();
    expect(rig.troubles).toMatchObject([{ kind: "line-garbled" }]);
    expect(JSON.stringify(rig.troubles)).toContain("is the rate the same at both ends");
    rig.far?.write(frame);
    await settle();
    expect(rig.received).toEqual([byte(1)]);
    expect(lineOf(link)).toMatchObject({
      ...{ frames: 1, tooLong: 1, resynchronised: 1, garbageBytes: 20 * garbageTold },
    });
    await link.close();
  });

  it("is told also where it looks like frames, with zeros at a wrong rate's whim", async () => {
    const rig = new StreamRig();
    const link = await rig.open();
    for (let count = 0; count < 40; count += 1) {
      rig.far?.write(new Uint8Array([...noise(20), 0]));
    }
    await settle();
    expect(rig.troubles).toMatchObject([{ kind: "line-garbled" }]);
    expect(lineOf(link)).toMatchObject({ malformed: 40, garbageBytes: 800, resynchronised: 0 });
    await link.close();
  });

  it("of a few bytes between frames is counted and not told", async () => {
    const rig = new StreamRig();
    const link = await rig.open();
    for (let count = 0; count < 100; count += 1) {
      rig.far?.write(new Uint8Array([...noise(10), 0]));
      rig.far?.write(frame);
    }
    await settle();
    expect(rig.troubles).toEqual([]);
    expect(lineOf(link)).toMatchObject({ frames: 100, resynchronised: 100, garbageBytes: 1_000 });
    await link.close();
  });

  it("of a bad checksum counts in bytes as well", async () => {
    const rig = new StreamRig();
    const link = await rig.open();
    const damaged = toByteStream(noise(50));
    damaged[20] = 8;
    rig.far?.write(damaged);
    await settle();
    expect(lineOf(link)).toMatchObject({ badChecksum: 1, garbageBytes: 54 });
    await link.close();
  });

  it("half a frame for ever holds a bounded piece, and costs nothing of the next", async () => {
    const rig = new StreamRig();
    const link = await rig.open();
    rig.far?.write(toByteStream(noise(100)).subarray(0, 60));
    await pass(3_600_000);
    expect(lineOf(link)).toMatchObject({ isOpen: true, garbageBytes: 0 });
    rig.far?.write(frame);
    await settle();
    expect(rig.received).toEqual([byte(1)]);
    expect(lineOf(link)).toMatchObject({ malformed: 1, resynchronised: 1 });
    await link.close();
  });
});

describe("STREAM-12: a slow line", () => {
  it("sends the urgent first, drops the least urgent, and holds back what may not go", async () => {
    const rig = new StreamRig();
    const rankOf = ([first = 0]: Uint8Array) => (first === 9 ? null : first >> 4);
    const link = await rig.open(1_000, { rankOf });
    link.send([n2], byte(0x00));
    for (let count = 0; count < lineQueueMax + 3; count += 1) link.send([n2], byte(0x30));
    link.send([n2], byte(0x10));
    link.send([n2], byte(9));
    link.send([n2], byte(9));
    expect(lineOf(link)).toMatchObject({ heldBack: 2 });
    await pass(20_000);
    expect(rig.heard.slice(0, 3)).toEqual([byte(0x00), byte(0x10), byte(0x30)]);
    expect(link.counts()).toMatchObject({ sent: lineQueueMax + 1, dropped: 4 });
    await link.close();
  });
});
