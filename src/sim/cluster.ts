/**
 * What a fault can touch: the world, the sensors of its boards, and who drives. It joins the parts
 * of a run for those who act on it (faults) and those who watch it (checkers).
 */
import type { NodeId } from "../kernel/ids.js";
import type { ClusterSettings } from "../node/settings.js";
import type { Mac } from "../wire/mac.js";
import type { Facts } from "./facts.js";
import type { FaultLedger } from "./fault-ledger.js";
import type { Observation } from "./observation.js";
import type { Shift, Shifts } from "./shifted-voting.js";
import type { SimulatedNode } from "./simulated-node.js";
import type { CommandTamper, CommandTampers, Tamper, Tampers } from "./tampered-board.js";
import type { TrueTime } from "./true-time.js";
import type { World } from "./world.js";

/** What is true of the plant, whatever the sensors say. */
export interface Plant {
  /** The quantity behind a sensor of the app, in the sensor's unit. */
  truth(now: TrueTime, sensor: string): number;
}

export interface ClusterParts {
  readonly settings: ClusterSettings;
  readonly world: World;
  readonly ledger: FaultLedger;
  readonly plant: Plant;
  /** Of the cluster, for faults of those who have its key. */
  readonly mac: Mac;
  /** By node, what its board's sensors suffer. */
  readonly tampers: ReadonlyMap<NodeId, Tampers>;
  /** By node, what its voters suffer. */
  readonly shifts: ReadonlyMap<NodeId, Shifts>;
  /** By node, what its commands suffer on their way to its board. */
  readonly commandTampers: ReadonlyMap<NodeId, CommandTampers>;
}

export class Cluster implements Facts {
  readonly settings: ClusterSettings;
  readonly world: World;
  readonly ledger: FaultLedger;
  readonly plant: Plant;
  readonly mac: Mac;
  readonly #tampers: ReadonlyMap<NodeId, Tampers>;
  readonly #shifts: ReadonlyMap<NodeId, Shifts>;
  readonly #commandTampers: ReadonlyMap<NodeId, CommandTampers>;
  #holder: NodeId | null = null;

  constructor(parts: ClusterParts) {
    this.settings = parts.settings;
    this.world = parts.world;
    this.ledger = parts.ledger;
    this.plant = parts.plant;
    this.mac = parts.mac;
    this.#tampers = parts.tampers;
    this.#shifts = parts.shifts;
    this.#commandTampers = parts.commandTampers;
  }

  observe(observation: Observation): void {
    this.ledger.observe(observation);
    if (observation.kind !== "reported" && observation.kind !== "went-down") return;
    const isNews = observation.kind === "went-down" ? "lease-lost" : observation.event.kind;
    if (isNews === "lease-acquired") this.#holder = observation.node;
    if (isNews === "lease-lost" && this.#holder === observation.node) this.#holder = null;
  }

  /** Who was the last to get the right to drive, has not told of its loss, and runs. */
  driver(): SimulatedNode | null {
    if (this.#holder === null) return null;
    const node = this.world.node(this.#holder);
    return node.runs ? node : null;
  }

  /** The nodes whose boards hold a command for the output now, in the order of the cluster. */
  driversOf(output: string): readonly NodeId[] {
    const drivers: NodeId[] = [];
    for (const node of this.world.nodes) if (node.drives(output)) drivers.push(node.id);
    return drivers;
  }

  channelsOf(sensor: string): readonly string[] {
    return (this.settings.channels.get(sensor) ?? []).map((channel) => channel.id);
  }

  truth(now: TrueTime, sensor: string): number {
    return this.plant.truth(now, sensor);
  }

  isNodeFaulty(node: NodeId, now: TrueTime): boolean {
    return this.ledger.isNodeFaulty(node, now);
  }

  isChannelFaulty(channel: string, now: TrueTime): boolean {
    return this.ledger.isChannelFaulty(channel, now);
  }

  /** Makes a node's voter of a sensor faulty; the answer mends it. */
  shiftVoter(node: NodeId, sensor: string, shift: Shift): () => void {
    const shifts = this.#shifts.get(node);
    shifts?.set(sensor, shift);
    return () => {
      if (shifts?.get(sensor) === shift) shifts.delete(sensor);
    };
  }

  /** Puts a fault on a channel of a node's board; the answer takes it off. */
  tamper(node: NodeId, channel: string, tamper: Tamper): () => void {
    const tampers = this.#tampers.get(node);
    if (tampers === undefined) return () => {};
    tampers.set(channel, [...(tampers.get(channel) ?? []), tamper]);
    return () => {
      const left = (tampers.get(channel) ?? []).filter((candidate) => candidate !== tamper);
      if (left.length === 0) tampers.delete(channel);
      else tampers.set(channel, left);
    };
  }

  /** Puts a fault between a node and one output of its board; the answer takes it off. */
  tamperCommands(node: NodeId, output: string, tamper: CommandTamper): () => void {
    const tampers = this.#commandTampers.get(node);
    tampers?.set(output, tamper);
    return () => {
      if (tampers?.get(output) === tamper) tampers.delete(output);
    };
  }
}
