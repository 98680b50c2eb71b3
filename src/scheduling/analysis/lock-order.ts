/**
 * Can two tasks lock the same resources in different orders? Then each may hold what the other
 * waits for, and both wait for ever. The immediate ceiling on one core makes it impossible;
 * inheritance and no protocol do not (Sha, Rajkumar and Lehoczky 1990, section 3).
 *
 * The answer is on the safe side: tasks that hold a third resource around both orders are told too.
 */
import { nestingsOf } from "./spans.js";
import type { Task } from "./task-set.js";

/** `task` locks `inner` while it holds `outer`. */
export interface OrderLink {
  readonly task: string;
  readonly outer: string;
  readonly inner: string;
}

/** A circle of orders, of at least two tasks; null where there is none. */
export function orderCycle(tasks: readonly Task[]): readonly OrderLink[] | null {
  const links = tasks.flatMap(({ name, body }) =>
    nestingsOf(body).map(({ outer, inner }): OrderLink => ({ task: name, outer, inner })),
  );
  for (const first of links) {
    const cycle = wayBack(first, links);
    if (cycle !== null) return cycle;
  }
  return null;
}

/** The shortest way from the end of a link to its beginning in which another task has a part. */
function wayBack(first: OrderLink, links: readonly OrderLink[]): readonly OrderLink[] | null {
  const seen = new Set<string>();
  let ways: readonly (readonly OrderLink[])[] = [[first]];
  while (ways.length > 0) {
    const longer: (readonly OrderLink[])[] = [];
    for (const way of ways) {
      const last = way.at(-1) ?? first;
      const shared = way.some(({ task }) => task !== first.task);
      if (last.inner === first.outer && shared) return way;
      const place = JSON.stringify([last.inner, shared]);
      if (seen.has(place)) continue;
      seen.add(place);
      longer.push(
        ...links.filter(({ outer }) => outer === last.inner).map((next) => [...way, next]),
      );
    }
    ways = longer;
  }
  return null;
}
