import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { LinkOpenFailure } from "../../src/host/link-open-failure.js";
import type { HostPort } from "../../src/host/peer-addresses.js";
import { type LinkTrouble, sendQueueMax, UdpLink } from "../../src/host/udp-link.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { frameBytesMax } from "../../src/wire/envelope.js";
import { linkContract, type OpenLinks } from "../contracts/link.js";
import { freePorts } from "../support/free-ports.js";

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);
if (!hasIpv6) console.warn("SKIPPED: this machine has no ::1, so IPv6 was not tested");

const noTrouble = (trouble: LinkTrouble): void => {
  throw new Error(`trouble: ${JSON.stringify(trouble)}`);
};

/** Where node number `index` listens, and under which address the others know it. */
type Place = (index: number) => { readonly bind: string; readonly known: string };

const openOn =
  (place: Place, ipv6: boolean): OpenLinks =>
  async (nodes, onDatagram) => {
    const ports = await freePorts(nodes.length);
    const known = nodes.map((node, index): [NodeId, HostPort] => [
      node,
      { address: place(index).known, port: ports[index] ?? 0 },
    ]);
    const links = new Map<NodeId, UdpLink>();
    for (const [index, node] of nodes.entries()) {
      const link = await UdpLink.open({
        bind: { address: place(index).bind, port: ports[index] ?? 0 },
        peers: new Map(known.filter(([peer]) => peer !== node)),
        onDatagram: (bytes) => onDatagram(node, bytes),
        onTrouble: noTrouble,
        ipv6,
      });
      links.set(node, link);
    }
    return links;
  };

const everyone =
  (address: string): Place =>
  () => ({ bind: address, known: address });

/** The first node is known by its IPv4 address, the others by their IPv6 address. */
const mixed: Place = (index) => ({ bind: "::", known: index === 0 ? "127.0.0.1" : "::1" });

linkContract("UDP over IPv4, on a socket for both families", openOn(everyone("127.0.0.1"), true));
linkContract("UDP over IPv4, where there is no IPv6", openOn(everyone("127.0.0.1"), false));
describe.skipIf(!hasIpv6)("IPv6", () => {
  linkContract("UDP over IPv6", openOn(everyone("::1"), true));
  linkContract("UDP, some over IPv4 and some over IPv6", openOn(mixed, true));
});

const n2 = nodeId("n2");

describe("the UDP link alone", () => {
  const opened: UdpLink[] = [];

  const openTo = async (peer: HostPort, onTrouble = noTrouble, ipv6 = true): Promise<UdpLink> => {
    const bind = { address: "127.0.0.1", port: 0 };
    const peers = new Map([[n2, peer]]);
    const link = await UdpLink.open({ bind, peers, onDatagram: () => {}, onTrouble, ipv6 });
    opened.push(link);
    return link;
  };

  afterEach(async () => {
    for (const link of opened.splice(0)) await link.close();
  });

  it("UDP-1: rejects a port that is in use, and names it", async () => {
    const first = await openTo({ address: "127.0.0.1", port: 9 });
    const bind = { address: "127.0.0.1", port: first.port };
    const again = UdpLink.open({
      ...{ bind, peers: new Map(), onDatagram: () => {}, onTrouble: noTrouble },
    });
    const failure: unknown = await again.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LinkOpenFailure);
    expect(failure).toMatchObject({ reason: "in-use", bind });
    expect(String(failure)).toContain(`127.0.0.1:${first.port}`);
  });

  it.each([
    ["192.0.2.1", true, "not-our-address"],
    ["2001:db8::1", false, "not-our-address"],
    ["no-such-host.invalid", true, "not-found"],
  ])("UDP-1: rejects %s as %s", async (address, ipv6, reason) => {
    const options = { peers: new Map(), onDatagram: () => {}, onTrouble: noTrouble, ipv6 };
    const opening = UdpLink.open({ bind: { address, port: 0 }, ...options });
    await expect(opening).rejects.toMatchObject({ name: "LinkOpenFailure", reason });
  });

  it("UDP-2: the oldest makes room when more is sent than the kernel takes", async () => {
    const link = await openTo({ address: "127.0.0.1", port: 9 });
    const burst = 2 * sendQueueMax;
    for (let index = 0; index < burst; index += 1) link.send([n2], new Uint8Array([1]));
    const { dropped } = link.counts();
    expect(dropped).toBeGreaterThan(0);
    await drained(link, burst);
    expect(link.counts()).toMatchObject({ dropped, sent: burst - dropped, failed: 0 });
  });

  it("UDP-3: drops and counts a datagram over the cap, and takes the next", async () => {
    const received: Uint8Array[] = [];
    const arrived = signal();
    const link = await UdpLink.open({
      bind: { address: "127.0.0.1", port: 0 },
      peers: new Map(),
      onDatagram: (bytes) => {
        received.push(bytes);
        arrived.resolve();
      },
      onTrouble: noTrouble,
    });
    opened.push(link);
    const stranger = createSocket("udp4");
    stranger.send(new Uint8Array(frameBytesMax + 1), link.port, "127.0.0.1", () => {
      stranger.send(new Uint8Array([4]), link.port, "127.0.0.1");
    });
    await arrived.promise;
    stranger.close();
    expect(received).toEqual([new Uint8Array([4])]);
    expect(link.counts()).toMatchObject({ tooLong: 1, received: 1 });
  });

  it("UDP-4: tells once that a peer cannot be reached, and counts each frame", async () => {
    const troubles: LinkTrouble[] = [];
    const tell = (trouble: LinkTrouble): number => troubles.push(trouble);
    // An IPv4 socket has no way to an IPv6 peer.
    const link = await openTo({ address: "::1", port: 9 }, tell, false);
    for (let index = 0; index < 5; index += 1) link.send([n2], new Uint8Array([1]));
    expect(link.counts()).toMatchObject({ failed: 5, sent: 0 });
    expect(troubles).toEqual([{ kind: "send-failed", target: n2, code: "no-address" }]);
  });

  it("UDP-5: finds a peer by its name, and tells when it is found", async () => {
    const troubles: LinkTrouble[] = [];
    const restored = signal();
    const link = await openTo(
      { address: "localhost", port: 9 },
      (trouble) => {
        troubles.push(trouble);
        if (trouble.kind === "send-restored") restored.resolve();
      },
      false,
    );
    // The lookup has begun, and cannot have ended before we wait for anything.
    link.send([n2], new Uint8Array([1]));
    const again = setInterval(() => link.send([n2], new Uint8Array([1])), 5);
    await restored.promise;
    clearInterval(again);
    expect(troubles.map(({ kind }) => kind)).toEqual(["send-failed", "send-restored"]);
  });
});

interface Signal {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

/** A promise that is kept from outside, which Node 20 has no word for. */
function signal(): Signal {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Waits until every frame was sent, dropped or failed. */
async function drained(link: UdpLink, frames: number): Promise<void> {
  for (;;) {
    const { sent, dropped, failed } = link.counts();
    if (sent + dropped + failed >= frames) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
