/** What the log costs the disk: counted as it is asked for, whatever becomes of it. */
import { unreachable } from "../../kernel/assert.js";
import type { DiskOperation } from "../disk.js";
import type { DiskCounts } from "./ports.js";

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

  /** @returns the bytes that it writes */
  count(operation: DiskOperation): number {
    switch (operation.kind) {
      case "write":
        this.#writes += 1;
        if (operation.synced) this.#syncs += 1;
        return this.#add(operation.bytes.length);
      case "create":
        return this.#add(operation.bytes);
      case "sync":
      case "sync-folder":
        this.#syncs += 1;
        return 0;
      case "list":
      case "read":
      case "truncate":
      case "rename":
      case "remove":
        return 0;
      default:
        return unreachable(operation);
    }
  }

  #add(bytes: number): number {
    this.#bytesWritten += bytes;
    return bytes;
  }
}
