/**
 * The arithmetic of majorities: what a group has reached, and how a vote stands. In a joint group
 * (thesis 4.3) two majorities must agree, that of the members to be and that of those before.
 *
 * Everything that needs a majority is asked here: the commit index, the round of reads that is
 * confirmed, the instant at which a majority was last heard.
 */
import { majorityOf, type NodeId } from "../../kernel/ids.js";

/** Who has a vote; `outgoing` only while the group is a joint one. */
export interface Quorum {
  readonly incoming: readonly NodeId[];
  readonly outgoing: readonly NodeId[] | null;
}

export type VoteResult = "won" | "lost" | "pending";

/**
 * The highest value that a majority of the voters has reached, and of both where there are two. No
 * voters have reached everything: `Infinity`.
 */
export function reached(quorum: Quorum, reachedBy: (voter: NodeId) => number): number {
  const incoming = reachedInMajority(quorum.incoming, reachedBy);
  if (quorum.outgoing === null) return incoming;
  return Math.min(incoming, reachedInMajority(quorum.outgoing, reachedBy));
}

/** Groups are small: the values are sorted by insertion, into memory that is used again. */
const sorted: number[] = [];

function reachedInMajority(
  voters: readonly NodeId[],
  reachedBy: (voter: NodeId) => number,
): number {
  const count = voters.length;
  if (count === 0) return Number.POSITIVE_INFINITY;
  for (let taken = 0; taken < count; taken += 1) {
    const value = reachedBy(voters[taken] as NodeId);
    let at = taken;
    while (at > 0 && (sorted[at - 1] as number) < value) {
      sorted[at] = sorted[at - 1] as number;
      at -= 1;
    }
    sorted[at] = value;
  }
  return sorted[majorityOf(count) - 1] as number;
}

/** @param voteOf undefined of a voter that has not answered */
export function voteResult(
  quorum: Quorum,
  voteOf: (voter: NodeId) => boolean | undefined,
): VoteResult {
  const incoming = majorityVote(quorum.incoming, voteOf);
  if (quorum.outgoing === null || incoming === "lost") return incoming;
  const outgoing = majorityVote(quorum.outgoing, voteOf);
  if (outgoing === "lost") return "lost";
  return incoming === "won" && outgoing === "won" ? "won" : "pending";
}

function majorityVote(
  voters: readonly NodeId[],
  voteOf: (voter: NodeId) => boolean | undefined,
): VoteResult {
  let granted = 0;
  let open = 0;
  for (const voter of voters) {
    const vote = voteOf(voter);
    if (vote === true) granted += 1;
    if (vote === undefined) open += 1;
  }
  const needed = voters.length === 0 ? 0 : majorityOf(voters.length);
  if (granted >= needed) return "won";
  return granted + open >= needed ? "pending" : "lost";
}
