/** A disk in a test's hand: one operation at a time, each run to its end. */
import { Prng } from "../../../../src/kernel/prng.js";
import type {
  DiskLane,
  DiskOperation,
  DiskResult,
  FileFact,
} from "../../../../src/recovery/disk.js";
import type { DiskFault } from "../../../../src/sim/disk/disk-faults.js";
import { type DiskLatency, instantLatency } from "../../../../src/sim/disk/latency.js";
import { ModelledDisk } from "../../../../src/sim/disk/modelled-disk.js";
import type { Tear } from "../../../../src/sim/disk/tear.js";
import { never, type TrueTime, worldBegins } from "../../../../src/sim/true-time.js";

export const nothing: Tear = { among: () => 0 };
export const everything: Tear = { among: (orders) => orders.length - 1 };

export const text = (bytes: Uint8Array | undefined): string =>
  String.fromCharCode(...(bytes ?? new Uint8Array(0)));

export const bytesOf = (content: string): Uint8Array =>
  Uint8Array.from(content, (character) => character.charCodeAt(0));

export class Drive {
  readonly disk: ModelledDisk;
  readonly faults: DiskFault[] = [];
  now: TrueTime = worldBegins;
  #id = 0;

  constructor(seed = 1, latency: DiskLatency = instantLatency) {
    this.disk = new ModelledDisk({
      dice: new Prng(seed),
      latency,
      onFault: (_, fault) => this.faults.push(fault),
    });
  }

  submit(operation: DiskOperation, lane: DiskLane = "log"): number {
    this.#id += 1;
    this.disk.submit(this.now, { kind: "disk", id: this.#id, lane, operation });
    return this.#id;
  }

  /** Runs the disk until it has answered, or until it will not answer of itself: then null. */
  do(operation: DiskOperation, lane: DiskLane = "log"): DiskResult | null {
    const id = this.submit(operation, lane);
    for (;;) {
      const next = this.disk.nextAt();
      if (next === never) return null;
      this.now = next;
      const done = this.disk.take(next).find((answer) => answer.id === id);
      if (done !== undefined) return done.result;
    }
  }

  write(
    file: string,
    content: string,
    options: { offset?: number; synced?: boolean } = {},
  ): DiskResult | null {
    const { offset = 0, synced = false } = options;
    return this.do({ kind: "write", file, offset, bytes: bytesOf(content), synced });
  }

  /** A file that is there for good, under its name. */
  writeDurably(file: string, content: string): void {
    this.do({ kind: "create", file, bytes: 0 });
    this.write(file, content, { synced: true });
    this.do({ kind: "sync-folder" });
  }

  /** The content; null when it cannot be read. */
  read(file: string, offset = 0, length = 1_000_000): string | null {
    const result = this.do({ kind: "read", file, offset, length });
    return result?.ok ? text(result.bytes) : null;
  }

  list(): readonly FileFact[] {
    const result = this.do({ kind: "list" });
    return result?.ok ? (result.files ?? []) : [];
  }

  names(): readonly string[] {
    return this.list().map(({ file }) => file);
  }

  crash(tear?: Tear): void {
    this.disk.crash(this.now, tear);
  }
}
