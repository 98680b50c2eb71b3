/**
 * How times and counts grow with the number of members. The same figures as in memberlist, so that
 * what is known of clusters that run it holds here too.
 */
import { type Duration, micros } from "../kernel/time.js";

/** How long a suspicion lasts at least: alpha * max(1, log10 n) periods (Lifeguard, section 4). */
export function suspicionLeast(alpha: number, count: number, period: Duration): Duration {
  const thousandths = Math.floor(1_000 * Math.max(1, Math.log10(Math.max(1, count))));
  return micros(Math.floor((alpha * period * thousandths) / 1_000));
}

/** How often each claim is sent: lambda * ceil(log10(n + 1)) times (SWIM, section 4.1). */
export const transmissionsMax = (lambda: number, count: number): number =>
  Math.ceil(lambda * Math.ceil(Math.log10(count + 1)));

const syncCountMax = 32;

/** By how much rarer lists are compared: once more for each doubling beyond 32 members. */
export const syncScale = (count: number): number =>
  count <= syncCountMax ? 1 : Math.ceil(Math.log2(count) - Math.log2(syncCountMax)) + 1;
