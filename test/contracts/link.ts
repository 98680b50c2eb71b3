/**
 * The contract of a link, run over every implementation. A link promises little, so the suite asks
 * for what may be asked on a quiet machine: that frames arrive, unchanged and only where they were
 * sent.
 */
import { afterEach, describe, expect, it } from "vitest";
import { AssertionFailure } from "../../src/kernel/assert.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { frameBytesMax } from "../../src/wire/envelope.js";
import type { Link } from "../../src/wire/link.js";

export interface LinkUnderTest extends Link {
  close(): Promise<void>;
}

/** Opens a link for each node, so that each reaches the others. */
export type OpenLinks = (
  nodes: readonly NodeId[],
  onDatagram: (node: NodeId, bytes: Uint8Array) => void,
) => Promise<ReadonlyMap<NodeId, LinkUnderTest>>;

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const nodes = [n1, n2, n3];

/** What each node received, and a way to wait for it. */
class Inbox {
  readonly received = new Map<NodeId, Uint8Array[]>(nodes.map((node) => [node, []]));
  #waiting: (() => void)[] = [];

  put(node: NodeId, bytes: Uint8Array): void {
    this.received.get(node)?.push(bytes);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  of(node: NodeId): readonly Uint8Array[] {
    return this.received.get(node) ?? [];
  }

  /** Waits until the node has so many frames; the test's own timeout is the bound. */
  async until(node: NodeId, count: number): Promise<void> {
    while (this.of(node).length < count) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

interface Net {
  readonly inbox: Inbox;
  readonly linkOf: (node: NodeId) => LinkUnderTest;
}

type OpenNet = () => Promise<Net>;

export function linkContract(name: string, openLinks: OpenLinks): void {
  describe(`the link contract: ${name}`, () => {
    const opened: LinkUnderTest[] = [];

    const open: OpenNet = async () => {
      const inbox = new Inbox();
      const links = await openLinks(nodes, (node, bytes) => inbox.put(node, bytes));
      opened.push(...links.values());
      return { inbox, linkOf: (node) => links.get(node) ?? expect.fail(node) };
    };

    afterEach(async () => {
      for (const link of opened.splice(0)) await link.close();
    });

    checkDelivery(open);
    checkBounds(open);
  });
}

function checkDelivery(open: OpenNet): void {
  it("LINK-1: carries frames to each target, unchanged, and to nobody else", async () => {
    const { inbox, linkOf } = await open();
    linkOf(n1).send([n2, n3], new Uint8Array([0, 1, 255]));
    linkOf(n1).send([n3], new Uint8Array([2]));
    linkOf(n1).send([n2], new Uint8Array([3]));
    await Promise.all([inbox.until(n2, 2), inbox.until(n3, 2)]);
    expect(inbox.of(n2)).toEqual([new Uint8Array([0, 1, 255]), new Uint8Array([3])]);
    expect(inbox.of(n3)).toEqual([new Uint8Array([0, 1, 255]), new Uint8Array([2])]);
    expect(inbox.of(n1)).toEqual([]);
  });

  it("LINK-2: hands over plain arrays that later frames do not change", async () => {
    const { inbox, linkOf } = await open();
    for (let index = 0; index < 20; index += 1) linkOf(n1).send([n2], new Uint8Array([index, 7]));
    await inbox.until(n2, 20);
    for (const [index, bytes] of inbox.of(n2).entries()) {
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
      expect(bytes).toEqual(new Uint8Array([index, 7]));
    }
  });

  it("LINK-3: carries the longest frame, and asserts one that is longer or empty", async () => {
    const { inbox, linkOf } = await open();
    const longest = new Uint8Array(frameBytesMax).fill(9);
    linkOf(n2).send([n1], longest);
    await inbox.until(n1, 1);
    expect(inbox.of(n1)).toEqual([longest]);
    for (const length of [0, frameBytesMax + 1]) {
      expect(() => linkOf(n2).send([n1], new Uint8Array(length))).toThrow(AssertionFailure);
    }
  });
}

function checkBounds(open: OpenNet): void {
  it("LINK-4: counts what it sent and what came in", async () => {
    const { inbox, linkOf } = await open();
    linkOf(n1).send([n2, n3], new Uint8Array([1]));
    linkOf(n2).send([n1], new Uint8Array([2]));
    await Promise.all([inbox.until(n1, 1), inbox.until(n2, 1), inbox.until(n3, 1)]);
    const none = { dropped: 0, failed: 0, tooLong: 0 };
    expect(linkOf(n1).counts()).toEqual({ ...none, sent: 2, received: 1 });
    expect(linkOf(n3).counts()).toEqual({ ...none, sent: 0, received: 1 });
  });

  it("LINK-5: after its close carries nothing, counts it, and closes again", async () => {
    const { inbox, linkOf } = await open();
    await linkOf(n2).close();
    linkOf(n2).send([n1], new Uint8Array([1]));
    linkOf(n1).send([n2], new Uint8Array([1]));
    linkOf(n1).send([n3], new Uint8Array([2]));
    linkOf(n3).send([n1], new Uint8Array([3]));
    await Promise.all([inbox.until(n1, 1), inbox.until(n3, 1)]);
    expect(inbox.of(n1)).toEqual([new Uint8Array([3])]);
    expect(inbox.of(n2)).toEqual([]);
    expect(linkOf(n2).counts()).toMatchObject({ sent: 0, dropped: 1, received: 0 });
    await linkOf(n2).close();
  });

  it("LINK-6: asserts a target that is no peer", async () => {
    const { linkOf } = await open();
    expect(() => linkOf(n1).send([nodeId("n9")], new Uint8Array([1]))).toThrow(AssertionFailure);
  });
}
