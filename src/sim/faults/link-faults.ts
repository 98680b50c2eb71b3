/** Faults of links: partitions, and links that lose, delay, duplicate, reorder or corrupt more. */
import type { Cluster } from "../cluster.js";
import type { LinkFault } from "../network.js";
import type { LinkFaultModel } from "../scenario.js";
import type { Hit, SelectedLinks } from "./hit.js";

const untouched: LinkFaultModel = {
  loss: 0,
  duplication: 0,
  reordering: 0,
  reorderDelay: 0 as LinkFaultModel["reorderDelay"],
  corruption: 0,
  delay: null,
};

export const partition = (cluster: Cluster, selected: SelectedLinks): Hit =>
  linkHit(cluster, selected, untouched, true);

export const worseNetwork = (
  cluster: Cluster,
  selected: SelectedLinks,
  model: LinkFaultModel,
): Hit => linkHit(cluster, selected, model, false);

function linkHit(
  cluster: Cluster,
  selected: SelectedLinks,
  model: LinkFaultModel,
  blocked: boolean,
): Hit {
  const { links, nodes } = selected;
  const { world } = cluster;
  const networks = world.networks(selected.path);
  const pairs = links.map(
    ([source, target]) => [world.indexOf(source), world.indexOf(target)] as const,
  );
  return {
    nodes,
    channels: [],
    links,
    begin: (effect) => {
      const fault: LinkFault = { ...model, blocked, effect };
      for (const network of networks) {
        for (const [source, target] of pairs) network.addFault(source, target, fault);
      }
      return () => {
        for (const network of networks) {
          for (const [source, target] of pairs) network.removeFault(source, target, fault);
        }
      };
    },
  };
}
