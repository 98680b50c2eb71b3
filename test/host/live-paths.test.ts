/** Live replicas in one process, with a line or a second network beside the first. */
import { createSocket } from "node:dgram";
import pino from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { channel } from "../../src/control/channels.js";
import { unprotected } from "../../src/control/protection/protection.js";
import type { LinkFaults } from "../../src/host/faulty-link.js";
import { LiveNode } from "../../src/host/live-node.js";
import { type FurtherPath, udpPath } from "../../src/host/live-paths.js";
import { StreamLink } from "../../src/host/stream-link.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { millis, seconds } from "../../src/kernel/time.js";
import { detectionOf } from "../../src/node/detection-settings.js";
import type { NodeEvent } from "../../src/node/events.js";
import { pathsOf } from "../../src/node/path-settings.js";
import type { ClusterSettings, Timing } from "../../src/node/settings.js";
import { hmacSha256 } from "../../src/wire/mac.js";
import { ToyBoard, toyApp } from "../sim/support/site.js";
import { benchState } from "../support/bench-cluster.js";
import { freePorts } from "../support/free-ports.js";
import { testFolder } from "./support/folder.js";
import { streamBus } from "./support/streams.js";

const nodes = ["n1", "n2", "n3"].map(nodeId);
const [n1, n2, n3] = nodes as [NodeId, NodeId, NodeId];

/** A path is lost after 480 ms. */
const timing: Timing = {
  ...{ cycle: millis(50), cutoff: millis(30), heartbeat: millis(20), suspectAfter: millis(300) },
  ...{ lease: millis(300), clockDriftMaxPpm: 500, skewMax: millis(7), sampleAgeMax: millis(100) },
  ...{ latenessMax: millis(150), watchdog: seconds(10) },
};

function settingsOf(paths: readonly string[]): ClusterSettings {
  return {
    ...{ cluster: "live", nodes, app: toyApp, voting: new Map(), rereadsMax: 0, timing },
    channels: new Map([["temperature", nodes.map((node) => channel(node, "temperature"))]]),
    detection: detectionOf({}, nodes.length, timing),
    paths: pathsOf(paths, timing),
    protection: unprotected,
    state: benchState(nodes),
  };
}

const endsOf = (ports: readonly number[], self: NodeId) => {
  const places = nodes.map(
    (node, index) => [node, { address: "127.0.0.1", port: ports[index] ?? 0 }] as const,
  );
  const peers = new Map(places);
  const bind = peers.get(self) ?? { address: "127.0.0.1", port: 0 };
  peers.delete(self);
  return { bind, peers };
};

class LiveCluster {
  readonly lives = new Map<NodeId, LiveNode>();
  readonly told: string[] = [];

  constructor() {
    onTestFinished(() => this.stop());
  }

  async start(
    name: string,
    furtherOf: (self: NodeId) => FurtherPath,
    firstPorts: readonly number[] | null = null,
  ): Promise<void> {
    const ports = firstPorts ?? (await freePorts(nodes.length));
    for (const self of nodes) {
      const live = await LiveNode.start({
        node: { settings: settingsOf(["udp", name]), self, mac: hmacSha256(new Uint8Array(32)) },
        ...endsOf(ports, self),
        furtherPaths: [furtherOf(self)],
        makeBoard: () => new ToyBoard(() => 50),
        ...{ stateDir: await testFolder(), watchdog: null, recording: null, faultsAllowed: true },
        logger: pino({ level: "silent" }),
        onEvent: (_at, event) => this.told.push(textOf(self, event)),
        onFailure: (message) => this.told.push(`${self} failed: ${message}`),
      });
      this.lives.set(self, live);
    }
  }

  hurt(node: NodeId, faults: Partial<LinkFaults>, path?: string): boolean {
    return this.lives.get(node)?.setLinkFaults(faults, path) ?? false;
  }

  node(node: NodeId): LiveNode {
    const live = this.lives.get(node);
    if (live === undefined) throw new Error(`${node} does not live`);
    return live;
  }

  /** Resolves when each of the lines was told since the last call of `forget`. */
  async until(...lines: readonly string[]): Promise<void> {
    while (!lines.every((line) => this.told.includes(line))) await tick();
  }

  forget(): void {
    this.told.length = 0;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.lives.values()].map((live) => live.stop()));
  }
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

function textOf(self: NodeId, { kind, ...fields }: NodeEvent): string {
  const plain = Object.values(fields).filter((value) => typeof value !== "object");
  return [self, kind, ...plain].join(" ");
}

const whole = nodes.flatMap((node) =>
  nodes.filter((peer) => peer !== node).map((peer) => `${node} peer-whole ${peer}`),
);

function bus(): (self: NodeId) => FurtherPath {
  const ends = streamBus(nodes.length);
  return (self) => {
    const peers = nodes.filter((node) => node !== self);
    const end = ends[nodes.indexOf(self)];
    const open = () => (end === undefined ? Promise.reject(new Error("no")) : Promise.resolve(end));
    const line = { name: "bus", peers, open, bytesPerSecond: 1_000_000 };
    return {
      ...{ name: "serial", peers },
      connect: (onDatagram, onTrouble) =>
        StreamLink.open({ self, lines: [line], onDatagram, onTrouble }),
    };
  };
}

describe("LIVE-PATHS-1: live replicas with a serial bus beside UDP", () => {
  it("bear the loss of UDP, tell which way it is lost, and are silent when both are", async () => {
    const cluster = new LiveCluster();
    await cluster.start("serial", bus());
    await cluster.until(...whole);
    const driver = () => cluster.node(n1).status()?.node.driver ?? null;
    while (driver() === null) await tick();
    cluster.forget();

    expect(cluster.hurt(n3, { blockedTargets: [n1, n2] }, "udp")).toBe(true);
    const mute = nodes.slice(0, 2).flatMap((node) => [`${node} peer-degraded ${n3}`]);
    await cluster.until(...mute, `${n3} peer-degraded ${n1}`, `${n3} path-lost ${n1} udp in-only`);
    const ofN3 = () => {
      const { paths = [] } = cluster.node(n1).status()?.node ?? {};
      return paths.find(({ peer }) => peer === n3);
    };
    // On a busy machine the other direction may be late for a moment as well.
    while (ofN3()?.paths[0]?.direction !== "out-only") await tick();
    expect(ofN3()).toMatchObject({
      level: "degraded",
      paths: [
        { path: "udp", direction: "out-only", lost: true },
        { path: "serial", direction: "both", lost: false },
      ],
    });
    const faulty = cluster.node(n3).status()?.host;
    expect(faulty?.paths.map(({ path }) => path)).toEqual(["udp", "serial"]);
    expect(faulty?.linkFaults?.blocked).toBeGreaterThan(10);

    cluster.hurt(n3, {}, "udp");
    await cluster.until(`${n1} peer-whole ${n3}`, `${n2} peer-whole ${n3}`);
    expect(cluster.told.filter((line) => line.includes("peer-suspected"))).toEqual([]);

    cluster.forget();
    cluster.hurt(n3, { blockedTargets: [n1, n2], blockedSources: [n1, n2] });
    await cluster.until(`${n1} peer-suspected ${n3}`, `${n2} peer-suspected ${n3}`);
    await cluster.until(`${n1} peer-cut ${n3}`, `${n2} peer-cut ${n3}`);
    expect(cluster.told.filter((line) => line.includes(" failed: "))).toEqual([]);
  }, 30_000);

  it("know no faults of a path that there is not", async () => {
    const cluster = new LiveCluster();
    await cluster.start("serial", bus());
    expect(cluster.hurt(n1, { loss: 1 }, "radio")).toBe(false);
    expect(cluster.hurt(n1, { loss: 1 })).toBe(true);
  });
});

describe("LIVE-PATHS-2: live replicas with a second network", () => {
  it("go by it, also where one of them could not open its address at first", async () => {
    const all = await freePorts(2 * nodes.length);
    const [ports, firstPorts] = [all.slice(0, nodes.length), all.slice(nodes.length)];
    const squatter = createSocket("udp4");
    await new Promise<void>((done) => squatter.bind(ports[0] ?? 0, "127.0.0.1", done));
    const cluster = new LiveCluster();
    await cluster.start("udp2", (self) => udpPath("udp2", endsOf(ports, self)), firstPorts);
    await cluster.until(`${n1} peer-whole ${n2}`, `${n2} peer-whole ${n3}`);
    await new Promise<void>((done) => squatter.close(done));
    const second = () => {
      const paths = cluster.node(n1).status()?.node.paths ?? [];
      return paths.map((peer) => peer.paths[1]?.direction);
    };
    while (String(second()) !== "both,both") await tick();
    expect(cluster.told.filter((line) => line.includes(" failed: "))).toEqual([]);
    cluster.forget();
    cluster.hurt(n1, { blockedTargets: [n2, n3], blockedSources: [n2, n3] }, "udp");
    await cluster.until(`${n2} peer-degraded ${n1}`, `${n1} peer-degraded ${n2}`);
    expect(cluster.told.filter((line) => line.includes("peer-suspected"))).toEqual([]);
  }, 30_000);
});

describe("LIVE-PATHS-3: the paths of a replica are those of its cluster", () => {
  it("or it does not start, and leaves no socket open", async () => {
    const [port = 0] = await freePorts(1);
    const start = (furtherPaths: readonly FurtherPath[]) =>
      LiveNode.start({
        node: {
          settings: settingsOf(["udp", "serial"]),
          self: n1,
          mac: hmacSha256(new Uint8Array(32)),
        },
        ...endsOf([port, 1, 2], n1),
        furtherPaths,
        makeBoard: () => new ToyBoard(() => 50),
        ...{ stateDir: null, watchdog: null, recording: null, faultsAllowed: false },
        logger: pino({ level: "silent" }),
        ...{ onEvent: () => {}, onFailure: () => {} },
      });
    await expect(start([])).rejects.toThrow("the paths udp are not udp,serial");
    const failing = { name: "serial", peers: [n2], connect: () => Promise.reject(new Error("no")) };
    await expect(start([failing])).rejects.toThrow("no");
    const live = await start([bus()(n1)]);
    expect(live.setLinkFaults({ loss: 1 })).toBe(false);
    expect(live.status()?.host.linkFaults).toBe(null);
    await live.stop();
  });
});
