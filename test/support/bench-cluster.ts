/**
 * A few real nodes on one perfect clock and a network that delays, drops what it is told to drop,
 * and does nothing else. It is for tests of how a node's parts work together; faults of every kind
 * are the simulator's business.
 */
import type { App } from "../../src/control/app.js";
import { channel, channelsOf } from "../../src/control/channels.js";
import { unprotected } from "../../src/control/protection/protection.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { timeout } from "../../src/kernel/machine.js";
import { Prng } from "../../src/kernel/prng.js";
import {
  type Duration,
  due,
  type Instant,
  instant,
  micros,
  millis,
  seconds,
} from "../../src/kernel/time.js";
import { detectionOf } from "../../src/node/detection-settings.js";
import type { NodeEvent } from "../../src/node/events.js";
import { Node } from "../../src/node/node.js";
import { firstPath, pathsOf } from "../../src/node/path-settings.js";
import type { NodeInput, NodeOutput } from "../../src/node/ports.js";
import type { ClusterSettings, Timing } from "../../src/node/settings.js";
import type { StateSettings } from "../../src/node/state-settings.js";
import { ssdLatency } from "../../src/sim/disk/latency.js";
import { ModelledDisk } from "../../src/sim/disk/modelled-disk.js";
import { trueTime } from "../../src/sim/true-time.js";
import { checksumMac, type Mac } from "../../src/wire/mac.js";

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
  const voting = new Map();
  const protection = unprotected;
  const detection = detectionOf({}, count, timing);
  const paths = pathsOf([firstPath], timing);
  const more = { rereadsMax: 0, timing, detection, paths, protection };
  return { cluster: "bench", nodes, app, channels, voting, ...more, state: benchState(nodes) };
}

/**
 * All are voters. By these dice n1 is the first to call an election, and so the first that drives,
 * which some tests count on: they say so. A leader that is gone is followed after 100 to 200 ms,
 * and a round for votes.
 */
export const benchState = (nodes: readonly NodeId[]): StateSettings => ({
  group: new Map(nodes.map((node) => [node, "voter"])),
  ...{ heartbeat: millis(25), election: millis(100), leaseReads: false },
  ...{ stallAfter: millis(500), snapshotEvery: seconds(3_600), bytesPerHourMax: null },
});

/** What was done to one node: enough to step another through the same. */
export type SeenStep =
  | { readonly kind: "start"; readonly node: NodeId; readonly at: Instant; readonly bootId: number }
  | {
      readonly kind: "step";
      readonly node: NodeId;
      readonly at: Instant;
      readonly input: NodeInput | typeof timeout;
      readonly outputs: readonly NodeOutput[];
    };

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
  readonly path: number;
}

export const networkDelay = micros(300);

export class BenchCluster {
  readonly settings: ClusterSettings;
  readonly mac: Mac;
  readonly nodes = new Map<NodeId, Node>();
  readonly outputs: SeenOutput[] = [];
  readonly steps: SeenStep[] = [];
  /** Writes while a pin of another node was still driven, in words: there must be none. */
  readonly conflicts: string[] = [];
  /** What a node's board reads; null is an omission. */
  read: (node: NodeId, boardChannel: string, at: Instant) => number | null = () => 20;
  /** Whether a node's board answers at all. */
  answers: (node: NodeId) => boolean = () => true;
  /** How long a frame is on its way. */
  delay: (source: NodeId, target: NodeId, bytes: Uint8Array, path: number) => Duration = () =>
    networkDelay;
  /** Frames for which this is true are lost. */
  drop: (source: NodeId, target: NodeId, bytes: Uint8Array, path: number) => boolean = () => false;
  #now = instant(1_000_000);
  #boots = 0;
  #flights: Flight[] = [];
  /** By node: they outlive its stops. */
  readonly disks = new Map<NodeId, ModelledDisk>();
  /** By node, until when its board drives; the board ends it, also of a node that is gone. */
  readonly #drivenUntil = new Map<NodeId, Instant>();

  readonly #own: (node: NodeId) => Partial<ClusterSettings>;

  /** @param own what is different for one node: a program that is broken there */
  constructor(
    app: App,
    count: number,
    changes: Partial<ClusterSettings> = {},
    mac = benchMac,
    own: (node: NodeId) => Partial<ClusterSettings> = () => ({}),
  ) {
    this.mac = mac;
    this.#own = own;
    this.settings = { ...benchSettings(app, count), ...changes };
    for (const id of this.settings.nodes) this.start(id);
  }

  get now(): Instant {
    return this.#now;
  }

  start(self: NodeId): void {
    this.#boots += 1;
    const { mac } = this;
    const settings = { ...this.settings, ...this.#own(self) };
    const options = { settings, self, now: this.#now, bootId: this.#boots, mac };
    if (!this.disks.has(self)) this.disks.set(self, newDisk(self));
    this.nodes.set(self, new Node(options));
    this.steps.push({ kind: "start", node: self, at: this.#now, bootId: this.#boots });
  }

  stop(self: NodeId): void {
    this.nodes.delete(self);
    this.disks.get(self)?.crash(trueTime(this.#now));
  }

  /** Steps one node and carries its outputs out, the board's answer before anything else. */
  feed(self: NodeId, input: NodeInput | typeof timeout): readonly NodeOutput[] {
    const node = this.nodes.get(self);
    if (node === undefined) return [];
    const outputs = node.step(this.#now, input);
    this.steps.push({ kind: "step", node: self, at: this.#now, input, outputs });
    for (const output of outputs) {
      this.outputs.push({ at: this.#now, node: self, output });
      if (output.kind === "write") this.#drive(self, output.until);
      if (output.kind === "release") this.#drivenUntil.delete(self);
      if (output.kind === "read" && this.answers(self)) this.feed(self, this.#readings(self));
      if (output.kind === "send") this.#send(self, output.targets, output.bytes);
      if (output.kind === "disk") this.disks.get(self)?.submit(trueTime(this.#now), output);
    }
    return outputs;
  }

  /** Whose boards drive now. */
  driving(): NodeId[] {
    return [...this.#drivenUntil].filter(([, until]) => until > this.#now).map(([id]) => id);
  }

  /** Lets time go on, every node served in time; `freeze` nodes are served only afterwards. */
  run(ms: number, frozen: readonly NodeId[] = []): void {
    const end = instant(this.#now + ms * 1_000);
    for (let next = this.#next(frozen); next <= end; next = this.#next(frozen)) {
      if (next > this.#now) this.#now = instant(next);
      this.#deliver(frozen);
      for (const id of this.nodes.keys()) if (!frozen.includes(id)) this.#takeDisk(id);
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
    const readings = channelsOf(this.settings.channels, self).map(({ boardChannel }) => ({
      channel: boardChannel,
      value: this.read(self, boardChannel, this.#now),
      sourceTime: this.#now,
    }));
    return { kind: "readings", readings };
  }

  #drive(self: NodeId, until: Instant): void {
    this.#drivenUntil.delete(self);
    const others = this.driving();
    if (others.length > 0) this.conflicts.push(`${self} writes at ${this.#now} beside ${others}`);
    this.#drivenUntil.set(self, until);
  }

  #send(source: NodeId, targets: readonly NodeId[], bytes: Uint8Array): void {
    for (const path of this.settings.paths.keys()) {
      for (const target of targets) {
        const at = instant(this.#now + this.delay(source, target, bytes, path));
        const flight = { at, source, target, bytes, path };
        if (!this.drop(source, target, bytes, path)) this.#flights.push(flight);
      }
    }
  }

  #deliver(frozen: readonly NodeId[]): void {
    const ready = this.#flights.filter(
      ({ at, target }) => at <= this.#now && !frozen.includes(target),
    );
    this.#flights = this.#flights.filter((flight) => !ready.includes(flight));
    for (const { target, bytes, path } of ready) {
      this.feed(target, { kind: "datagram", bytes, ...(path === 0 ? {} : { path }) });
    }
  }

  #takeDisk(self: NodeId): void {
    for (const done of this.disks.get(self)?.take(trueTime(this.#now)) ?? []) this.feed(self, done);
  }

  #next(frozen: readonly NodeId[]): number {
    const arrivals = this.#flights.filter(({ target }) => !frozen.includes(target));
    const deadlines = [...this.nodes]
      .filter(([id]) => !frozen.includes(id))
      .map(([, node]) => node.deadline() ?? Number.POSITIVE_INFINITY);
    const disks = [...this.disks].filter(([id]) => this.nodes.has(id) && !frozen.includes(id));
    const done = disks.map(([, disk]) => disk.nextAt());
    return Math.min(...arrivals.map(({ at }) => at), ...deadlines, ...done);
  }
}

const newDisk = (self: NodeId): ModelledDisk =>
  new ModelledDisk({ dice: new Prng(1).split(`disk of ${self}`), latency: ssdLatency });
