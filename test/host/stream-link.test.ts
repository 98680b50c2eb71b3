import { Duplex } from "node:stream";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lineQueueMax } from "../../src/host/line-queue.js";
import { reopenAfter, reopenAfterMax } from "../../src/host/stream-line.js";
import {
  busNodesMax,
  type LineOptions,
  StreamLink,
  type StreamTrouble,
} from "../../src/host/stream-link.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import { toByteStream } from "../../src/wire/byte-stream.js";
import { linkContract, type OpenLinks } from "../contracts/link.js";
import { quick, StreamRig } from "./support/stream-rig.js";
import { settle, streamBus, streamPair } from "./support/streams.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];

const noTrouble = (trouble: StreamTrouble): void => {
  throw new Error(`trouble: ${JSON.stringify(trouble)}`);
};

async function openAll(
  linesOf: ReadonlyMap<NodeId, readonly LineOptions[]>,
  onDatagram: (node: NodeId, bytes: Uint8Array) => void,
): Promise<ReadonlyMap<NodeId, StreamLink>> {
  const links = new Map<NodeId, StreamLink>();
  for (const [self, lines] of linesOf) {
    const link = await StreamLink.open({
      ...{ self, lines, onTrouble: () => {} },
      onDatagram: (bytes) => onDatagram(self, bytes),
    });
    links.set(self, link);
  }
  return links;
}

const openPairs: OpenLinks = async (nodes, onDatagram) => {
  const linesOf = new Map<NodeId, LineOptions[]>(nodes.map((node) => [node, []]));
  for (const [index, one] of nodes.entries()) {
    for (const other of nodes.slice(index + 1)) {
      const [here, there] = streamPair(7);
      const settings = { name: `${one}-${other}`, bytesPerSecond: quick };
      linesOf.get(one)?.push({ ...settings, peers: [other], open: async () => here });
      linesOf.get(other)?.push({ ...settings, peers: [one], open: async () => there });
    }
  }
  return openAll(linesOf, onDatagram);
};

const openBus: OpenLinks = async (nodes, onDatagram) => {
  const ends = streamBus(nodes.length, 1_000);
  const lineOf = (index: number, node: NodeId): LineOptions => ({
    ...{ name: "bus", bytesPerSecond: quick, peers: nodes.filter((peer) => peer !== node) },
    open: async () => ends[index] ?? expect.fail(node),
  });
  return openAll(new Map(nodes.map((node, index) => [node, [lineOf(index, node)]])), onDatagram);
};

linkContract("a stream to each peer", openPairs);
linkContract("one stream that all share", openBus);

const byte = (value: number): Uint8Array => new Uint8Array([value]);
const numbersOf = (frames: readonly Uint8Array[]) => frames.map(([first]) => first);

describe("garbage on the line", () => {
  it("STREAM-1: costs no frame that comes after it, whatever it is", async () => {
    const piece = fc.record({
      noise: fc.uint8Array({ maxLength: 40 }),
      frame: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const rig = new StreamRig();
        const link = await rig.open();
        for (const { noise, frame } of pieces) {
          rig.far?.write(noise);
          rig.far?.write(toByteStream(frame));
        }
        await settle();
        expect(rig.received).toEqual(pieces.map(({ frame }) => frame));
        await link.close();
      }),
      { numRuns: 40 },
    );
  });

  it("STREAM-1: is counted, and nothing of it is passed on", async () => {
    const rig = new StreamRig();
    const link = await rig.open();
    const dice = new Prng(1);
    const damaged = toByteStream(new Uint8Array(50).fill(9));
    damaged[20] = 8;
    rig.far?.write(damaged);
    rig.far?.write(Uint8Array.from({ length: 20_000 }, () => dice.below(255) + 1));
    rig.far?.write(new Uint8Array([0]));
    await settle();
    expect(rig.received).toEqual([]);
    expect(link.counts()).toMatchObject({ received: 0, tooLong: 1 });
    expect(link.lineCounts().get("serial")).toMatchObject({ badChecksum: 1, tooLong: 1 });
    await link.close();
  });

  it("STREAM-2: on a bus, a frame for others, or for nobody, is not passed on", async () => {
    const [end, far] = streamPair();
    const received: Uint8Array[] = [];
    const link = await StreamLink.open({
      self: n1,
      lines: [{ name: "bus", peers: [n3, n2], bytesPerSecond: quick, open: async () => end }],
      onDatagram: (bytes) => received.push(bytes),
      onTrouble: noTrouble,
    });
    // n1 is the first of the three by name, so it has the lowest bit.
    for (const address of [0b110, 0b001, 0b000, 0b111]) {
      far.write(toByteStream(new Uint8Array([0, address, 7, address])));
    }
    far.write(toByteStream(new Uint8Array([0, 0b001])));
    far.write(toByteStream(new Uint8Array([1])));
    await settle();
    expect(received.map(([, address]) => address)).toEqual([0b001, 0b111]);
    expect(link.counts().received).toBe(2);
    await link.close();
  });
});

describe("with the time in the test's hand", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "hrtime", "Date"], now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** In a few steps: streams do their part only in between. */
  async function pass(ms: number): Promise<void> {
    const step = Math.max(1, Math.floor(ms / 20));
    for (let passed = 0; passed < ms; passed += step) {
      await vi.advanceTimersByTimeAsync(Math.min(step, ms - passed));
      await settle();
    }
  }

  it("STREAM-3: a line is given no more than it carries, and all of what it carries", async () => {
    const rig = new StreamRig();
    const perMs = 10;
    const link = await rig.open(1_000 * perMs);
    const frame = new Uint8Array(40).fill(1);
    const lineBytes = toByteStream(frame).length;
    for (let round = 0; round < 100; round += 1) {
      link.send([n2], frame);
      link.send([n2], frame);
      await pass(2);
    }
    let given = 0;
    for (const { at, bytes } of rig.written) {
      given += bytes;
      expect(given).toBeLessThanOrEqual(perMs * (at + 2) + lineBytes);
    }
    // It was offered four times as much.
    expect(given).toBeGreaterThan(0.95 * perMs * 200);
    await link.close();
  });

  it("STREAM-3: a line that is not full holds nothing back", async () => {
    const rig = new StreamRig();
    const link = await rig.open(10_000);
    for (let value = 0; value < 20; value += 1) {
      link.send([n2], byte(value));
      await settle();
      expect(rig.heard).toHaveLength(value + 1);
      await pass(2);
    }
    await link.close();
  });

  it("STREAM-4: of what waits the oldest makes room, and is counted", async () => {
    const rig = new StreamRig();
    const link = await rig.open(100);
    const sent = lineQueueMax + 10;
    for (let value = 0; value < sent; value += 1) link.send([n2], byte(value));
    expect(link.counts()).toMatchObject({ sent: 1, dropped: 9, failed: 0 });
    await pass(90 * lineQueueMax);
    const expected = [0, ...Array.from({ length: lineQueueMax }, (_, index) => index + 10)];
    expect(numbersOf(rig.heard)).toEqual(expected);
    expect(link.counts()).toMatchObject({ sent: lineQueueMax + 1, dropped: 9 });
    await link.close();
  });

  it("STREAM-5: an end is told once, and that the stream was opened again", async () => {
    const rig = new StreamRig();
    const link = await rig.open();
    const first = rig.far;
    rig.near?.push(null);
    await settle();
    expect(rig.troubles).toEqual([{ kind: "line-lost", code: "ended", line: "serial" }]);
    link.send([n2], byte(2));
    expect(link.counts()).toMatchObject({ failed: 1, sent: 0 });
    await pass(reopenAfter / 1_000);
    expect(rig.far).not.toBe(first);
    expect(rig.troubles.map(({ kind }) => kind)).toEqual(["line-lost", "line-restored"]);
    link.send([n2], byte(3));
    rig.far?.write(toByteStream(byte(4)));
    await settle();
    expect(numbersOf(rig.heard)).toEqual([3]);
    expect(numbersOf(rig.received)).toEqual([4]);
    await link.close();
  });

  it.each([
    ["an error with a code", Object.assign(new Error("unplugged"), { code: "EIO" }), "EIO"],
    ["a close without one", undefined, "closed"],
  ])("STREAM-5: %s is told with its code; what waited has failed", async (_what, error, code) => {
    const rig = new StreamRig();
    const link = await rig.open(100);
    for (let value = 0; value < 5; value += 1) link.send([n2], byte(value));
    rig.near?.destroy(error);
    await settle();
    expect(rig.troubles).toMatchObject([{ kind: "line-lost", code, line: "serial" }]);
    expect(link.counts()).toMatchObject({ sent: 1, failed: 4, dropped: 0 });
    await pass(500);
    expect(rig.troubles).toHaveLength(2);
    expect(numbersOf(rig.heard).slice(1)).toEqual([]);
    await link.close();
  });

  it("STREAM-5: half a frame from before the end costs none after it", async () => {
    const rig = new StreamRig();
    const link = await rig.open();
    rig.far?.write(toByteStream(new Uint8Array(30).fill(5)).subarray(0, 12));
    await settle();
    rig.near?.destroy();
    await pass(reopenAfter / 1_000 + 1);
    rig.far?.write(toByteStream(byte(6)));
    await settle();
    expect(numbersOf(rig.received)).toEqual([6]);
    await link.close();
  });

  it("STREAM-6: waits twice as long each time, up to a bound, and tells it once", async () => {
    const rig = new StreamRig();
    rig.refuse = () => Promise.reject(Object.assign(new Error("gone"), { code: "ENOENT" }));
    const link = await rig.open();
    expect(rig.troubles).toMatchObject([{ kind: "line-lost", code: "ENOENT", line: "serial" }]);
    await pass(20_000);
    const waits = rig.attempts.slice(1).map((at, index) => at - (rig.attempts[index] ?? 0));
    const longest = reopenAfterMax / 1_000;
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, longest, longest]);
    expect(rig.troubles).toHaveLength(1);
    rig.refuse = null;
    await pass(longest);
    expect(rig.troubles.at(-1)).toEqual({ kind: "line-restored", line: "serial" });
    await link.close();
  });

  it("STREAM-6: a stream that ends as soon as it is open is no reason for haste", async () => {
    const rig = new StreamRig();
    const link = await rig.open();
    for (let at = 0; at < 3_000; at += 50) {
      rig.near?.destroy();
      await pass(50);
    }
    expect(rig.attempts.length).toBeLessThanOrEqual(6);
    await link.close();
  });

  it("STREAM-6: one that stood for long is opened again soon", async () => {
    const rig = new StreamRig();
    const link = await rig.open();
    for (let count = 0; count < 3; count += 1) {
      await pass(reopenAfterMax / 1_000);
      rig.near?.destroy();
      await pass(reopenAfter / 1_000 + 1);
      expect(rig.attempts).toHaveLength(count + 2);
    }
    await link.close();
  });

  it("STREAM-7: closed, it opens nothing more, and destroys what opens too late", async () => {
    const rig = new StreamRig();
    const link = await rig.open();
    rig.near?.destroy();
    await settle();
    const late = streamPair()[0];
    let arrive = (_stream: Duplex): void => {};
    rig.refuse = () =>
      new Promise((resolve) => {
        arrive = resolve;
      });
    await pass(reopenAfter / 1_000 + 1);
    await link.close();
    arrive(late);
    await settle();
    expect(late.destroyed).toBe(true);
    await pass(20_000);
    expect(rig.attempts).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
    expect(rig.troubles.map(({ kind }) => kind)).toEqual(["line-lost"]);
  });

  it("STREAM-7: an error after the close is nobody's trouble", async () => {
    const rig = new StreamRig();
    const link = await rig.open();
    const { near } = rig;
    await link.close();
    near?.emit("error", new Error("too late"));
    expect(rig.troubles).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("STREAM-8: writes no more while the stream is full, and goes on when drained", async () => {
    const written: Buffer[] = [];
    let goOn = (): void => {};
    const slow = new Duplex({
      read: () => {},
      writableHighWaterMark: 10,
      write: (bytes: Buffer, _encoding, done) => {
        written.push(bytes);
        goOn = done;
      },
    });
    const line = { name: "slow", peers: [n2], bytesPerSecond: quick, open: async () => slow };
    const link = await StreamLink.open({
      ...{ self: n1, lines: [line], onDatagram: () => {}, onTrouble: noTrouble },
    });
    for (let value = 1; value <= 5; value += 1) link.send([n2], new Uint8Array(20).fill(value));
    await settle();
    expect(link.counts().sent).toBe(1);
    for (let count = 2; count <= 5; count += 1) {
      goOn();
      await settle();
      expect([written.length, link.counts().sent]).toEqual([count, count]);
    }
    await link.close();
  });

  it("what does not give bytes is not read", async () => {
    const words = new Duplex({ objectMode: true, read: () => {}, write: () => {} });
    const line = { name: "words", peers: [n2], bytesPerSecond: quick, open: async () => words };
    const received: Uint8Array[] = [];
    const link = await StreamLink.open({
      ...{ self: n1, lines: [line], onTrouble: noTrouble },
      onDatagram: (bytes) => received.push(bytes),
    });
    words.push({ not: "bytes" });
    words.push("text");
    await settle();
    expect(received).toEqual([]);
    await link.close();
  });
});

describe("wrong options", () => {
  const line = (peers: readonly NodeId[], bytesPerSecond = quick): LineOptions => ({
    ...{ name: "x", peers, bytesPerSecond, open: () => Promise.reject(new Error("none")) },
  });
  const open = (...lines: LineOptions[]) =>
    StreamLink.open({ self: n1, lines, onDatagram: () => {}, onTrouble: noTrouble });

  it("are our own bug", async () => {
    await expect(open(line([n2]), line([n3, n2]))).rejects.toThrow("on two lines");
    await expect(open(line([]))).rejects.toThrow("0 peers");
    const many = Array.from({ length: busNodesMax }, (_, index) => nodeId(`m${index}`));
    await expect(open(line(many))).rejects.toThrow("16 peers");
    await expect(open(line([n2], 0))).rejects.toThrow("carries nothing");
  });
});
