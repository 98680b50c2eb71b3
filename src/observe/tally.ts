/**
 * Counts what a cluster did, from the events of its replicas as one observer saw them: were votes
 * produced all the time, who drove when, and what became of each fault that was set.
 *
 * A cycle counts as voted when at least one replica had a value in it: that is what the plant
 * needs. The cycles between the first and the last that were voted should all be there.
 */
import { unreachable } from "../kernel/assert.js";
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
  | { readonly kind: "loss"; readonly share: number }
  /** Of a microcontroller, or of what it hears; found by other firmware, see `hear`. */
  | { readonly kind: "firmware"; readonly device: string; readonly fault: string };

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
  /** From the first cycle that was voted to the last that should have been. */
  readonly cycles: number;
  readonly voted: number;
  readonly missed: number;
  /** The longest time without a voted cycle since the first, in seconds. */
  readonly longestGapS: number;
}

/** How many events are kept for people to read; older ones make room. */
export const recentEventsMax = 200;

/** A value that is reported so many cycles late does not count any more. */
const unvotedMax = 100;

/**
 * So many cycles after the last voted one the next counts as missed: its vector is closed within
 * the cycle, and the rest is for the way to the observer.
 */
const overdueCycles = 3;

export class Tally {
  readonly #cycleS: number;
  readonly #faults: FaultRecord[] = [];
  readonly #recent: SeenEvent[] = [];
  readonly #countsByKind = new Map<string, number>();
  /** Cycles before the last voted one that nobody had a value for yet; the newest of them. */
  readonly #unvoted = new Set<number>();
  readonly #excluded = new Set<string>();
  #driver: NodeId | null = null;
  #lastDriver: NodeId | null = null;
  #takeovers = 0;
  #firstCycle: number | null = null;
  #lastCycle = 0;
  #voted = 0;
  #firstVoteS: number | null = null;
  #lastVoteS = 0;
  #longestGapS = 0;

  /** @param cycleS the control cycle, in seconds */
  constructor(cycleS: number) {
    this.#cycleS = cycleS;
  }

  /** Who drives, as far as the events tell. */
  get driver(): NodeId | null {
    return this.#driver;
  }

  /** How often another replica drove than the one before. */
  get takeovers(): number {
    return this.#takeovers;
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

  /**
   * @param nowS so that a cluster that fell silent is seen to have missed what it owed until now
   */
  votes(nowS: number): Votes {
    if (this.#firstCycle === null) return { cycles: 0, voted: 0, missed: 0, longestGapS: 0 };
    const silentS = nowS - this.#lastVoteS;
    const overdue = Math.max(0, Math.floor(silentS / this.#cycleS) - overdueCycles);
    const cycles = this.#lastCycle - this.#firstCycle + 1 + overdue;
    const missed = cycles - this.#voted;
    const longestGapS = overdue > 0 ? Math.max(this.#longestGapS, silentS) : this.#longestGapS;
    return { cycles, voted: this.#voted, missed, longestGapS };
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
    // A sensor that sticks where the others are is re-admitted while it is still broken.
    const { fault } = record;
    const counts = fault.kind === "sensor" && !this.#excluded.has(fault.channel);
    if (counts) recover(record, atS, true);
  }

  /** Firmware has told that a device is not well, or that it is. */
  hear(atS: number, device: string, well: boolean): void {
    for (const record of this.#faults) {
      if (record.fault.kind !== "firmware" || record.fault.device !== device) continue;
      if (record.recoveredS !== null) continue;
      if (!well) record.detectedS ??= atS;
      else recover(record, atS, record.clearedS !== null);
    }
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
    if (event.kind === "lease-acquired") {
      if (this.#lastDriver !== null && this.#lastDriver !== node) this.#takeovers += 1;
      this.#driver = node;
      this.#lastDriver = node;
    }
    if (event.kind === "lease-lost" && this.#driver === node) this.#driver = null;
  }
}

/** What happens later than this after a fault was cleared, in seconds, has another cause. */
const effectMaxS = 1;

/** What an event says about a fault. */
function follow(record: FaultRecord, { atS, node, event }: SeenEvent): void {
  const { fault, clearedS } = record;
  const acts = clearedS === null || atS - clearedS <= effectMaxS;
  switch (fault.kind) {
    case "loss":
    case "firmware":
      return;
    case "sensor":
      if (!("channel" in event) || event.channel !== fault.channel) return;
      if (event.kind === "channel-readmitted") recover(record, atS, clearedS !== null);
      else if (acts) record.detectedS ??= atS;
      return;
    case "kill":
    case "pause": {
      const another = event.kind === "lease-acquired" && node !== fault.node;
      if (another && fault.drove && acts) record.takenOverS ??= atS;
      if (!("peer" in event) || event.peer !== fault.node) return;
      if (event.kind === "peer-trusted") recover(record, atS, true);
      else if (acts) record.detectedS ??= atS;
      return;
    }
    default:
      unreachable(fault);
  }
}

/** What was never found cannot come back, and what is still broken is re-admitted by mistake. */
function recover(record: FaultRecord, atS: number, mended: boolean): void {
  if (mended && record.detectedS !== null) record.recoveredS ??= atS;
}
