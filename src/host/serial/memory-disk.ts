/**
 * A disk that is nothing but memory, does everything at once and never fails: for replicas that run
 * among themselves to see what they say.
 */
import { unreachable } from "../../kernel/assert.js";
import type { DiskOperation, DiskResult, FileName } from "../../recovery/disk.js";

const done: DiskResult = { ok: true };
const absent: DiskResult = { ok: false, reason: "absent" };

export class MemoryDisk {
  readonly #files = new Map<FileName, Uint8Array>();

  carryOut(operation: DiskOperation): DiskResult {
    switch (operation.kind) {
      case "list":
        return { ok: true, files: this.#list() };
      case "read":
        return this.#read(operation);
      case "create":
        this.#files.set(operation.file, new Uint8Array(operation.bytes));
        return done;
      case "write":
        return this.#write(operation);
      case "truncate":
        return this.#resize(operation.file, operation.bytes);
      case "rename":
        return this.#rename(operation.from, operation.to);
      case "remove":
        this.#files.delete(operation.file);
        return done;
      case "sync":
      case "sync-folder":
        return done;
      default:
        return unreachable(operation);
    }
  }

  #list() {
    const facts = [...this.#files].map(([file, bytes]) => ({ file, bytes: bytes.length }));
    return facts.sort((one, other) => (one.file < other.file ? -1 : 1));
  }

  #read({ file, offset, length }: Extract<DiskOperation, { readonly kind: "read" }>): DiskResult {
    const bytes = this.#files.get(file);
    return bytes === undefined ? absent : { ok: true, bytes: bytes.slice(offset, offset + length) };
  }

  #write({ file, offset, bytes }: Extract<DiskOperation, { readonly kind: "write" }>): DiskResult {
    const size = Math.max(this.#files.get(file)?.length ?? 0, offset + bytes.length);
    if (!this.#resize(file, size).ok) return absent;
    this.#files.get(file)?.set(bytes, offset);
    return done;
  }

  #resize(file: FileName, size: number): DiskResult {
    const before = this.#files.get(file);
    if (before === undefined) return absent;
    if (before.length === size) return done;
    const after = new Uint8Array(size);
    after.set(before.subarray(0, size));
    this.#files.set(file, after);
    return done;
  }

  #rename(from: FileName, to: FileName): DiskResult {
    const bytes = this.#files.get(from);
    if (bytes === undefined) return absent;
    this.#files.delete(from);
    this.#files.set(to, bytes);
    return done;
  }
}
