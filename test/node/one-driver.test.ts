/**
 * NODE-5: the outputs are driven by one replica at a time, under kills, freezes, losses and
 * partitions; and when these are over, somebody drives. What counts are the pins: a node that was
 * killed or frozen drives until its last write has run out.
 */
import { describe, expect, it } from "vitest";
import type { NodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import { BenchCluster } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";

/** How long after the last fault somebody must drive. */
const recoveryMs = 2_000;
const faultsPerSchedule = 12;

class Schedule {
  readonly cluster: BenchCluster;
  readonly #dice: Prng;
  readonly faults: string[] = [];
  #drivers = new Set<NodeId>();

  constructor(seed: number, count: number) {
    this.#dice = new Prng(seed);
    this.cluster = new BenchCluster(counting, count);
    this.cluster.run(this.#dice.below(1_500));
  }

  get driversSeen(): number {
    return this.#drivers.size;
  }

  strike(): void {
    const { cluster } = this;
    const victim = this.#pick(cluster.settings.nodes);
    const ms = 20 + this.#dice.below(400);
    const kind = this.#pick(["kill", "freeze", "freeze two", "partition", "one-way", "loss"]);
    this.faults.push(`${kind} ${victim} ${ms}`);
    this.#strike(kind, victim, ms);
    for (const driver of cluster.driving()) this.#drivers.add(driver);
    cluster.drop = () => false;
    if (this.#dice.chance(0.5)) cluster.run(this.#dice.below(400));
  }

  #strike(kind: string, victim: NodeId, ms: number): void {
    const { cluster } = this;
    const other = this.#pick(cluster.settings.nodes);
    switch (kind) {
      case "kill":
        cluster.stop(victim);
        cluster.run(ms);
        cluster.start(victim);
        break;
      case "freeze":
        cluster.run(ms, [victim]);
        break;
      case "freeze two":
        cluster.run(ms, [victim, other]);
        break;
      case "partition":
        cluster.drop = (source, target) => (source === victim) !== (target === victim);
        cluster.run(ms);
        break;
      case "one-way":
        cluster.drop = (source, target) => source === victim && target === other;
        cluster.run(ms);
        break;
      default:
        cluster.drop = () => this.#dice.chance(0.4);
        cluster.run(ms);
    }
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#dice.below(items.length)] as Item;
  }
}

/** Times as many schedules: ONE_DRIVER_TIMES=12 was a usual number once. */
const many = Number(process.env["ONE_DRIVER_TIMES"] ?? 1);

describe.each([
  { count: 3, seeds: 12 * many },
  { count: 4, seeds: 3 * many },
  { count: 5, seeds: 3 * many },
])("NODE-5: $count replicas in $seeds schedules", ({ count, seeds }) => {
  const schedules = Array.from({ length: seeds }, (_, seed) => {
    const schedule = new Schedule(seed, count);
    for (let index = 0; index < faultsPerSchedule; index += 1) schedule.strike();
    schedule.cluster.run(recoveryMs);
    return { seed, schedule };
  });

  it("never drive two at once", () => {
    for (const { seed, schedule } of schedules) {
      expect(schedule.cluster.conflicts, `seed ${seed}: ${schedule.faults}`).toEqual([]);
    }
  });

  it("have one that drives, with all of one state, when the faults are over", () => {
    for (const { seed, schedule } of schedules) {
      const { cluster, faults } = schedule;
      expect(cluster.driving(), `seed ${seed}: ${faults}`).toHaveLength(1);
      expect(cluster.driving()).toEqual(cluster.drivers());
      for (const node of cluster.nodes.values()) {
        expect(node.status(cluster.now).cycle.standing, `seed ${seed}`).toBe("consistent");
      }
    }
  });

  it("did change who drives: the schedules are not harmless", () => {
    const changed = schedules.filter(({ schedule }) => schedule.driversSeen > 1);
    expect(changed.length).toBeGreaterThan(seeds / 2);
  });
});

describe("NODE-5: the check itself", () => {
  it("sees a second driver", () => {
    const [first, second] = [new BenchCluster(counting, 3), new BenchCluster(counting, 3)];
    for (const cluster of [first, second]) cluster.run(1_500);
    const [driver] = first.drivers();
    expect(driver).toBeDefined();
    // Two halves that cannot be: each believes it is the only one of a cluster of one.
    const split = new BenchCluster(counting, 2);
    const alone = new BenchCluster(counting, 1);
    const self = alone.settings.nodes[0] as NodeId;
    alone.run(1_500);
    split.run(1_500);
    expect(alone.drivers()).toEqual([self]);
    const [lone, disk] = [alone.nodes.get(self), alone.disks.get(self)];
    const idle = split.settings.nodes.find((id) => !split.drivers().includes(id)) as NodeId;
    if (lone !== undefined) split.nodes.set(idle, lone);
    if (disk !== undefined) split.disks.set(idle, disk);
    split.run(1_500);
    expect(split.conflicts.length).toBeGreaterThan(0);
  });
});
