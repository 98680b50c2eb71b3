/**
 * The port between the log and what it replicates. Applying the same entries in the same order
 * gives the same state and the same results on every replica, whatever its clock, locale or luck.
 */
import type { CommandResult, Query, QueryResult, WatchEvent } from "./ports.js";

export interface Applied {
  /** For whoever proposed it. */
  readonly result: CommandResult;
  readonly events: readonly WatchEvent[];
  /**
   * Of a command that the app here does not have, though the app of the leader had it: which one,
   * and what it has, in words. Nothing has changed, and the state is that of the others no longer.
   */
  readonly lacks?: string;
}

export interface StateMachine {
  /**
   * @param index of the entry in the log; one more than that of the call before, counting entries
   *   of other kinds
   * @param command as `encodeCommand` made it, checked by whoever proposed it; what cannot be read
   *   is applied to no effect, for it must have the same effect everywhere
   */
  apply(index: number, command: Uint8Array): Applied;
  query(query: Query): QueryResult;
  /** The whole state, at most `snapshotBytesMax`; the same state gives the same bytes. */
  snapshot(): Uint8Array;
  /** False where the bytes are none of ours; nothing has changed then. */
  restore(snapshot: Uint8Array): boolean;
}
