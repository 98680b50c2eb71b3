/**
 * A log as one would write it down without a thought for disks: an array, a value and a snapshot.
 * It knows what it was after each input, so that what a restart has found can be looked up.
 */
import type {
  LogEntry,
  LogInput,
  RecoveredLog,
  Snapshot,
} from "../../../src/recovery/log/ports.js";

export interface LogState {
  readonly meta: Uint8Array | null;
  /** By index; those up to `base` are not known any more. */
  readonly entries: readonly LogEntry[];
  readonly base: number;
}

const empty: LogState = { meta: null, entries: [], base: 0 };

export class LogModel {
  /** After each `save` and `install-snapshot`, by ticket; the first is before all of them. */
  readonly states: { readonly ticket: number; readonly state: LogState }[];
  readonly snapshots: { readonly ticket: number; readonly snapshot: Snapshot }[] = [];

  constructor(state = empty, snapshot: Snapshot | null = null) {
    this.states = [{ ticket: 0, state }];
    if (snapshot !== null) this.snapshots.push({ ticket: 0, snapshot });
  }

  get state(): LogState {
    return this.states.at(-1)?.state ?? empty;
  }

  get last(): number {
    return lastOf(this.state);
  }

  take(input: LogInput): void {
    if (input.kind === "save") {
      const { ticket, meta, entries } = input;
      this.states.push({ ticket, state: append(this.state, entries, meta) });
    } else if (input.kind === "install-snapshot") {
      const { ticket, meta, snapshot } = input;
      this.states.push({ ticket, state: install(this.state, snapshot, meta) });
      this.snapshots.push({ ticket, snapshot });
    } else if (input.kind === "save-snapshot") {
      this.snapshots.push(input);
    }
  }

  /** What is wrong with it, if all up to `saved` was acknowledged; null if nothing is. */
  misfitOf(found: RecoveredLog, saved: number, snapshotSaved: number): string | null {
    const { snapshot } = found;
    const known = this.snapshots.find(({ snapshot: given }) => isSameSnapshot(given, snapshot));
    if (snapshot !== null && known === undefined) return "a snapshot that nobody gave";
    const installed = this.snapshots.filter(
      ({ ticket }) => ticket <= saved && this.#isState(ticket),
    );
    const floor = Math.max(snapshotSaved, installed.at(-1)?.ticket ?? 0);
    const least = this.snapshots.find(({ ticket }) => ticket === floor)?.snapshot.index ?? 0;
    if ((snapshot?.index ?? 0) < least) return `the snapshot at ${least} is gone`;
    const fits = this.states.filter(({ ticket }) => ticket >= saved || ticket === this.#at(saved));
    const misfits = fits.map(({ ticket, state }) => `${ticket}: ${misfitOf(state, found)}`);
    return misfits.some((misfit) => misfit.endsWith(": null")) ? null : misfits.join("; ");
  }

  #isState(ticket: number): boolean {
    return this.states.some((one) => one.ticket === ticket);
  }

  #at(ticket: number): number {
    return this.states.findLast((one) => one.ticket <= ticket)?.ticket ?? 0;
  }
}

/** As a restart has found it. */
export function modelOf({ meta, snapshot, entries }: RecoveredLog): LogModel {
  const first = entries[0]?.index ?? (snapshot?.index ?? 0) + 1;
  return new LogModel({ meta, entries, base: first - 1 }, snapshot);
}

export const lastOf = ({ entries, base }: LogState): number => entries.at(-1)?.index ?? base;

function append(state: LogState, entries: readonly LogEntry[], meta: Uint8Array | null): LogState {
  const first = entries[0]?.index ?? Number.POSITIVE_INFINITY;
  const kept = state.entries.filter(({ index }) => index < first);
  const base = Math.min(state.base, first - 1);
  return { meta: meta ?? state.meta, entries: [...kept, ...entries], base };
}

function install(state: LogState, { index, term }: Snapshot, meta: Uint8Array | null): LogState {
  const isThere = state.entries.some((entry) => entry.index === index && entry.term === term);
  const kept = isThere ? state.entries.filter((entry) => entry.index > index) : [];
  return { meta: meta ?? state.meta, entries: kept, base: index };
}

function misfitOf(state: LogState, found: RecoveredLog): string | null {
  if (!isSame(state.meta, found.meta)) return "another meta";
  const covered = found.snapshot?.index ?? 0;
  const first = found.entries[0]?.index ?? covered + 1;
  const last = Math.max(covered, found.entries.at(-1)?.index ?? 0);
  if (first > covered + 1) return "a gap behind the snapshot";
  if (last !== Math.max(covered, lastOf(state))) return `it ends at ${last}`;
  const wrong = found.entries.find((entry) => {
    const given = state.entries.find(({ index }) => index === entry.index);
    return given === undefined ? entry.index > covered : !isSameEntry(given, entry);
  });
  return wrong === undefined ? null : `entry ${wrong.index} is another`;
}

const isSameEntry = (one: LogEntry, other: LogEntry): boolean =>
  one.index === other.index &&
  one.term === other.term &&
  one.kind === other.kind &&
  isSame(one.data, other.data);

function isSameSnapshot(one: Snapshot, other: Snapshot | null): boolean {
  if (other === null || one.index !== other.index || one.term !== other.term) return false;
  return isSame(one.head, other.head) && isSame(one.data, other.data);
}

function isSame(one: Uint8Array | null, other: Uint8Array | null): boolean {
  if (one === null || other === null) return one === other;
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
