/**
 * The start: from what the stable log has found to the state of a member.
 *
 * A blank disk of a first member begins with the same entry everywhere, the first group at index 1
 * in term 1, as if a leader had sent it before time began.
 */
import { UsageError } from "../../kernel/assert.js";
import type { LogEntry, Snapshot } from "../../recovery/log/ports.js";
import { emptyGroup, encodeGroup, parseGroup, sortedRoles } from "./group.js";
import { GroupHistory } from "./group-history.js";
import { type HardState, parseHardState } from "./hard-state.js";
import { RaftLog } from "./log.js";
import type { RaftOptions } from "./options.js";
import { entryKinds, type Group } from "./ports.js";

export interface Recovered {
  readonly hard: HardState;
  readonly log: RaftLog;
  readonly groups: GroupHistory;
  readonly snapshot: Snapshot | null;
  /** Nothing was found: this disk starts for the first time. */
  readonly blank: boolean;
}

export function recover(options: RaftOptions): Recovered {
  const { meta, snapshot, entries } = options.recovered;
  if (meta === null && snapshot === null && entries.length === 0) return begin(options);
  const hard = meta === null ? null : parseHardState(meta);
  if (hard === null) throw new UsageError("the meta record is not a hard state of Raft");
  const first = groupOfSnapshot(snapshot);
  const groups = new GroupHistory(snapshot?.index ?? 0, first);
  const log = recoverLog(snapshot, entries);
  for (const entry of entries) {
    if (entry.kind !== entryKinds.members || entry.index <= groups.index) continue;
    const group = parseGroup(entry.data);
    if (group === null) throw new UsageError(`entry ${entry.index} holds no group of members`);
    groups.push(entry.index, group);
  }
  return { hard, log, groups, snapshot, blank: false };
}

function groupOfSnapshot(snapshot: Snapshot | null): Group {
  if (snapshot === null) return emptyGroup;
  const group = parseGroup(snapshot.head);
  if (group === null) throw new UsageError("the snapshot's head holds no group of members");
  return group;
}

/** Of the entry before the first the term must be known: the snapshot's, or that of one entry. */
function recoverLog(snapshot: Snapshot | null, entries: readonly LogEntry[]): RaftLog {
  const first = entries[0];
  const last = entries[entries.length - 1];
  if (snapshot === null) {
    const log = new RaftLog(0, 0);
    log.recover(entries);
    return log;
  }
  if (first === undefined || last === undefined || last.index < snapshot.index) {
    return new RaftLog(snapshot.index, snapshot.term);
  }
  const covered = first.index <= snapshot.index;
  const log = covered
    ? new RaftLog(first.index, first.term)
    : new RaftLog(snapshot.index, snapshot.term);
  log.recover(covered ? entries.slice(1) : entries);
  log.commit(Math.max(log.base, snapshot.index));
  log.markApplied();
  return log;
}

function begin(options: RaftOptions): Recovered {
  const log = new RaftLog(0, 0);
  const groups = new GroupHistory(0, emptyGroup);
  const { bootstrap, life } = options;
  if (bootstrap !== null) {
    const group = { members: sortedRoles(bootstrap), outgoing: null, lives: new Map() };
    log.append({ index: 1, term: 1, kind: entryKinds.members, data: encodeGroup(group) });
    groups.push(1, group);
  }
  const hard: HardState = {
    term: bootstrap === null ? 0 : 1,
    vote: null,
    life,
    founded: bootstrap?.size === 1 && bootstrap.has(options.self),
    outline: false,
    lives: new Map(),
  };
  return { hard, log, groups, snapshot: null, blank: true };
}
