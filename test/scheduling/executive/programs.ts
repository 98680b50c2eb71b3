/**
 * Random programs of tasks, and what must be so whatever they do: the naive truth about who may
 * run, who holds what and how urgent that makes whom, worked out from nothing at every slice.
 */
import fc from "fast-check";
import { expect } from "vitest";
import type { Reply, Request, Steps } from "../../../src/scheduling/executive/requests.js";
import * as requests from "../../../src/scheduling/executive/requests.js";
import type { TaskStanding } from "../../../src/scheduling/executive/standing.js";
import type { TaskSelf } from "../../../src/scheduling/executive/task.js";
import { priority } from "../../../src/scheduling/priority.js";
import { lasting, ms, Rig } from "./rig.js";

export type Op =
  | { readonly kind: "request"; readonly spends: number; readonly request: Request }
  | { readonly kind: "throw" };

export interface Program {
  readonly tasks: readonly {
    readonly level: number;
    readonly ops: readonly Op[];
    readonly offset: number;
    readonly period: number | null;
    /** Gives what it holds in a `finally` block. */
    readonly careful: boolean;
  }[];
  readonly stimuli: readonly {
    readonly at: number;
    readonly task: number;
    readonly act: "cancel" | "abandon" | number;
  }[];
}

/** Of the locks: `a` has a condition, `b` lends nothing, `top` has a ceiling above all. */
const locks = ["a", "b", "c", "top"] as const;
const levelMax = 8;
const ceiling = 9;
const units = { count: 1, max: 3 };

const level = fc.integer({ min: 0, max: levelMax });
const someTimeout = fc.option(fc.integer({ min: 0, max: 6 }).map(lasting), { freq: 2 });
const someLock = fc.constantFrom(...locks);

const someRequest: fc.Arbitrary<Request> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(requests.pause) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 5 }).map((n) => requests.sleep(lasting(n))) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 9 }).map((n) => requests.sleepUntil(ms(n))) },
  {
    weight: 5,
    arbitrary: fc.tuple(someLock, someTimeout).map(([name, wait]) => requests.lock(name, wait)),
  },
  { weight: 1, arbitrary: someLock.map((name) => requests.tryLock(name)) },
  { weight: 5, arbitrary: someLock.map((name) => requests.unlock(name)) },
  { weight: 2, arbitrary: someTimeout.map((timeout) => requests.wait("cond", timeout)) },
  { weight: 1, arbitrary: fc.constant(requests.signal("cond")) },
  { weight: 1, arbitrary: fc.constant(requests.broadcast("cond")) },
  { weight: 2, arbitrary: someTimeout.map((timeout) => requests.acquire("sem", timeout)) },
  { weight: 1, arbitrary: fc.constant(requests.tryAcquire("sem")) },
  { weight: 2, arbitrary: fc.constant(requests.release("sem")) },
  { weight: 1, arbitrary: level.map((to) => requests.setPriority(priority(to))) },
);

const someOp: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant("request" as const),
      spends: fc.constantFrom(0, 0, 1, 2),
      request: someRequest,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "throw" } as const) },
);

export const somePrograms: fc.Arbitrary<Program> = fc.record({
  tasks: fc.array(
    fc.record({
      level,
      ops: fc.array(someOp, { minLength: 1, maxLength: 14 }),
      offset: fc.integer({ min: 0, max: 6 }),
      period: fc.option(fc.integer({ min: 1, max: 9 }), { freq: 3 }),
      careful: fc.boolean(),
    }),
    { minLength: 2, maxLength: 6 },
  ),
  stimuli: fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 20 }),
      task: fc.nat(5),
      act: fc.oneof(
        { weight: 3, arbitrary: fc.constant("cancel" as const) },
        { weight: 1, arbitrary: fc.constant("abandon" as const) },
        { weight: 3, arbitrary: level },
      ),
    }),
    { maxLength: 4 },
  ),
});

/** Milliseconds: every program has come to its end by then, or waits for ever. */
const endsBy = 400;

export class Play {
  readonly rig = new Rig();
  readonly #live = new Set<string>();
  /** What the tasks themselves were told. */
  readonly #held = new Map<string, string>();
  #unitsTaken = 0;

  constructor() {
    this.rig.lock("a").lock("b", "none").lock("c").lock("top", ceiling);
    this.rig.executive.addCondition({ name: "cond", lock: "a" });
    this.rig.executive.addSemaphore({ name: "sem", ...units });
  }

  run({ tasks, stimuli }: Program): void {
    for (const [index, task] of tasks.entries()) this.#add(`t${index}`, task);
    const inOrder = stimuli.toSorted((one, other) => one.at - other.at);
    const end = this.rig.run(
      endsBy,
      inOrder.map(({ at, task, act }) => ({
        at: ms(at),
        act: () => this.#stimulate(`t${task}`, act),
      })),
    );
    expect(end).toBe("idle");
    this.#checkRest();
    // Of one that was interrupted nobody knows whether its last request was served.
    if (stimuli.some(({ act }) => typeof act !== "number")) return;
    expect(this.rig.executive.units("sem")).toBe(units.count - this.#unitsTaken);
  }

  #add(name: string, { level: base, ops, offset, period, careful }: Program["tasks"][number]) {
    const releases =
      period === null
        ? ({ kind: "once", offset: lasting(offset) } as const)
        : ({ kind: "periodic", offset: lasting(offset), period: lasting(period) } as const);
    this.#live.add(name);
    const jobs = period === null ? 1 : 3;
    this.rig.task(name, base, (self) => this.#code(self, ops, jobs, careful), {
      releases,
      onEnd: () => this.#live.delete(name),
    });
  }

  *#code(self: TaskSelf, ops: readonly Op[], jobs: number, careful: boolean): Steps<void> {
    try {
      for (let job = 0; job < jobs; job += 1) {
        if (job > 0) yield requests.nextRelease;
        for (const op of ops) yield* this.#do(self, op);
      }
    } finally {
      if (careful) yield* this.#giveAll(self);
    }
  }

  *#do(self: TaskSelf, op: Op): Steps<void> {
    this.#check(self);
    if (op.kind === "throw") throw new Error("as the program says");
    this.rig.spend(op.spends);
    const reply = yield op.request;
    this.rig.note(`${self.name} ${op.request.kind} ${reply.kind}`);
    this.#learn(self.name, op.request, reply);
  }

  *#giveAll(self: TaskSelf): Steps<void> {
    for (const lock of locks) {
      this.#check(self);
      if (this.rig.standing(self.name)?.holds.includes(lock)) yield requests.unlock(lock);
      must(!this.rig.standing(self.name)?.holds.includes(lock), `${lock} is given`);
    }
  }

  #learn(task: string, request: Request, reply: Reply): void {
    if (reply.kind === "taken" && "lock" in request) this.#held.set(request.lock, task);
    if (request.kind === "wait" && reply.kind !== "refused") this.#held.set("a", task);
    if (request.kind === "unlock" && reply.kind === "done") this.#held.delete(request.lock);
    if (reply.kind === "acquired") this.#unitsTaken += 1;
    if (request.kind === "release" && reply.kind === "done") this.#unitsTaken -= 1;
    for (const lock of this.rig.standing(task)?.holds ?? [])
      must(
        this.#held.get(lock) === task,
        `${lock} is held by ${this.#held.get(lock)}, not ${task}`,
      );
  }

  #stimulate(task: string, act: "cancel" | "abandon" | number): void {
    const { executive, time } = this.rig;
    if (act === "cancel") executive.cancel(time.now, task, "a stimulus");
    else if (act === "abandon") executive.abandon(time.now, task, "a stimulus");
    else if (this.#live.has(task)) executive.setPriority(time.now, task, priority(act));
  }

  /** At the beginning of a slice of `self`. */
  #check(self: TaskSelf): void {
    const standing = this.rig.executive.standing();
    const running = standing.filter(({ state }) => state === "running");
    must(running.length === 1 && running[0]?.task === self.name, `${self.name} runs alone`);
    for (const { state, task, effective } of standing)
      must(state !== "ready" || effective <= self.effective, `${self.name} runs, not ${task}`);
    checkLocks(standing);
    const names = standing.map(({ task }) => task);
    must(names.length === this.#live.size && names.every((name) => this.#live.has(name)), "live");
  }

  /** Nothing is ready, and nothing will be due. */
  #checkRest(): void {
    const standing = this.rig.executive.standing();
    checkLocks(standing);
    const holders = new Map(standing.flatMap(({ task, holds }) => holds.map((l) => [l, task])));
    for (const { state, waitsFor, task } of standing) {
      expect(["waits-for-lock", "waits-for-condition", "waits-for-semaphore"]).toContain(state);
      if (state === "waits-for-lock")
        expect(holders.has(waitsFor ?? ""), `${task} waits for nobody`).toBe(true);
      if (state === "waits-for-semaphore") expect(this.rig.executive.units("sem")).toBe(0);
    }
  }
}

/** One holder each, and everybody as urgent as the rule makes him: as a fixpoint, from nothing. */
function checkLocks(standing: readonly TaskStanding[]): void {
  const held = standing.flatMap(({ holds }) => holds);
  must(new Set(held).size === held.length, "a lock has two holders");
  const effective = new Map<string, number>(standing.map(({ task, base }) => [task, base]));
  for (let round = 0; round <= standing.length; round += 1) {
    for (const waiter of standing) lend(waiter, standing, effective);
    for (const { task, holds } of standing)
      if (holds.includes("top")) raise(effective, task, ceiling);
  }
  for (const { task, effective: is } of standing)
    must(
      effective.get(task) === is,
      `${task} is at ${is}, and should be at ${effective.get(task)}`,
    );
}

function lend(waiter: TaskStanding, all: readonly TaskStanding[], effective: Map<string, number>) {
  const { waitsFor, task } = waiter;
  if (waitsFor !== "a" && waitsFor !== "c") return;
  const obstacle = all.find(({ holds }) => holds.includes(waitsFor)) ?? wokenFor(waitsFor, all);
  if (obstacle !== undefined && obstacle !== waiter)
    raise(effective, obstacle.task, effective.get(task) ?? 0);
}

/**
 * Who may have a lock that is free, as it waits for it and is ready. Of several, who was robbed is
 * not more urgent.
 */
function wokenFor(lock: string, all: readonly TaskStanding[]): TaskStanding | undefined {
  const ready = all.filter(({ state, waitsFor }) => state === "ready" && waitsFor === lock);
  return ready.toSorted((one, other) => other.effective - one.effective)[0];
}

function raise(effective: Map<string, number>, task: string, to: number): void {
  effective.set(task, Math.max(effective.get(task) ?? 0, to));
}

/** As `expect`, which is too slow for what is asked a million times. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}
