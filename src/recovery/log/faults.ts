/**
 * What is wrong with the disk at the moment, from where it was noticed. Full and read-only may end:
 * each is tried again after a while, and forgotten when that went well.
 */
import { after, type Duration, due, type Instant } from "../../kernel/time.js";
import type { DiskFailure } from "../disk.js";

/** A write of the log, the making of a segment, the canary. */
export type FaultSource = "log" | "segment" | "canary";

export type PassingFault = "full" | "read-only";

export const isPassing = (reason: DiskFailure): reason is PassingFault =>
  reason === "full" || reason === "read-only";

interface Fault {
  readonly reason: PassingFault;
  readonly retryAt: Instant;
}

export class DiskFaults {
  readonly #retryAfter: Duration;
  readonly #faults = new Map<FaultSource, Fault>();

  constructor(retryAfter: Duration) {
    this.#retryAfter = retryAfter;
  }

  set(now: Instant, source: FaultSource, reason: PassingFault): void {
    this.#faults.set(source, { reason, retryAt: after(now, this.#retryAfter) });
  }

  clear(source: FaultSource): void {
    this.#faults.delete(source);
  }

  of(source: FaultSource): PassingFault | null {
    return this.#faults.get(source)?.reason ?? null;
  }

  /** Whether there is no fault, or it is time to try again. */
  mayTry(now: Instant, source: FaultSource): boolean {
    const fault = this.#faults.get(source);
    return fault === undefined || due(fault.retryAt, now);
  }

  /** The worst. */
  worst(): PassingFault | null {
    if (this.#faults.size === 0) return null;
    const reasons = [...this.#faults.values()].map(({ reason }) => reason);
    if (reasons.includes("read-only")) return "read-only";
    return reasons.includes("full") ? "full" : null;
  }

  /** When it is tried again; null without a fault. */
  retryAt(source: FaultSource): Instant | null {
    return this.#faults.get(source)?.retryAt ?? null;
  }
}
