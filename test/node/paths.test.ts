/** Nodes with several paths side by side: what is heard by which, and what is told of it. */
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { millis } from "../../src/kernel/time.js";
import type { NodeEvent } from "../../src/node/events.js";
import { pathReportEvery, pathsOf } from "../../src/node/path-settings.js";
import { claimedSource, readHeader } from "../../src/wire/envelope.js";
import { BenchCluster, benchMac, benchTiming } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const [udp, serial] = [0, 1];
const twoPaths = { paths: pathsOf(["udp", "serial"], benchTiming) };
const silenceMs = 1_200;

function clusterOf(paths = twoPaths): BenchCluster {
  const cluster = new BenchCluster(counting, 3, paths);
  cluster.run(3_000);
  return cluster;
}

const pathKinds = ["path-lost", "direction-changed", "path-restored"] as const;
const levelKinds = ["peer-whole", "peer-degraded", "peer-cut"] as const;
type Told = { readonly node: NodeId; readonly event: NodeEvent };

/** What is told of paths from now on, in words, sorted. */
function toldWhile(cluster: BenchCluster, act: () => void): string[] {
  const before = cluster.outputs.length;
  act();
  const kinds: readonly string[] = [...pathKinds, ...levelKinds];
  const told: Told[] = cluster.outputs
    .slice(before)
    .flatMap(({ node, output }) =>
      output.kind === "report" ? [{ node, event: output.event }] : [],
    );
  return told
    .filter(({ event }) => kinds.includes(event.kind))
    .map(({ node, event }) => {
      const { kind, ...fields } = event;
      return [node, kind, ...Object.values(fields)].join(" ");
    })
    .sort();
}

const directionsAt = (cluster: BenchCluster, node: NodeId) =>
  (cluster.nodes.get(node)?.status(cluster.now).paths ?? []).map(({ peer, level, paths }) => [
    ...[peer, level],
    ...paths.map(({ direction }) => direction),
  ]);

describe("NODE-6: by which paths the peers are heard, and hear", () => {
  it("is known soon, and nothing is lost while all is well", () => {
    const cluster = clusterOf();
    expect(toldWhile(cluster, () => cluster.run(5_000))).toEqual([]);
    for (const kind of pathKinds) expect(cluster.events(kind)).toEqual([]);
    expect(cluster.events("peer-whole")).toHaveLength(6);
    expect(directionsAt(cluster, n1)).toEqual([
      [n2, "whole", "both", "both"],
      [n3, "whole", "both", "both"],
    ]);
  });

  it("a path that is cut both ways is told as that, and no peer is suspected", () => {
    const cluster = clusterOf();
    cluster.drop = (source, target, _, path) => path === udp && [source, target].includes(n3);
    const told = toldWhile(cluster, () => cluster.run(3_000));
    for (const node of [n1, n2]) {
      expect(told).toContain(`${node} peer-degraded n3`);
      expect(told.filter((text) => text.endsWith(" n3 udp none"))).not.toEqual([]);
      expect(directionsAt(cluster, node).at(-1)).toEqual([n3, "degraded", "none", "both"]);
    }
    expect(directionsAt(cluster, n3)[0]).toEqual([n1, "degraded", "none", "both"]);
    expect(cluster.events("peer-suspected")).toEqual([]);
    cluster.drop = () => false;
    const healed = toldWhile(cluster, () => cluster.run(1_500));
    expect(healed.filter((text) => text.includes("peer-whole"))).toHaveLength(4);
  });

  it("one direction is told from both, at either end", () => {
    const cluster = clusterOf();
    cluster.drop = (source, _, __, path) => path === serial && source === n3;
    cluster.run(3_000);
    expect(directionsAt(cluster, n1).at(-1)).toEqual([n3, "degraded", "both", "out-only"]);
    expect(directionsAt(cluster, n3)[0]).toEqual([n1, "degraded", "both", "in-only"]);
    expect(directionsAt(cluster, n3)[1]).toEqual([n2, "degraded", "both", "in-only"]);
  });

  it("with one path, the row of a third tells one direction from both", () => {
    const cluster = clusterOf({ paths: pathsOf(["udp"], benchTiming) });
    cluster.drop = (source, target) => source === n3 && target === n1;
    const told = toldWhile(cluster, () => cluster.run(3_000));
    expect(directionsAt(cluster, n1)).toEqual([
      [n2, "whole", "both"],
      [n3, "cut", "out-only"],
    ]);
    expect(directionsAt(cluster, n3)[0]).toEqual([n1, "cut", "in-only"]);
    expect(told.filter((text) => text.startsWith("n2"))).toEqual([]);
  });

  it("a cut by all paths is a cut, and the peer is suspected as soon as with one", () => {
    const cluster = clusterOf();
    const cutAt = cluster.now;
    cluster.drop = (source, target) => [source, target].includes(n3);
    const told = toldWhile(cluster, () => cluster.run(2_000));
    expect(told).toEqual(expect.arrayContaining(["n1 peer-cut n3", "n2 peer-cut n3"]));
    const suspicions = cluster.events("peer-suspected").filter(({ node }) => node !== n3);
    expect(suspicions).toHaveLength(2);
    for (const { at } of suspicions) expect(at - cutAt).toBeLessThan(millis(250));
  });

  it("a node that died is not said to hear anybody still", () => {
    const cluster = clusterOf();
    const told = toldWhile(cluster, () => {
      cluster.stop(n3);
      cluster.run(3_000);
    });
    expect(told.filter((text) => !text.includes("n3 peer"))).toEqual([
      ...["n1 path-lost n3 serial unknown", "n1 path-lost n3 udp unknown", "n1 peer-cut n3"],
      ...["n2 path-lost n3 serial unknown", "n2 path-lost n3 udp unknown", "n2 peer-cut n3"],
    ]);
  });

  it("a node that slept blames itself, and finds no path silent", () => {
    const cluster = clusterOf();
    const told = toldWhile(cluster, () => {
      cluster.run(silenceMs + 500, [n1]);
      cluster.run(200);
    });
    expect(cluster.events("was-late").map(({ node }) => node)).toContain(n1);
    // The peers, which were awake, say truly that they did not hear it.
    const lost = told.filter((text) => text.startsWith("n1 path-lost"));
    expect(lost.filter((text) => !text.endsWith("in-only"))).toEqual([]);
  });

  it("a sample shows nothing, for another replica may have repeated it", () => {
    const cluster = clusterOf();
    const heardBy = () => cluster.nodes.get(n1)?.status(cluster.now).paths[1]?.paths[udp]?.heardAt;
    const frames: Uint8Array[] = [];
    cluster.drop = (_, target, bytes, path) => {
      if (path !== udp || target !== n1 || claimedSource(bytes, bytes.length) !== n3) return false;
      frames.push(bytes);
      return true;
    };
    cluster.run(250);
    cluster.drop = () => false;
    const isSample = (bytes: Uint8Array) =>
      readHeader(bytes, bytes.length - benchMac.bytes)?.kindCode === 2;
    const before = heardBy();
    for (const bytes of frames.filter(isSample)) cluster.feed(n1, { kind: "datagram", bytes });
    expect(frames.filter(isSample).length).toBeGreaterThan(1);
    expect(heardBy()).toBe(before);
    const other = frames.find((bytes) => !isSample(bytes)) ?? new Uint8Array();
    cluster.feed(n1, { kind: "datagram", bytes: other });
    expect(heardBy()).toBe(cluster.now);
  });
});

describe("NODE-7: copies of a frame by several paths", () => {
  const rounds = 15;
  const suspicious = (cluster: BenchCluster) => cluster.events("refused");

  it("are counted and not told", () => {
    const cluster = clusterOf();
    expect(suspicious(cluster)).toEqual([]);
    const { refusals } = cluster.nodes.get(n1)?.status(cluster.now) ?? {};
    expect(refusals?.["replayed"]).toBeGreaterThan(100);
  });

  it("are told when they come again by the same path, and then show nothing of it", () => {
    const cluster = clusterOf();
    const recorded: Uint8Array[] = [];
    cluster.drop = (source, target, bytes, path) => {
      if (path === serial && source === n3 && target === n1) recorded.push(bytes);
      return false;
    };
    cluster.run(500);
    cluster.drop = (source, target, _, path) => path === serial && source === n3 && target === n1;
    const told = toldWhile(cluster, () => {
      for (let round = 0; round < rounds; round += 1) {
        cluster.run(100);
        for (const bytes of recorded) {
          cluster.feed(n1, { kind: "datagram", bytes, path: serial });
        }
      }
    });
    expect(suspicious(cluster).length).toBe(rounds * recorded.length);
    expect(told).toContain("n1 path-lost n3 serial out-only");
  });

  it("come much later by a slow line, and are no flood of refusals", () => {
    const cluster = clusterOf();
    cluster.delay = (_, __, ___, path) => millis(path === serial ? 150 : 1);
    const told = toldWhile(cluster, () => cluster.run(3_000));
    expect(suspicious(cluster)).toEqual([]);
    expect(told).toEqual([]);
  });
});

describe("the traffic of the reports", () => {
  it("is small beside that of the beats and samples", () => {
    const cluster = clusterOf({ paths: pathsOf(["udp"], benchTiming) });
    const bytes = { reports: 0, all: 0 };
    cluster.drop = (_, __, frame) => {
      const kind = readHeader(frame, frame.length - benchMac.bytes)?.kindCode;
      bytes.all += frame.length;
      if (kind === 11) bytes.reports += frame.length;
      return false;
    };
    cluster.run(10_000);
    expect(pathReportEvery(benchTiming)).toBe(millis(300));
    expect(bytes.reports).toBeGreaterThan(0);
    expect(bytes.reports / bytes.all).toBeLessThan(0.12);
  });
});
