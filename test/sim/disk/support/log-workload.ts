/** Work for a stable log, drawn by dice, and somebody who looks what became of it after a crash. */
import { timeout } from "../../../../src/kernel/machine.js";
import { Prng } from "../../../../src/kernel/prng.js";
import type { Instant } from "../../../../src/kernel/time.js";
import type {
  LogEntry,
  LogInput,
  LogOutput,
  RecoveredLog,
  Snapshot,
} from "../../../../src/recovery/log/ports.js";
import type {
  DiskMachine,
  Honesty,
  Inspector,
  Worker,
  Workload,
} from "../../../../src/sim/disk/explorer/workload.js";
import { type Asked, complaintOf, type LogLedger } from "./log-model.js";

type Input = Exclude<LogInput, { kind: "disk-done" }> | typeof timeout;
type Output = Exclude<LogOutput, { kind: "disk" }>;

export interface LogWorkOptions {
  readonly seed: number;
  /** How many things are asked of the log, one after the other. */
  readonly asks: number;
  /** So many may be asked for before the first of them is acknowledged. */
  readonly pendingMax: number;
  readonly dataBytesMax: number;
  readonly snapshotBytesMax: number;
  /** Whether others' snapshots come, and entries are overwritten. */
  readonly asFollower: boolean;
}

export function logWorkload(
  boot: (now: Instant) => DiskMachine<LogInput, Output>,
  options: LogWorkOptions,
): Workload<Input, Output, LogLedger> {
  return {
    boot,
    worker: () => new LogWorker(options),
    inspector: (ledger, honesty) => new LogInspector(ledger, honesty),
  };
}

/** Refused for a reason that leaves nothing on the disk: it will not be there after a crash. */
const refusedForGood = new Set(["full", "read-only", "too-much-waiting", "superseded"]);

class LogWorker implements Worker<Input, Output, LogLedger> {
  readonly #options: LogWorkOptions;
  readonly #dice: Prng;
  #asked: readonly Asked[] = [];
  readonly #pending = new Set<number>();
  #saved = 0;
  #snapshotsSaved: ReadonlySet<number> = new Set();
  readonly #snapshotTickets = new Set<number>();
  /** Tickets and what was given, as the worker sees them. */
  #ticket = 0;
  #asks = 0;
  #last = 0;
  #term = 1;
  #terms = new Map<number, number>();
  #snapshotIndex = 0;
  /** Entries up to here are durable, and will not be overwritten: a snapshot may stand for them. */
  #settled = 0;
  #isOpen = false;
  #isClosed = false;

  constructor(options: LogWorkOptions) {
    this.#options = options;
    this.#dice = new Prng(options.seed).split("log work");
  }

  get done(): boolean {
    if (this.#isClosed) return true;
    return this.#asks >= this.#options.asks && this.#pending.size === 0;
  }

  ledger(): LogLedger {
    return { asked: this.#asked, saved: this.#saved, snapshotsSaved: this.#snapshotsSaved };
  }

  begin(): readonly Input[] {
    return [timeout];
  }

  hear(_: Instant, output: Output): readonly Input[] {
    switch (output.kind) {
      case "recovered":
        this.#isOpen = true;
        break;
      case "refused":
        throw new Error(`a log that begins was refused: ${output.detail}`);
      case "saved":
        this.#acknowledged(output.ticket);
        break;
      case "snapshot-saved":
        this.#snapshotsSaved = new Set([...this.#snapshotsSaved, output.ticket]);
        this.#pending.delete(output.ticket);
        break;
      case "not-saved":
        this.#refused(output.ticket, output.reason);
        break;
      case "health":
        this.#isClosed ||= output.health === "failed";
        break;
      default:
        break;
    }
    return this.#more();
  }

  #acknowledged(upTo: number): void {
    this.#saved = upTo;
    for (const ticket of this.#pending) {
      if (ticket <= upTo && !this.#snapshotTickets.has(ticket)) this.#pending.delete(ticket);
    }
    const waits = [...this.#pending].some((ticket) => !this.#snapshotTickets.has(ticket));
    if (!waits) this.#settled = this.#last;
  }

  #refused(ticket: number, reason: string): void {
    this.#pending.delete(ticket);
    if (!refusedForGood.has(reason)) return;
    this.#asked = this.#asked.filter((one) => !("ticket" in one) || one.ticket !== ticket);
    this.#lookBack();
  }

  /** What was refused leaves the worker where the last accepted ask left it. */
  #lookBack(): void {
    this.#terms = new Map();
    this.#last = 0;
    for (const one of this.#asked) {
      if (one.kind === "save")
        for (const entry of one.entries) this.#given(entry.index, entry.term);
      if (one.kind === "install-snapshot") this.#given(one.snapshot.index, one.snapshot.term);
    }
    this.#settled = Math.min(this.#settled, this.#last);
  }

  #given(index: number, term: number): void {
    this.#terms.set(index, term);
    this.#last = index;
  }

  #more(): readonly Input[] {
    const inputs: Asked[] = [];
    const { asks, pendingMax } = this.#options;
    while (
      this.#isOpen &&
      !this.#isClosed &&
      this.#asks < asks &&
      this.#pending.size < pendingMax
    ) {
      this.#asks += 1;
      const ask = this.#draw();
      inputs.push(ask);
      this.#asked = [...this.#asked, ask];
      if ("ticket" in ask) this.#pending.add(ask.ticket);
    }
    return inputs;
  }

  #draw(): Asked {
    const thrown = this.#dice.below(20);
    if (thrown < 2) return { kind: "save", ticket: this.#next(), meta: this.#meta(), entries: [] };
    if (thrown < 4 && this.#settled > this.#snapshotIndex) return this.#saveSnapshot();
    if (thrown < 6 && this.#snapshotIndex > 0) {
      return { kind: "compact", index: this.#snapshotIndex };
    }
    if (thrown < 7 && this.#options.asFollower) return this.#install();
    return this.#append(this.#options.asFollower && this.#dice.chance(0.3));
  }

  #next(): number {
    this.#ticket += 1;
    return this.#ticket;
  }

  #append(overwrites: boolean): Asked {
    const { dataBytesMax } = this.#options;
    if (overwrites) this.#term += 1;
    const back = overwrites ? this.#dice.below(3) : 0;
    const first = Math.max(this.#snapshotIndex, this.#last - back) + 1;
    this.#settled = Math.min(this.#settled, first - 1);
    const entries: LogEntry[] = [];
    for (let index = first; index <= first + this.#dice.below(3); index += 1) {
      const data = this.#bytes(this.#dice.below(dataBytesMax + 1));
      entries.push({ index, term: this.#term, kind: this.#dice.below(256), data });
      this.#given(index, this.#term);
    }
    const meta = this.#dice.chance(0.2) ? this.#meta() : null;
    return { kind: "save", ticket: this.#next(), meta, entries };
  }

  #saveSnapshot(): Asked {
    const index = this.#snapshotIndex + 1 + this.#dice.below(this.#settled - this.#snapshotIndex);
    this.#snapshotIndex = index;
    const snapshot = this.#snapshot(index, this.#terms.get(index) ?? this.#term);
    const ticket = this.#next();
    this.#snapshotTickets.add(ticket);
    return { kind: "save-snapshot", ticket, snapshot };
  }

  #install(): Asked {
    const index = this.#last + 1 + this.#dice.below(5);
    this.#term += 1;
    this.#given(index, this.#term);
    this.#snapshotIndex = index;
    const snapshot = this.#snapshot(index, this.#term);
    return { kind: "install-snapshot", ticket: this.#next(), meta: this.#meta(), snapshot };
  }

  #snapshot(index: number, term: number): Snapshot {
    const data = this.#bytes(this.#dice.below(this.#options.snapshotBytesMax + 1));
    return { index, term, head: this.#bytes(1 + this.#dice.below(20)), data };
  }

  #meta(): Uint8Array {
    return this.#bytes(12);
  }

  #bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#dice.below(256));
  }
}

/** Looks at what was recovered, and then saves once more: a log that cannot is no log. */
class LogInspector implements Inspector<Input, Output> {
  readonly #ledger: LogLedger;
  readonly #honesty: Honesty;
  #complaint: string | null = "the log was never recovered";
  #done = false;

  constructor(ledger: LogLedger, honesty: Honesty) {
    this.#ledger = ledger;
    this.#honesty = honesty;
  }

  get done(): boolean {
    return this.#done;
  }

  begin(): readonly Input[] {
    return [timeout];
  }

  hear(_: Instant, output: Output): readonly Input[] {
    switch (output.kind) {
      case "recovered":
        return this.#recovered(output.log);
      case "refused":
        this.#end(
          this.#honesty === "damaged" ? null : `refused: ${output.reason} ${output.detail}`,
        );
        break;
      case "saved":
        this.#end(null);
        break;
      case "not-saved":
        this.#end(`saves nothing after the recovery: ${output.reason}`);
        break;
      default:
        break;
    }
    return [];
  }

  verdict(): string | null {
    return this.#complaint;
  }

  #end(complaint: string | null): void {
    this.#complaint = complaint;
    this.#done = true;
  }

  #recovered(log: RecoveredLog): readonly Input[] {
    // A disk that lied may have lost what it said was durable; what is there must still make sense.
    const saved = this.#honesty === "damaged" ? 0 : this.#ledger.saved;
    const snapshotsSaved =
      this.#honesty === "damaged" ? new Set<number>() : this.#ledger.snapshotsSaved;
    const complaint = complaintOf(log, { ...this.#ledger, saved, snapshotsSaved });
    const last = log.entries.at(-1);
    if (complaint !== null || (log.meta === null && last === undefined)) {
      this.#end(complaint);
      return [];
    }
    this.#complaint = "a save after the recovery was never answered";
    // The same once more changes nothing, so that the ledger holds for a crash in here, too.
    const entries = last === undefined ? [] : [last];
    return [{ kind: "save", ticket: 1, meta: log.meta, entries }];
  }
}
