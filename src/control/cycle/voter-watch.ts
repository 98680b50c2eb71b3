/**
 * Replicated voters: every replica votes, and the voters themselves are compared, so that one that
 * is faulty is found too (triple modular redundancy with triplicated voters, Lyons and Vanderkulk
 * 1962). The sample of a cycle carries what its sender voted in the cycle before; whoever has heard
 * the others compares, for each sensor, by the rule by which channels are voted: a result stands
 * when a majority of the cluster has it, within the sensor's tolerance.
 *
 * A replica that differs again and again is suspected by all, itself among them: then it does not
 * drive (CYCLE-4). Where no majority agrees, as with two replicas, the difference is told, and
 * nobody is named.
 *
 * Invariant: a replica that says what the result of a majority is gets no strike.
 */
import { assert } from "../../kernel/assert.js";
import { majorityOf, type NodeId } from "../../kernel/ids.js";
import { Ballots } from "../../voting/ballots.js";
import { exactMajority } from "../../voting/exact-majority.js";
import { midValueSelect } from "../../voting/mid-value-select.js";
import { Tally } from "../../voting/tally.js";
import type { Voter, Voting } from "../../voting/voter.js";
import { type Finding, VoterRecord } from "./voter-record.js";

export interface WatchedSensor {
  readonly name: string;
  /** How far apart the results of two healthy voters may be, in the sensor's unit. */
  readonly tolerance: number;
  /** Whether only equal results agree. */
  readonly exact: boolean;
}

export interface VoterWatchOptions {
  readonly self: NodeId;
  readonly nodes: readonly NodeId[];
  /** In the order of the app. */
  readonly sensors: readonly WatchedSensor[];
}

/** By sensor in the order of `resultsTold`, the voted value; null where none was voted. */
export type Results = readonly (number | null)[];

/** What a replica says that it voted. */
export interface ResultsClaim {
  readonly node: NodeId;
  readonly results: Results;
}

export type VoterEvent =
  /** The replica's results differ from those of a majority, and not by a lost datagram. */
  | { readonly kind: "voter-suspected"; readonly node: NodeId; readonly sensor: string }
  | { readonly kind: "voter-trusted"; readonly node: NodeId; readonly sensor: string }
  /** The replicas' results differ, and no majority says which is wrong. */
  | { readonly kind: "voters-differ"; readonly sensor: string }
  | { readonly kind: "voters-agree"; readonly sensor: string };

/** What a sample tells of at most; with more sensors than that, cycles take turns. */
export const resultsMax = 64;

export const resultsTold = (sensorCount: number): number => Math.min(sensorCount, resultsMax);

/** The sensor that stands at a place in the results of a cycle; the same on every replica. */
export function sensorAt(place: number, cycle: number, sensorCount: number): number {
  if (sensorCount <= resultsMax) return place;
  return ((cycle % sensorCount) * resultsMax + place) % sensorCount;
}

interface Watched {
  readonly sensor: WatchedSensor;
  readonly rule: Voter;
  readonly voting: Voting;
  /** By replica. */
  readonly records: readonly VoterRecord[];
  /** Of the cluster, where no majority says who it is. */
  readonly together: VoterRecord;
}

export class VoterWatch {
  readonly #nodes: readonly NodeId[];
  readonly #self: NodeId;
  readonly #watched: readonly Watched[];
  readonly #ballots: Ballots;
  readonly #tally = new Tally();
  /** What this replica voted last, of every sensor; null where it is no evidence for anybody. */
  #own: { readonly cycle: number; readonly values: Results | null } | null = null;

  constructor({ self, nodes, sensors }: VoterWatchOptions) {
    this.#nodes = nodes;
    this.#self = self;
    this.#ballots = new Ballots(nodes.length);
    this.#watched = sensors.map((sensor) => {
      const rule = sensor.exact ? exactMajority : midValueSelect;
      const voting = rule.open({ channels: nodes.length, tolerance: sensor.tolerance });
      const records = nodes.map(() => new VoterRecord());
      return { sensor, rule, voting, records, together: new VoterRecord() };
    });
  }

  /** @param values of every sensor; null where they are no evidence: too few samples made them */
  note(cycle: number, values: Results | null): void {
    assert(values === null || values.length === this.#watched.length, "a result of each sensor");
    this.#own = { cycle, values };
  }

  /** What to tell of a cycle; null where nothing is known of it. */
  resultsOf(cycle: number): Results | null {
    const count = this.#watched.length;
    const values = this.#own?.cycle === cycle ? this.#own.values : null;
    if (values === null) return null;
    return Array.from({ length: resultsTold(count) }, (_, place) => {
      return values[sensorAt(place, cycle, count)] ?? null;
    });
  }

  /** Whether any sensor's results of the replica are suspected. */
  suspects(node: NodeId): boolean {
    const index = this.#nodes.indexOf(node);
    return this.#watched.some(({ records }) => records[index]?.suspected === true);
  }

  /** What is suspected now. */
  standing(): readonly { readonly node: NodeId; readonly sensor: string }[] {
    return this.#watched.flatMap(({ sensor, records }) =>
      this.#nodes
        .filter((_, index) => records[index]?.suspected === true)
        .map((node) => ({ node, sensor: sensor.name })),
    );
  }

  /** Compares what was voted in `cycle`: our own results with those of the peers. */
  compare(cycle: number, claims: readonly ResultsClaim[]): VoterEvent[] {
    const own = this.resultsOf(cycle);
    const told = this.#nodes.map((node) =>
      node === this.#self ? own : (claims.find((claim) => claim.node === node)?.results ?? null),
    );
    const events: VoterEvent[] = [];
    const count = this.#watched.length;
    for (let place = 0; place < resultsTold(count); place += 1) {
      const watched = this.#watched[sensorAt(place, cycle, count)];
      assert(watched !== undefined, `no sensor at ${place}`);
      const results = told.map((list) => (list === null ? undefined : list[place]));
      this.#compareOne(watched, results, events);
    }
    return events;
  }

  #compareOne(
    watched: Watched,
    results: readonly (number | null | undefined)[],
    events: VoterEvent[],
  ): void {
    const told = results.filter((result) => result !== undefined).length;
    if (told < 2) return;
    const nones = results.filter((result) => result === null).length;
    this.#count(watched, results);
    const agreeing = this.#tally.agreeingCount;
    const majority = majorityOf(this.#nodes.length);
    const allAgree = nones === told || agreeing === told;
    if (!allAgree && Math.max(nones, agreeing) < majority) {
      this.#noteTogether(watched, nones > 0 ? "omits" : "differs", events);
      return;
    }
    this.#noteTogether(watched, "agrees", events);
    const noneStands = nones > agreeing;
    results.forEach((result, index) => {
      if (result === undefined) return;
      this.#noteOne(watched, index, this.#finding(index, result, noneStands), events);
    });
  }

  /** Votes the results that are values. */
  #count({ sensor, rule, voting }: Watched, results: readonly (number | null | undefined)[]): void {
    this.#ballots.clear();
    results.forEach((result, index) => {
      if (typeof result === "number") this.#ballots.add(index, result);
    });
    const value = voting.valueOf(this.#ballots);
    this.#tally.count(rule, this.#ballots, value, sensor.tolerance);
  }

  #finding(index: number, result: number | null, noneStands: boolean): Finding {
    // A replica that has a value where the others have none has heard more, or made it up.
    if (noneStands) return result === null ? "agrees" : "omits";
    if (result === null) return "omits";
    return this.#tally.agrees(index) ? "agrees" : "differs";
  }

  #noteOne(
    { sensor, records }: Watched,
    index: number,
    finding: Finding,
    events: VoterEvent[],
  ): void {
    const [record, node] = [records[index], this.#nodes[index]];
    assert(record !== undefined && node !== undefined, `no replica at ${index}`);
    if (!record.note(finding)) return;
    const kind = record.suspected ? "voter-suspected" : "voter-trusted";
    events.push({ kind, node, sensor: sensor.name });
  }

  #noteTogether({ sensor, together }: Watched, finding: Finding, events: VoterEvent[]): void {
    if (!together.note(finding)) return;
    const kind = together.suspected ? "voters-differ" : "voters-agree";
    events.push({ kind, sensor: sensor.name });
  }
}
