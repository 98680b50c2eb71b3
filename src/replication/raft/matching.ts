/**
 * Where a follower's log meets its leader's (paper 5.3): entries are taken only after one that both
 * have, and what conflicts with them goes.
 *
 * When it does not meet, the follower names the last place where it still could: entries of a later
 * term than the leader's there cannot be the leader's, so a whole term is passed over in one answer
 * (paper 5.3, at its end).
 */
import { parseGroup } from "./group.js";
import type { AppendRequest } from "./messages.js";
import { entryKinds } from "./ports.js";
import type { RaftState } from "./state.js";

export type Taken =
  /** The logs are one up to and with `index`. */
  | { readonly kind: "matched"; readonly index: number }
  /** The leader should try at `index`, where our entry has `term`. */
  | { readonly kind: "unmatched"; readonly index: number; readonly term: number }
  /** It makes no sense, or cannot be kept now. Nothing has changed. */
  | { readonly kind: "ignored" };

const ignored: Taken = { kind: "ignored" };

export function takeEntries(state: RaftState, message: AppendRequest): Taken {
  const { log } = state;
  const { previousIndex, previousTerm, entries } = message;
  if (!areInOrder(message)) return ignored;
  const ours = log.termAt(previousIndex);
  // What is compacted here is committed, and so it is the leader's too.
  if (previousIndex >= log.base && ours !== previousTerm) return searchFrom(state, message);
  if (!fitsBase(state, message)) return ignored;
  if (entries.length > 0 && !mayKeep(state, message)) return ignored;
  const conflict = entries.findIndex(
    (entry) => entry.index > log.base && log.termAt(entry.index) !== entry.term,
  );
  const first = entries[conflict];
  if (first !== undefined) {
    if (first.index <= log.committed) return ignored;
    if (message.outline) state.becomeOutline();
    if (first.index <= log.last) state.truncate(first.index);
    for (let at = conflict; at < entries.length; at += 1) {
      const entry = entries[at];
      if (entry !== undefined) state.accept(entry);
    }
  }
  const matched = Math.max(previousIndex + entries.length, log.base);
  log.commit(Math.max(log.committed, Math.min(message.committed, matched)));
  return { kind: "matched", index: matched };
}

/** Of our last compacted entry we know the term: a leader that has another there is broken. */
function fitsBase({ log }: RaftState, { previousIndex, entries }: AppendRequest): boolean {
  const atBase = entries[log.base - previousIndex - 1];
  return atBase === undefined || atBase.term === log.termAt(log.base);
}

/**
 * A full copy never follows from an outline: a witness that is to be a voter needs a blank disk.
 * And what cannot be compacted does not grow without end.
 */
function mayKeep(state: RaftState, message: AppendRequest): boolean {
  if (!state.isWritable || (state.isOutline && !message.outline)) return false;
  return state.log.bytes < 2 * state.limits.logBytesRefused;
}

/** Of a good leader they always are: index by index, terms that never fall, groups that parse. */
function areInOrder(message: AppendRequest): boolean {
  let { previousIndex: index, previousTerm: term } = message;
  for (const entry of message.entries) {
    index += 1;
    if (entry.index !== index || entry.term < term || entry.term > message.term) return false;
    if (entry.kind === entryKinds.members && parseGroup(entry.data) === null) return false;
    term = entry.term;
  }
  return true;
}

function searchFrom({ log }: RaftState, message: AppendRequest): Taken {
  let index = Math.min(message.previousIndex - 1, log.last);
  let term = log.termAt(index);
  while (index > log.base && term !== null && term > message.previousTerm) {
    index -= 1;
    term = log.termAt(index);
  }
  return { kind: "unmatched", index, term: term ?? 0 };
}
