/** Drives a log store over a disk in memory; a test says when an operation is answered. */
import { expect } from "vitest";
import { type Duration, type Instant, instant } from "../../../src/kernel/time.js";
import type { DiskRequest } from "../../../src/recovery/disk.js";
import { LogStore } from "../../../src/recovery/log/log-store.js";
import { type LogStoreOptions, logStoreDefaults } from "../../../src/recovery/log/options.js";
import type {
  LogEntry,
  LogInput,
  LogOutput,
  RecoveredLog,
} from "../../../src/recovery/log/ports.js";
import { MemoryDisk } from "./memory-disk.js";

/** Segments of 4 KiB: a test sees many of them. */
export const smallOptions: LogStoreOptions = {
  ...logStoreDefaults,
  firstSequence: 7,
  segmentBytes: 4_096,
  groupBytesMax: 1_024,
  snapshotPieceBytes: 512,
};

export class LogRig {
  readonly disk: MemoryDisk;
  readonly store: LogStore;
  readonly outputs: LogOutput[] = [];
  /** Given out, and not answered yet. */
  readonly waiting: DiskRequest[] = [];
  now: Instant = instant(1_000);
  #ticket = 0;

  constructor(disk = new MemoryDisk(), options: Partial<LogStoreOptions> = {}) {
    this.disk = disk;
    this.store = new LogStore(this.now, { ...smallOptions, ...options });
    this.#carry(this.store.step(this.now, { kind: "timeout" }));
  }

  /** Recovered, and nothing waits for the disk. */
  static open(disk?: MemoryDisk, options: Partial<LogStoreOptions> = {}): LogRig {
    const rig = new LogRig(disk, options);
    rig.settle();
    return rig;
  }

  give(input: LogInput): void {
    this.#carry(this.store.step(this.now, input));
  }

  ticket(): number {
    this.#ticket += 1;
    return this.#ticket;
  }

  save(entries: readonly LogEntry[], meta: Uint8Array | null = null): number {
    const ticket = this.ticket();
    this.give({ kind: "save", ticket, meta, entries });
    return ticket;
  }

  /** Answers the oldest of a lane, or of all. */
  answer(lane?: DiskRequest["lane"]): boolean {
    const at = this.waiting.findIndex((request) => lane === undefined || request.lane === lane);
    const [request] = at < 0 ? [] : this.waiting.splice(at, 1);
    if (request === undefined) return false;
    const result = this.disk.do(request);
    this.give({ kind: "disk-done", id: request.id, result });
    return true;
  }

  settle(): void {
    let count = 0;
    while (this.answer()) {
      count += 1;
      expect(count).toBeLessThan(100_000);
    }
  }

  pass(time: Duration): void {
    this.now = instant(this.now + time);
    this.#carry(this.store.step(this.now, { kind: "timeout" }));
    // Whoever asks to be woken at once, whenever that is, keeps its host from everything else.
    expect(this.store.deadline() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(this.now);
  }

  of<Kind extends LogOutput["kind"]>(kind: Kind): (LogOutput & { readonly kind: Kind })[] {
    return this.outputs.filter((output) => output.kind === kind) as never;
  }

  get recovered(): RecoveredLog {
    const [recovered] = this.of("recovered");
    return recovered?.log ?? expect.fail(JSON.stringify(this.of("refused")));
  }

  get savedTo(): number {
    return this.of("saved").at(-1)?.ticket ?? 0;
  }

  #carry(outputs: readonly LogOutput[]): void {
    for (const output of outputs) {
      if (output.kind === "disk") this.waiting.push(output);
      else this.outputs.push(output);
    }
  }
}

export function entriesOf(first: number, count: number, term = 1, bytes = 20): readonly LogEntry[] {
  return Array.from({ length: count }, (_, at) => ({
    index: first + at,
    term,
    kind: (first + at) % 256,
    data: new Uint8Array(bytes).fill((first + at) * 7 + term),
  }));
}
