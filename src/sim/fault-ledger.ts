/**
 * The book of the faults of one run: what fired, when it took effect and ended, and whom it hit.
 * From it follows who counts as faulty at an instant, and with that which alarms are false.
 *
 * A node counts as faulty while a fault holds it, while it is down, and for the settling time after
 * either: a node that has just come back is not yet expected to know everything. A fault of one
 * path makes nobody faulty, for frames go by all; only where faults of every path meet on a link
 * are those faulty whom they hit.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { Duration } from "../kernel/time.js";
import type { ClusterSettings } from "../node/settings.js";
import { Effect } from "./effect.js";
import type { Observation } from "./observation.js";
import type { FaultSpec } from "./scenario.js";
import { later, type TrueTime, worldBegins } from "./true-time.js";

/**
 * More firings than this are not recorded one by one: a run with so many has no readable report.
 */
export const faultRecordsMax = 10_000;

export interface FaultRecord {
  readonly spec: FaultSpec;
  readonly firedAt: TrueTime;
  readonly effect: Effect;
  /** The nodes that it hits: faulty by it, but for a fault of one path. */
  readonly nodes: readonly NodeId[];
  /** The channels that it makes faulty: `<node>/<sensor>`. */
  readonly channels: readonly string[];
  /** Pairs of source and target whose link it changes. */
  readonly links: readonly (readonly [NodeId, NodeId])[];
  /** Whether one of the nodes was driving when it fired. */
  readonly hitDriver: boolean;
  /** Null while it lasts. */
  endedAt: TrueTime | null;
}

export class FaultLedger {
  readonly records: FaultRecord[] = [];
  readonly #settle: Duration;
  readonly #paths: readonly string[];
  /** Those that may still make somebody faulty. */
  #recent: FaultRecord[] = [];
  readonly #down = new Set<NodeId>();
  readonly #bootedAt = new Map<NodeId, TrueTime>();

  constructor(settle: Duration, { nodes, paths }: Pick<ClusterSettings, "nodes" | "paths">) {
    this.#settle = settle;
    this.#paths = paths.map(({ name }) => name);
    for (const node of nodes) this.#bootedAt.set(node, worldBegins);
  }

  open(record: Omit<FaultRecord, "effect" | "endedAt">): FaultRecord {
    assert(this.records.length < faultRecordsMax, `more than ${faultRecordsMax} faults fired`);
    const opened = { ...record, effect: new Effect(), endedAt: null };
    this.records.push(opened);
    this.#recent.push(opened);
    return opened;
  }

  close(record: FaultRecord, now: TrueTime): void {
    assert(record.endedAt === null, `the fault "${record.spec.name}" ends twice`);
    record.endedAt = now;
  }

  observe(observation: Observation): void {
    if (observation.kind === "went-down") this.#down.add(observation.node);
    if (observation.kind !== "booted") return;
    this.#down.delete(observation.node);
    this.#bootedAt.set(observation.node, observation.at);
  }

  /** Whether a fault holds the node, or has held it not long ago. */
  isNodeFaulty(node: NodeId, now: TrueTime): boolean {
    if (this.#down.has(node)) return true;
    if (later(this.#bootedAt.get(node) ?? worldBegins, this.#settle) > now) return true;
    return this.#ails(node, this.#active(now));
  }

  /** Whether a fault holds the channel or its node, or has held it not long ago. */
  isChannelFaulty(channel: string, now: TrueTime): boolean {
    const node = channel.slice(0, channel.indexOf("/")) as NodeId;
    if (this.isNodeFaulty(node, now)) return true;
    return this.#active(now).some((record) => record.channels.includes(channel));
  }

  /** Whether a fault of the run, and not a reset alone, made the node faulty lately. */
  wasHitLately(node: NodeId, now: TrueTime): boolean {
    return this.#ails(node, this.#active(now));
  }

  /** Whether any fault held the node, or had it settling, at some time from `from` to `to`. */
  wasHit(node: NodeId, from: TrueTime, to: TrueTime): boolean {
    const records = this.records.filter(
      ({ firedAt, endedAt }) =>
        firedAt <= to && (endedAt === null || later(endedAt, this.#settle) > from),
    );
    return this.#ails(node, records);
  }

  /** Whether the fault lasts, or ended less than the settling time ago. */
  isRecent(record: FaultRecord, now: TrueTime): boolean {
    return record.endedAt === null || later(record.endedAt, this.#settle) > now;
  }

  /** Whether the node is faulty by these faults together. */
  #ails(node: NodeId, records: readonly FaultRecord[]): boolean {
    return records.some((record) => {
      if (!record.nodes.includes(node)) return false;
      if (pathOf(record) === null) return true;
      return record.links.some((link) => this.#isLost(link, records));
    });
  }

  /** Whether each path has a fault on the link. */
  #isLost(link: FaultRecord["links"][number], records: readonly FaultRecord[]): boolean {
    const faults = records.filter(({ links }) => links.some((other) => isSame(link, other)));
    return this.#paths.every((path) => faults.some((record) => (pathOf(record) ?? path) === path));
  }

  /** The records that last, or ended less than the settling time ago. */
  #active(now: TrueTime): readonly FaultRecord[] {
    if (this.#recent.length === 0) return this.#recent;
    const recent = (record: FaultRecord): boolean => this.isRecent(record, now);
    if (!this.#recent.every(recent)) this.#recent = this.#recent.filter(recent);
    return this.#recent;
  }
}

/** The path that the fault is of; null where it is of all, or no fault of links. */
const pathOf = ({ spec: { action } }: FaultRecord): string | null =>
  "path" in action ? action.path : null;

const isSame = (one: readonly [NodeId, NodeId], other: readonly [NodeId, NodeId]): boolean =>
  one[0] === other[0] && one[1] === other[1];
