/** An executive on a virtual clock, and what tests look at. */
import { type Duration, type Instant, instant, micros } from "../../../src/kernel/time.js";
import type { ExecutiveEvent } from "../../../src/scheduling/executive/events.js";
import { Executive, type ExecutiveOptions } from "../../../src/scheduling/executive/executive.js";
import type { Steps } from "../../../src/scheduling/executive/requests.js";
import {
  runVirtually,
  type Stimulus,
  type VirtualEnd,
  VirtualTime,
} from "../../../src/scheduling/executive/run-virtually.js";
import type { TaskSelf, TaskSettings } from "../../../src/scheduling/executive/task.js";
import { priority } from "../../../src/scheduling/priority.js";

export const ms = (count: number): Instant => instant(Math.round(count * 1_000));
export const lasting = (count: number): Duration => micros(Math.round(count * 1_000));

export type Code = (task: TaskSelf) => Steps<unknown>;

export class Rig {
  readonly time = new VirtualTime();
  readonly executive: Executive;
  readonly events: ExecutiveEvent[] = [];
  /** What the tasks wrote down, with the milliseconds. */
  readonly notes: string[] = [];

  constructor(options: Partial<ExecutiveOptions> = {}) {
    this.executive = new Executive({ now: this.time.now, usualEvents: true, ...options });
  }

  lock(name: string, protocol: "none" | "inheritance" | number = "inheritance"): this {
    const ceiling = typeof protocol === "number" ? priority(protocol) : priority(0);
    const kind = typeof protocol === "number" ? "ceiling" : protocol;
    this.executive.addLock({
      name,
      protocol: kind === "ceiling" ? { kind, ceiling } : { kind },
    });
    return this;
  }

  task(name: string, level: number, body: Code, settings: Partial<TaskSettings> = {}): this {
    const result = this.executive.add(this.time.now, {
      name,
      base: priority(level),
      body,
      ...settings,
    });
    if (result.kind !== "added") throw new Error(`${name} is refused: ${result.reason}`);
    return this;
  }

  /** The slice that runs costs this many milliseconds. */
  spend(count: number): void {
    this.time.spend(lasting(count));
  }

  note(text: string): void {
    this.notes.push(`${this.time.now / 1_000} ${text}`);
  }

  run(until = 10_000, stimuli: readonly Stimulus[] = []): VirtualEnd {
    const { executive, time } = this;
    const end = runVirtually({ executive, time, until: ms(until), stimuli });
    this.events.push(...executive.drainEvents());
    return end;
  }

  of<Kind extends ExecutiveEvent["kind"]>(kind: Kind): Extract<ExecutiveEvent, { kind: Kind }>[] {
    const isOf = (event: ExecutiveEvent): event is Extract<ExecutiveEvent, { kind: Kind }> =>
      event.kind === kind;
    return this.events.filter(isOf);
  }

  standing(task: string) {
    return this.executive.standing().find((each) => each.task === task);
  }
}
