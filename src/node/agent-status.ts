/** What an agent knows of itself and of the fleet now, for `holdfast members`. */
import type { PeerStanding } from "../detection/detector.js";
import type { NodeId } from "../kernel/ids.js";
import type { Instant } from "../kernel/time.js";
import type { Member } from "../membership/ports.js";
import type { PeerCounts } from "../wire/opener.js";

/** What the links did to the frames of all who are remembered. */
export type LinkTotals = Readonly<
  Record<"received" | "duplicated" | "reordered" | "tooOld", number>
>;

export interface AgentStatus {
  readonly node: NodeId;
  readonly cluster: string;
  readonly bootId: number;
  /** When this was true, on the agent's own clock. */
  readonly at: Instant;
  /** Somebody else lives under this name; nothing is sent any more. */
  readonly silenced: boolean;
  readonly leader: NodeId | null;
  /** The local health multiplier, from 0 (well). */
  readonly healthScore: number;
  readonly members: readonly Member[];
  /** Whom this agent's own detector watches. */
  readonly watched: readonly PeerStanding[];
  readonly links: LinkTotals;
  /** By reason, how many frames were refused. */
  readonly refusals: Readonly<Record<string, number>>;
}

export function linkTotals(peers: readonly PeerCounts[]): LinkTotals {
  const totals = { received: 0, duplicated: 0, reordered: 0, tooOld: 0 };
  for (const counts of peers) {
    totals.received += counts.received;
    totals.duplicated += counts.duplicated;
    totals.reordered += counts.reordered;
    totals.tooOld += counts.tooOld;
  }
  return totals;
}
