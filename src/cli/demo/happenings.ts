/**
 * What happened last, in lines for people. Three replicas tell the same fact within moments; told
 * three times it would push everything else out of the picture, so it is one line with three names.
 * So is a fact that a replica tells twice: its own detector's word comes again as the group's.
 */
import type { NodeId } from "../../kernel/ids.js";
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
  const told = [...notes, ...events.filter(isShown)].sort((one, other) => one.atS - other.atS);
  const lines: Line[] = [];
  for (const item of told) {
    if (!("event" in item)) lines.push({ ...item, kinds: new Map(), fact: null });
    else if (!joined(lines, item)) lines.push(lineOf(item));
  }
  return lines
    .slice(lines.length - Math.min(lines.length, linesMax))
    .map(({ atS, kinds, text }) => ({ atS, nodes: [...kinds.keys()].sort(), text }));
}

/** Said in other words by an event that comes with it, or no matter of who watches a demo. */
function isShown({ node, event }: SeenEvent): boolean {
  // The replicas have one path each: that a peer is silent tells all that these would.
  if (isPathEvent(event)) return false;
  switch (event.kind) {
    case "leader-changed":
    case "replica-role":
    case "replica-stepped-down":
    case "replica-group":
    case "replica-log-recovered":
    case "replica-snapshot-sent":
      // Beside who drives it would only confuse, who leads what.
      return false;
    case "verdicts-suspended":
    case "accusation-refuted":
      return false;
    case "member-suspected":
      return event.accuser !== node;
    default:
      return true;
  }
}

interface Line {
  readonly atS: number;
  /** Who told it, and by which kinds of events. */
  readonly kinds: Map<string, Set<NodeEvent["kind"]>>;
  text: string;
  readonly fact: string | null;
}

const lineOf = ({ atS, node, event }: SeenEvent): Line => ({
  atS,
  kinds: new Map([[node, new Set([event.kind])]]),
  text: textOf(event),
  fact: factOf(event),
});

/** Shorter than in a log, which is read without a picture beside it. */
function textOf(event: NodeEvent): string {
  if (event.kind === "member-replaced") return `${event.member} is back in a new life`;
  if (event.kind === "member-died") return `gives ${event.member} up for dead`;
  return eventText(event);
}

/** Adds the replica to the newest line of the same fact, if that is new enough and lacks it. */
function joined(lines: readonly Line[], { atS, node, event }: SeenEvent): boolean {
  const fact = factOf(event);
  if (fact === null) return false;
  const line = lines.findLast((candidate) => candidate.fact === fact);
  if (line === undefined || atS - line.atS > foldS) return false;
  const kinds = line.kinds.get(node) ?? new Set();
  if (kinds.has(event.kind)) return false;
  line.kinds.set(node, kinds.add(event.kind));
  // It says more than that the member is heard again.
  if (event.kind === "member-replaced") line.text = textOf(event);
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
  if (event.kind === "peer-suspected") return `${event.peer} is doubted`;
  if (event.kind === "peer-trusted") return `${event.peer} is back`;
  if ("member" in event) return memberFact(event);
  const shared = "channel" in event || sharedKinds.has(event.kind);
  if (!shared) return null;
  return JSON.stringify(Object.entries(event).filter(([, field]) => typeof field !== "number"));
}

function memberFact(event: Extract<NodeEvent, { readonly member: NodeId }>): string {
  const { kind, member } = event;
  if (kind === "member-suspected") return `${member} is doubted`;
  const isBack = kind === "member-returned" || kind === "member-replaced";
  return isBack ? `${member} is back` : `${member} ${kind}`;
}
