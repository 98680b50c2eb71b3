/** How long a schedule is played where nobody says: until it repeats itself, or long enough. */
import { type Duration, micros, seconds } from "../../kernel/time.js";
import type { Task } from "../../scheduling/analysis/task-set.js";

const longEnough = seconds(1);

/** The hyperperiod after the last offset; where that is long, two of the longest period, or 1 s. */
export function horizonOf(tasks: readonly Task[]): Duration {
  const start = Math.max(...tasks.map(({ offset, jitter }) => offset + jitter));
  const most = Math.max(longEnough, 2 * Math.max(...tasks.map(({ period }) => period)));
  let cycle = 1;
  for (const { period } of tasks) {
    cycle = (cycle / gcd(cycle, period)) * period;
    if (cycle > most) return micros(start + most);
  }
  return micros(start + cycle);
}

function gcd(one: number, other: number): number {
  let [larger, smaller] = [one, other];
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
