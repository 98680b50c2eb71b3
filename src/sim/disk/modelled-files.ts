/**
 * What the operations of the port do to a modelled disk, without time: each has an effect on what
 * processes see, and those that make something durable have a second one when they end well.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import {
  type DiskFailure,
  type DiskOperation,
  type DiskResult,
  fileNameLengthMax,
  transferBytesMax,
} from "../../recovery/disk.js";
import { ModelledFile } from "./modelled-file.js";
import { ModelledFolder } from "./modelled-folder.js";
import type { ChangeOrder, Tear } from "./tear.js";

/** What an operation will do when it ends. */
export interface Started {
  readonly result: DiskResult;
  /** What it makes durable if it ends well: a file or the folder, up to a change. */
  readonly durable: {
    readonly what: ModelledFile | ModelledFolder;
    readonly order: ChangeOrder;
  } | null;
}

type Of<Kind extends DiskOperation["kind"]> = Extract<DiskOperation, { kind: Kind }>;

const done: Started = { result: { ok: true }, durable: null };
const failed = (reason: DiskFailure): Started => ({ result: { ok: false, reason }, durable: null });

export class ModelledFiles {
  readonly folder: ModelledFolder;
  /** How many bytes all files may have together; null for no bound. */
  bytesMax: number | null = null;
  readOnly = false;
  #order: ChangeOrder;

  constructor(folder: ModelledFolder = new ModelledFolder(), order: ChangeOrder = 0) {
    this.folder = folder;
    this.#order = order;
  }

  /** Of the latest change. */
  get order(): ChangeOrder {
    return this.#order;
  }

  /** Carries an operation out, as far as processes see it. */
  start(operation: DiskOperation): Started {
    checkNames(operation);
    switch (operation.kind) {
      case "list":
        return { result: { ok: true, files: this.folder.list() }, durable: null };
      case "read":
        return this.#read(operation);
      case "create":
      case "write":
      case "truncate":
      case "rename":
      case "remove":
        return this.readOnly ? failed("read-only") : this.#change(operation);
      case "sync":
        return this.#sync(this.folder.get(operation.file));
      case "sync-folder":
        return this.#sync(this.folder);
      default:
        return unreachable(operation);
    }
  }

  crash(tear: Tear): void {
    this.folder.crash(tear);
  }

  /** The order of the oldest change that a crash could take away; null when all is durable. */
  get oldestOrder(): ChangeOrder | null {
    let oldest = this.folder.oldestOrder;
    for (const { oldestOrder } of this.folder.files()) {
      if (oldestOrder !== null && (oldest === null || oldestOrder < oldest)) oldest = oldestOrder;
    }
    return oldest;
  }

  fork(): ModelledFiles {
    const fork = new ModelledFiles(this.folder.fork(), this.#order);
    fork.bytesMax = this.bytesMax;
    fork.readOnly = this.readOnly;
    return fork;
  }

  #read({ file, offset, length }: Of<"read">): Started {
    assert(length <= transferBytesMax, `a read of ${length} bytes at once`);
    const found = this.folder.get(file);
    if (found === undefined) return failed("absent");
    const bytes = found.read(offset, length);
    return bytes === null ? failed("io") : { result: { ok: true, bytes }, durable: null };
  }

  #change(operation: Of<"create" | "write" | "truncate" | "rename" | "remove">): Started {
    switch (operation.kind) {
      case "create":
        return this.#create(operation);
      case "write":
        return this.#write(operation);
      case "truncate":
        return this.#truncate(operation);
      case "rename":
        return this.folder.rename(this.#next(), operation.from, operation.to)
          ? done
          : failed("absent");
      case "remove":
        this.folder.remove(this.#next(), operation.file);
        return done;
      default:
        return unreachable(operation);
    }
  }

  #create({ file, bytes }: Of<"create">): Started {
    const freed = this.folder.get(file)?.bytes ?? 0;
    if (this.#room() + freed < bytes) return failed("full");
    const made = new ModelledFile();
    this.folder.make(this.#next(), file, made);
    made.truncate(this.#next(), bytes);
    return done;
  }

  /** Of a write that does not fit, the part that does may be there all the same. */
  #write({ file, offset, bytes, synced }: Of<"write">): Started {
    assert(bytes.length <= transferBytesMax, `a write of ${bytes.length} bytes at once`);
    const found = this.folder.get(file);
    if (found === undefined) return failed("absent");
    const room = found.bytes + this.#room() - offset;
    if (room < bytes.length) {
      found.write(this.#next(), offset, bytes.subarray(0, Math.max(0, room)));
      return failed("full");
    }
    found.write(this.#next(), offset, bytes);
    if (!synced) return done;
    return { ...done, durable: { what: found, order: this.#order } };
  }

  #truncate({ file, bytes }: Of<"truncate">): Started {
    const found = this.folder.get(file);
    if (found === undefined) return failed("absent");
    if (this.#room() < bytes - found.bytes) return failed("full");
    found.truncate(this.#next(), bytes);
    return done;
  }

  /** A file system that is read-only fails where there is something that it cannot write now. */
  #sync(what: ModelledFile | ModelledFolder | undefined): Started {
    if (what === undefined) return failed("absent");
    if (this.readOnly && what.oldestOrder !== null) return failed("read-only");
    return { ...done, durable: { what, order: this.#order } };
  }

  /** How many bytes the files may still grow by. */
  #room(): number {
    if (this.bytesMax === null) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.bytesMax - this.folder.bytes);
  }

  #next(): ChangeOrder {
    this.#order += 1;
    return this.#order;
  }
}

const namePattern = /^[a-z0-9.-]+$/;

/** Names come from our own machines: a wrong one is a bug of theirs. */
function checkNames(operation: DiskOperation): void {
  if (operation.kind === "rename") {
    checkName(operation.from);
    checkName(operation.to);
  } else if ("file" in operation) {
    checkName(operation.file);
  }
}

function checkName(name: string): void {
  assert(namePattern.test(name) && name.length <= fileNameLengthMax, `not a file name: ${name}`);
}
