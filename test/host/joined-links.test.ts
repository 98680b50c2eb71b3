import { describe, expect, it } from "vitest";
import type { ClosableLink } from "../../src/host/faulty-link.js";
import { JoinedLinks, type PathOfLinks } from "../../src/host/joined-links.js";
import { assert } from "../../src/kernel/assert.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { frameBytesMax } from "../../src/wire/envelope.js";
import type { LinkCounts } from "../../src/wire/link.js";
import { linkContract, type OpenLinks } from "../contracts/link.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];

/** Links in memory that reach one another at once. */
class Air {
  readonly links = new Map<NodeId, AirLink>();
}

class AirLink implements ClosableLink {
  readonly sent: { readonly targets: readonly NodeId[]; readonly bytes: Uint8Array }[] = [];
  closed = false;
  readonly #air: Air;
  readonly #hear: (bytes: Uint8Array) => void;
  #sentCount = 0;
  #received = 0;
  #dropped = 0;

  constructor(air: Air, self: NodeId, hear: (bytes: Uint8Array) => void) {
    this.#air = air;
    this.#hear = hear;
    air.links.set(self, this);
  }

  send(targets: readonly NodeId[], bytes: Uint8Array): void {
    assert(bytes.length > 0 && bytes.length <= frameBytesMax, "no frame");
    this.sent.push({ targets, bytes });
    for (const target of targets) this.#sendTo(target, bytes);
  }

  receive(bytes: Uint8Array): void {
    if (this.closed) return;
    this.#received += 1;
    this.#hear(bytes.slice());
  }

  counts(): LinkCounts {
    const none = { failed: 0, tooLong: 0 };
    return { ...none, sent: this.#sentCount, received: this.#received, dropped: this.#dropped };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  #sendTo(target: NodeId, bytes: Uint8Array): void {
    if (this.closed) {
      this.#dropped += 1;
      return;
    }
    this.#sentCount += 1;
    this.#air.links.get(target)?.receive(bytes);
  }
}

/** Each pair of nodes has one path of two: `n1` and `n2` the first, all others the second. */
const openJoined: OpenLinks = async (nodes, onDatagram) => {
  const airs = [new Air(), new Air()];
  const isFirst = (one: NodeId, other: NodeId) => ![one, other].includes(n3);
  const links = new Map<NodeId, JoinedLinks>();
  for (const self of nodes) {
    const paths = airs.map(
      (air, index): PathOfLinks => ({
        name: `path-${index}`,
        peers: nodes.filter((peer) => peer !== self && isFirst(self, peer) === (index === 0)),
        connect: async (hear) => new AirLink(air, self, hear),
      }),
    );
    const onFrame = (bytes: Uint8Array) => onDatagram(self, bytes);
    links.set(self, await JoinedLinks.open({ paths, onDatagram: onFrame }));
  }
  return links;
};

linkContract("two paths joined", openJoined);

/** `n1` with a path to `n2` and `n3`, and one to `n2` alone; and what it heard. */
async function joined() {
  const airs = [new Air(), new Air()];
  const heard: [path: number, first: number | undefined][] = [];
  const opened: AirLink[] = [];
  const link = await JoinedLinks.open({
    paths: [
      ["udp", [n2, n3]],
      ["serial", [n2]],
    ].map(
      ([name, peers], index): PathOfLinks => ({
        name: String(name),
        peers: peers as readonly NodeId[],
        connect: async (hear) => {
          const inner = new AirLink(airs[index] ?? new Air(), n1, hear);
          opened.push(inner);
          return inner;
        },
      }),
    ),
    onDatagram: (bytes, path) => heard.push([path, bytes[0]]),
  });
  const [udp, serial] = opened as [AirLink, AirLink];
  return { link, udp, serial, heard };
}

describe("joined links", () => {
  it("JOIN-1: send by every path that leads to a target, and by no other", async () => {
    const { link, udp, serial } = await joined();
    link.send([n2, n3], new Uint8Array([1]));
    link.send([n3], new Uint8Array([2]));
    expect(udp.sent.map(({ targets, bytes }) => [targets, bytes[0]])).toEqual([
      [[n2, n3], 1],
      [[n3], 2],
    ]);
    expect(serial.sent.map(({ targets, bytes }) => [targets, bytes[0]])).toEqual([[[n2], 1]]);
  });

  it("JOIN-2: pass each copy on with its path, also the second", async () => {
    const { udp, serial, heard } = await joined();
    udp.receive(new Uint8Array([7]));
    serial.receive(new Uint8Array([7]));
    serial.receive(new Uint8Array([8]));
    expect(heard).toEqual([
      [0, 7],
      [1, 7],
      [1, 8],
    ]);
  });

  it("JOIN-3: count by path, and together", async () => {
    const { link, udp } = await joined();
    link.send([n2, n3], new Uint8Array([1]));
    udp.receive(new Uint8Array([7]));
    const none = { dropped: 0, failed: 0, tooLong: 0 };
    expect(link.pathCounts()).toEqual([
      { path: "udp", ...none, sent: 2, received: 1 },
      { path: "serial", ...none, sent: 1, received: 0 },
    ]);
    expect(link.counts()).toEqual({ ...none, sent: 3, received: 1 });
  });

  it("JOIN-4: of a path that cannot be opened, close those that were", async () => {
    const air = new Air();
    const paths: PathOfLinks[] = [
      { name: "a", peers: [n2], connect: async (hear) => new AirLink(air, n1, hear) },
      { name: "b", peers: [n2], connect: () => Promise.reject(new Error("in use")) },
    ];
    await expect(JoinedLinks.open({ paths, onDatagram: () => {} })).rejects.toThrow("in use");
    expect(air.links.get(n1)?.closed).toBe(true);
  });
});
