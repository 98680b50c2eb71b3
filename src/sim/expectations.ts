/**
 * Judges the expectations of a scenario: events that must come within a deadline after a fault, and
 * events that must not come at all. Matching events are kept while the run lasts and judged at its
 * end, when it is known which faults took effect.
 */
import { unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { Duration } from "../kernel/time.js";
import type { NodeEvent } from "../node/events.js";
import { inSeconds } from "./describe.js";
import type { FaultLedger, FaultRecord } from "./fault-ledger.js";
import type { Observation } from "./observation.js";
import type { EventPattern, Expectation } from "./scenario.js";
import { between, later, type TrueTime } from "./true-time.js";

/** So many events are kept for one expectation; more do not change its outcome. */
const matchesMax = 20_000;

export type Outcome =
  | { readonly kind: "met"; readonly waits: readonly Duration[] }
  | { readonly kind: "unmet"; readonly message: string }
  /** The run cannot tell: the fault did nothing, or the run ended before the deadline. */
  | { readonly kind: "untested"; readonly message: string };

interface Match {
  readonly at: TrueTime;
  readonly node: NodeId;
  readonly event: NodeEvent;
}

type Happens = Extract<Expectation, { kind: "happens" }>;
type Never = Extract<Expectation, { kind: "never" }>;

export class ExpectationJudge {
  readonly expectation: Expectation;
  readonly #matches: Match[] = [];

  constructor(expectation: Expectation) {
    this.expectation = expectation;
  }

  observe(observation: Observation): void {
    if (observation.kind !== "reported") return;
    const { at, node, event } = observation;
    const { pattern } = this.expectation;
    if (event.kind !== pattern.event || this.#matches.length >= matchesMax) return;
    if (matchesFixed(pattern, event)) this.#matches.push({ at, node, event });
  }

  judge(ledger: FaultLedger, nodes: readonly NodeId[], end: TrueTime): Outcome {
    const { expectation } = this;
    switch (expectation.kind) {
      case "happens":
        return this.#judgeHappens(expectation, ledger, nodes, end);
      case "never":
        return this.#judgeNever(expectation);
      default:
        return unreachable(expectation);
    }
  }

  #judgeNever(expectation: Never): Outcome {
    const { from, until } = expectation;
    const found = this.#matches.find(({ at }) => at >= from && at < until);
    if (found === undefined) return { kind: "met", waits: [] };
    const subject = subjectOf(found.event);
    const what = `${found.event.kind}${subject}`;
    const message = `${found.node} reported ${what} at ${inSeconds(found.at)}`;
    return { kind: "unmet", message };
  }

  #judgeHappens(
    expectation: Happens,
    ledger: FaultLedger,
    nodes: readonly NodeId[],
    end: TrueTime,
  ): Outcome {
    const records = ledger.records.filter(({ spec }) => spec.name === expectation.after);
    const effective = records.filter(({ effect }) => effect.count > 0);
    if (effective.length === 0) {
      return { kind: "untested", message: `"${expectation.after}" never took effect` };
    }
    const waits: Duration[] = [];
    for (const record of effective) {
      const answeredAt = this.#answerTo(expectation, record, ledger, nodes);
      const deadline = later(record.firedAt, expectation.within);
      if (answeredAt !== null && answeredAt <= deadline) {
        waits.push(between(record.firedAt, answeredAt));
      } else if (deadline > end) {
        return { kind: "untested", message: "the run ended before the deadline" };
      } else {
        return { kind: "unmet", message: describeMiss(expectation, record, answeredAt) };
      }
    }
    return { kind: "met", waits };
  }

  /** When the last of those who had to tell had told; null if somebody never did. */
  #answerTo(
    expectation: Happens,
    record: FaultRecord,
    ledger: FaultLedger,
    nodes: readonly NodeId[],
  ): TrueTime | null {
    const deadline = later(record.firedAt, expectation.within);
    const told = new Map<NodeId, TrueTime>();
    for (const { at, node, event } of this.#matches) {
      if (at < record.firedAt || told.has(node)) continue;
      if (matchesTarget(expectation.pattern, event, record)) told.set(node, at);
    }
    const correct = nodes.filter(
      (node) =>
        !ledger.wasHit(node, record.firedAt, deadline) && !isOwnPeer(expectation, record, node),
    );
    switch (expectation.by) {
      case "any":
        return earliest(told, correct);
      case "all":
        return latest(told, correct);
      case "target":
        return latest(told, nodesAt(record));
      default:
        return unreachable(expectation.by);
    }
  }
}

/** The nodes that a fault hit, those of its channels included. */
function nodesAt(record: FaultRecord): readonly NodeId[] {
  const ofChannels = record.channels.map((channel) => channel.slice(0, channel.indexOf("/")));
  return [...new Set<NodeId>([...record.nodes, ...(ofChannels as NodeId[])])];
}

function matchesFixed(pattern: EventPattern, event: NodeEvent): boolean {
  return (
    fits(pattern.sensor, "sensor" in event ? event.sensor : null) &&
    (pattern.channel === "target" || fits(pattern.channel, fieldOf(event, "channel"))) &&
    (pattern.peer === "target" || fits(pattern.peer, fieldOf(event, "peer"))) &&
    fits(pattern.reason, fieldOf(event, "reason")) &&
    fits(pattern.path, fieldOf(event, "path")) &&
    fits(pattern.direction, fieldOf(event, "direction"))
  );
}

function matchesTarget(pattern: EventPattern, event: NodeEvent, record: FaultRecord): boolean {
  const channel = fieldOf(event, "channel");
  const peer = fieldOf(event, "peer");
  if (pattern.channel === "target" && !record.channels.includes(channel ?? "")) return false;
  return pattern.peer !== "target" || record.nodes.includes(peer as NodeId);
}

/** A fault of one path leaves its target correct, but nobody is a peer of itself. */
const isOwnPeer = ({ pattern }: Happens, record: FaultRecord, node: NodeId): boolean =>
  pattern.peer === "target" ? record.nodes.includes(node) : pattern.peer === node;

const fits = (wanted: string | null, value: string | null): boolean =>
  wanted === null || wanted === value;

type Field = "channel" | "peer" | "reason" | "path" | "direction";

function fieldOf(event: NodeEvent, field: Field): string | null {
  const fields = new Map<string, unknown>(Object.entries(event));
  // Of a voter or a member a replica may say that it is its own, so there it is no peer.
  const itself = field === "peer" ? (fields.get("node") ?? fields.get("member")) : null;
  const value = fields.get(field) ?? (field === "reason" ? ruleOf(event) : itself);
  return typeof value === "string" ? value : null;
}

/** Of what the supervision tells, the rule that was broken is the reason. */
const ruleOf = (event: NodeEvent): string | null =>
  "fault" in event && event.fault !== null && "rule" in event.fault ? event.fault.rule : null;

function subjectOf(event: NodeEvent): string {
  const subject = fieldOf(event, "channel") ?? fieldOf(event, "peer");
  return subject === null ? "" : ` of ${subject}`;
}

function earliest(told: ReadonlyMap<NodeId, TrueTime>, nodes: readonly NodeId[]): TrueTime | null {
  const times = nodes.flatMap((node) => told.get(node) ?? []);
  return times.length === 0 ? null : (Math.min(...times) as TrueTime);
}

function latest(told: ReadonlyMap<NodeId, TrueTime>, nodes: readonly NodeId[]): TrueTime | null {
  const times = nodes.flatMap((node) => told.get(node) ?? []);
  return nodes.length === 0 || times.length < nodes.length
    ? null
    : (Math.max(...times) as TrueTime);
}

function describeMiss(
  expectation: Happens,
  record: FaultRecord,
  answeredAt: TrueTime | null,
): string {
  const when = `"${record.spec.name}" at ${inSeconds(record.firedAt)}`;
  const { by } = expectation;
  if (answeredAt === null) return `${when}: not reported by ${by === "target" ? "the target" : by}`;
  return `${when}: reported only ${inSeconds(answeredAt - record.firedAt)} after`;
}
