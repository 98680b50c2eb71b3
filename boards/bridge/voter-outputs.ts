/**
 * The outputs of the voter in firmware, as a board without channels. Most are voted: a write is
 * this replica's vote, and what the pin has is the voter's verdict. So a write that is accepted
 * promises nothing about the pin; two of three replicas must say the same. The votes of one cycle
 * bear its number, by which the voter knows a replica that is late.
 *
 * One that is declared by right is driven by whoever has the right to drive, over whichever line:
 * there the voter is the one board that all replicas share, and its fence knows the rights of all.
 */
import { type Duration, due, elapsed, type Instant, millis } from "../../src/kernel/time.js";
import type {
  Board,
  ChannelSpec,
  CommandMarks,
  OutputSpec,
  Reading,
  WriteRefusal,
  WriteResult,
} from "../board.js";
import { Fence } from "../fence.js";
import type { BoardHealth } from "../pin-board.js";
import { outputsMax } from "./device-frame.js";
import {
  byRight as byRightBit,
  type DeclareFields,
  holdMax,
  type OutputState,
  type OutputVerdict,
  type Place,
  pinUses,
  type ReplicaStanding,
  safeKinds,
  valueMax,
} from "./frames.js";
import type { VoterSession } from "./voter-session.js";

export interface VotedOutput {
  readonly spec: OutputSpec;
  /** 0 to 3: D5 to D8 of an Arduino Mega. */
  readonly number: number;
  readonly use: "output" | "pwm";
  /** It is not voted: whoever has the right to drive drives it. */
  readonly byRight: boolean;
  /** Votes that differ by no more agree; in the output's unit. */
  readonly tolerance: number;
  /** Without a majority the last voted value stays so long, at most 1 s. */
  readonly grace: Duration;
  /** A replica may be outside the majority so long, at most 65 s, before it is said to disagree. */
  readonly patience: Duration;
}

/** What the voter says of one output. */
export interface VotedState {
  readonly output: string;
  readonly state: OutputState;
  /** The places that agree with what is driven. */
  readonly agreeing: readonly Place[];
  /** In the output's unit; null where it is let go, or not declared. */
  readonly value: number | null;
}

export interface VoterStatus {
  readonly health: BoardHealth;
  /** At which of the voter's lines this replica is; null while that is not known. */
  readonly place: Place | null;
  /** By place; null while nothing is known. */
  readonly replicas: readonly ReplicaStanding[] | null;
  readonly outputs: readonly VotedState[];
}

export interface VoterOutputsOptions {
  readonly outputs: readonly VotedOutput[];
  readonly session: VoterSession;
  /** What a frame takes on the line: the hold of a vote begins so much later. */
  readonly lineTime: Duration;
  readonly lineCounts: () => Iterable<readonly [string, number]>;
  readonly endLine: () => Promise<void>;
}

const graceMax: Duration = millis(1_000);
const patienceMax: Duration = millis(65_535);

/** What was voted last of one output. */
interface Voted {
  readonly cycle: number;
  readonly value: number;
}

/** No output of it, in that way of driving. */
const unknown: WriteResult = { ok: false, reason: "unknown-output" };

export class VoterOutputs implements Board {
  readonly channels: readonly ChannelSpec[] = [];
  /** The voter ends a vote by itself. */
  readonly expires = true;
  readonly outputs: readonly OutputSpec[];
  readonly #options: VoterOutputsOptions;
  readonly #voted = new Map<string, Voted>();
  /** By output by right, the token of what was ordered last and is not let go. */
  readonly #ordered = new Map<string, number>();
  /** The first of two: the voter's own knows of the other replicas. */
  readonly #fence = new Fence();
  #ended: Promise<void> | null = null;

  constructor(options: VoterOutputsOptions) {
    this.#options = options;
    this.outputs = options.outputs.map(({ spec }) => spec);
  }

  read(): readonly Reading[] {
    return [];
  }

  /**
   * This replica's vote for `output`, or its order, until `until`, or for a minute if that is
   * earlier. Without a cycle nothing can be voted, and with one nothing ordered.
   */
  write(
    now: Instant,
    output: string,
    value: number,
    until: Instant,
    marks: CommandMarks = {},
  ): WriteResult {
    const { cycle = null, token = null } = marks;
    const voted = this.#find(output);
    if (voted === null || voted.byRight !== (cycle === null)) return unknown;
    if (this.#ended !== null) return { ok: false, reason: "closed" };
    const fenced = this.#fence.refusalOf(marks);
    if (fenced !== null) return fenced;
    if (voted.byRight && token === null) return { ok: false, reason: "no-token" };
    const reason = this.#refusalOf(now, voted, value, until);
    if (reason !== null) return { ok: false, reason };
    const hold = elapsed(now, until) - this.#options.lineTime;
    if (cycle !== null) this.#vote(voted, cycle, value, hold);
    if (token !== null && voted.byRight) this.#order(voted, token, value, hold);
    return { ok: true };
  }

  /**
   * This replica votes no more. What it has voted last is cut short by a vote for the cycle after
   * it, which ends as soon as it has come.
   */
  release(_now: Instant, output: string): WriteResult {
    const voted = this.#find(output);
    if (voted === null) return { ok: false, reason: "unknown-output" };
    if (this.#ended !== null) return { ok: false, reason: "closed" };
    this.#letGo(voted);
    const last = this.#voted.get(output);
    this.#voted.delete(output);
    if (last !== undefined) this.#send(voted, last.cycle + 1, last.value, 1);
    return { ok: true };
  }

  /** What the pin has by the newest verdict; null where it is let go, or nobody can say. */
  readBack(now: Instant, output: string): number | null {
    return this.status(now).outputs.find((one) => one.output === output)?.value ?? null;
  }

  health(now: Instant): BoardHealth {
    return this.#options.session.health(now);
  }

  status(now: Instant): VoterStatus {
    const { session, outputs } = this.#options;
    const verdict = session.verdict(now);
    return {
      health: session.health(now),
      place: verdict?.place ?? null,
      replicas: verdict?.replicas ?? null,
      outputs: outputs.map((voted) =>
        stateOf(
          voted,
          verdict?.outputs.find(({ output }) => output === voted.number),
        ),
      ),
    };
  }

  counts(): ReadonlyMap<string, number> {
    return this.#options.session.counts.with(this.#options.lineCounts());
  }

  close(now: Instant): void {
    if (this.#ended !== null) return;
    for (const { name } of this.outputs) this.release(now, name);
    this.#options.session.close();
    this.#ended = this.#options.endLine();
  }

  /** Fulfilled when outputs that were closed have given back their line. */
  get ended(): Promise<void> {
    return this.#ended ?? Promise.resolve();
  }

  #refusalOf(
    now: Instant,
    { spec: { min, max } }: VotedOutput,
    value: number,
    until: Instant,
  ): WriteRefusal | null {
    if (!Number.isFinite(value)) return "not-finite";
    if (value < min || value > max) return "out-of-range";
    if (due(until, now)) return "expired";
    return this.#options.session.health(now).kind === "live" ? null : "lost";
  }

  #find(name: string): VotedOutput | null {
    return this.#options.outputs.find(({ spec }) => spec.name === name) ?? null;
  }

  #vote(voted: VotedOutput, cycle: number, value: number, hold: number): void {
    const holdMs = Math.floor(Math.min(hold, holdMax) / millis(1));
    const { name, min, max } = voted.spec;
    const onLine = toLine(value, min, max);
    // Of what ends before it has come there is nothing to send.
    if (holdMs < 1) return;
    this.#send(voted, cycle, onLine, holdMs);
    this.#voted.set(name, { cycle, value: onLine });
  }

  #order({ number: output, spec }: VotedOutput, token: number, value: number, hold: number): void {
    const holdMs = Math.floor(Math.min(hold, holdMax) / millis(1));
    if (holdMs < 1) return;
    const onLine = toLine(value, spec.min, spec.max);
    this.#options.session.drive({ output, value: onLine, holdMs, token });
    this.#ordered.set(spec.name, token);
  }

  /** Under the right by which it was ordered: a newer one is not disturbed. */
  #letGo({ number: output, spec }: VotedOutput): void {
    const token = this.#ordered.get(spec.name);
    this.#ordered.delete(spec.name);
    if (token === undefined) return;
    this.#options.session.drive({ output, value: 0, holdMs: 0, token });
  }

  #send({ number: output }: VotedOutput, cycle: number, value: number, holdMs: number): void {
    this.#options.session.vote({ output, value, holdMs, cycle });
  }
}

/** `min` to `max` is 0 to 65,535. */
const toLine = (value: number, min: number, max: number): number =>
  Math.round(((value - min) / (max - min)) * valueMax);

function stateOf({ spec }: VotedOutput, verdict: OutputVerdict | undefined): VotedState {
  const state = verdict?.state ?? "undeclared";
  const bits = verdict?.agreeing ?? 0;
  const agreeing = ([0, 1, 2] as const).filter((place) => (bits & (1 << place)) !== 0);
  return { output: spec.name, state, agreeing, value: outputValue(spec, state, verdict) };
}

/** An output that is let go has no value, though the voter says 0. */
function outputValue(
  { min, max, safe }: OutputSpec,
  state: OutputState,
  verdict: OutputVerdict | undefined,
): number | null {
  const isSafe = state === "no-majority" || state === "no-votes";
  if (verdict === undefined || state === "undeclared") return null;
  if (isSafe && safe.kind === "input") return null;
  return min + (verdict.value / valueMax) * (max - min);
}

/** How the voter is told what its outputs are. What does not fit is refused with a sentence. */
export function declarationsOf(
  outputs: readonly VotedOutput[],
): { readonly ok: true; readonly declarations: readonly DeclareFields[] } | string {
  const numbers = new Set<number>();
  const declarations: DeclareFields[] = [];
  for (const voted of outputs) {
    const { name } = voted.spec;
    const problem = problemOf(voted);
    if (problem !== null) return `output ${name}: ${problem}`;
    if (numbers.has(voted.number)) return `output ${name}: ${voted.number} is another's already`;
    numbers.add(voted.number);
    declarations.push(declarationOf(voted));
  }
  return { ok: true, declarations };
}

function problemOf({ spec, number, tolerance, grace, patience }: VotedOutput): string | null {
  const { min, max, safe } = spec;
  if (!Number.isInteger(number) || number < 0 || number >= outputsMax) {
    return `the voter has the outputs 0 to ${outputsMax - 1} (D5 to D8), not ${number}`;
  }
  if (!(min < max)) return "its range is empty";
  if (safe.kind === "value" && !(safe.value >= min && safe.value <= max)) {
    return `its safe value ${safe.value} is not within ${min} and ${max}`;
  }
  if (!(tolerance >= 0 && tolerance <= max - min)) {
    return `expected a tolerance from 0 to ${max - min}, got ${tolerance}`;
  }
  if (grace > graceMax) return `expected a grace of at most 1 s, got ${grace / 1_000} ms`;
  if (patience > patienceMax) return `expected a patience of at most 65 s, got ${patience / 1e6} s`;
  return null;
}

function declarationOf({ spec, number, use, byRight, ...limits }: VotedOutput): DeclareFields {
  const { min, max, safe } = spec;
  return {
    output: number,
    use: (use === "pwm" ? pinUses.pwm : pinUses.output) + (byRight ? byRightBit : 0),
    safeKind: safeKinds[safe.kind],
    safeValue: safe.kind === "value" ? toLine(safe.value, min, max) : 0,
    tolerance: toLine(min + limits.tolerance, min, max),
    graceMs: Math.floor(limits.grace / millis(1)),
    patienceMs: Math.floor(limits.patience / millis(1)),
  };
}
