/**
 * The rules of contention as simply as they can be written, for comparison: nothing is kept but who
 * holds, waits and was woken. Priorities are found as a fixpoint over everybody, orders by sorting,
 * and circles by following everybody from everywhere, each time anew.
 */
import type {
  ContentionLimits,
  CycleLink,
  LockResult,
  ResourceSettings,
  TryLockResult,
  UnlockResult,
  Wakening,
} from "../../../src/scheduling/contention/ports.js";
import type { Priority } from "../../../src/scheduling/priority.js";

interface Task {
  readonly name: string;
  base: Priority;
  readonly holds: string[];
  waitsFor: string | null;
  woken: boolean;
  arrival: number;
}

interface Resource {
  readonly settings: ResourceSettings;
  depth: number;
  ownerDied: boolean;
}

export class NaiveContention {
  readonly #limits: ContentionLimits;
  readonly tasks: Task[] = [];
  readonly resources: Resource[] = [];
  #arrivals = 0;
  /** So that a run can say that it met what it is for. */
  readonly met = new Map<string, number>();

  constructor(limits: ContentionLimits) {
    this.#limits = limits;
  }

  addTask(name: string, base: Priority): void {
    this.tasks.push({ name, base, holds: [], waitsFor: null, woken: false, arrival: 0 });
  }

  addResource(settings: ResourceSettings): void {
    this.resources.push({ settings, depth: 0, ownerDied: false });
  }

  holder(resource: string): string | null {
    return this.tasks.find(({ holds }) => holds.includes(resource))?.name ?? null;
  }

  waiters(resource: string, priorities = this.priorities()): readonly string[] {
    const urgency = (task: Task): number => priorities.get(task.name) ?? -1;
    const waiting = this.tasks.filter(({ waitsFor }) => waitsFor === resource);
    const queue = waiting.filter(({ woken }) => !woken);
    queue.sort((one, other) => urgency(other) - urgency(one) || one.arrival - other.arrival);
    return [...waiting.filter(({ woken }) => woken), ...queue].map(({ name }) => name);
  }

  /** From the base priorities upward, until nothing changes. */
  priorities(): ReadonlyMap<string, Priority> {
    const found = new Map(this.tasks.map(({ name, base }) => [name, base]));
    let changing = true;
    const raise = (name: string, level: Priority): void => {
      if (level <= (found.get(name) ?? level)) return;
      found.set(name, level);
      changing = true;
    };
    const raiseOwner = ({ settings }: Resource): void => {
      const owner = this.#ownerOf(settings.name);
      if (owner === null) return;
      if (settings.protocol.kind === "ceiling") raise(owner, settings.protocol.ceiling);
      if (settings.protocol.kind !== "inheritance") return;
      for (const { name, waitsFor, woken } of this.tasks)
        if (waitsFor === settings.name && !woken) raise(owner, found.get(name) as Priority);
    };
    while (changing) {
      changing = false;
      for (const resource of this.resources) raiseOwner(resource);
    }
    return found;
  }

  lock(name: string, resourceName: string): LockResult {
    const seized = this.#seize(name, resourceName);
    if (seized !== null) return seized;
    const cycle = this.#cycle(name, resourceName);
    if (cycle !== null) return this.#meet({ kind: "refused", reason: "deadlock", cycle });
    const max = this.#limits.waitersMax;
    const queue = this.tasks.filter(({ waitsFor, woken }) => waitsFor === resourceName && !woken);
    if (queue.length >= max)
      return this.#meet({ kind: "refused", reason: "too-many-waiters", max });
    this.#arrivals += 1;
    Object.assign(this.task(name), { waitsFor: resourceName, arrival: this.#arrivals });
    return this.#meet({ kind: "waits", holder: this.holder(resourceName) });
  }

  tryLock(name: string, resource: string): TryLockResult {
    const seized = this.#seize(name, resource);
    return seized ?? this.#meet({ kind: "busy", holder: this.holder(resource) });
  }

  claim(name: string, resource: string): LockResult {
    const task = this.task(name);
    if (!task.woken) return { kind: "waits", holder: this.holder(resource) };
    Object.assign(task, { waitsFor: null, woken: false });
    return this.#take(task, resource);
  }

  unlock(name: string, resourceName: string): UnlockResult {
    const holder = this.holder(resourceName);
    if (holder === null) return { kind: "refused", reason: "not-held" };
    if (holder !== name) return { kind: "refused", reason: "held-by-another" };
    const resource = this.resource(resourceName);
    resource.depth -= 1;
    if (resource.depth > 0) return { kind: "unlocked", woken: null };
    return { kind: "unlocked", woken: this.#release(this.task(name), resourceName) };
  }

  stopWaiting(name: string): string | null {
    const task = this.task(name);
    const { waitsFor, woken } = task;
    Object.assign(task, { waitsFor: null, woken: false });
    return waitsFor !== null && woken ? this.#wake(waitsFor) : null;
  }

  flush(resource: string): readonly string[] {
    const thrownOut = this.waiters(resource);
    for (const name of thrownOut) Object.assign(this.task(name), { waitsFor: null, woken: false });
    return thrownOut;
  }

  removeTask(name: string): readonly Wakening[] {
    const task = this.task(name);
    const wakenings: { task: string | null; resource: string }[] = [];
    const awaited = task.waitsFor;
    if (awaited !== null) wakenings.push({ task: this.stopWaiting(name), resource: awaited });
    for (const resource of [...task.holds]) {
      this.resource(resource).ownerDied = true;
      wakenings.push({ task: this.#release(task, resource), resource });
    }
    this.tasks.splice(this.tasks.indexOf(task), 1);
    return wakenings.filter((each): each is Wakening => each.task !== null);
  }

  task(name: string): Task {
    return this.tasks.find((task) => task.name === name) as Task;
  }

  resource(name: string): Resource {
    return this.resources.find(({ settings }) => settings.name === name) as Resource;
  }

  #ownerOf(resource: string): string | null {
    const woken = this.tasks.find((task) => task.waitsFor === resource && task.woken);
    return this.holder(resource) ?? woken?.name ?? null;
  }

  #seize(name: string, resourceName: string): Exclude<LockResult, { kind: "waits" }> | null {
    const [task, resource] = [this.task(name), this.resource(resourceName)];
    const { recursive, protocol } = resource.settings;
    const { recursionMax, resourcesHeldMax } = this.#limits;
    const tooMany = (max: number) =>
      this.#meet({ kind: "refused", reason: "too-many-held", max } as const);
    if (task.holds.includes(resourceName)) {
      if (recursive !== true)
        return this.#meet({ kind: "refused", reason: "already-held" } as const);
      if (resource.depth === recursionMax) return tooMany(recursionMax);
      resource.depth += 1;
      return { kind: "taken", ownerDied: false };
    }
    if (protocol.kind === "ceiling" && task.base > protocol.ceiling)
      return this.#meet({
        kind: "refused",
        reason: "above-ceiling",
        ceiling: protocol.ceiling,
      } as const);
    if (task.holds.length === resourcesHeldMax) return tooMany(resourcesHeldMax);
    return this.#mayHave(name, resourceName) ? this.#take(task, resourceName) : null;
  }

  #mayHave(name: string, resource: string): boolean {
    const owner = this.#ownerOf(resource);
    if (owner === null) return true;
    if (this.holder(resource) !== null) return false;
    const priorities = this.priorities();
    if ((priorities.get(owner) ?? 0) >= (priorities.get(name) ?? 0)) return false;
    this.task(owner).woken = false;
    this.#count("stolen");
    return true;
  }

  #take(task: Task, resourceName: string): { kind: "taken"; ownerDied: boolean } {
    const resource = this.resource(resourceName);
    const { ownerDied } = resource;
    if (ownerDied) this.#count("owner died");
    Object.assign(resource, { depth: 1, ownerDied: false });
    task.holds.push(resourceName);
    return { kind: "taken", ownerDied };
  }

  #release(task: Task, resource: string): string | null {
    task.holds.splice(task.holds.indexOf(resource), 1);
    return this.#wake(resource);
  }

  #wake(resource: string): string | null {
    const [first] = this.waiters(resource);
    if (first === undefined) return null;
    this.task(first).woken = true;
    return first;
  }

  /** Adds the wait, and looks whether anybody comes back to where they began. */
  #cycle(name: string, resource: string): readonly CycleLink[] | null {
    const links: CycleLink[] = [{ task: name, resource }];
    while (links.length <= this.tasks.length) {
      const holder = this.holder(links.at(-1)?.resource ?? "");
      if (holder === name) return links;
      const awaited = holder === null ? null : this.task(holder).waitsFor;
      if (holder === null || awaited === null) return null;
      links.push({ task: holder, resource: awaited });
    }
    throw new Error("a circle was there already");
  }

  #meet<Answer extends { kind: string; reason?: string }>(answer: Answer): Answer {
    this.#count(answer.reason ?? answer.kind);
    return answer;
  }

  #count(what: string): void {
    this.met.set(what, (this.met.get(what) ?? 0) + 1);
  }
}
