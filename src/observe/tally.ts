/**
 * Counts what a cluster did, from the events of its replicas as one observer saw them: were votes
 * produced all the time, who drove when, and what became of each fault that was set.
 *
 * A cycle counts as voted when at least one replica had a value in it: that is what the plant needs.
 * The cycles between the first and the last that were voted should all be there.
 */
import type { NodeId } from "../kernel/ids.js";
import type { NodeEvent } from "../node/events.js";

/** An event, and when the observer saw it, in seconds since it began to look. */
export interface SeenEvent {
  readonly atS: number;
  readonly node: NodeId;
  readonly event: NodeEvent;
}

/** What the observer knows of a fault that was set on purpose. */
export type SetFault =
  | { readonly kind: "sensor"; readonly channel: string; readonly fault: string }
  | { readonly kind: "kill"; readonly node: NodeId; readonly drove: boolean }
  | { readonly kind: "pause"; readonly node: NodeId; readonly drove: boolean }
  | { readonly kind: "loss"; readonly share: number };

/** The fates of a fault, in seconds since the observer began to look; null while it is not so. */
export interface FaultRecord {
  readonly fault: SetFault;
  readonly setS: number;
  clearedS: number | null;
  /** A sensor's channel was excluded; a replica was suspected by another. */
  detectedS: number | null;
  /** For a replica that drove: another one took over. */
  takenOverS: number | null;
  /** The channel counts again; the replica is trusted again. */
  recoveredS: number | null;
}

export interface Votes {
  /** From the first cycle that was voted to the last. */
  readonly cycles: number;
  readonly voted: number;
  readonly missed: number;
  /** The longest time between two voted cycles as the observer saw it, in seconds. */
  readonly longestGapS: number;
}

/** How many events are kept for people to read; older ones make room. */
export const recentEventsMax = 200;

/** A value that is reported so many cycles late does not count any more. */
const unvotedMax = 100;

export class Tally {
  readonly #faults: FaultRecord[] = [];
  readonly #recent: SeenEvent[] = [];
  readonly #countsByKind = new Map<string, number>();
  /** Cycles before the last voted one that nobody had a value for yet; the newest of them. */
  readonly #unvoted = new Set<number>();
  readonly #excluded = new Set<string>();
  #driver: NodeId | null = null;
  #firstCycle: number | null = null;
  #lastCycle = 0;
  #voted = 0;
  #firstVoteS: number | null = null;
  #lastVoteS = 0;
  #longestGapS = 0;

  /** Who drives, as far as the events tell. */
  get driver(): NodeId | null {
    return this.#driver;
  }

  /** The channels that do not count now, as far as the events tell. */
  get excluded(): ReadonlySet<string> {
    return this.#excluded;
  }

  get faults(): readonly FaultRecord[] {
    return this.#faults;
  }

  /** What people want to read: everything but the votes and refusals, oldest first. */
  get recent(): readonly SeenEvent[] {
    return this.#recent;
  }

  /** When the first voted value was seen, in seconds; null before. */
  get firstVoteS(): number | null {
    return this.#firstVoteS;
  }

  count(kind: NodeEvent["kind"]): number {
    return this.#countsByKind.get(kind) ?? 0;
  }

  votes(): Votes {
    const cycles = this.#firstCycle === null ? 0 : this.#lastCycle - this.#firstCycle + 1;
    const missed = cycles - this.#voted;
    return { cycles, voted: this.#voted, missed, longestGapS: this.#longestGapS };
  }

  faultSet(atS: number, fault: SetFault): FaultRecord {
    const none = { clearedS: null, detectedS: null, takenOverS: null, recoveredS: null };
    const record: FaultRecord = { fault, setS: atS, ...none };
    this.#faults.push(record);
    if (fault.kind === "kill" && this.#driver === fault.node) this.#driver = null;
    return record;
  }

  faultCleared(atS: number, record: FaultRecord): void {
    record.clearedS ??= atS;
  }

  see(seen: SeenEvent): void {
    const { event } = seen;
    this.#countsByKind.set(event.kind, this.count(event.kind) + 1);
    if (event.kind === "voted") {
      if (event.verdict.value !== null) this.#seeVote(seen.atS, event.cycle);
      return;
    }
    if (event.kind === "refused") return;
    this.#recent.push(seen);
    if (this.#recent.length > recentEventsMax) this.#recent.shift();
    this.#seeDriver(seen);
    if (event.kind === "channel-excluded") this.#excluded.add(event.channel);
    if (event.kind === "channel-readmitted") this.#excluded.delete(event.channel);
    for (const record of this.#faults) follow(record, seen);
  }

  /** A slower replica may yet have a value for a cycle that seemed missed. */
  #seeVote(atS: number, cycle: number): void {
    if (this.#firstCycle !== null && cycle <= this.#lastCycle) {
      if (this.#unvoted.delete(cycle)) this.#voted += 1;
      return;
    }
    if (this.#firstCycle !== null) this.#noteUnvoted(this.#lastCycle + 1, cycle);
    if (this.#firstVoteS !== null) {
      this.#longestGapS = Math.max(this.#longestGapS, atS - this.#lastVoteS);
    }
    this.#firstVoteS ??= atS;
    this.#firstCycle ??= cycle;
    this.#lastVoteS = atS;
    this.#lastCycle = cycle;
    this.#voted += 1;
  }

  #noteUnvoted(first: number, end: number): void {
    for (let cycle = Math.max(first, end - unvotedMax); cycle < end; cycle += 1) {
      this.#unvoted.add(cycle);
    }
    for (const oldest of this.#unvoted) {
      if (this.#unvoted.size <= unvotedMax) return;
      this.#unvoted.delete(oldest);
    }
  }

  #seeDriver({ node, event }: SeenEvent): void {
    if (event.kind === "lease-acquired") this.#driver = node;
    if (event.kind === "lease-lost" && this.#driver === node) this.#driver = null;
  }
}

/** What an event says about a fault. */
function follow(record: FaultRecord, { atS, node, event }: SeenEvent): void {
  const { fault } = record;
  if (fault.kind === "loss") return;
  if (fault.kind === "sensor") {
    if (!("channel" in event) || event.channel !== fault.channel) return;
    if (event.kind === "channel-excluded") record.detectedS ??= atS;
    const healed = event.kind === "channel-readmitted" && record.clearedS !== null;
    if (healed) record.recoveredS ??= atS;
    return;
  }
  if (event.kind === "lease-acquired" && fault.drove && node !== fault.node) {
    record.takenOverS ??= atS;
  }
  if (!("peer" in event) || event.peer !== fault.node) return;
  if (event.kind === "peer-suspected") record.detectedS ??= atS;
  const back = event.kind === "peer-trusted" && record.detectedS !== null;
  if (back) record.recoveredS ??= atS;
}
