/**
 * Random operations against the naive model, compared after each: the answer, everybody's priority,
 * who holds what, and the order in which waiters will be served.
 */
import { describe, expect, it } from "vitest";
import { Prng } from "../../../src/kernel/prng.js";
import { Contention } from "../../../src/scheduling/contention/contention.js";
import type {
  ContentionLimits,
  ResourceProtocol,
} from "../../../src/scheduling/contention/ports.js";
import { priority } from "../../../src/scheduling/priority.js";
import { NaiveContention } from "./naive-contention.js";

const limits: ContentionLimits = {
  tasksMax: 9,
  resourcesMax: 6,
  resourcesHeldMax: 4,
  recursionMax: 2,
  waitersMax: 3,
};
const [runs, operationsPerRun] = [300, 350];
const level = (prng: Prng) => priority(prng.below(12));
const protocols: readonly ResourceProtocol[] = [
  { kind: "inheritance" },
  { kind: "inheritance" },
  { kind: "inheritance" },
  { kind: "ceiling", ceiling: priority(8) },
  { kind: "none" },
  { kind: "inheritance" },
];

class Run {
  readonly #prng: Prng;
  readonly #real = new Contention(limits);
  readonly naive = new NaiveContention(limits);
  readonly #told = new Map<string, number>();
  /** What was done, for who has to find out why the two disagree. */
  readonly #story: string[] = [];

  constructor(seed: number) {
    this.#prng = new Prng(seed);
    for (let task = 0; task < limits.tasksMax; task += 1) this.#add(`T${task}`);
    for (const [index, protocol] of protocols.entries()) {
      const settings = { name: `R${index}`, protocol, recursive: index % 2 === 1 };
      this.#real.addResource(settings);
      this.naive.addResource(settings);
    }
  }

  step(): void {
    const task = `T${this.#prng.below(limits.tasksMax)}`;
    const resource = `R${this.#prng.below(protocols.length)}`;
    const { waitsFor, woken, holds } = this.naive.task(task);
    const die = this.#prng.below(100);
    if (die < 3) this.#replace(task);
    else if (die < 4) this.#both("flush", resource);
    else if (die < 20) this.#setBase(task);
    else if (die < 24) this.#both("unlock", task, resource);
    else if (die < 30) this.#both("stopWaiting", task);
    else if (waitsFor !== null) this.#onWaiting(task, waitsFor, woken);
    else if (die < 50 && holds.length > 0) this.#unlockOne(task, holds);
    else this.#both(die < 60 ? "tryLock" : "lock", task, resource);
  }

  #onWaiting(task: string, resource: string, woken: boolean): void {
    // The woken dawdle, so that others have a chance to be quicker.
    if (woken ? this.#prng.chance(0.4) : this.#prng.chance(0.1))
      this.#both("claim", task, resource);
  }

  #unlockOne(task: string, holds: readonly string[]): void {
    this.#both("unlock", task, holds[this.#prng.below(holds.length)] ?? "");
  }

  #setBase(task: string): void {
    const base = level(this.#prng);
    this.#story.push(`setBase ${task} ${base}`);
    this.#real.setBase(task, base);
    this.naive.task(task).base = base;
    this.#compare();
  }

  #replace(task: string): void {
    this.#both("removeTask", task);
    this.#add(task);
    this.#compare();
  }

  #add(task: string): void {
    const base = level(this.#prng);
    this.#story.push(`addTask ${task} ${base}`);
    this.#real.addTask(task, base);
    this.naive.addTask(task, base);
    this.#told.set(task, base);
  }

  #both(operation: Operation, one: string, other = ""): void {
    this.#story.push(`${operation} ${one} ${other}`);
    const answers = [this.#real, this.naive].map((each) => each[operation](one, other));
    this.#same(answers[0], answers[1]);
    this.#compare();
  }

  #compare(): void {
    const priorities = this.naive.priorities();
    const tasks = this.naive.tasks.map(({ name, base, holds, waitsFor }) => ({
      task: name,
      base,
      effective: priorities.get(name),
      holds,
      waitsFor,
    }));
    this.#same(this.#real.involvements(), tasks);
    for (const { settings } of this.naive.resources) {
      this.#same(this.#real.waiters(settings.name), this.naive.waiters(settings.name, priorities));
      this.#same(this.#real.holder(settings.name), this.naive.holder(settings.name));
    }
    for (const { name, woken } of this.naive.tasks) this.#same(this.#real.isWoken(name), woken);
    if (this.#prng.chance(0.3)) this.#compareChanges(priorities);
  }

  #compareChanges(priorities: ReadonlyMap<string, number>): void {
    const changes = this.#real.drainChanges().map(({ task, from, to }) => `${task} ${from} ${to}`);
    const expected: string[] = [];
    for (const [task, to] of priorities) {
      const from = this.#told.get(task);
      if (from !== to) expected.push(`${task} ${from} ${to}`);
      this.#told.set(task, to);
    }
    this.#same(changes.toSorted(), expected.toSorted());
  }

  #same(real: unknown, naive: unknown): void {
    if (JSON.stringify(real) === JSON.stringify(naive)) return;
    expect(real, `after:\n${this.#story.join("\n")}`).toEqual(naive);
  }
}

type Operation = "lock" | "tryLock" | "claim" | "unlock" | "stopWaiting" | "flush" | "removeTask";

describe("INHERIT-1: contention", () => {
  it(`does what the naive model does, in ${runs * operationsPerRun} operations`, () => {
    const met = new Map<string, number>();
    for (let seed = 0; seed < runs; seed += 1) {
      const run = new Run(seed);
      for (let count = 0; count < operationsPerRun; count += 1) run.step();
      for (const [what, times] of run.naive.met) met.set(what, (met.get(what) ?? 0) + times);
    }
    // A comparison is worth as much as what it has met.
    for (const what of mustBeMet) expect(met.get(what) ?? 0, what).toBeGreaterThan(100);
  });
});

const mustBeMet = [
  "waits",
  "busy",
  "stolen",
  "owner died",
  "deadlock",
  "already-held",
  "above-ceiling",
  "too-many-held",
  "too-many-waiters",
];
