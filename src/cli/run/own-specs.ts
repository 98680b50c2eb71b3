/** What this replica's own board must have: all but the outputs at a voter in firmware. */

import { isOfPins } from "../../config/board-kinds.js";
import type { RunSettings } from "../../config/settings.js";
import { type BoardSpecs, boardSpecsOf } from "../../host/board-specs.js";
import type { NodeId } from "../../kernel/ids.js";

/** A simulated board has them too, where the config has no voter to lead them to. */
export function ownSpecsOf({ cluster, voter, board }: RunSettings, node: NodeId): BoardSpecs {
  const { channels, outputs } = boardSpecsOf(cluster, node);
  const voted = cluster.votedOutputs ?? [];
  const isElsewhere = voter !== null || isOfPins(board);
  const isAtVoter = (name: string): boolean =>
    (isElsewhere && voted.includes(name)) || voter?.outputs.has(name) === true;
  const own = outputs.filter(({ name }) => !isAtVoter(name));
  return { channels, outputs: own };
}
