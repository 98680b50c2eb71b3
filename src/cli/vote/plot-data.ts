/**
 * What a picture of a voted recording shows, gathered row by row: lines of values, and for each
 * channel and the vote a strip of runs, in which no exclusion is ever left out. A long recording
 * has more rows than a picture has columns: then a line keeps of each stretch its first, least,
 * greatest and last value, and a strip its most severe state.
 */
import type { ExclusionReason, Verdict, VoteStatus } from "../../voting/voter.js";
import type { VotedRow } from "./vote-recording.js";

/** In the order in which they hide one another: the last is the most severe. */
export const channelStates = [
  "agrees",
  "no verdict",
  "no data",
  "dissents",
  "returning",
  "excluded",
] as const;

export type ChannelState = (typeof channelStates)[number];

/** The same for the vote. */
export const voteStates: readonly VoteStatus[] = ["ok", "degraded", "insufficient", "no-majority"];

/** Rows in a row that have one state, for one reason. */
export interface Run {
  readonly begin: number;
  /** One past the last row. */
  readonly end: number;
  readonly state: ChannelState | VoteStatus;
  /** Why; empty where the state says it all. */
  readonly reason: string;
}

/** More rows than this are drawn as so many stretches. */
const stretchesMax = 4_000;

export class PlotData {
  readonly times: number[] = [];
  /** By channel, what it said, faults included. */
  readonly lines: (number | null)[][];
  readonly voted: (number | null)[] = [];
  readonly #channels: readonly string[];
  readonly #strips: Run[][];
  readonly #voteStrip: Run[] = [];

  constructor(channels: readonly string[]) {
    this.#channels = channels;
    this.lines = channels.map(() => []);
    this.#strips = channels.map(() => []);
  }

  add({ row, timeS, said, closing: { verdict } }: VotedRow): void {
    this.times.push(timeS);
    this.voted.push(verdict.value);
    extend(this.#voteStrip, row, verdict.status, "");
    this.#channels.forEach((channel, index) => {
      this.lines[index]?.push(said[index]?.value ?? null);
      const { state, reason } = stateOf(channel, verdict);
      extend(this.#strips[index] ?? [], row, state, reason);
    });
  }

  /** The runs of one channel, and of the vote. */
  strip(index: number): readonly Run[] {
    return this.#coarse(this.#strips[index] ?? [], channelStates);
  }

  get voteStrip(): readonly Run[] {
    return this.#coarse(this.#voteStrip, voteStates);
  }

  /** Points of a line as pairs of row and value; a gap is a null. */
  points(values: readonly (number | null)[]): (readonly [row: number, value: number | null])[] {
    const stretch = this.#stretch;
    if (stretch === 1) return values.map((value, row) => [row, value]);
    const points: (readonly [number, number | null])[] = [];
    for (let begin = 0; begin < values.length; begin += stretch) {
      points.push(...extremesOf(values, begin, Math.min(begin + stretch, values.length)));
    }
    return points;
  }

  get #stretch(): number {
    return Math.ceil(this.times.length / stretchesMax);
  }

  #coarse(runs: readonly Run[], states: readonly Run["state"][]): readonly Run[] {
    const stretch = this.#stretch;
    if (stretch === 1) return runs;
    const worst: Run[] = [];
    for (const run of runs) {
      const first = Math.floor(run.begin / stretch);
      for (let cell = first; cell * stretch < run.end; cell += 1) {
        const known = worst[cell];
        const severer = states.indexOf(run.state) > states.indexOf(known?.state ?? run.state);
        if (known === undefined || severer) {
          worst[cell] = { ...run, begin: cell * stretch, end: (cell + 1) * stretch };
        }
      }
    }
    const coarse: Run[] = [];
    for (const { begin, end, state, reason } of worst) {
      for (let row = begin; row < end; row += stretch) extend(coarse, row, state, reason, stretch);
    }
    return coarse;
  }
}

function extend(runs: Run[], row: number, state: Run["state"], reason: string, rows = 1): void {
  const last = runs.at(-1);
  if (last !== undefined && last.state === state && last.reason === reason) {
    runs[runs.length - 1] = { ...last, end: row + rows };
  } else {
    runs.push({ begin: row, end: row + rows, state, reason });
  }
}

function stateOf(channel: string, verdict: Verdict): { state: ChannelState; reason: string } {
  const exclusion = verdict.excluded.find((candidate) => candidate.channel === channel);
  if (exclusion !== undefined) {
    return { state: exclusionState(exclusion.reason), reason: exclusion.reason };
  }
  if (verdict.dissenting.includes(channel)) return { state: "dissents", reason: "" };
  return { state: verdict.agreeing.includes(channel) ? "agrees" : "no verdict", reason: "" };
}

function exclusionState(reason: ExclusionReason): ChannelState {
  if (reason === "NO_DATA") return "no data";
  return reason === "QUARANTINED" ? "returning" : "excluded";
}

/** First, least, greatest and last of a stretch, in the order in which they came. */
function extremesOf(values: readonly (number | null)[], begin: number, end: number) {
  let least = begin;
  let greatest = begin;
  for (let row = begin + 1; row < end; row += 1) {
    const value = values[row] ?? null;
    if (value === null) continue;
    if (value < (values[least] ?? Number.POSITIVE_INFINITY)) least = row;
    if (value > (values[greatest] ?? Number.NEGATIVE_INFINITY)) greatest = row;
  }
  const rows = [...new Set([begin, least, greatest, end - 1])].sort((one, other) => one - other);
  return rows.map((row) => [row, values[row] ?? null] as const);
}
