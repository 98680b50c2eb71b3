import { afterEach, describe, expect, it, vi } from "vitest";
import {
  type ClosableLink,
  delayedMax,
  FaultyLink,
  noLinkFaults,
} from "../../src/host/faulty-link.js";
import { AssertionFailure } from "../../src/kernel/assert.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { millis } from "../../src/kernel/time.js";
import { Sealer } from "../../src/wire/sealer.js";
import { optionsOf } from "../wire/cluster.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];

/** A link that works, and remembers what it was asked to carry. */
class RecordingLink implements ClosableLink {
  readonly sent: [NodeId, number][] = [];

  send(targets: readonly NodeId[], bytes: Uint8Array): void {
    for (const target of targets) this.sent.push([target, bytes[0] ?? -1]);
  }

  counts() {
    return { sent: this.sent.length, received: 0, dropped: 0, failed: 0, tooLong: 0 };
  }

  async close(): Promise<void> {}
}

async function openFaulty(seed = 1) {
  const inner = new RecordingLink();
  const received: Uint8Array[] = [];
  let deliver: (bytes: Uint8Array) => void = () => {};
  const link = await FaultyLink.open({
    seed,
    onDatagram: (bytes) => received.push(bytes),
    connect: async (onDatagram) => {
      deliver = onDatagram;
      return inner;
    },
  });
  const sendMany = (count: number): void => {
    for (let index = 0; index < count; index += 1) link.send([n2], new Uint8Array([index & 0xff]));
  };
  return { link, inner, received, deliver, sendMany };
}

const none = { lost: 0, duplicated: 0, delayed: 0, blocked: 0 };

describe("FAULT-LINK-1: without faults", () => {
  it("carries everything, once, to every target", async () => {
    const { link, inner, received, deliver } = await openFaulty();
    link.send([n2, n3], new Uint8Array([5]));
    deliver(new Uint8Array([6]));
    expect(inner.sent).toEqual([
      [n2, 5],
      [n3, 5],
    ]);
    expect(received).toEqual([new Uint8Array([6])]);
    expect(link.faultCounts()).toEqual(none);
  });
});

describe("FAULT-LINK-2: loss and duplication", () => {
  it("loses about the share that was asked for, the same ones with the same seed", async () => {
    const runs = [await openFaulty(7), await openFaulty(7), await openFaulty(8)];
    for (const { link, sendMany } of runs) {
      link.setFaults({ loss: 0.3 });
      sendMany(2_000);
    }
    const [first, same, other] = runs.map(({ inner }) => inner.sent);
    expect(first).toEqual(same);
    expect(first).not.toEqual(other);
    expect(first?.length).toBeGreaterThan(1_300);
    expect(first?.length).toBeLessThan(1_500);
    expect(runs[0]?.link.faultCounts().lost).toBe(2_000 - (first?.length ?? 0));
  });

  it("loses all, or doubles all, at 1", async () => {
    const { link, inner, sendMany } = await openFaulty();
    link.setFaults({ loss: 1 });
    sendMany(10);
    expect(inner.sent).toEqual([]);
    link.setFaults({ duplicate: 1 });
    sendMany(10);
    expect(inner.sent.length).toBe(20);
    expect(link.faultCounts()).toEqual({ ...none, lost: 10, duplicated: 10 });
  });

  it("stops when the faults are cleared", async () => {
    const { link, inner, sendMany } = await openFaulty();
    link.setFaults({ loss: 1, blockedTargets: [n2] });
    link.setFaults(noLinkFaults);
    sendMany(10);
    expect(inner.sent.length).toBe(10);
  });

  it("asserts what is no probability", async () => {
    const { link } = await openFaulty();
    expect(() => link.setFaults({ loss: 1.5 })).toThrow(AssertionFailure);
    expect(() => link.setFaults({ duplicate: Number.NaN })).toThrow(AssertionFailure);
  });
});

describe("FAULT-LINK-3: partitions", () => {
  it("blocks a target, and no other", async () => {
    const { link, inner } = await openFaulty();
    link.setFaults({ blockedTargets: [n2] });
    link.send([n2, n3], new Uint8Array([5]));
    expect(inner.sent).toEqual([[n3, 5]]);
    expect(link.faultCounts()).toEqual({ ...none, blocked: 1 });
  });

  it("blocks a source, and no other, nor what says nothing of its source", async () => {
    const { link, received, deliver } = await openFaulty();
    const [from1, from3] = [n1, n3].map((node) =>
      new Sealer(optionsOf(node)).seal("membership", 0),
    );
    link.setFaults({ blockedSources: [n1] });
    for (const bytes of [from1, from3, new Uint8Array(3)]) deliver(bytes ?? new Uint8Array());
    expect(received).toEqual([from3, new Uint8Array(3)]);
    expect(link.faultCounts()).toEqual({ ...none, blocked: 1 });
  });
});

describe("FAULT-LINK-4: delay", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("holds each frame back for as long as was asked", async () => {
    vi.useFakeTimers();
    const { link, inner, sendMany } = await openFaulty();
    link.setFaults({ delay: millis(50) });
    sendMany(3);
    vi.advanceTimersByTime(49);
    expect(inner.sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(inner.sent.map(([, byte]) => byte)).toEqual([0, 1, 2]);
    expect(link.faultCounts()).toEqual({ ...none, delayed: 3 });
  });

  it("holds back only so many, and loses the rest", async () => {
    vi.useFakeTimers();
    const { link, sendMany } = await openFaulty();
    link.setFaults({ delay: millis(50) });
    sendMany(delayedMax + 5);
    expect(link.faultCounts()).toEqual({ ...none, delayed: delayedMax, lost: 5 });
  });

  it("loses what is held back at the close", async () => {
    vi.useFakeTimers();
    const { link, inner, sendMany } = await openFaulty();
    link.setFaults({ delay: millis(50) });
    sendMany(3);
    await link.close();
    vi.advanceTimersByTime(100);
    expect(inner.sent).toEqual([]);
  });
});
