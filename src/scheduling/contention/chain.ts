/**
 * Walks along chains of waits: a task waits for a resource, whose holder waits for another one, and
 * so on. A task waits for at most one resource and a resource has at most one holder, so there is
 * one way to go; and since a wait that would close a circle is refused, it ends. Both walks are
 * loops, as a chain may be as long as there are tasks.
 */
import type { Contended, Contender } from "./parties.js";
import type { CycleLink } from "./ports.js";

/**
 * Makes the effective priority of a task, and of all that it keeps waiting by way of others, what
 * the rule says. It raises and lowers alike, and stops where nothing changes. (Linux,
 * rt_mutex_adjust_prio_chain.)
 *
 * @param changed gets each task whose priority changed, once.
 */
export function adjust(start: Contender, changed: Contender[]): void {
  let task: Contender | null = start;
  while (task !== null) {
    const entitled = task.entitled();
    if (entitled === task.effective) return;
    task.effective = entitled;
    if (!task.listed) {
      task.listed = true;
      changed.push(task);
    }
    task = onward(task);
  }
}

/** Sorts a blocked task in again; whoever it waits for may be touched by that. */
function onward(task: Contender): Contender | null {
  const resource = task.waitsFor;
  if (resource === null || task.woken) return null;
  resource.queue.resort(task);
  return resource.inherits ? resource.obstacle : null;
}

/**
 * The circle that would be closed if `task` waited for `resource`, beginning with `task`; null if
 * there would be none. A woken waiter is about to run, so a chain ends with it.
 */
export function cycleOf(task: Contender, resource: Contended): readonly CycleLink[] | null {
  if (task.holds.length === 0 || !leadsTo(task, resource)) return null;
  const cycle: CycleLink[] = [{ task: task.name, resource: resource.name }];
  for (let next = resource.holder; next !== null && next !== task; ) {
    const awaited: Contended | null = next.waitsFor;
    if (awaited === null) break;
    cycle.push({ task: next.name, resource: awaited.name });
    next = awaited.holder;
  }
  return cycle;
}

function leadsTo(task: Contender, resource: Contended): boolean {
  let holder = resource.holder;
  while (holder !== null && holder !== task) holder = holder.waitsFor?.holder ?? null;
  return holder === task;
}
