/**
 * What a stable log should know, as the plainest model of it: the list of what was asked for, in
 * the order of tickets, and what of it was acknowledged. After a crash the log must be in the
 * state that some number of the first saves makes, at least all that were acknowledged.
 */
import type {
  LogEntry,
  LogInput,
  RecoveredLog,
  Snapshot,
} from "../../../../src/recovery/log/ports.js";

export type Asked = Extract<
  LogInput,
  { kind: "save" | "save-snapshot" | "install-snapshot" | "compact" }
>;

export interface LogLedger {
  /** In order; those that were refused for good are left out. */
  readonly asked: readonly Asked[];
  /** Saves and installs up to this ticket are acknowledged. */
  readonly saved: number;
  /** Tickets of snapshots of our own that are acknowledged. */
  readonly snapshotsSaved: ReadonlySet<number>;
}

interface State {
  readonly meta: Uint8Array | null;
  /** Of an installed snapshot, or 0: nothing up to there need be in the log. */
  readonly floor: number;
  /** By index. */
  readonly entries: ReadonlyMap<number, LogEntry>;
  readonly last: number;
  /** The last snapshot that was installed. */
  readonly installed: Snapshot | null;
}

const empty: State = { meta: null, floor: 0, entries: new Map(), last: 0, installed: null };

function afterSave(state: State, { meta, entries }: Extract<Asked, { kind: "save" }>): State {
  const first = entries[0]?.index;
  const kept = new Map(state.entries);
  if (first !== undefined) for (const index of kept.keys()) if (index >= first) kept.delete(index);
  for (const entry of entries) kept.set(entry.index, entry);
  const last = entries.at(-1)?.index ?? state.last;
  return { ...state, meta: meta ?? state.meta, entries: kept, last };
}

function afterInstall(
  state: State,
  { meta, snapshot }: Extract<Asked, { kind: "install-snapshot" }>,
): State {
  const { index, term } = snapshot;
  const fits = termAt(state, index) === term;
  const entries = new Map([...state.entries].filter(([at]) => fits && at > index));
  return {
    meta: meta ?? state.meta,
    floor: index,
    entries,
    last: fits ? state.last : index,
    installed: snapshot,
  };
}

function termAt(state: State, index: number): number | null {
  if (index === state.floor && state.installed !== null) return state.installed.term;
  return state.entries.get(index)?.term ?? null;
}

/** The states that the first so many saves make; the first is that of an empty log. */
function* statesOf(asked: readonly Asked[]): Generator<{ ticket: number; state: State }> {
  let state = empty;
  yield { ticket: 0, state };
  for (const one of asked) {
    if (one.kind === "save") state = afterSave(state, one);
    else if (one.kind === "install-snapshot") state = afterInstall(state, one);
    else continue;
    yield { ticket: one.ticket, state };
  }
}

/** What is wrong with a log that was recovered; null when it is right. */
export function complaintOf(log: RecoveredLog, ledger: LogLedger): string | null {
  const complaints: string[] = [];
  for (const { ticket, state } of statesOf(ledger.asked)) {
    if (ticket < ledger.saved) continue;
    const complaint = differenceOf(log, state, ledger);
    if (complaint === null) return null;
    complaints.push(`not that of ticket ${ticket}: ${complaint}`);
  }
  return complaints.join("; ") || "nothing was acknowledged, and nothing fits";
}

function differenceOf(log: RecoveredLog, state: State, ledger: LogLedger): string | null {
  if (!sameBytes(log.meta, state.meta)) return "another meta";
  return snapshotComplaint(log, state, ledger) ?? entriesComplaint(log, state, ledger);
}

/** The snapshot is one that was given, and none that is older than an acknowledged one. */
function snapshotComplaint(log: RecoveredLog, state: State, ledger: LogLedger): string | null {
  const own = ledger.asked.filter((one) => one.kind === "save-snapshot");
  const { snapshot } = log;
  const least = Math.max(
    state.floor,
    ...own
      .filter(({ ticket }) => ledger.snapshotsSaved.has(ticket))
      .map((one) => one.snapshot.index)
      // An install that came later may have a lower index, and takes its place.
      .filter((index) => state.installed === null || index >= state.floor),
  );
  if (snapshot === null) return least === 0 ? null : `no snapshot, where ${least} was acknowledged`;
  if (snapshot.index < least) return `a snapshot of ${snapshot.index}, where ${least} was durable`;
  const given = [...own.map((one) => one.snapshot), ...(state.installed ? [state.installed] : [])];
  const same = given.some((one) => sameSnapshot(one, snapshot));
  return same ? null : `a snapshot of ${snapshot.index} that nobody gave`;
}

function entriesComplaint(log: RecoveredLog, state: State, ledger: LogLedger): string | null {
  const covered = log.snapshot?.index ?? 0;
  const first = log.entries[0]?.index ?? state.last + 1;
  if (first > Math.max(covered, state.floor) + 1) return `the first entry is ${first}`;
  const compacted = Math.max(state.floor, ...compactedTo(ledger));
  if (first > compacted + 1) return `entries from ${compacted + 1} on are gone`;
  const last = log.entries.at(-1)?.index ?? Math.max(covered, state.floor);
  if (last !== Math.max(state.last, covered)) return `the last is ${last} and not ${state.last}`;
  for (const entry of log.entries) {
    const known = state.entries.get(entry.index);
    if (known === undefined && entry.index > state.floor) return `entry ${entry.index} is invented`;
    if (known !== undefined && !sameEntry(known, entry)) return `entry ${entry.index} is another`;
  }
  return null;
}

const compactedTo = ({ asked }: LogLedger): number[] =>
  asked.flatMap((one) => (one.kind === "compact" ? [one.index] : []));

const sameEntry = (one: LogEntry, other: LogEntry): boolean =>
  one.term === other.term && one.kind === other.kind && sameBytes(one.data, other.data);

const sameSnapshot = (one: Snapshot, other: Snapshot): boolean =>
  one.index === other.index &&
  one.term === other.term &&
  sameBytes(one.head, other.head) &&
  sameBytes(one.data, other.data);

function sameBytes(one: Uint8Array | null, other: Uint8Array | null): boolean {
  if (one === null || other === null) return one === other;
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) {
    if (one[index] !== other[index]) return false;
  }
  return true;
}
