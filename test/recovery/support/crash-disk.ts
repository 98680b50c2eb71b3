/**
 * A disk in memory that remembers what is durable and what is not, and can crash: of what is not
 * durable each sector is there or not, and each change of the folder, as the dice fall. It is small
 * on purpose; the simulator has one that can do more.
 */
import type { Prng } from "../../../src/kernel/prng.js";
import type { DiskOperation, DiskRequest, DiskResult } from "../../../src/recovery/disk.js";
import { MemoryDisk } from "./memory-disk.js";

const sector = 512;

interface Inode {
  durable: Uint8Array;
  /** Written since, in order. */
  pending: { readonly offset: number; readonly bytes: Uint8Array }[];
}

type FolderChange =
  | { readonly kind: "set"; readonly file: string; readonly inode: Inode; readonly from: string }
  | { readonly kind: "remove"; readonly file: string };

/** How much of what is not durable outlives the crash. */
export type Survival = "nothing" | "everything" | "some";

export class CrashDisk {
  /** As the running program sees it. */
  readonly #running = new MemoryDisk();
  readonly #inodes = new Map<string, Inode>();
  readonly #durable = new Map<string, Inode>();
  #changes: FolderChange[] = [];

  static over(files: ReadonlyMap<string, Uint8Array>): CrashDisk {
    const disk = new CrashDisk();
    for (const [file, bytes] of files) {
      const inode = { durable: bytes.slice(), pending: [] };
      disk.#running.files.set(file, bytes.slice());
      disk.#inodes.set(file, inode);
      disk.#durable.set(file, inode);
    }
    return disk;
  }

  /** The program dies and the board does not: what is not durable is as it was, and stays so. */
  kill(): CrashDisk {
    const disk = new CrashDisk();
    const copies = new Map<Inode, Inode>();
    const copyOf = (inode: Inode): Inode => {
      const copy = copies.get(inode) ?? { durable: inode.durable, pending: [...inode.pending] };
      copies.set(inode, copy);
      return copy;
    };
    for (const [file, bytes] of this.#running.files) disk.#running.files.set(file, bytes.slice());
    for (const [file, inode] of this.#inodes) disk.#inodes.set(file, copyOf(inode));
    for (const [file, inode] of this.#durable) disk.#durable.set(file, copyOf(inode));
    disk.#changes = this.#changes.map((change) =>
      change.kind === "set" ? { ...change, inode: copyOf(change.inode) } : change,
    );
    return disk;
  }

  do(request: DiskRequest): DiskResult {
    const result = this.begin(request);
    if (result.ok) this.end(request);
    return result;
  }

  /** It is under way: the program is not told yet, and what it writes may be there. */
  begin({ operation }: DiskRequest): DiskResult {
    const result = this.#running.apply(operation);
    if (result.ok) this.#begin(operation);
    return result;
  }

  #begin(operation: DiskOperation): void {
    if (operation.kind === "write") {
      this.#inode(operation.file).pending.push({
        offset: operation.offset,
        bytes: operation.bytes,
      });
    } else if (operation.kind === "create") {
      const bytes = new Uint8Array(operation.bytes);
      const inode = { durable: new Uint8Array(0), pending: [{ offset: 0, bytes }] };
      this.#set(operation.file, inode, "");
    } else if (operation.kind === "rename") {
      this.#set(operation.to, this.#inode(operation.from), operation.from);
      this.#inodes.delete(operation.from);
    } else if (operation.kind === "remove") {
      this.#inodes.delete(operation.file);
      this.#changes.push({ kind: "remove", file: operation.file });
    }
  }

  /** It has ended well: what it promised is kept. */
  end({ operation }: DiskRequest): void {
    const isSynced = operation.kind === "write" && operation.synced;
    if (isSynced || operation.kind === "sync") {
      const inode = this.#inode(operation.file);
      inode.durable = applied(inode, () => true);
      inode.pending = [];
    }
    if (operation.kind !== "sync-folder") return;
    for (const change of this.#changes) apply(this.#durable, change);
    this.#changes = [];
  }

  /** What a new start finds. */
  crash(survival: Survival, prng: Prng): MemoryDisk {
    const stays = (): boolean =>
      survival === "everything" || (survival === "some" && prng.chance(0.5));
    const folder = new Map(this.#durable);
    for (const change of this.#changes) if (stays()) apply(folder, change);
    const disk = new MemoryDisk();
    for (const [file, inode] of folder) disk.files.set(file, applied(inode, stays));
    return disk;
  }

  #set(file: string, inode: Inode, from: string): void {
    this.#inodes.set(file, inode);
    this.#changes.push({ kind: "set", file, inode, from });
  }

  #inode(file: string): Inode {
    const inode = this.#inodes.get(file);
    if (inode === undefined) throw new Error(`no file ${file}`);
    return inode;
  }
}

function apply(folder: Map<string, Inode>, change: FolderChange): void {
  if (change.kind === "remove") {
    folder.delete(change.file);
    return;
  }
  folder.delete(change.from);
  folder.set(change.file, change.inode);
}

/** The content, with those sectors of what is pending that stay. */
function applied({ durable, pending }: Inode, stays: () => boolean): Uint8Array {
  let bytes: Uint8Array = durable.slice();
  for (const write of pending) {
    for (let at = 0; at < write.bytes.length; ) {
      const to = Math.min(write.bytes.length, at + sector - ((write.offset + at) % sector));
      if (stays()) bytes = put(bytes, write.offset + at, write.bytes.subarray(at, to));
      at = to;
    }
  }
  return bytes;
}

function put(bytes: Uint8Array, offset: number, part: Uint8Array): Uint8Array {
  const end = offset + part.length;
  const grown = end > bytes.length ? new Uint8Array(end) : bytes;
  if (grown !== bytes) grown.set(bytes);
  grown.set(part, offset);
  return grown;
}
