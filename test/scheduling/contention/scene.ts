/** Tasks and resources to tell a story with: a line for what happens, one for who is how urgent. */
import { expect } from "vitest";
import { Contention } from "../../../src/scheduling/contention/contention.js";
import type {
  ContentionLimits,
  ResourceProtocol,
  ResourceSettings,
} from "../../../src/scheduling/contention/ports.js";
import { priority } from "../../../src/scheduling/priority.js";

export const inherits: ResourceProtocol = { kind: "inheritance" };
export const ceilingOf = (level: number): ResourceProtocol => ({
  kind: "ceiling",
  ceiling: priority(level),
});

export class Scene {
  readonly contention: Contention;

  /** Resources are plain inheritance locks unless something else is said of them. */
  constructor(
    bases: Record<string, number>,
    resources: readonly (string | ResourceSettings)[],
    limits: Partial<ContentionLimits> = {},
  ) {
    this.contention = new Contention(limits);
    for (const [task, base] of Object.entries(bases))
      expect(this.contention.addTask(task, priority(base)).kind).toBe("added");
    for (const each of resources) {
      const settings = typeof each === "string" ? { name: each, protocol: inherits } : each;
      expect(this.contention.addResource(settings).kind).toBe("added");
    }
  }

  takes(task: string, ...resources: readonly string[]): void {
    for (const resource of resources)
      expect(this.contention.lock(task, resource)).toEqual({ kind: "taken", ownerDied: false });
  }

  waits(task: string, resource: string): void {
    expect(this.contention.lock(task, resource).kind).toBe("waits");
  }

  /** The woken waiter does not run yet. */
  releases(task: string, resource: string): string | null {
    const answer = this.contention.unlock(task, resource);
    expect(answer.kind).toBe("unlocked");
    return answer.kind === "unlocked" ? answer.woken : null;
  }

  /** The woken waiter runs at once and takes it: who. */
  gives(task: string, resource: string): string | null {
    const woken = this.releases(task, resource);
    if (woken !== null) this.claims(woken, resource);
    return woken;
  }

  claims(task: string, resource: string): void {
    expect(this.contention.claim(task, resource).kind).toBe("taken");
  }

  /** A time-out, a cancellation, an interrupt: to a lock they are the same. */
  givesUp(task: string): void {
    expect(this.contention.stopWaiting(task)).toBeNull();
  }

  base(task: string, level: number): void {
    this.contention.setBase(task, priority(level));
  }

  /** Of the tasks that are named, or of all, in the order in which they were added. */
  levels(...tasks: readonly string[]): readonly number[] {
    const all = this.contention.involvements().map(({ task }) => task);
    return (tasks.length > 0 ? tasks : all).map((task) => this.contention.effective(task));
  }
}
