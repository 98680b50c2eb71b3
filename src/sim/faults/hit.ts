/**
 * A fault about to happen: whom it will hit, and what to do to them. Finding the targets comes
 * before acting on them, so that a fault beyond the fault hypothesis can still be left out.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Prng } from "../../kernel/prng.js";
import type { Cluster } from "../cluster.js";
import type { Effect } from "../effect.js";
import type { LinkSelection, NodeGroup, NodeTarget } from "../scenario.js";
import type { TrueTime } from "../true-time.js";

export interface Hit {
  /** The nodes that it makes faulty; of a fault of one path, those that it hits. */
  readonly nodes: readonly NodeId[];
  /** The channels that it makes faulty: `<node>/<sensor>`. */
  readonly channels: readonly string[];
  /** Pairs of source and target whose link it changes. */
  readonly links: readonly (readonly [NodeId, NodeId])[];
  /** Begins it; what is returned ends it. `until` is null when only a reset or nothing ends it. */
  begin(effect: Effect, until: TrueTime | null): () => void;
}

export const nothing = (): void => {};

/** The node that a fault hits now; null while there is none. */
export function findTarget(cluster: Cluster, target: NodeTarget, dice: Prng): NodeId | null {
  if (target.kind === "node") return target.node;
  if (target.kind === "driver") return cluster.driver()?.id ?? null;
  const up = cluster.world.nodes.filter((node) => node.up);
  return up[dice.below(Math.max(1, up.length))]?.id ?? null;
}

function findGroup(cluster: Cluster, group: NodeGroup, dice: Prng): readonly NodeId[] | null {
  if (group.kind === "all") return cluster.settings.nodes;
  if (group.kind === "list") return group.nodes;
  const node = findTarget(cluster, group.target, dice);
  return node === null ? null : [node];
}

export interface SelectedLinks {
  readonly links: readonly (readonly [NodeId, NodeId])[];
  /** The named side of the links: it is the one that is cut off. Nobody where both are `all`. */
  readonly nodes: readonly NodeId[];
  /** Null: of all paths. */
  readonly path: string | null;
}

export function findLinks(
  cluster: Cluster,
  selection: LinkSelection,
  dice: Prng,
): SelectedLinks | null {
  const from = findGroup(cluster, selection.from, dice);
  const to = findGroup(cluster, selection.to, dice);
  if (from === null || to === null) return null;
  const pairs = new Map<string, readonly [NodeId, NodeId]>();
  for (const source of from) {
    for (const target of to) {
      if (source === target) continue;
      pairs.set(`${source} ${target}`, [source, target]);
      if (!selection.oneWay) pairs.set(`${target} ${source}`, [target, source]);
    }
  }
  const named = selection.from.kind === "all" ? (selection.to.kind === "all" ? [] : to) : from;
  return { links: [...pairs.values()], nodes: named, path: selection.path };
}
