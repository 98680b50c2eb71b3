/**
 * Who can hold up whom by locks: the ceilings of resources, and the stretches of a body during
 * which a lower task is in the way of a higher one.
 *
 * A lower task that holds nothing that matters cannot run before the higher one has finished; one
 * that does may run until it holds nothing of the kind any more, and then it cannot come back. So
 * what counts is the longest stretch of a body in which at least one such resource is held, whether
 * its sections are nested, follow one another without a gap, or overlap.
 */
import { type Duration, micros } from "../../kernel/time.js";
import { type Priority, priority } from "../priority.js";
import { resourcesOf, type Step, type Task } from "./task-set.js";

/** The ceiling of each resource: the priority of the most urgent task that locks it. */
export function ceilingsOf(tasks: readonly Task[]): ReadonlyMap<string, Priority> {
  const ceilings = new Map<string, Priority>();
  for (const { body, priority } of tasks) {
    for (const resource of resourcesOf(body)) {
      if ((ceilings.get(resource) ?? -1) < priority) ceilings.set(resource, priority);
    }
  }
  return ceilings;
}

/**
 * The priority of the most urgent task that may wait for each resource. That is one that locks it,
 * or one that waits for a resource whose holder waits for this one: where a body locks `inner`
 * while it holds `outer`, who waits for `outer` waits for `inner` too (Sha, Rajkumar and Lehoczky
 * 1990, transitive blocking). Under a ceiling on one core nobody gets that far.
 */
export function reachesOf(tasks: readonly Task[]): ReadonlyMap<string, Priority> {
  const reaches = new Map(ceilingsOf(tasks));
  const nestings = tasks.flatMap(({ body }) => nestingsOf(body));
  // A round that goes on has raised a resource to the level of another, so there are few.
  let raised = true;
  while (raised) {
    raised = false;
    for (const { outer, inner } of nestings) {
      const level = reaches.get(outer) ?? lowestPriority;
      if ((reaches.get(inner) ?? lowestPriority) >= level) continue;
      reaches.set(inner, level);
      raised = true;
    }
  }
  return reaches;
}

const lowestPriority = priority(0);

export interface Nesting {
  readonly outer: string;
  readonly inner: string;
}

/** Which resource is locked while which is held. */
export function nestingsOf(body: readonly Step[]): readonly Nesting[] {
  const held = new Set<string>();
  const nestings: Nesting[] = [];
  for (const step of body) {
    if (step.kind === "lock") {
      for (const outer of held) nestings.push({ outer, inner: step.resource });
      held.add(step.resource);
    }
    if (step.kind === "unlock") held.delete(step.resource);
  }
  return nestings;
}

/** A stretch of a body, from the lock of a resource that matters until none of them is held. */
export interface Span {
  /** The resource whose lock begins it. */
  readonly resource: string;
  readonly time: Duration;
}

/**
 * A span for each lock of a resource that matters: from there until the body holds none. The spans
 * of inner locks are the ends of outer ones.
 */
export function spansOf(
  body: readonly Step[],
  matters: (resource: string) => boolean,
): readonly Span[] {
  const spans: Span[] = [];
  const held = new Set<string>();
  let open: { readonly resource: string; readonly began: number }[] = [];
  let at = 0;
  for (const step of body) {
    if (step.kind === "run") at += step.time;
    else if (!matters(step.resource)) continue;
    else if (step.kind === "lock") {
      held.add(step.resource);
      open.push({ resource: step.resource, began: at });
    } else {
      held.delete(step.resource);
      if (held.size > 0) continue;
      spans.push(...open.map(({ resource, began }) => ({ resource, time: micros(at - began) })));
      open = [];
    }
  }
  return spans;
}
