/**
 * How far news spreads when it travels on probes: the epidemic of Bailey, as in Das, Gupta and
 * Motivala 2002, section 5. Times are in periods.
 */
import { UsageError } from "../../kernel/assert.js";

/** After how many periods a claim is no longer passed on: lambda ln n. */
export function disseminationPeriods(members: number, lambda: number): number {
  demandGroup(members, lambda);
  return lambda * Math.log(members);
}

/** How many have the news after `periods`, of which one had it at the start: a logistic curve. */
export function expectedInfected(members: number, periods: number): number {
  demandGroup(members, 1);
  const growth = Math.exp(-(2 - 1 / members) * periods);
  return members / (1 + (members - 1) * growth);
}

/** How many have not heard it after lambda ln n periods, in the mean: n^-(2 lambda - 2). */
export function expectedMissing(members: number, lambda: number): number {
  demandGroup(members, lambda);
  return members ** -(2 * lambda - 2);
}

/** How often each member sends a claim on, as memberlist does: `multiple` * ceil(log10(n + 1)). */
export function retransmits(members: number, multiple: number): number {
  return multiple * Math.ceil(Math.log10(members + 1));
}

function demandGroup(members: number, lambda: number): void {
  const isGroup = Number.isSafeInteger(members) && members >= 1;
  if (!isGroup || !(lambda > 0)) throw new UsageError(`not a group: ${members}, ${lambda}`);
}
