/**
 * What became of each fault, seen from the outside: when the first healthy replica noticed it, when
 * all of them had, when another replica drove in place of a lost driver, and when all had taken
 * back their alarms after it ended.
 */
import type { NodeId } from "../kernel/ids.js";
import type { NodeEvent } from "../node/events.js";
import type { FaultLedger, FaultRecord } from "./fault-ledger.js";
import type { Observation } from "./observation.js";
import type { TrueTime } from "./true-time.js";

export interface FaultTimeline {
  readonly record: FaultRecord;
  detectedAt: TrueTime | null;
  isolatedAt: TrueTime | null;
  takenOverAt: TrueTime | null;
  recoveredAt: TrueTime | null;
}

interface Watch extends FaultTimeline {
  readonly noticed: Set<NodeId>;
  /** Alarms not yet taken back, as `<replica> <channel, peer or voter>`. */
  readonly standing: Set<string>;
}

export class FaultTimelines {
  readonly #ledger: FaultLedger;
  readonly #nodes: readonly NodeId[];
  readonly #watches: Watch[] = [];

  constructor(ledger: FaultLedger, nodes: readonly NodeId[]) {
    this.#ledger = ledger;
    this.#nodes = nodes;
  }

  get all(): readonly FaultTimeline[] {
    this.#follow();
    return this.#watches;
  }

  observe(observation: Observation): void {
    const { at, node } = observation;
    if (observation.kind === "went-down") {
      this.#forget(at, node);
      return;
    }
    if (observation.kind !== "reported") return;
    const { event } = observation;
    switch (event.kind) {
      case "channel-excluded":
      case "peer-suspected":
      case "peer-degraded":
      case "voter-suspected":
        this.#onAlarm(at, node, subjectOf(event));
        return;
      case "channel-readmitted":
      case "peer-trusted":
      case "peer-whole":
      case "voter-trusted":
        this.#onRelief(at, node, subjectOf(event));
        return;
      case "lease-acquired":
        this.#onTakeover(at, node);
        return;
      default:
        return;
    }
  }

  /** Begins to watch the faults that have fired since. */
  #follow(): void {
    const { records } = this.#ledger;
    for (let index = this.#watches.length; index < records.length; index += 1) {
      this.#watches.push({
        record: records[index] as FaultRecord,
        detectedAt: null,
        isolatedAt: null,
        takenOverAt: null,
        recoveredAt: null,
        noticed: new Set(),
        standing: new Set(),
      });
    }
  }

  #onAlarm(at: TrueTime, node: NodeId, subject: string): void {
    this.#follow();
    for (const watch of this.#watches) {
      if (!accuses(watch.record, subject) || watch.record.nodes.includes(node)) continue;
      if (!this.#ledger.isRecent(watch.record, at)) continue;
      watch.detectedAt ??= at;
      watch.recoveredAt = null;
      watch.noticed.add(node);
      watch.standing.add(`${node} ${subject}`);
      const healthy = this.#nodes.filter((other) => !watch.record.nodes.includes(other));
      if (healthy.every((other) => watch.noticed.has(other))) watch.isolatedAt ??= at;
    }
  }

  #onRelief(at: TrueTime, node: NodeId, subject: string): void {
    for (const watch of this.#watches) {
      if (watch.standing.delete(`${node} ${subject}`)) recover(watch, at);
    }
  }

  #onTakeover(at: TrueTime, node: NodeId): void {
    this.#follow();
    for (const watch of this.#watches) {
      const { record } = watch;
      if (!record.hitDriver || record.nodes.includes(node)) continue;
      watch.takenOverAt ??= at;
    }
  }

  /** A replica that lost its memory lost its alarms with it. */
  #forget(at: TrueTime, node: NodeId): void {
    for (const watch of this.#watches) {
      for (const alarm of watch.standing) {
        if (!alarm.startsWith(`${node} `)) continue;
        watch.standing.delete(alarm);
        recover(watch, at);
      }
    }
  }
}

function recover(watch: Watch, at: TrueTime): void {
  if (watch.standing.size > 0 || watch.record.endedAt === null) return;
  watch.recoveredAt ??= at;
}

type Telling = Extract<NodeEvent, { channel: string } | { peer: NodeId } | { node: NodeId }>;

function subjectOf(event: Telling): string {
  if ("channel" in event) return event.channel;
  return "peer" in event ? event.peer : event.node;
}

/** Whether an alarm about a channel or a peer fits what the fault has hit. */
function accuses(record: FaultRecord, subject: string): boolean {
  const slash = subject.indexOf("/");
  const node = (slash < 0 ? subject : subject.slice(0, slash)) as NodeId;
  return record.nodes.includes(node) || record.channels.includes(subject);
}
