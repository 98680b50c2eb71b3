/**
 * What happens on the mock by itself, at a moment of its own: the end of a command, the end of a
 * bounce. Nothing runs in between; whoever looks makes it happen, in the order of time, and each
 * thing finds the world as it was at its moment.
 */
import { due, type Instant } from "../../../src/kernel/time.js";

export interface Timed {
  /** When something happens next; null: nothing will by itself. */
  deadline(): Instant | null;
  /** It is that moment. Afterwards the deadline is later, or null. */
  happen(): void;
}

/** Of those that are due at one moment the first in the list comes first. */
export function settleAll(all: readonly Timed[], now: Instant): void {
  for (let next = firstDue(all, now); next !== null; next = firstDue(all, now)) next.happen();
}

function firstDue(all: readonly Timed[], now: Instant): Timed | null {
  let first: Timed | null = null;
  let soonest: Instant | null = null;
  for (const one of all) {
    const deadline = one.deadline();
    if (deadline === null || !due(deadline, now)) continue;
    if (soonest !== null && soonest <= deadline) continue;
    [first, soonest] = [one, deadline];
  }
  return first;
}
