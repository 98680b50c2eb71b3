/**
 * The vote on results that are not one number: strings, booleans, records and arrays of plain data,
 * with tolerances for their numbers.
 *
 * Two results agree when every discrete part is equal and every number is within its tolerance.
 * Approximate equality is not transitive (a chain of neighbours has ends that are far apart), so
 * the ballots cannot be sorted into classes. Groups are anchored instead: a group is all ballots
 * that agree with one of them, its pivot, and no two members are farther apart than twice the
 * tolerance (Parhami 1994; the "inexact voting" of Avizienis 1985, section IV).
 *
 * The largest group wins if it is large enough by the rule; of several that are equally large, that
 * of the pivot with the lower numbers, so the order of the ballots does not matter. The voted value
 * has the discrete parts that all of the group have, and of each number the middle of the group's
 * (of an even count the lower of the two in the middle): a number that a member said, and that is
 * within the tolerance of the pivot's. Ballots that disagree are never mixed.
 *
 * Invariants: a value has at least two that agree. Without a value nobody agrees and nobody
 * dissents. Every participant that was asked is named exactly once.
 */
import { assert } from "../../kernel/assert.js";
import { majorityOf } from "../../kernel/ids.js";
import type { VoteStatus } from "../voter.js";
import { agree, compareNumbers, identical, type Parts, putTogether, takeApart } from "./parts.js";
import type { PlainValue } from "./plain-value.js";
import type { ToleranceOf } from "./tolerance.js";

/** One participant's result, read by `readPlain`. Null is no result: see STRUCT-8. */
export interface StructuredBallot {
  readonly participant: string;
  readonly value: PlainValue;
}

/** A participant that was asked and has no result, and why. */
export interface FailedParticipant {
  readonly participant: string;
  readonly reason: string;
}

/**
 * `majority`: the group is more than half of all that were asked, those without a result too.
 * `plurality`: it has at least two, and strictly more than any group that can be made of the
 * ballots outside of it. A majority is safe while fewer than half are wrong; a plurality needs the
 * wrong ones to differ among themselves, which a common fault makes them not do.
 */
export type VoteRule = "majority" | "plurality";

/** More than this are not foreseen; comparing takes the square of it. */
export const participantsMax = 32;

export interface StructuredElection {
  readonly ballots: readonly StructuredBallot[];
  readonly failed: readonly FailedParticipant[];
  readonly toleranceOf: ToleranceOf;
  /** Default `majority`. */
  readonly rule?: VoteRule;
}

export interface StructuredOutcome {
  /** Null exactly when `status` is `no-majority` or `insufficient`. */
  readonly value: PlainValue | null;
  /**
   * `ok`: all that were asked agree. `degraded`: there is a value. `no-majority`: enough spoke, and
   * did not agree. `insufficient`: fewer spoke than it takes; of one alone nobody can tell.
   */
  readonly status: VoteStatus;
  readonly agreeing: readonly string[];
  readonly dissenting: readonly string[];
  /** As given. */
  readonly failed: readonly FailedParticipant[];
}

interface Candidate {
  readonly ballot: StructuredBallot;
  readonly parts: Parts;
}

interface Group {
  readonly pivot: Candidate;
  readonly members: readonly Candidate[];
}

export function structuredVote(election: StructuredElection): StructuredOutcome {
  const { ballots, failed, rule = "majority" } = election;
  const asked = ballots.length + failed.length;
  assert(asked <= participantsMax, `${asked} participants: at most ${participantsMax}`);
  const needed = neededOf(asked, rule);
  if (ballots.length < needed) return without("insufficient", failed);
  const candidates = candidatesOf(election);
  const group = winnerOf(candidates, needed, rule);
  if (group === null) return without("no-majority", failed);
  return outcomeOf(group, candidates, failed);
}

/**
 * Whether the value can no longer change, whatever those still say from whom nothing was heard.
 * Then a voter need not wait for them.
 *
 * A value is settled when more than half of those asked gave the same to the last bit: each winner
 * must then hold all of these, and in each part they are more than half of it, so the middle is
 * theirs. That there is none is settled when too few are left to make up the largest number of
 * ballots with equal discrete parts. In between a ballot may still shift the group.
 */
export function isSettled(election: StructuredElection, pendingCount: number): boolean {
  if (pendingCount === 0) return true;
  const { ballots, failed, rule = "majority" } = election;
  const asked = ballots.length + failed.length + pendingCount;
  const candidates = candidatesOf(election);
  const equals = largestClass(candidates, identical);
  if (equals >= neededOf(asked, "majority")) return true;
  const alike = largestClass(candidates, (one, other) => one.discrete === other.discrete);
  return alike + pendingCount < neededOf(asked, rule);
}

/** One alone is compared with nothing, so it takes two, also of one or two. */
export function neededOf(asked: number, rule: VoteRule): number {
  return rule === "plurality" ? 2 : Math.max(2, majorityOf(asked));
}

function candidatesOf({ ballots, toleranceOf }: StructuredElection): readonly Candidate[] {
  return ballots.map((ballot) => ({ ballot, parts: takeApart(ballot.value, toleranceOf) }));
}

function largestClass(
  candidates: readonly Candidate[],
  isAlike: (one: Parts, other: Parts) => boolean,
): number {
  let largest = 0;
  for (const { parts } of candidates) {
    const alike = candidates.filter((other) => isAlike(parts, other.parts));
    largest = Math.max(largest, alike.length);
  }
  return largest;
}

function winnerOf(candidates: readonly Candidate[], needed: number, rule: VoteRule): Group | null {
  const group = largestGroup(candidates);
  if (group === null || group.members.length < needed) return null;
  if (rule === "majority") return group;
  const others = candidates.filter((candidate) => !group.members.includes(candidate));
  const rival = largestGroup(others)?.members.length ?? 0;
  return group.members.length > rival ? group : null;
}

function largestGroup(candidates: readonly Candidate[]): Group | null {
  let largest: Group | null = null;
  for (const pivot of candidates) {
    const members = candidates.filter(({ parts }) => agree(pivot.parts, parts));
    const group = { pivot, members };
    if (largest === null || isBefore(group, largest)) largest = group;
  }
  return largest;
}

/** Two groups that could both win have a member in common, and so the same discrete parts. */
function isBefore(group: Group, other: Group): boolean {
  const more = group.members.length - other.members.length;
  if (more !== 0) return more > 0;
  return compareNumbers(group.pivot.parts, other.pivot.parts) < 0;
}

function outcomeOf(
  { pivot, members }: Group,
  candidates: readonly Candidate[],
  failed: readonly FailedParticipant[],
): StructuredOutcome {
  const numbers = pivot.parts.numbers.map((_, index) => middleOf(members, index));
  const [agreeing, dissenting] = [true, false].map((inside) =>
    candidates
      .filter((candidate) => members.includes(candidate) === inside)
      .map(({ ballot }) => ballot.participant),
  ) as [string[], string[]];
  const all = dissenting.length === 0 && failed.length === 0;
  return {
    value: putTogether(pivot.ballot.value, numbers),
    status: all ? "ok" : "degraded",
    agreeing,
    dissenting,
    failed,
  };
}

function middleOf(members: readonly Candidate[], index: number): number {
  const numbers = members.map(({ parts }) => parts.numbers[index] as number);
  numbers.sort((one, other) => one - other);
  return numbers[Math.floor((numbers.length - 1) / 2)] as number;
}

const without = (
  status: "no-majority" | "insufficient",
  failed: readonly FailedParticipant[],
): StructuredOutcome => ({ value: null, status, agreeing: [], dissenting: [], failed });
