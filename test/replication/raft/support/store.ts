/**
 * A stable log without a disk: it keeps what it is given after a while, in order, and forgets at a
 * crash what it had not kept yet. It is as honest as the real one, and never repairs anything.
 */
import type { LogEntry, RecoveredLog, Snapshot } from "../../../../src/recovery/log/ports.js";
import type { RaftOutput } from "../../../../src/replication/raft/ports.js";

export type StoreRequest = Extract<
  RaftOutput,
  { kind: "save" | "save-snapshot" | "install-snapshot" | "compact" }
>;

export class IdealStore {
  #meta: Uint8Array | null = null;
  #snapshot: Snapshot | null = null;
  #entries: LogEntry[] = [];
  #open: StoreRequest[] = [];

  get recovered(): RecoveredLog {
    const { snapshot, entries } = { snapshot: this.#snapshot, entries: [...this.#entries] };
    return { meta: this.#meta, snapshot, entries, repairs: [] };
  }

  get last(): number {
    return this.#entries.at(-1)?.index ?? this.#snapshot?.index ?? 0;
  }

  get openCount(): number {
    return this.#open.length;
  }

  take(request: StoreRequest): void {
    this.#open.push(request);
  }

  /** The oldest request is durable now; null where none is. */
  keepNext(): StoreRequest | null {
    const request = this.#open.shift();
    if (request === undefined) return null;
    this.#keep(request);
    return request;
  }

  /** It will not be kept, nor what was asked after it. */
  refuseAll(): readonly StoreRequest[] {
    return this.#open.splice(0);
  }

  crash(): void {
    this.#open = [];
  }

  wipe(): void {
    this.crash();
    this.#meta = null;
    this.#snapshot = null;
    this.#entries = [];
  }

  #keep(request: StoreRequest): void {
    switch (request.kind) {
      case "save":
        this.#meta = request.meta ?? this.#meta;
        this.#append(request.entries);
        break;
      case "save-snapshot":
        this.#snapshot = request.snapshot;
        break;
      case "install-snapshot":
        this.#meta = request.meta ?? this.#meta;
        this.#install(request.snapshot);
        break;
      case "compact":
        if (request.index > (this.#snapshot?.index ?? 0)) throw new Error("compacted too far");
        this.#entries = this.#entries.filter((entry) => entry.index > request.index);
        break;
    }
  }

  #append(entries: readonly LogEntry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    if (first.index > this.last + 1) {
      throw new Error(`a save begins at ${first.index}, and the log ends at ${this.last}`);
    }
    this.#entries = this.#entries.filter((entry) => entry.index < first.index);
    this.#entries.push(...entries);
  }

  #install(snapshot: Snapshot): void {
    const same = this.#entries.find((entry) => entry.index === snapshot.index);
    const keeps = same !== undefined && same.term === snapshot.term;
    this.#entries = this.#entries.filter((entry) => keeps && entry.index > snapshot.index);
    this.#snapshot = snapshot;
  }
}
