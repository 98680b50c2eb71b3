/**
 * The voter's side of elections (paper 5.2, 5.4.1; thesis 9.6 for the pre-vote).
 *
 * A pre-vote changes nothing at the voter: neither its term, nor its vote, nor its patience. Its
 * answer says that it was one, for a granted pre-vote counted as a vote would be a second vote in
 * the same term.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { VoteRequest } from "./messages.js";
import type { RaftState } from "./state.js";

/** True where a vote, not a pre-vote, was granted. The state is in the request's term already. */
export function answerVote(state: RaftState, from: NodeId, request: VoteRequest): boolean {
  if (request.life === state.life) state.found(new Map());
  const granted = isGranted(state, from, request);
  if (granted && !request.pre) state.voteFor(from);
  state.sendWhenSaved(from, {
    kind: "vote-reply",
    term: granted ? request.term : state.term,
    pre: request.pre,
    granted,
    life: state.life,
    blank: !state.founded,
  });
  return granted && !request.pre;
}

function isGranted(state: RaftState, from: NodeId, request: VoteRequest): boolean {
  if (!state.founded || !state.isWritable) return false;
  if (!state.log.isUpToDate(request.lastIndex, request.lastTerm)) return false;
  if (request.term > state.term) return request.pre;
  if (request.term < state.term) return false;
  if (state.vote !== null) return state.vote === from;
  // A vote for a leader's rival in its own term would be void, but need not be given either.
  return state.leader === null;
}
