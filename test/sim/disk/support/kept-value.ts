/**
 * The smallest machine that keeps something: one number, in a file that is written aside, synced,
 * renamed and made sure of by a sync of the folder. Each step can be left out: these are the bugs
 * that a crash explorer has to find.
 */
import type { Timeout } from "../../../../src/kernel/machine.js";
import type {
  DiskDone,
  DiskOperation,
  DiskRequest,
  DiskResult,
} from "../../../../src/recovery/disk.js";
import type {
  DiskMachine,
  Honesty,
  Inspector,
  Worker,
  Workload,
} from "../../../../src/sim/disk/explorer/workload.js";

export type Bug =
  | "none"
  | "no-sync"
  | "no-folder-sync"
  | "said-too-early"
  | "in-place"
  | "trusts-second-sync"
  | "recovery-moves-away";

type Input = { readonly kind: "keep"; readonly value: number };
type Output =
  | { readonly kind: "kept"; readonly value: number }
  | { readonly kind: "found"; readonly value: number | null }
  | { readonly kind: "closed" };

/** Longer than a sector, so that it can be torn; each byte tells the value. */
const valueBytes = 1_200;

type Next = (result: DiskResult) => readonly (Output | DiskRequest)[];

class KeptValue implements DiskMachine<Input, Output> {
  readonly #bug: Bug;
  #id = 0;
  #next: Next | null = null;
  #value = 0;
  #begun = false;

  constructor(bug: Bug) {
    this.#bug = bug;
  }

  deadline(): null {
    return null;
  }

  step(_: number, input: Input | DiskDone | Timeout): readonly (Output | DiskRequest)[] {
    if (!this.#begun) {
      this.#begun = true;
      return this.#ask({ kind: "list" }, (result) => this.#found(result));
    }
    if (input.kind === "keep") return this.#keep(input.value);
    if (input.kind === "timeout") return [];
    const next = this.#next;
    this.#next = null;
    return next?.(input.result) ?? [];
  }

  #found(result: DiskResult): readonly (Output | DiskRequest)[] {
    const names = result.ok ? (result.files ?? []).map(({ file }) => file) : [];
    if (!names.includes("value")) return [{ kind: "found", value: null }];
    return this.#bug === "recovery-moves-away" ? this.#moveAway() : this.#read();
  }

  #read(): readonly (Output | DiskRequest)[] {
    return this.#ask({ kind: "read", file: "value", offset: 0, length: valueBytes }, (read) => {
      const bytes = read.ok ? (read.bytes ?? new Uint8Array(0)) : new Uint8Array(0);
      const whole = bytes.length === valueBytes && bytes.every((byte) => byte === bytes[0]);
      if (!whole) return [{ kind: "closed" }];
      return [{ kind: "found", value: bytes[0] ?? null }];
    });
  }

  /** Moves the value away and back: in between there is none under its name. */
  #moveAway(): readonly (Output | DiskRequest)[] {
    return this.#ask({ kind: "rename", from: "value", to: "moved" }, () =>
      this.#ask({ kind: "sync-folder" }, () =>
        this.#ask({ kind: "rename", from: "moved", to: "value" }, () => this.#read()),
      ),
    );
  }

  #keep(value: number): readonly (Output | DiskRequest)[] {
    this.#value = value;
    const file = this.#bug === "in-place" ? "value" : "spare";
    const bytes = new Uint8Array(valueBytes).fill(value);
    return this.#ask({ kind: "create", file, bytes: 0 }, () => {
      const write = this.#ask({ kind: "write", file, offset: 0, bytes, synced: false }, () =>
        this.#sync(file),
      );
      const early: Output[] = this.#bug === "said-too-early" ? [{ kind: "kept", value }] : [];
      return [...early, ...write];
    });
  }

  #sync(file: string): readonly (Output | DiskRequest)[] {
    if (this.#bug === "no-sync") return this.#rename(file);
    return this.#ask({ kind: "sync", file }, (result) => {
      if (result.ok) return this.#rename(file);
      if (this.#bug === "trusts-second-sync") return this.#sync(file);
      return [{ kind: "closed" }];
    });
  }

  #rename(file: string): readonly (Output | DiskRequest)[] {
    if (file === "value") return this.#syncFolder();
    return this.#ask({ kind: "rename", from: file, to: "value" }, () => this.#syncFolder());
  }

  #syncFolder(): readonly (Output | DiskRequest)[] {
    const kept: Output[] = [{ kind: "kept", value: this.#value }];
    if (this.#bug === "said-too-early") return [];
    if (this.#bug === "no-folder-sync") return kept;
    return this.#ask({ kind: "sync-folder" }, () => kept);
  }

  #ask(operation: DiskOperation, next: Next): readonly DiskRequest[] {
    this.#id += 1;
    this.#next = next;
    return [{ kind: "disk", id: this.#id, lane: "log", operation }];
  }
}

interface Ledger {
  readonly kept: number;
  readonly asked: number;
}

class Keeper implements Worker<Input | { kind: "timeout" }, Output, Ledger> {
  readonly #valuesMax: number;
  #kept = 0;
  #asked = 0;
  #closed = false;

  constructor(valuesMax: number) {
    this.#valuesMax = valuesMax;
  }

  get done(): boolean {
    return this.#closed || this.#kept === this.#valuesMax;
  }

  begin(): readonly { kind: "timeout" }[] {
    return [{ kind: "timeout" }];
  }

  hear(_: number, output: Output): readonly Input[] {
    if (output.kind === "kept") this.#kept = output.value;
    if (output.kind === "closed") this.#closed = true;
    if (this.done) return [];
    this.#asked = this.#kept + 1;
    return [{ kind: "keep", value: this.#asked }];
  }

  ledger(): Ledger {
    return { kept: this.#kept, asked: this.#asked };
  }
}

class Looker implements Inspector<Input | { kind: "timeout" }, Output> {
  readonly #ledger: Ledger;
  readonly #honesty: Honesty;
  #heard: Output | null = null;

  constructor(ledger: Ledger, honesty: Honesty) {
    this.#ledger = ledger;
    this.#honesty = honesty;
  }

  get done(): boolean {
    return this.#heard !== null;
  }

  begin(): readonly { kind: "timeout" }[] {
    return [{ kind: "timeout" }];
  }

  hear(_: number, output: Output): readonly Input[] {
    this.#heard = output;
    return [];
  }

  verdict(): string | null {
    const { kept, asked } = this.#ledger;
    if (this.#heard?.kind !== "found") {
      return this.#honesty === "damaged" ? null : `refused, where ${kept} was kept`;
    }
    const found = this.#heard.value ?? 0;
    if (found === kept || found === asked) return null;
    return `${found}, where ${kept} was kept and ${asked} asked for`;
  }
}

export const keptValue = (
  bug: Bug,
  valuesMax = 2,
): Workload<Input | { kind: "timeout" }, Output, Ledger> => ({
  boot: () => new KeptValue(bug),
  worker: () => new Keeper(valuesMax),
  inspector: (ledger, honesty) => new Looker(ledger, honesty),
});
