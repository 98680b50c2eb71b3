/**
 * What the replicas of a cluster say to one another while all is well, in frames as they are: their
 * machines run for a while among themselves, in a time of their own, on readings that mean nothing,
 * and the frames are counted. So a change of a message's body or of a detector needs no table here
 * to be kept up with.
 */
import type { Reading } from "../../../boards/board.js";
import type { App } from "../../control/app.js";
import type { NodeId } from "../../kernel/ids.js";
import { timeout } from "../../kernel/machine.js";
import { after, type Duration, type Instant, instant, micros, millis } from "../../kernel/time.js";
import { Node } from "../../node/node.js";
import type { NodeInput, NodeOutput } from "../../node/ports.js";
import type { ClusterSettings } from "../../node/settings.js";
import type { StateSettings } from "../../node/state-settings.js";
import type { DiskRequest } from "../../recovery/disk.js";
import { type FrameKind, kindIn } from "../../wire/envelope.js";
import type { Mac } from "../../wire/mac.js";
import { MemoryDisk } from "./memory-disk.js";

export interface SentFrame {
  readonly kind: FrameKind;
  readonly source: NodeId;
  readonly targets: readonly NodeId[];
  readonly bytes: number;
}

export interface Traffic {
  readonly frames: readonly SentFrame[];
  /** In which they were sent. */
  readonly seconds: number;
  /** The longest of each kind, also from before the counting began. */
  readonly bytesMax: ReadonlyMap<FrameKind, number>;
}

/** So much is enough to tell; a cluster that does nothing for long is cut short as well. */
const stepsMax = 8_000;
const periodsCounted = 20;
const periodsBefore = 10;

/** Of its longest wait: there is a leader by then, and somebody who drives. */
const electionsBefore = 3;

/** A machine that has run for months: its numbers are long. */
const beginsAt = instant(10_000_000_000_000);
const bootId = 1_700_000_000_000;

const latency: Duration = millis(1);

/** Tags as long as the real ones, for nobody listens in. */
const tagBytes = 16;
const noMac: Mac = {
  bytes: tagBytes,
  tag: () => new Uint8Array(tagBytes),
  verify: () => true,
};

export function trafficOf(settings: ClusterSettings): Traffic {
  const run = new Run(settings);
  const { cycle, heartbeat, lease } = settings.timing;
  const period = Math.max(cycle, heartbeat, settings.state.heartbeat);
  const elections = electionsBefore * 2 * quickened(settings.state).election;
  const counted = after(beginsAt, micros(periodsBefore * period + elections + lease));
  run.until(counted);
  run.begin();
  run.until(after(counted, micros(periodsCounted * period)));
  return run.traffic();
}

interface Delivery {
  readonly at: Instant;
  readonly target: NodeId;
  readonly bytes: Uint8Array;
}

class Run {
  readonly #settings: ClusterSettings;
  readonly #nodes: ReadonlyMap<NodeId, Node>;
  readonly #disks: ReadonlyMap<NodeId, MemoryDisk>;
  /** In the order of their times, for each takes as long. */
  readonly #deliveries: Delivery[] = [];
  readonly #bytesMax = new Map<FrameKind, number>();
  #frames: SentFrame[] = [];
  #now = beginsAt;
  #countedFrom = beginsAt;
  #steps = 0;

  constructor(settings: ClusterSettings) {
    this.#settings = settings;
    const [app, state] = [inert(settings.app), quickened(settings.state)];
    const options = { settings: { ...settings, app, state }, now: beginsAt };
    this.#disks = new Map(settings.nodes.map((self) => [self, new MemoryDisk()]));
    this.#nodes = new Map(
      settings.nodes.map((self) => [self, new Node({ ...options, self, bootId, mac: noMac })]),
    );
  }

  until(end: Instant): void {
    while (this.#steps < stepsMax) {
      const next = this.#nextAt();
      if (next === null || next > end) break;
      this.#now = instant(Math.max(this.#now, next));
      this.#deliver();
      for (const [self, node] of this.#nodes) this.#wake(self, node);
    }
    if (this.#steps < stepsMax) this.#now = end;
  }

  /** What was sent so far belongs to the start. */
  begin(): void {
    this.#frames = [];
    this.#countedFrom = this.#now;
    this.#steps = 0;
  }

  traffic(): Traffic {
    const seconds = Math.max(1, this.#now - this.#countedFrom) / 1e6;
    return { frames: this.#frames, seconds, bytesMax: this.#bytesMax };
  }

  #nextAt(): Instant | null {
    let next: Instant | null = this.#deliveries[0]?.at ?? null;
    for (const node of this.#nodes.values()) {
      const at = node.deadline();
      if (at !== null && (next === null || at < next)) next = at;
    }
    return next;
  }

  #deliver(): void {
    while ((this.#deliveries[0]?.at ?? Number.POSITIVE_INFINITY) <= this.#now) {
      const delivery = this.#deliveries.shift();
      const node = delivery === undefined ? undefined : this.#nodes.get(delivery.target);
      if (delivery === undefined || node === undefined) return;
      this.#step(delivery.target, node, { kind: "datagram", bytes: delivery.bytes });
    }
  }

  #wake(self: NodeId, node: Node): void {
    const at = node.deadline();
    if (at === null || at > this.#now) return;
    this.#steps += 1;
    this.#carry(self, node, node.step(this.#now, timeout));
  }

  #step(self: NodeId, node: Node, input: NodeInput): void {
    this.#steps += 1;
    this.#carry(self, node, node.step(this.#now, input));
  }

  #carry(self: NodeId, node: Node, outputs: readonly NodeOutput[]): void {
    for (const output of outputs) {
      if (output.kind === "send") this.#send(self, output);
      if (output.kind === "disk") this.#answer(self, node, output);
    }
    if (!outputs.some(({ kind }) => kind === "read")) return;
    this.#step(self, node, { kind: "readings", readings: this.#readings(self) });
  }

  #answer(self: NodeId, node: Node, { id, operation }: DiskRequest): void {
    const result = this.#disks.get(self)?.carryOut(operation);
    if (result !== undefined) this.#step(self, node, { kind: "disk-done", id, result });
  }

  #send(source: NodeId, { targets, bytes }: Extract<NodeOutput, { readonly kind: "send" }>): void {
    const kind = kindIn(bytes);
    if (kind === null) return;
    this.#frames.push({ kind, source, targets, bytes: bytes.length });
    this.#bytesMax.set(kind, Math.max(bytes.length, this.#bytesMax.get(kind) ?? 0));
    const at = after(this.#now, latency);
    for (const target of targets) this.#deliveries.push({ at, target, bytes });
  }

  /** Of all channels that this node's board has; each a number that takes all its eight bytes. */
  #readings(self: NodeId): readonly Reading[] {
    const { app, channels } = this.#settings;
    return [...channels].flatMap(([sensor, list]) => {
      const { min = 0, max = 1 } = app.sensors[sensor] ?? {};
      const value = min + (max - min) / Math.PI;
      const own = list.filter(({ node }) => node === self);
      return own.map(({ boardChannel }) => ({
        ...{ channel: boardChannel, value, sourceTime: this.#now },
      }));
    });
  }
}

/** How long a leader is waited for is no matter while all is well: the shortest that is allowed. */
const quickened = (state: StateSettings): StateSettings => ({
  ...state,
  election: micros(4 * state.heartbeat),
});

/** Its declarations and its first state, which are told; what it would do is no business here. */
const inert = (app: App): App => ({ ...app, control: ({ state }) => ({ state, commands: {} }) });
