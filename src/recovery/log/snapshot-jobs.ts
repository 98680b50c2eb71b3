/** Snapshots on their way into files: one at a time. */
import type { Snapshot } from "./ports.js";
import type { Waiting } from "./save-queue.js";

export interface SnapshotJob {
  readonly ticket: number;
  readonly snapshot: Snapshot;
  /** Of a snapshot of somebody else: what waits in the queue for its file. */
  readonly install: (Waiting & { readonly kind: "install" }) | null;
}

/** Snapshots of others that wait: each may be of 64 MiB. */
export const installsWaitingMax = 2;

export class SnapshotJobs {
  #active: SnapshotJob | null = null;
  #waiting: SnapshotJob[] = [];

  get active(): SnapshotJob | null {
    return this.#active;
  }

  get installs(): number {
    return [this.#active, ...this.#waiting].filter((job) => job?.install != null).length;
  }

  /** Returns those that it supersedes. */
  add(job: SnapshotJob): readonly SnapshotJob[] {
    const isSuperseded = ({ install, snapshot }: SnapshotJob): boolean =>
      install === null && snapshot.index <= job.snapshot.index;
    const superseded = this.#waiting.filter(isSuperseded);
    this.#waiting = this.#waiting.filter((other) => !isSuperseded(other));
    this.#waiting.push(job);
    return superseded;
  }

  /** The next, if none is being written. */
  begin(): SnapshotJob | null {
    if (this.#active !== null) return null;
    this.#active = this.#waiting.shift() ?? null;
    return this.#active;
  }

  end(): void {
    this.#active = null;
  }

  /** Those whose install was refused are of no use any more. */
  dropInstalls(): void {
    this.#waiting = this.#waiting.filter(({ install }) => install === null);
  }

  clear(): readonly SnapshotJob[] {
    const all = this.#active === null ? this.#waiting : [this.#active, ...this.#waiting];
    this.#active = null;
    this.#waiting = [];
    return all;
  }
}
