/** What the log costs the disk: counted as it is asked for, whatever becomes of it. */
import { unreachable } from "../../kernel/assert.js";
import type { DiskOperation } from "../disk.js";
import type { DiskCounts } from "./ports.js";

/** What cards and file systems write at least, in bytes. */
const pageBytes = 4_096;

/**
 * What the disk has to write for it: whole pages. That is what wears flash out; a canary of 16
 * bytes costs it as much as a group of a hundred entries.
 */
export function pageBytesOf(operation: DiskOperation): number {
  switch (operation.kind) {
    case "write":
      return pagesBetween(operation.offset, operation.offset + operation.bytes.length);
    case "create":
      return pagesBetween(0, operation.bytes);
    default:
      return 0;
  }
}

const pagesBetween = (from: number, to: number): number =>
  to === from ? 0 : (Math.ceil(to / pageBytes) - Math.floor(from / pageBytes)) * pageBytes;

export class DiskUse {
  #bytesWritten = 0;
  #syncs = 0;
  #writes = 0;
  #saves = 0;

  counts(): DiskCounts {
    return {
      bytesWritten: this.#bytesWritten,
      syncs: this.#syncs,
      writes: this.#writes,
      saves: this.#saves,
    };
  }

  /** So many saves became durable. */
  saved(count: number): void {
    this.#saves += count;
  }

  count(operation: DiskOperation): void {
    switch (operation.kind) {
      case "write":
        this.#writes += 1;
        if (operation.synced) this.#syncs += 1;
        this.#bytesWritten += operation.bytes.length;
        break;
      case "create":
        this.#bytesWritten += operation.bytes;
        break;
      case "sync":
      case "sync-folder":
        this.#syncs += 1;
        break;
      case "list":
      case "read":
      case "truncate":
      case "rename":
      case "remove":
        break;
      default:
        unreachable(operation);
    }
  }
}
