/**
 * A simulated world: true time, the events to come, the nodes and the networks between them. It
 * runs without a scenario; faults are what somebody does to it (see fault-plan.ts).
 *
 * Everything random comes from one seed, split by name per component. Same options, same world.
 */
import { assert, UsageError } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { Prng } from "../kernel/prng.js";
import { type DelayModel, drawDelay } from "./delay.js";
import { EventHeap } from "./event-heap.js";
import { type LinkModel, Network } from "./network.js";
import type { Observation, Observe } from "./observation.js";
import { SimulatedNode } from "./simulated-node.js";
import type { HostModel, MakeBoard, MakeMachine, Surroundings } from "./surroundings.js";
import { later, type TrueTime, worldBegins } from "./true-time.js";

export interface WorldPath {
  readonly name: string;
  readonly model: LinkModel;
}

export interface WorldOptions {
  /** Sorted by `<`, each once. */
  readonly nodes: readonly NodeId[];
  readonly dice: Prng;
  /** By path; frames go by all. */
  readonly paths: readonly WorldPath[];
  readonly host: HostModel;
  /** Each board's clock is off by a rate drawn from [-this, +this], in parts per million. */
  readonly clockDriftPpm: number;
  /** When each node is first powered on, from the beginning of the world. */
  readonly powerOn: DelayModel;
  readonly makeMachine: MakeMachine;
  readonly makeBoard: MakeBoard;
}

/** Changes a frame on its way, as a sender would that tells each reader something else. */
export type Rewrite = (bytes: Uint8Array, target: NodeId) => Uint8Array;

export class World {
  readonly nodes: readonly SimulatedNode[];
  /** In the order of the paths. */
  readonly #networks: ReadonlyMap<string, Network>;
  readonly #options: WorldOptions;
  readonly #heap = new EventHeap<() => void>();
  readonly #indices: ReadonlyMap<NodeId, number>;
  readonly #observers: Observe[] = [];
  readonly #rewrites = new Map<NodeId, Rewrite>();
  #now: TrueTime = worldBegins;

  constructor(options: WorldOptions) {
    const { nodes } = options;
    this.#options = options;
    this.#indices = new Map(nodes.map((node, index) => [node, index]));
    assert(this.#indices.size === nodes.length, "a node is listed twice");
    this.#networks = new Map(
      options.paths.map((path, index) => [path.name, this.#makeNetwork(path, index)]),
    );
    assert(this.#networks.size === options.paths.length, "a path is listed twice");
    const surroundings = this.#surroundings();
    this.nodes = nodes.map((id) => this.#makeNode(id, surroundings));
  }

  get now(): TrueTime {
    return this.#now;
  }

  observe(observer: Observe): void {
    this.#observers.push(observer);
  }

  /** @throws UsageError when there is no such node. */
  node(id: NodeId): SimulatedNode {
    const node = this.nodes[this.indexOf(id)];
    assert(node !== undefined, `no node ${id}`);
    return node;
  }

  indexOf(id: NodeId): number {
    const index = this.#indices.get(id);
    if (index === undefined) throw new UsageError(`there is no node ${id}`);
    return index;
  }

  /** @param path null for those of all paths. @throws UsageError when there is no such path. */
  networks(path: string | null = null): readonly Network[] {
    if (path === null) return [...this.#networks.values()];
    const network = this.#networks.get(path);
    if (network === undefined) throw new UsageError(`there is no path ${path}`);
    return [network];
  }

  /** Calls `run` when true time has come to `at`, which is not in the past. */
  schedule(at: TrueTime, run: () => void): void {
    assert(at >= this.#now, `an event at ${at} is scheduled at ${this.#now}`);
    this.#heap.put(at, run);
  }

  /** Every frame of the node passes `rewrite` on its way to each target; null ends it. */
  rewriteFramesOf(id: NodeId, rewrite: Rewrite | null): void {
    if (rewrite === null) this.#rewrites.delete(id);
    else this.#rewrites.set(id, rewrite);
  }

  /** Runs the world up to `end`, and everything that happens then. */
  run(end: TrueTime): void {
    assert(end >= this.#now, `the world was run to ${this.#now} already`);
    while (this.#heap.nextAt <= end) {
      this.#now = this.#heap.nextAt;
      this.#heap.take()?.();
    }
    this.#now = end;
  }

  /** Steps of all machines so far. */
  get steps(): number {
    return this.nodes.reduce((sum, node) => sum + node.counts.steps, 0);
  }

  #makeNetwork({ name, model }: WorldPath, index: number): Network {
    const { nodes, dice } = this.#options;
    return new Network({
      nodeCount: nodes.length,
      model,
      // What befalls one path says nothing of what befalls another.
      dice: dice.split(index === 0 ? "network" : `network ${name}`),
      deliver: (at, target, bytes) => this.#deliver(at, target, bytes, index),
    });
  }

  #makeNode(id: NodeId, surroundings: Surroundings): SimulatedNode {
    const dice = this.#options.dice.split(`node ${id}`);
    const most = this.#options.clockDriftPpm;
    const ratePpm = dice.below(2 * most + 1) - most;
    const node = new SimulatedNode({ id, ratePpm, dice, surroundings });
    const wait = drawDelay(this.#options.powerOn, dice);
    this.schedule(later(worldBegins, wait), () => node.boot());
    return node;
  }

  #surroundings(): Surroundings {
    const { host, makeMachine, makeBoard } = this.#options;
    return {
      host,
      makeMachine,
      makeBoard,
      observe: (observation) => this.#tell(observation),
      now: () => this.#now,
      send: (source, targets, bytes) => this.#send(source, targets, bytes),
      schedule: (at, run) => this.#heap.put(at, run),
    };
  }

  #tell(observation: Observation): void {
    for (const observer of this.#observers) observer(observation);
  }

  #send(source: NodeId, targets: readonly NodeId[], bytes: Uint8Array): void {
    const rewrite = this.#rewrites.get(source);
    const from = this.indexOf(source);
    for (const target of targets) {
      const frame = rewrite === undefined ? bytes : rewrite(bytes, target);
      const to = this.indexOf(target);
      for (const network of this.#networks.values()) network.send(this.#now, from, to, frame);
    }
  }

  #deliver(at: TrueTime, target: number, bytes: Uint8Array, path: number): void {
    const node = this.nodes[target];
    assert(node !== undefined, `a frame for node number ${target}`);
    this.#heap.put(at, () => node.receive(bytes, path));
  }
}
