/**
 * Three nodes and two paths: twelve directions, each of which may be cut. All 4,096 ways to cut
 * them are tried, and each node must come to the verdict that the truth allows it to know.
 */
import { describe, expect, it } from "vitest";
import type { Direction } from "../../../src/detection/paths/directions.js";
import { PathWatch, type PathWatchOutput } from "../../../src/detection/paths/path-watch.js";
import type { PeerLevel } from "../../../src/detection/paths/peer-paths.js";
import type { NodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { instant, millis } from "../../../src/kernel/time.js";
import { a, b, c } from "./watch.js";

const nodes = [a, b, c];
const names = ["udp", "serial"] as const;

interface Edge {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly path: number;
}

const edges: readonly Edge[] = nodes.flatMap((from) =>
  nodes
    .filter((to) => to !== from)
    .flatMap((to) => names.map((_, path): Edge => ({ from, to, path }))),
);

type IsCut = (from: NodeId, to: NodeId, path: number) => boolean;

function cutting(cut: readonly Edge[]): IsCut {
  const keys = new Set(cut.map(({ from, to, path }) => `${from}${to}${path}`));
  return (from, to, path) => keys.has(`${from}${to}${path}`);
}

const silenceMaxMs = 25;
const reportEveryMs = 40;

/** A silence, then four reports that do not come, at a relay and then here; and one to begin. */
const settleMs = silenceMaxMs + 5 + 5 * reportEveryMs;

/** Beats every 10 ms and reports by both paths; nothing takes time. */
class Triple {
  isCut: IsCut = () => false;
  readonly told = new Map<NodeId, PathWatchOutput[]>(nodes.map((node) => [node, []]));
  readonly #machines: ReadonlyMap<NodeId, PathWatch>;
  #ms = 0;

  constructor() {
    const paths = names.map((name) => ({ name, silenceMax: millis(silenceMaxMs) }));
    const settings = { now: instant(0), paths, reportEvery: millis(reportEveryMs) };
    this.#machines = new Map(
      nodes.map((self) => [
        self,
        new PathWatch({ ...settings, self, peers: nodes.filter((peer) => peer !== self) }),
      ]),
    );
  }

  run(ms: number): void {
    for (const end = this.#ms + ms; this.#ms < end; this.#ms += 10) {
      for (const [node, machine] of this.#machines) {
        const now = instant(this.#ms * 1_000);
        if (machine.deadline() <= now) this.#carry(node, machine.step(now, timeout));
        this.#send(node);
      }
    }
  }

  standing(node: NodeId) {
    return this.#machines.get(node)?.standing() ?? [];
  }

  #carry(node: NodeId, outputs: readonly PathWatchOutput[]): void {
    for (const output of outputs) {
      if (output.kind === "send-report") this.#send(node, output.body);
      else this.told.get(node)?.push(output);
    }
  }

  /** A frame by both paths; the second copy proves its path and is not opened again. */
  #send(from: NodeId, body?: unknown): void {
    const now = instant(this.#ms * 1_000);
    for (const to of nodes.filter((node) => node !== from)) {
      const machine = this.#machines.get(to);
      const open = [0, 1].filter((path) => !this.isCut(from, to, path));
      for (const path of open) {
        this.#carry(to, machine?.step(now, { kind: "heard", peer: from, path }) ?? []);
      }
      if (body === undefined || open.length === 0) continue;
      this.#carry(to, machine?.step(now, { kind: "hearing", from, life: 1, body }) ?? []);
    }
  }
}

const hears = (isCut: IsCut, to: NodeId, from: NodeId): boolean =>
  [0, 1].some((path) => !isCut(from, to, path));

/** Can `to` learn what `from` says: itself, or from the third node, which heard it itself? */
function learns(isCut: IsCut, to: NodeId, from: NodeId): boolean {
  if (hears(isCut, to, from)) return true;
  const third = nodes.find((node) => node !== to && node !== from) ?? to;
  return hears(isCut, to, third) && hears(isCut, third, from);
}

function trueDirection(isCut: IsCut, self: NodeId, peer: NodeId, path: number): Direction {
  if (!learns(isCut, self, peer)) return "unknown";
  const inward = !isCut(peer, self, path);
  const outward = !isCut(self, peer, path);
  if (inward) return outward ? "both" : "in-only";
  return outward ? "out-only" : "none";
}

function trueLevel(isCut: IsCut, self: NodeId, peer: NodeId): PeerLevel {
  if (!hears(isCut, self, peer)) return "cut";
  if (!hears(isCut, peer, self)) return "cut";
  const all = [0, 1].every((path) => trueDirection(isCut, self, peer, path) === "both");
  return all ? "whole" : "degraded";
}

function expected(isCut: IsCut, self: NodeId) {
  return nodes
    .filter((peer) => peer !== self)
    .map((peer) => ({
      peer,
      level: trueLevel(isCut, self, peer),
      directions: [0, 1].map((path) => trueDirection(isCut, self, peer, path)),
    }));
}

const found = (triple: Triple, self: NodeId) =>
  triple.standing(self).map(({ peer, level, paths }) => ({
    ...{ peer, level, directions: paths.map(({ direction }) => direction) },
  }));

const none: IsCut = () => false;

describe("one direction of one path", () => {
  it.each(edges)("PATH-14: $from to $to by path $path: told right at both ends", (edge) => {
    const triple = new Triple();
    triple.run(200);
    for (const told of triple.told.values()) told.splice(0);
    triple.isCut = cutting([edge]);
    triple.run(200);
    const lost = { kind: "path-lost", path: names[edge.path] };
    expect(triple.told.get(edge.to)).toEqual([
      { ...lost, peer: edge.from, direction: "out-only" },
      { kind: "peer-degraded", peer: edge.from },
    ]);
    expect(triple.told.get(edge.from)).toEqual([
      { ...lost, peer: edge.to, direction: "in-only" },
      { kind: "peer-degraded", peer: edge.to },
    ]);
    const third = nodes.find((node) => node !== edge.from && node !== edge.to) ?? a;
    expect(triple.told.get(third)).toEqual([]);
    for (const self of nodes) expect(found(triple, self)).toEqual(expected(triple.isCut, self));
  });
});

describe("any directions", () => {
  it("PATH-14: in each of 4,096 ways to cut, each node knows what it can; then all heals", () => {
    // Compared as text: looking at deep values twelve thousand times would take most of the time.
    const textOf = (of: (self: NodeId) => unknown): string => JSON.stringify(nodes.map(of));
    const triple = new Triple();
    triple.run(100);
    const settles = (isCut: IsCut, what: string): void => {
      triple.isCut = isCut;
      triple.run(settleMs);
      const said = textOf((self) => found(triple, self));
      const truth = textOf((self) => expected(isCut, self));
      if (said !== truth) expect(said, what).toBe(truth);
    };
    // One after the other, so that each begins where another has left the nodes. An odd step
    // through all numbers of twelve bits changes about half of the directions each time.
    for (let index = 0, bits = 0; index < 4_096; index += 1, bits = (bits + 1_365) % 4_096) {
      const cut = edges.filter((_, edge) => ((bits >> edge) & 1) === 1);
      settles(cutting(cut), JSON.stringify(cut));
    }
    settles(none, "healed");
    expect(nodes.map((self) => found(triple, self))).toEqual(
      nodes.map((self) => expected(none, self)),
    );
  });
});
