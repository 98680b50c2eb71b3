/** Random work for a log, as Raft would give it, and its model beside it. */
import type { Prng } from "../../../src/kernel/prng.js";
import type {
  LogEntry,
  LogInput,
  RecoveredLog,
  Snapshot,
} from "../../../src/recovery/log/ports.js";
import { LogModel, lastOf, modelOf } from "./log-model.js";

export class Workload {
  readonly model: LogModel;
  readonly #prng: Prng;
  #ticket = 0;
  #installed = 0;
  #term: number;
  /** Everything up to there was "committed": it is not overwritten. */
  #committed: number;

  constructor(prng: Prng, found?: RecoveredLog) {
    this.#prng = prng;
    const snapshot = found?.snapshot ?? null;
    const entries = found?.entries ?? [];
    this.model = found === undefined ? new LogModel() : modelOf(found);
    this.#committed = snapshot?.index ?? 0;
    this.#term = Math.max(1, snapshot?.term ?? 0, entries.at(-1)?.term ?? 0);
  }

  /** @param savedTo no second snapshot is installed before the first */
  next(savedTo: number): LogInput {
    const input = this.#draw(savedTo);
    this.model.take(input);
    return input;
  }

  #draw(savedTo: number): LogInput {
    const dice = this.#prng.below(100);
    if (dice < 70) return this.#save();
    const { last } = this.model;
    if (dice < 80 && last > this.#committed) {
      this.#committed += 1 + this.#prng.below(last - this.#committed);
      return this.#saveSnapshot();
    }
    if (dice < 90) return { kind: "compact", index: this.#committed };
    if (dice >= 95 || this.#installed > savedTo) return this.#save();
    const install = this.#install();
    this.#installed = this.#ticket;
    return install;
  }

  #save(): LogInput {
    const { last } = this.model;
    const overwrites = this.#prng.chance(0.15) && last > this.#committed;
    if (overwrites) this.#term += 1;
    const first = overwrites ? last - this.#prng.below(last - this.#committed) : last + 1;
    const count = this.#prng.below(5);
    const entries = Array.from({ length: count }, (_, at) => this.#entry(first + at));
    const meta = this.#prng.chance(0.3) ? this.#bytes(20) : null;
    return { kind: "save", ticket: this.#nextTicket(), meta, entries };
  }

  #entry(index: number): LogEntry {
    if (this.#prng.chance(0.05)) this.#term += 1;
    const lengthMax = this.#prng.chance(0.1) ? 1_500 : 100;
    return { index, term: this.#term, kind: this.#prng.below(256), data: this.#bytes(lengthMax) };
  }

  #saveSnapshot(): LogInput {
    const index = this.#committed;
    const term =
      this.model.state.entries.find((entry) => entry.index === index)?.term ?? this.#term;
    return {
      kind: "save-snapshot",
      ticket: this.#nextTicket(),
      snapshot: this.#snapshot(index, term),
    };
  }

  /** Of an index that we do not have, or have with this term or another. */
  #install(): LogInput {
    const { state } = this.model;
    const index = this.#committed + 1 + this.#prng.below(lastOf(state) - this.#committed + 5);
    const own = state.entries.find((entry) => entry.index === index)?.term;
    const isOwn = own !== undefined && this.#prng.chance(0.5);
    if (!isOwn) this.#term += 1;
    const snapshot = this.#snapshot(index, isOwn ? own : this.#term);
    this.#committed = index;
    const meta = this.#prng.chance(0.5) ? this.#bytes(20) : null;
    return { kind: "install-snapshot", ticket: this.#nextTicket(), meta, snapshot };
  }

  #snapshot(index: number, term: number): Snapshot {
    return { index, term, head: this.#bytes(30), data: this.#bytes(1_500) };
  }

  #nextTicket(): number {
    this.#ticket += 1;
    return this.#ticket;
  }

  /** Zeroes now and then: they look like a sector that was never written. */
  #bytes(lengthMax: number): Uint8Array {
    const bytes = new Uint8Array(this.#prng.below(lengthMax + 1));
    if (this.#prng.chance(0.2)) return bytes;
    return bytes.map(() => this.#prng.next());
  }
}
