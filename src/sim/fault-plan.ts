/**
 * Fires the faults of a scenario: each once at its time, or again and again at times that the dice
 * choose, within the fault hypothesis. It never acts while a node is being stepped: what an
 * observation calls for is put among the events to come.
 */
import { assert } from "../kernel/assert.js";
import { majorityOf, type NodeId } from "../kernel/ids.js";
import type { Prng } from "../kernel/prng.js";
import { type Duration, micros } from "../kernel/time.js";
import type { Cluster } from "./cluster.js";
import type { FaultRecord } from "./fault-ledger.js";
import { findHit } from "./faults/find-hit.js";
import { type Hit, nothing } from "./faults/hit.js";
import type { Observation } from "./observation.js";
import type { FaultSchedule, FaultSpec, Scenario } from "./scenario.js";
import { later, type TrueTime, trueTime } from "./true-time.js";

interface OpenFault {
  readonly record: FaultRecord;
  readonly hit: Hit;
  readonly end: () => void;
}

/** How often the dice may leave out a firing before the plan gives up on that fault. */
const firingsMax = 100_000;

export interface FaultTally {
  readonly fired: number;
  /** Firings left out, because they would have broken the fault hypothesis. */
  readonly skipped: number;
}

export class FaultPlan {
  readonly #scenario: Scenario;
  readonly #cluster: Cluster;
  readonly #dice: Prng;
  readonly #open = new Set<OpenFault>();
  /** Faults that wait for somebody to drive. */
  readonly #waiting: FaultSpec[] = [];
  readonly #tallies = new Map<FaultSpec, { fired: number; skipped: number }>();
  #over = false;

  constructor(scenario: Scenario, cluster: Cluster, dice: Prng) {
    this.#scenario = scenario;
    this.#cluster = cluster;
    this.#dice = dice;
    for (const spec of scenario.faults) this.#tallies.set(spec, { fired: 0, skipped: 0 });
  }

  /** Puts all faults among the events to come. */
  start(): void {
    for (const spec of this.#scenario.faults) this.#schedule(spec);
    const { liveness } = this.#scenario;
    if (liveness === null) return;
    const core = liveness.core ?? this.drawCore();
    this.#cluster.world.schedule(trueTime(liveness.at), () => this.#heal(core));
  }

  /** The same core whenever it is asked for. */
  drawCore(): readonly NodeId[] {
    const dice = this.#dice.split("core");
    const left = [...this.#scenario.nodes];
    while (left.length > majorityOf(this.#scenario.nodes.length)) {
      left.splice(dice.below(left.length), 1);
    }
    return left;
  }

  tally(spec: FaultSpec): FaultTally {
    return this.#tallies.get(spec) ?? { fired: 0, skipped: 0 };
  }

  observe(observation: Observation): void {
    if (observation.kind === "went-down") this.#endWithMemory(observation.node);
    if (this.#waiting.length === 0 || observation.kind !== "reported") return;
    if (observation.event.kind !== "lease-acquired") return;
    const waiting = this.#waiting.splice(0);
    const { world } = this.#cluster;
    for (const spec of waiting) world.schedule(world.now, () => this.#fireOnce(spec));
  }

  #schedule(spec: FaultSpec): void {
    const { world } = this.#cluster;
    const { schedule } = spec;
    if (schedule.kind === "once") {
      world.schedule(trueTime(schedule.at), () => this.#fireOnce(spec));
      return;
    }
    const dice = this.#dice.split(`when: ${spec.name}`);
    this.#scheduleNext(spec, schedule, dice, trueTime(schedule.from));
  }

  /** Exponential gaps: a firing tells nothing about the next. */
  #scheduleNext(
    spec: FaultSpec,
    schedule: Extract<FaultSchedule, { kind: "repeated" }>,
    dice: Prng,
    from: TrueTime,
  ): void {
    const gap = micros(1 + Math.round(-Math.log(1 - dice.fraction()) * schedule.interval));
    const at = later(from, gap);
    if (at >= schedule.until || this.tally(spec).fired >= firingsMax) return;
    this.#cluster.world.schedule(at, () => {
      if (this.#over) return;
      this.#fireRepeated(spec);
      this.#scheduleNext(spec, schedule, dice, at);
    });
  }

  #fireOnce(spec: FaultSpec): void {
    if (this.#over) return;
    const hit = findHit(this.#cluster, spec.action, this.#targetDice(spec));
    if (hit === null) this.#waiting.push(spec);
    else this.#begin(spec, hit);
  }

  #fireRepeated(spec: FaultSpec): void {
    const tally = this.#tallies.get(spec);
    assert(tally !== undefined, `no tally of "${spec.name}"`);
    const hit = findHit(this.#cluster, spec.action, this.#targetDice(spec));
    if (hit !== null && this.#isWithinHypothesis(spec, hit)) this.#begin(spec, hit);
    else tally.skipped += 1;
  }

  /** Each firing throws dice of its own, so that one fault does not choose the other's target. */
  #targetDice(spec: FaultSpec): Prng {
    const { fired, skipped } = this.tally(spec);
    return this.#dice.split(`${spec.name} ${fired + skipped}`);
  }

  #isWithinHypothesis(spec: FaultSpec, hit: Hit): boolean {
    const { world, ledger, settings } = this.#cluster;
    for (const open of this.#open) {
      // The same fault twice at one place would end with the first of them.
      if (open.record.spec === spec && sharesNode(open.hit, hit)) return false;
    }
    const channelNodes = hit.channels.map((channel) => channel.slice(0, channel.indexOf("/")));
    const faulty = new Set<string>([...hit.nodes, ...channelNodes]);
    for (const node of settings.nodes) {
      const channels = [...settings.channels.keys()].map((sensor) => `${node}/${sensor}`);
      if (channels.some((channel) => ledger.isChannelFaulty(channel, world.now))) faulty.add(node);
    }
    return faulty.size <= this.#scenario.hypothesis.faultyNodesMax;
  }

  #begin(spec: FaultSpec, hit: Hit): void {
    const { world, ledger } = this.#cluster;
    const tally = this.#tallies.get(spec);
    assert(tally !== undefined, `no tally of "${spec.name}"`);
    tally.fired += 1;
    const until = this.#endOf(spec);
    const driver = this.#cluster.driver()?.id ?? null;
    const hitDriver = driver !== null && hit.nodes.includes(driver);
    const { nodes, channels, links } = hit;
    const record = ledger.open({ spec, firedAt: world.now, nodes, channels, links, hitDriver });
    // Entered before it begins: a crash is observed while it begins.
    const open = { record, hit, end: nothing };
    this.#open.add(open);
    const end = hit.begin(record.effect, until);
    const begun = { ...open, end };
    if (!this.#open.delete(open)) return;
    this.#open.add(begun);
    if (until !== null) world.schedule(until, () => this.#end(begun));
  }

  #endOf(spec: FaultSpec): TrueTime | null {
    if (spec.length === null) return null;
    return later(this.#cluster.world.now, this.#drawLength(spec, spec.length));
  }

  #drawLength(spec: FaultSpec, { min, max }: { min: Duration; max: Duration }): Duration {
    const dice = this.#targetDice(spec).split("length");
    return micros(min + dice.below(max - min + 1));
  }

  #end(open: OpenFault): void {
    if (!this.#open.delete(open)) return;
    open.end();
    this.#cluster.ledger.close(open.record, this.#cluster.world.now);
  }

  /** A reset ends what had befallen the program: pauses, silence, slowness. */
  #endWithMemory(node: NodeId): void {
    for (const open of this.#open) {
      if (!memoryFaults.has(open.record.spec.action.kind)) continue;
      if (open.hit.nodes.includes(node)) this.#end(open);
    }
  }

  /** The liveness phase begins: from now on nothing befalls the core or the links within it. */
  #heal(core: readonly NodeId[]): void {
    this.#over = true;
    for (const open of [...this.#open]) if (touches(open.hit, core)) this.#end(open);
    for (const id of core) {
      const node = this.#cluster.world.node(id);
      if (node.up) node.release();
      else node.boot();
    }
  }
}

const memoryFaults: ReadonlySet<string> = new Set(["silence", "pause", "slow", "hang"]);

const sharesNode = (one: Hit, other: Hit): boolean =>
  one.nodes.some((node) => other.nodes.includes(node)) ||
  one.channels.some((channel) => other.channels.includes(channel)) ||
  (one.nodes.length === 0 && one.channels.length === 0);

function touches(hit: Hit, core: readonly NodeId[]): boolean {
  const inCore = (node: string): boolean => core.includes(node as NodeId);
  if (hit.links.length > 0) {
    return hit.links.some(([source, target]) => inCore(source) && inCore(target));
  }
  const channelNodes = hit.channels.map((channel) => channel.slice(0, channel.indexOf("/")));
  return hit.nodes.some(inCore) || channelNodes.some(inCore);
}
