/**
 * What happened last, in lines for people. Three replicas tell the same fact within moments; told
 * three times it would push everything else out of the picture, so it is one line with three names.
 */

import { eventText } from "../../node/event-text.js";
import type { NodeEvent } from "../../node/events.js";
import { isPathEvent } from "../../node/path-text.js";
import type { SeenEvent } from "../../observe/tally.js";

/** What was done to the cluster from outside, or seen from there. */
export interface Note {
  /** In seconds since the demo began. */
  readonly atS: number;
  readonly text: string;
}

export interface HappeningLine {
  readonly atS: number;
  /** Who tells it; nobody for a note. */
  readonly nodes: readonly string[];
  readonly text: string;
}

/** Replicas that tell the same fact within this time, in seconds, share a line. */
export const foldS = 1;

/** In order of time, the newest last, at most `linesMax`. */
export function happenings(
  events: readonly SeenEvent[],
  notes: readonly Note[],
  linesMax: number,
): readonly HappeningLine[] {
  // The replicas have one path each: that a peer is silent tells all that these would.
  const news = events.filter(({ event }) => !isPathEvent(event));
  const told = [...notes, ...news].sort((one, other) => one.atS - other.atS);
  const lines: Line[] = [];
  for (const item of told) {
    if (!("event" in item)) lines.push({ ...item, nodes: [], fact: null });
    else if (!joined(lines, item)) lines.push(lineOf(item));
  }
  return lines
    .slice(lines.length - Math.min(lines.length, linesMax))
    .map(({ atS, nodes, text }) => ({ atS, nodes: nodes.toSorted(), text }));
}

interface Line {
  readonly atS: number;
  readonly nodes: string[];
  readonly text: string;
  readonly fact: string | null;
}

const lineOf = ({ atS, node, event }: SeenEvent): Line => ({
  atS,
  nodes: [node],
  text: eventText(event),
  fact: factOf(event),
});

/** Adds the replica to the newest line of the same fact, if that is new enough and lacks it. */
function joined(lines: readonly Line[], { atS, node, event }: SeenEvent): boolean {
  const fact = factOf(event);
  if (fact === null) return false;
  const line = lines.findLast((candidate) => candidate.fact === fact);
  if (line === undefined || atS - line.atS > foldS || line.nodes.includes(node)) return false;
  line.nodes.push(node);
  return true;
}

/** The kinds, beside those about a channel or a peer, that say the same on every replica. */
const sharedKinds: ReadonlySet<NodeEvent["kind"]> = new Set([
  "synchronised",
  "desynchronised",
  "state-joined",
  "voter-suspected",
  "voter-trusted",
  "voters-differ",
  "voters-agree",
  "app-faulted",
  "app-recovered",
]);

/**
 * What an event says of the world, without what only the teller measured (a silence, a skew). Null
 * for what a replica says of itself alone.
 */
function factOf(event: NodeEvent): string | null {
  const shared = "channel" in event || "peer" in event || sharedKinds.has(event.kind);
  if (!shared) return null;
  return JSON.stringify(Object.entries(event).filter(([, field]) => typeof field !== "number"));
}
