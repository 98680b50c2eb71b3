/**
 * The canary: a small write, made durable, when nothing else has been written for a while. An idle
 * leader else notices a dead or read-only disk only when somebody wants something of it, and stands
 * in the way of a better one until then.
 *
 * The file stays, and is written over in place: made and removed each time, it would cost three
 * changes of the folder, and wear the card out by as many kilobytes.
 */
import { after, type Duration, type Instant } from "../../kernel/time.js";
import type { DiskTask } from "./lanes.js";
import { canaryName } from "./names.js";
import type { Outcome } from "./tasks.js";

const canaryBytes = 16;

export class Canary {
  readonly #every: Duration;
  #provedAt: Instant;
  #isMade = false;
  #count = 0;

  constructor(now: Instant, every: Duration) {
    this.#provedAt = now;
    this.#every = every;
  }

  /** The disk has made something durable. */
  proved(now: Instant): void {
    this.#provedAt = now;
  }

  get dueAt(): Instant {
    return after(this.#provedAt, this.#every);
  }

  *sing(): DiskTask<Outcome> {
    if (!this.#isMade) {
      const made = yield { kind: "create", file: canaryName, bytes: canaryBytes };
      if (!made.ok) return made.reason;
      this.#isMade = true;
    }
    this.#count += 1;
    const bytes = new Uint8Array(canaryBytes);
    new DataView(bytes.buffer).setFloat64(0, this.#count);
    const result = yield { kind: "write", file: canaryName, offset: 0, bytes, synced: true };
    return result.ok ? null : result.reason;
  }
}
