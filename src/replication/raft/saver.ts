/**
 * What is on its way to the disk: entries, and term and vote as a version that counts up. The core
 * never waits for it; it asks here how far things are durable.
 *
 * Invariant: `saved <= handed <= version`; tickets count up over saves and snapshots alike.
 */
import type { LogEntry, Snapshot } from "../../recovery/log/ports.js";
import { bytesOf, type RaftLog } from "./log.js";
import type { RaftOutput } from "./ports.js";

interface OpenSave {
  readonly ticket: number;
  readonly version: number;
  /** Of the entries in it; later truncations lower it. */
  last: number;
}

type Save = Extract<RaftOutput, { kind: "save" | "install-snapshot" }>;

export class Saver {
  readonly #log: RaftLog;
  readonly #bytesMax: number;
  #version = 0;
  #handed = 0;
  #saved = 0;
  #ticket = 0;
  #open: OpenSave[] = [];
  /** Somebody else's snapshot that must come before everything else. */
  #installing: { readonly snapshot: Snapshot; handed: boolean } | null = null;

  /** @param bytesMax of the entries of one save */
  constructor(log: RaftLog, bytesMax: number) {
    this.#log = log;
    this.#bytesMax = bytesMax;
  }

  /** Of term, vote and what belongs to them. */
  get version(): number {
    return this.#version;
  }

  get isSettled(): boolean {
    return this.#version === this.#saved;
  }

  get hasWork(): boolean {
    const installs = this.#installing !== null && !this.#installing.handed;
    return installs || this.#version > this.#handed || this.#log.handed < this.#log.last;
  }

  isSaved(version: number): boolean {
    return version <= this.#saved;
  }

  nextTicket(): number {
    this.#ticket += 1;
    return this.#ticket;
  }

  metaChanged(): void {
    this.#version += 1;
  }

  truncated(index: number): void {
    for (const save of this.#open) save.last = Math.min(save.last, index - 1);
  }

  /** The log was replaced in memory, and is so on the disk when the next save has come back. */
  install(snapshot: Snapshot): void {
    this.#installing = { snapshot, handed: false };
    for (const save of this.#open) save.last = 0;
  }

  saved(ticket: number): void {
    while (this.#open.length > 0 && (this.#open[0] as OpenSave).ticket <= ticket) {
      const save = this.#open.shift() as OpenSave;
      this.#log.markSaved(save.last);
      this.#saved = Math.max(this.#saved, save.version);
    }
    const installing = this.#installing;
    if (installing !== null && this.#log.saved >= installing.snapshot.index) {
      this.#installing = null;
    }
  }

  /** Whatever was on its way is given out again with the next save. False where it is none. */
  notSaved(ticket: number): boolean {
    if (!this.#open.some((save) => save.ticket === ticket)) return false;
    this.#open = [];
    this.#handed = this.#saved;
    if (this.#installing !== null) this.#installing.handed = false;
    this.#log.takeBack();
    return true;
  }

  /** @param encode the term and vote of the newest version */
  take(encode: () => Uint8Array): readonly Save[] {
    const saves: Save[] = [];
    let meta = this.#version > this.#handed ? encode() : null;
    if (this.#installing !== null && !this.#installing.handed) {
      this.#installing.handed = true;
      const { snapshot } = this.#installing;
      saves.push({
        kind: "install-snapshot",
        ticket: this.#opened(snapshot.index),
        meta,
        snapshot,
      });
      meta = null;
    }
    while (meta !== null || this.#log.handed < this.#log.last) {
      const entries = this.#batch();
      const last = this.#log.handed + entries.length;
      saves.push({ kind: "save", ticket: this.#opened(last), meta, entries });
      meta = null;
    }
    this.#handed = this.#version;
    return saves;
  }

  #opened(last: number): number {
    const ticket = this.nextTicket();
    this.#log.markHanded(last);
    this.#open.push({ ticket, version: this.#version, last });
    return ticket;
  }

  #batch(): readonly LogEntry[] {
    const log = this.#log;
    let to = log.handed;
    let bytes = 0;
    while (to < log.last && bytes < this.#bytesMax) {
      to += 1;
      bytes += bytesOf(log.entryAt(to));
    }
    return to === log.handed ? [] : log.slice(log.handed + 1, to);
  }
}
