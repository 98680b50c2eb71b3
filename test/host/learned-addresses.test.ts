/** UDP-6 to UDP-9: a link whose peers are told while it runs, alone and under a faulty link. */
import { networkInterfaces } from "node:os";
import { describe, expect, it, onTestFinished } from "vitest";
import { formatOrigin } from "../../src/host/address.js";
import { FaultyLink } from "../../src/host/faulty-link.js";
import { namesMax } from "../../src/host/name-cache.js";
import { type LinkTrouble, UdpLink, type UdpLinkOptions } from "../../src/host/udp-link.js";
import { AssertionFailure } from "../../src/kernel/assert.js";
import { nodeId } from "../../src/kernel/ids.js";
import { millis } from "../../src/kernel/time.js";
import { Sealer } from "../../src/wire/sealer.js";
import { optionsOf } from "../wire/cluster.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

interface Arrival {
  readonly bytes: number[];
  readonly origin: string | undefined;
}

/** A link with all that came to it, and a way to wait for so many. */
class Site {
  readonly arrivals: Arrival[] = [];
  readonly troubles: LinkTrouble[] = [];
  #wake = (): void => {};

  readonly take = (bytes: Uint8Array, origin?: string): void => {
    this.arrivals.push({ bytes: [...bytes], origin });
    this.#wake();
  };

  async until(fits: () => boolean): Promise<void> {
    while (!fits()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  readonly tell = (trouble: LinkTrouble): void => {
    this.troubles.push(trouble);
    this.#wake();
  };

  get bytes(): number[][] {
    return this.arrivals.map(({ bytes }) => bytes);
  }
}

const options = (site: Site, more: Partial<UdpLinkOptions> = {}): UdpLinkOptions => ({
  bind: { address: "127.0.0.1", port: 0 },
  peers: new Map(),
  onDatagram: site.take,
  onTrouble: site.tell,
  learns: true,
  ...more,
});

async function open(more: Partial<UdpLinkOptions> = {}) {
  const site = new Site();
  const link = await UdpLink.open(options(site, more));
  onTestFinished(() => link.close());
  return { site, link, here: `127.0.0.1:${link.port}` };
}

async function openFaulty() {
  const site = new Site();
  let port = 0;
  const link = await FaultyLink.open({
    seed: 1,
    onDatagram: site.take,
    connect: async (onDatagram) => {
      const inner = await UdpLink.open({ ...options(site), onDatagram });
      port = inner.port;
      return inner;
    },
  });
  onTestFinished(() => link.close());
  return { site, link, here: `127.0.0.1:${port}` };
}

const byte = (value: number): Uint8Array => new Uint8Array([value]);

describe("UDP-6: an address is told, changed and forgotten while the link runs", () => {
  it("sends to where the peer is now", async () => {
    const [a, b, c] = [await open(), await open(), await open()];
    expect(a.link.setAddress(n2, b.here)).toBe(true);
    a.link.send([n2], byte(1));
    await b.site.until(() => b.site.bytes.length === 1);
    expect(a.link.setAddress(n2, c.here)).toBe(true);
    a.link.send([n2], byte(2));
    await c.site.until(() => c.site.bytes.length === 1);
    expect([b.site.bytes, c.site.bytes]).toEqual([[[1]], [[2]]]);
    expect(a.site.troubles).toEqual([]);
  });

  it("counts a frame to somebody without an address as failed, and tells it once", async () => {
    const { link, site, here } = await open();
    link.setAddress(n2, here);
    link.setAddress(n2, null);
    for (let count = 0; count < 3; count += 1) link.send([n2], byte(1));
    expect(link.counts()).toMatchObject({ failed: 3, sent: 0 });
    expect(site.troubles).toEqual([{ kind: "send-failed", target: n2, code: "no-address" }]);
  });

  it("refuses a text that is no address, and keeps none", async () => {
    const { link, here } = await open();
    link.setAddress(n2, here);
    for (const text of ["", "x", "10.0.0.1", "10.0.0.256:7", "::1:7", "a b:7", "127.0.0.1:0"]) {
      expect([text, link.setAddress(n2, text)]).toEqual([text, false]);
      expect([text, link.sendTo(text, byte(1))]).toEqual([text, false]);
    }
    link.send([n2], byte(1));
    expect(link.counts()).toMatchObject({ failed: 1, sent: 0 });
  });

  it("is for links that learn: a fixed one asserts", async () => {
    const { link, here } = await open({ learns: false });
    expect(() => link.setAddress(n2, here)).toThrow(AssertionFailure);
    expect(() => link.send([n2], byte(1))).toThrow(AssertionFailure);
  });

  it("reaches IPv4 by IPv6's socket, and IPv6 too", async () => {
    const b = await open({ bind: { address: "::", port: 0 } });
    const a = await open({ bind: { address: "::", port: 0 } });
    a.link.setAddress(n2, `127.0.0.1:${b.link.port}`);
    a.link.send([n2], byte(1));
    await b.site.until(() => b.site.arrivals.length === 1);
    expect(b.site.arrivals[0]?.origin).toBe(`127.0.0.1:${a.link.port}`);
    if (!hasIpv6) return;
    a.link.setAddress(n2, `[::1]:${b.link.port}`);
    a.link.send([n2], byte(2));
    await b.site.until(() => b.site.arrivals.length === 2);
    expect(b.site.arrivals[1]?.origin).toBe(`[::1]:${a.link.port}`);
  });
});

describe("UDP-7: a frame to a bare address", () => {
  it("arrives, and the other can answer to its origin", async () => {
    const [a, b] = [await open(), await open()];
    expect(a.link.sendTo(b.here, byte(1))).toBe(true);
    await b.site.until(() => b.site.arrivals.length === 1);
    const origin = b.site.arrivals[0]?.origin ?? "";
    expect(origin).toBe(a.here);
    expect(b.link.sendTo(origin, byte(2))).toBe(true);
    await a.site.until(() => a.site.arrivals.length === 1);
    expect(a.site.arrivals).toEqual([{ bytes: [2], origin: b.here }]);
  });

  it("waits for a host name, the newest for each address, and tells one that is none", async () => {
    const [a, b] = [await open({ ipv6: false }), await open({ ipv6: false })];
    const named = `localhost:${b.link.port}`;
    for (const value of [1, 2, 3]) a.link.sendTo(named, byte(value));
    await b.site.until(() => b.site.arrivals.length === 1);
    expect(b.site.bytes).toEqual([[3]]);
    expect(a.link.counts()).toMatchObject({ sent: 1, dropped: 2, failed: 0 });
    a.link.sendTo(named, byte(4));
    await b.site.until(() => b.site.arrivals.length === 2);

    a.link.sendTo("no-such-host.invalid:7", byte(5));
    await a.site.until(() => a.site.troubles.length === 1);
    const told = { address: "no-such-host.invalid:7", code: "no-address" };
    expect(a.site.troubles).toEqual([{ kind: "address-failed", ...told }]);
    expect(a.link.counts()).toMatchObject({ failed: 1 });
  });

  it("waits for so many host names only, and is dropped at the close", async () => {
    const { link } = await open();
    const count = namesMax + 10;
    for (let index = 0; index < count; index += 1) link.sendTo(`h${index}.invalid:7`, byte(1));
    expect(link.counts()).toMatchObject({ failed: 10, dropped: 0 });
    await link.close();
    expect(link.counts()).toMatchObject({ failed: 10, dropped: namesMax });
    link.sendTo("127.0.0.1:9", byte(1));
    expect(link.counts()).toMatchObject({ dropped: namesMax + 1 });
  });
});

describe("UDP-8: the origin of a datagram", () => {
  it.each([
    ["10.0.0.7", 7946, "10.0.0.7:7946"],
    ["::ffff:10.0.0.7", 7946, "10.0.0.7:7946"],
    ["fe80::1%eth0", 7, "[fe80::1%eth0]:7"],
    ["::ffff:a00:7", 7, "[::ffff:a00:7]:7"],
    ["::1", 7, "[::1]:7"],
  ])("%s port %i is shown as %s", (address, port, text) => {
    expect(formatOrigin(address, port)).toBe(text);
  });
});

describe("UDP-9: under a faulty link", () => {
  it("addresses and origins pass through", async () => {
    const [a, b] = [await openFaulty(), await openFaulty()];
    a.link.setAddress(n2, b.here);
    a.link.send([n2], byte(1));
    await b.site.until(() => b.site.arrivals.length === 1);
    b.link.sendTo(b.site.arrivals[0]?.origin ?? "", byte(2));
    await a.site.until(() => a.site.arrivals.length === 1);
    expect(a.site.arrivals).toEqual([{ bytes: [2], origin: b.here }]);
    expect([a.link.sendTo("nonsense", byte(1)), a.link.setAddress(n2, "x")]).toEqual([
      ...[false],
      false,
    ]);
  });

  it("a blocked target gets nothing by its name nor by its address; others do", async () => {
    const [a, b, c] = [await openFaulty(), await openFaulty(), await openFaulty()];
    a.link.setAddress(n2, b.here);
    a.link.setAddress(n3, c.here);
    a.link.setFaults({ blockedTargets: [n2] });
    a.link.send([n2, n3], byte(1));
    a.link.sendTo(b.here, byte(2));
    a.link.sendTo(c.here, byte(3));
    await c.site.until(() => c.site.arrivals.length === 2);
    expect(a.link.faultCounts()).toMatchObject({ blocked: 2 });
    a.link.setAddress(n2, null);
    a.link.sendTo(b.here, byte(4));
    await b.site.until(() => b.site.arrivals.length === 1);
    expect(b.site.bytes).toEqual([[4]]);
  });

  it("a blocked source is cut off where it comes in, whatever its address is", async () => {
    const [a, b] = [await openFaulty(), await openFaulty()];
    const [from1, from3] = [n1, n3].map((node) => {
      return new Sealer(optionsOf(node)).seal("membership", 0);
    });
    b.link.setFaults({ blockedSources: [n1] });
    a.link.sendTo(b.here, from1 ?? byte(0));
    a.link.sendTo(b.here, from3 ?? byte(0));
    await b.site.until(() => b.site.arrivals.length === 1);
    expect(b.site.bytes).toEqual([[...(from3 ?? [])]]);
    expect(b.link.faultCounts()).toMatchObject({ blocked: 1 });
  });

  it("bears that a peer is forgotten while a frame to it is held back", async () => {
    const [a, b] = [await openFaulty(), await openFaulty()];
    a.link.setAddress(n2, b.here);
    a.link.setFaults({ delay: millis(5) });
    a.link.send([n2], byte(1));
    a.link.setAddress(n2, null);
    a.link.sendTo(b.here, byte(2));
    await b.site.until(() => b.site.arrivals.length === 1);
    expect(b.site.bytes).toEqual([[2]]);
    expect(a.link.counts()).toMatchObject({ failed: 1 });
  });
});
