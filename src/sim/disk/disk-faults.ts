/**
 * The ways in which a modelled disk fails when it is told to. Each of them is of the medium, so it
 * outlives a crash of the board, and ends only when it is told to end.
 */
import { assert } from "../../kernel/assert.js";
import type { Prng } from "../../kernel/prng.js";
import type { DiskOperation, DiskResult, FileName } from "../../recovery/disk.js";
import { type TrueTime, worldBegins } from "../true-time.js";
import type { ModelledFiles, Started } from "./modelled-files.js";
import { thrownTear } from "./tear.js";

export type DiskFault =
  | "full"
  | "read-only"
  | "stall"
  | "failed-sync"
  | "lie"
  | "bit-rot"
  | "unreadable";

/** Called each time that a fault touches an operation, or a byte at rest. */
export type OnDiskFault = (at: TrueTime, fault: DiskFault) => void;

/** A byte of a file, and a bit of it from 0 to 7. */
export interface Spot {
  readonly file: FileName;
  readonly offset: number;
  readonly bit: number;
}

export interface DiskFaultsOptions {
  readonly files: ModelledFiles;
  readonly dice: Prng;
  readonly onFault: OnDiskFault;
}

export class DiskFaults {
  readonly #files: ModelledFiles;
  readonly #dice: Prng;
  readonly #onFault: OnDiskFault;
  #stalledUntil: TrueTime = worldBegins;
  #syncsToFail = 0;
  #lies = false;

  constructor({ files, dice, onFault }: DiskFaultsOptions) {
    this.#files = files;
    this.#dice = dice;
    this.#onFault = onFault;
  }

  /** No operation ends before then. */
  get stalledUntil(): TrueTime {
    return this.#stalledUntil;
  }

  /**
   * Operations that are under way, and those to come, end at this time or later; `never` for a disk
   * that answers no more. The present time ends it.
   */
  stall(until: TrueTime): void {
    this.#stalledUntil = until;
  }

  /** Files may take this many bytes together, in place of what they take now; null ends it. */
  fill(bytesMax: number | null = this.#files.folder.bytes): void {
    this.#files.bytesMax = bytesMax;
  }

  /** Nothing can be changed any more, as after a kernel has remounted a file system that failed. */
  makeReadOnly(readOnly: boolean): void {
    this.#files.readOnly = readOnly;
  }

  /**
   * So many of the next syncs (also synced writes, and those of the folder) fail. What they were to
   * make durable is marked clean all the same, as Linux does: the next sync ends well, and lies.
   */
  failSyncs(count: number): void {
    this.#syncsToFail = count;
  }

  /** Syncs end well and make nothing durable: a card that lies, until it is told not to. */
  lie(lies: boolean): void {
    this.#lies = lies;
  }

  /**
   * Turns a bit of a durable byte: of that spot, or of any file.
   * @returns where; null when there is no durable byte there, and nothing has changed.
   */
  rot(at: TrueTime, spot: Spot | null = this.#anySpot()): Spot | null {
    if (spot === null) return null;
    const rotten = this.#files.folder.get(spot.file)?.rot(spot.offset, spot.bit) ?? false;
    if (!rotten) return null;
    this.#onFault(at, "bit-rot");
    return spot;
  }

  /** Reads of the sector around a byte fail, until it is written again. */
  makeUnreadable(at: TrueTime, spot: Spot | null = this.#anySpot()): Spot | null {
    if (spot === null) return null;
    const file = this.#files.folder.get(spot.file);
    if (file === undefined || spot.offset >= file.bytes) return null;
    file.makeUnreadable(spot.offset);
    this.#onFault(at, "unreadable");
    return spot;
  }

  /** The operation's turn has come. */
  start(at: TrueTime, operation: DiskOperation): Started {
    if (this.#stalledUntil > at) this.#onFault(at, "stall");
    const started = this.#files.start(operation);
    if (started.result.ok) return started;
    const { reason } = started.result;
    if (reason === "full" || reason === "read-only") this.#onFault(at, reason);
    return started;
  }

  /** The operation has come to its end: what it makes durable is so now, unless the disk fails. */
  end(at: TrueTime, { result, durable }: Started): DiskResult {
    if (durable === null) return result;
    assert(result.ok, "an operation that failed makes something durable");
    if (this.#syncsToFail > 0) {
      this.#syncsToFail -= 1;
      this.#onFault(at, "failed-sync");
      const oldest = durable.what.oldestOrder ?? durable.order;
      durable.what.loseDirty(durable.order, thrownTear(this.#dice, oldest, durable.order));
      return { ok: false, reason: "io" };
    }
    if (this.#lies) this.#onFault(at, "lie");
    else durable.what.sync(durable.order);
    return result;
  }

  #anySpot(): Spot | null {
    const holders = this.#files.folder.list().filter(({ file }) => this.#durableBytes(file) > 0);
    const chosen = holders[holders.length === 0 ? 0 : this.#dice.below(holders.length)];
    if (chosen === undefined) return null;
    const offset = this.#dice.below(this.#durableBytes(chosen.file));
    return { file: chosen.file, offset, bit: this.#dice.below(8) };
  }

  #durableBytes(file: FileName): number {
    return this.#files.folder.get(file)?.durableBytes ?? 0;
  }
}
