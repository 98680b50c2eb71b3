/**
 * One seeded run: first any faults, then all heals and stays so. The safety of the whole run and
 * the liveness of its second half are judged by the caller.
 */
import type { NodeId } from "../../../src/kernel/ids.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { Prng } from "../../../src/kernel/prng.js";
import { millis } from "../../../src/kernel/time.js";
import { Clock, nanosPerMilli, type Overlap, World } from "./world.js";

export interface ChaosOptions {
  readonly seed: number;
  readonly nodeCount: number;
  readonly driftMaxPpm: number;
  /** In milliseconds of true time. */
  readonly faultyFor: number;
  readonly calmFor: number;
}

export interface ChaosRun {
  readonly overlaps: readonly Overlap[];
  /** From the healing until somebody holds; null when nobody ever does. In milliseconds. */
  readonly heldAfter: number | null;
  /** Leases lost in the last third of the calm: nobody should lose one then. */
  readonly lostWhenCalm: number;
  readonly acquired: number;
  readonly steps: number;
}

interface Weather {
  loss: number;
  doubling: number;
  delayMax: number;
  readonly cut: Set<string>;
}

const faultKinds = 10;

export function runChaos(options: ChaosOptions): ChaosRun {
  const chaos = new Chaos(options);
  return chaos.run();
}

class Chaos {
  readonly #options: ChaosOptions;
  readonly #dice: Prng;
  readonly #nodes: readonly NodeId[];
  readonly #weather: Weather = { loss: 0, doubling: 0, delayMax: 0.5, cut: new Set() };
  readonly #world: World;

  constructor(options: ChaosOptions) {
    this.#options = options;
    this.#dice = new Prng(options.seed).split("chaos");
    this.#nodes = Array.from({ length: options.nodeCount }, (_, index) => nodeId(`pi-${index}`));
    this.#world = new World({
      nodes: this.#nodes,
      period: millis(10),
      length: millis(30),
      driftMaxPpm: options.driftMaxPpm,
      network: (source, target) => this.#deliver(source, target),
      clockOf: () => this.#clock(0),
    });
  }

  run(): ChaosRun {
    const world = this.#world;
    const healsAt = this.#options.faultyFor * nanosPerMilli;
    for (const node of this.#nodes) this.#boot(node);
    let at = this.#dice.below(12 * nanosPerMilli);
    while (at < healsAt) {
      world.at(at, () => this.#fault());
      at += this.#dice.below(12 * nanosPerMilli);
    }
    world.run(healsAt);
    this.#heal();
    const heldAfter = this.#waitForHolder(healsAt);
    const end = healsAt + this.#options.calmFor * nanosPerMilli;
    world.run(end);
    const late = end - (this.#options.calmFor / 3) * nanosPerMilli;
    const told = (kind: string) => world.told.filter(({ output }) => output.kind === kind);
    return {
      overlaps: world.checker.overlaps,
      heldAfter,
      lostWhenCalm: told("lost").filter((fact) => fact.at > late).length,
      acquired: told("acquired").length,
      steps: world.steps,
    };
  }

  #waitForHolder(healsAt: number): number | null {
    for (let waited = 0; waited < this.#options.calmFor; waited += 1) {
      this.#world.run(healsAt + waited * nanosPerMilli);
      if (this.#world.checker.holdersAt(this.#world.now).length > 0) return waited;
    }
    return null;
  }

  /** Half of the clocks run at the very limit, where the rule is tight. */
  #clock(startedAt: number): Clock {
    const limit = this.#options.driftMaxPpm;
    const extreme = this.#dice.chance(0.5) ? limit : -limit;
    const ppm = this.#dice.chance(0.5) ? extreme : (this.#dice.fraction() * 2 - 1) * limit;
    return new Clock(startedAt, this.#dice.below(1_000) + this.#dice.fraction(), ppm);
  }

  #deliver(source: NodeId, target: NodeId): readonly number[] {
    const { loss, doubling, delayMax, cut } = this.#weather;
    if (cut.has(`${source}>${target}`) || this.#dice.chance(loss)) return [];
    const copies = this.#dice.chance(doubling) ? 2 : 1;
    return Array.from({ length: copies }, () =>
      Math.floor(this.#dice.fraction() * delayMax * nanosPerMilli),
    );
  }

  #boot(node: NodeId): void {
    const member = this.#world.member(node);
    member.clock = this.#clock(this.#world.now);
    this.#world.boot(node);
    this.#world.input(node, { kind: "eligible", eligible: true });
  }

  #anyNode(): NodeId {
    return this.#nodes[this.#dice.below(this.#nodes.length)] as NodeId;
  }

  #fault(): void {
    const node = this.#anyNode();
    const world = this.#world;
    // One that sleeps would hear of this fault only after the healing.
    if (world.member(node).sleepsUntil > world.now) return;
    switch (this.#dice.below(faultKinds)) {
      case 0:
        this.#crash(node);
        break;
      case 1:
        world.sleep(node, this.#dice.below(60 * nanosPerMilli));
        break;
      case 2:
        this.#cut();
        break;
      case 3:
        this.#weather.cut.clear();
        break;
      case 4:
        this.#weather.loss = this.#dice.chance(0.5) ? 0 : this.#dice.fraction() * 0.5;
        this.#weather.doubling = this.#dice.fraction() * 0.5;
        break;
      case 5:
        this.#weather.delayMax = [0, 0.5, 2, 15, 80][this.#dice.below(5)] as number;
        break;
      case 6:
        world.input(node, { kind: "peer-suspected", peer: this.#anyNode() });
        break;
      case 7:
        world.input(node, { kind: "peer-trusted", peer: this.#anyNode() });
        break;
      case 8:
        world.input(node, { kind: "eligible", eligible: this.#dice.chance(0.7) });
        break;
      default:
        world.input(node, { kind: "give-up", reason: "late" });
    }
  }

  #crash(node: NodeId): void {
    this.#world.crash(node);
    const downFor = this.#dice.below(40 * nanosPerMilli);
    this.#world.at(this.#world.now + downFor, () => {
      if (this.#world.member(node).machine === null) this.#boot(node);
    });
  }

  /** One way or both ways, one pair or one node from all. */
  #cut(): void {
    const one = this.#anyNode();
    const others = this.#dice.chance(0.5) ? this.#nodes : [this.#anyNode()];
    const bothWays = this.#dice.chance(0.5);
    for (const other of others) {
      this.#weather.cut.add(`${one}>${other}`);
      if (bothWays) this.#weather.cut.add(`${other}>${one}`);
    }
  }

  #heal(): void {
    this.#weather.cut.clear();
    Object.assign(this.#weather, { loss: 0, doubling: 0, delayMax: 0.5 });
    for (const node of this.#nodes) {
      const member = this.#world.member(node);
      member.sleepsUntil = this.#world.now;
      if (member.machine === null) this.#boot(node);
      for (const peer of this.#nodes) this.#world.input(node, { kind: "peer-trusted", peer });
      this.#world.input(node, { kind: "eligible", eligible: true });
    }
  }
}
