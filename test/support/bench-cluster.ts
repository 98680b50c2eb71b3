/**
 * A few real nodes on one perfect clock and a network that delays, drops what it is told to drop,
 * and does nothing else. It is for tests of how a node's parts work together; faults of every kind
 * are the simulator's business.
 */
import type { App } from "../../src/control/app.js";
import { channel } from "../../src/control/channels.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { timeout } from "../../src/kernel/machine.js";
import { due, type Instant, instant, micros, millis } from "../../src/kernel/time.js";
import type { NodeEvent } from "../../src/node/events.js";
import { Node } from "../../src/node/node.js";
import type { NodeInput, NodeOutput } from "../../src/node/ports.js";
import type { ClusterSettings, Timing } from "../../src/node/settings.js";
import { checksumMac } from "../../src/wire/mac.js";

export const benchMac = checksumMac(new Uint8Array(16).fill(7));

export const benchTiming: Timing = {
  cycle: millis(100),
  cutoff: millis(50),
  heartbeat: millis(50),
  suspectAfter: millis(150),
  lease: millis(150),
  clockDriftMaxPpm: 500,
  skewMax: micros(12_500),
  sampleAgeMax: millis(200),
  latenessMax: millis(75),
  watchdog: millis(1_000),
};

export function benchSettings(app: App, count: number, timing = benchTiming): ClusterSettings {
  const nodes = Array.from({ length: count }, (_, index) => nodeId(`n${index + 1}`));
  const sensors = Object.keys(app.sensors);
  const channels = new Map(
    sensors.map((sensor) => [sensor, nodes.map((node) => channel(node, sensor))]),
  );
  return { cluster: "bench", nodes, app, channels, voting: new Map(), timing };
}

export interface SeenOutput {
  readonly at: Instant;
  readonly node: NodeId;
  readonly output: NodeOutput;
}

interface Flight {
  readonly at: Instant;
  readonly source: NodeId;
  readonly target: NodeId;
  readonly bytes: Uint8Array;
}

const networkDelay = micros(300);

export class BenchCluster {
  readonly settings: ClusterSettings;
  readonly nodes = new Map<NodeId, Node>();
  readonly outputs: SeenOutput[] = [];
  /** What a node's board reads; null is an omission. */
  read: (node: NodeId, sensor: string, at: Instant) => number | null = () => 20;
  /** Frames for which this is true are lost. */
  drop: (source: NodeId, target: NodeId, bytes: Uint8Array) => boolean = () => false;
  #now = instant(1_000_000);
  #boots = 0;
  #flights: Flight[] = [];

  constructor(app: App, count: number, timing?: Timing) {
    this.settings = benchSettings(app, count, timing);
    for (const id of this.settings.nodes) this.start(id);
  }

  get now(): Instant {
    return this.#now;
  }

  start(self: NodeId): void {
    this.#boots += 1;
    const { settings } = this;
    const options = { settings, self, now: this.#now, bootId: this.#boots, mac: benchMac };
    this.nodes.set(self, new Node(options));
  }

  stop(self: NodeId): void {
    this.nodes.delete(self);
  }

  /** Steps one node and carries its outputs out, the board's answer before anything else. */
  feed(self: NodeId, input: NodeInput | typeof timeout): void {
    const node = this.nodes.get(self);
    if (node === undefined) return;
    for (const output of node.step(this.#now, input)) {
      this.outputs.push({ at: this.#now, node: self, output });
      if (output.kind === "read") this.feed(self, this.#readings(self));
      if (output.kind === "send") this.#send(self, output.targets, output.bytes);
    }
  }

  /** Lets time go on, every node served in time; `freeze` nodes are served only afterwards. */
  run(ms: number, frozen: readonly NodeId[] = []): void {
    const end = instant(this.#now + ms * 1_000);
    for (let next = this.#next(frozen); next <= end; next = this.#next(frozen)) {
      if (next > this.#now) this.#now = next;
      this.#deliver(frozen);
      for (const [id, node] of this.nodes) {
        if (!frozen.includes(id) && due(node.deadline(), this.#now)) this.feed(id, timeout);
      }
    }
    this.#now = end;
  }

  events(kind?: NodeEvent["kind"]): { at: Instant; node: NodeId; event: NodeEvent }[] {
    return this.outputs.flatMap(({ at, node, output }) =>
      output.kind === "report" && (kind === undefined || output.event.kind === kind)
        ? [{ at, node, event: output.event }]
        : [],
    );
  }

  /** Who has the right to drive now, by their own account. */
  drivers(): NodeId[] {
    const all = [...this.nodes];
    return all.filter(([, node]) => node.status(this.#now).drives).map(([id]) => id);
  }

  #readings(self: NodeId): NodeInput {
    const readings = Object.keys(this.settings.app.sensors).map((sensor) => ({
      channel: sensor,
      value: this.read(self, sensor, this.#now),
      sourceTime: this.#now,
    }));
    return { kind: "readings", readings };
  }

  #send(source: NodeId, targets: readonly NodeId[], bytes: Uint8Array): void {
    const at = instant(this.#now + networkDelay);
    for (const target of targets) {
      if (!this.drop(source, target, bytes)) this.#flights.push({ at, source, target, bytes });
    }
  }

  #deliver(frozen: readonly NodeId[]): void {
    const ready = this.#flights.filter(
      ({ at, target }) => at <= this.#now && !frozen.includes(target),
    );
    this.#flights = this.#flights.filter((flight) => !ready.includes(flight));
    for (const { target, bytes } of ready) this.feed(target, { kind: "datagram", bytes });
  }

  #next(frozen: readonly NodeId[]): number {
    const arrivals = this.#flights.filter(({ target }) => !frozen.includes(target));
    const deadlines = [...this.nodes]
      .filter(([id]) => !frozen.includes(id))
      .map(([, node]) => node.deadline() ?? Number.POSITIVE_INFINITY);
    return Math.min(...arrivals.map(({ at }) => at), ...deadlines);
  }
}
