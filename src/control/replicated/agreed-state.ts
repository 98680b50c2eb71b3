/**
 * Which replicated state the control function sees in a cycle. Replicas apply the same commands,
 * but not in the same instant; a set point that two of them see a cycle apart would make their
 * states differ. So each tells with its sample how far its state has come, and a change is seen
 * from the cycle on in which all that were heard have it. Whoever hears the same sees the same.
 *
 * A replica that lags, because its disk stalls or it has just started, holds a change up for
 * `waitMax` cycles and no longer: then the others see it, and its own state, which differs, makes
 * it unfit to drive until it has caught up.
 *
 * A replica knows nothing until it has heard the log: it begins without a state, runs no app and
 * is fit for nothing. A witness, which keeps no copy, stays so; it measures and votes.
 *
 * Invariant: what is seen never goes back.
 */
import { assert } from "../../kernel/assert.js";
import type { Plain } from "../../replication/service/ports.js";
import type { App } from "../app.js";

/** In cycles: a second at 20 ms. */
const waitMax = 50;

/** Changes that wait to be seen; with more, the oldest of them is seen at once. */
const waitingMax = 64;

interface Version {
  /** The index of the log as of which it stands; 0 for the app's initial one. */
  readonly at: number;
  readonly state: Plain;
  /** The cycle in which it came to us. */
  since: number;
}

export class AgreedState {
  /** Oldest first; the first is the one that is seen. Empty until something is known. */
  #versions: Version[] = [];

  /** Whether there is a state to see. */
  get known(): boolean {
    return this.#versions.length > 0;
  }

  /** How far this replica has come, for its sample; null while it knows nothing. */
  get told(): number | null {
    return this.#versions.at(-1)?.at ?? null;
  }

  /** Our own replica has applied the log up to `at`. */
  take(cycle: number, at: number, state: Plain): void {
    if (at <= (this.told ?? -1)) return;
    this.#versions.push({ at, state, since: cycle });
    if (this.#versions.length > waitingMax) this.#versions.shift();
  }

  /**
   * What is seen in this cycle. `told` is how far all have come by their samples of it, our own
   * included: what has come to us since we sent ours the others do not know of. To be asked only
   * once something is known.
   */
  see(cycle: number, told: readonly number[]): Plain {
    assert(this.known, "a replicated state is to be seen before it is known");
    const reached = Math.min(...told);
    const seen = this.#versions.findLastIndex(
      ({ at, since }) => at <= reached || cycle - since >= waitMax,
    );
    if (seen > 0) this.#versions = this.#versions.slice(seen);
    return (this.#versions[0] as Version).state;
  }

  /** The clock was moved: what waits begins to wait anew. */
  renumber(cycle: number): void {
    for (const version of this.#versions) version.since = cycle;
  }
}

/** Null where the app has no replicated state. */
export const agreedStateOf = (app: App): AgreedState | null =>
  app.replicated === undefined ? null : new AgreedState();
