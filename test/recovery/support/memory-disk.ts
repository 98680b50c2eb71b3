/**
 * A disk in memory for tests of what stands on one: it does what it is asked at once, and fails
 * where a test says so. It does not lose or tear anything.
 */
import type {
  DiskFailure,
  DiskOperation,
  DiskRequest,
  DiskResult,
} from "../../../src/recovery/disk.js";

const done: DiskResult = { ok: true };

export class MemoryDisk {
  files = new Map<string, Uint8Array>();
  /** What was asked for, in order. */
  readonly asked: DiskRequest[] = [];
  /** Says how an operation fails; null where it does not. */
  fault: (request: DiskRequest) => DiskFailure | null = () => null;

  /** The same files, in memory of their own. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk();
    copy.files = new Map([...this.files].map(([name, bytes]) => [name, bytes.slice()]));
    return copy;
  }

  do(request: DiskRequest): DiskResult {
    this.asked.push(request);
    const reason = this.fault(request);
    return reason === null ? this.apply(request.operation) : { ok: false, reason };
  }

  apply(operation: DiskOperation): DiskResult {
    switch (operation.kind) {
      case "list":
        return { ok: true, files: this.#facts() };
      case "read":
        return this.#read(operation.file, operation.offset, operation.length);
      case "create":
        this.files.set(operation.file, new Uint8Array(operation.bytes));
        return done;
      case "write":
        return this.#write(operation.file, operation.offset, operation.bytes);
      case "truncate":
        return this.#truncate(operation.file, operation.bytes);
      case "rename":
        return this.#rename(operation.from, operation.to);
      case "remove":
        this.files.delete(operation.file);
        return done;
      case "sync":
        return this.files.has(operation.file) ? done : absent;
      case "sync-folder":
        return done;
    }
  }

  #facts(): { file: string; bytes: number }[] {
    const names = [...this.files.keys()].sort();
    return names.map((file) => ({ file, bytes: this.files.get(file)?.length ?? 0 }));
  }

  #read(file: string, offset: number, length: number): DiskResult {
    const bytes = this.files.get(file);
    return bytes === undefined ? absent : { ok: true, bytes: bytes.slice(offset, offset + length) };
  }

  #write(file: string, offset: number, bytes: Uint8Array): DiskResult {
    const before = this.files.get(file);
    if (before === undefined) return absent;
    const end = offset + bytes.length;
    const grown = end > before.length ? resized(before, end) : before;
    grown.set(bytes, offset);
    this.files.set(file, grown);
    return done;
  }

  #truncate(file: string, bytes: number): DiskResult {
    const before = this.files.get(file);
    if (before === undefined) return absent;
    this.files.set(file, resized(before, bytes));
    return done;
  }

  #rename(from: string, to: string): DiskResult {
    const bytes = this.files.get(from);
    if (bytes === undefined) return absent;
    this.files.delete(from);
    this.files.set(to, bytes);
    return done;
  }
}

const absent: DiskResult = { ok: false, reason: "absent" };

function resized(bytes: Uint8Array, length: number): Uint8Array {
  const grown = new Uint8Array(length);
  grown.set(bytes.subarray(0, length));
  return grown;
}
