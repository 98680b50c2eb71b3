/**
 * Who took itself to hold a lock, and when, in true time: two must never do so at once, whatever
 * the replicas say. A holder sees only its own clock, so this checks the arithmetic of leases too.
 */
import type { TrueTime } from "../true-time.js";

interface Belief {
  readonly lock: string;
  readonly client: string;
  readonly token: number;
  readonly from: TrueTime;
  to: TrueTime;
}

export class Beliefs {
  readonly violations: string[] = [];
  /** By lock, the newest beliefs; a few are enough, for they come in order of time. */
  readonly #byLock = new Map<string, Belief[]>();
  count = 0;

  began(now: TrueTime, lock: string, client: string, token: number): Belief {
    const belief: Belief = { lock, client, token, from: now, to: now };
    this.count += 1;
    const all = this.#byLock.get(lock) ?? [];
    for (const other of all) {
      if (token < other.token) {
        this.violations.push(
          `lock ${lock}: token ${token} of ${client} comes after ${other.token}`,
        );
      }
    }
    all.push(belief);
    if (all.length > keptMax) all.shift();
    this.#byLock.set(lock, all);
    return belief;
  }

  /** It holds it now, and will until `until` if it hears nothing more. */
  goesOn(belief: Belief, until: TrueTime): void {
    if (until > belief.to) belief.to = until;
    for (const other of this.#byLock.get(belief.lock) ?? []) this.#compare(belief, other);
  }

  /** It does not any more. */
  ended(belief: Belief, now: TrueTime): void {
    if (now < belief.to) belief.to = now;
  }

  #compare(one: Belief, other: Belief): void {
    if (one === other || one.from >= other.to || other.from >= one.to) return;
    // Whoever was told to hold it twice, under one token, holds it once.
    if (one.client === other.client && one.token === other.token) return;
    const text = `${one.client} (token ${one.token}) from ${one.from} to ${one.to}`;
    const also = `${other.client} (token ${other.token}) from ${other.from} to ${other.to}`;
    this.violations.push(`lock ${one.lock} was held by ${text} and by ${also}`);
  }
}

const keptMax = 16;
