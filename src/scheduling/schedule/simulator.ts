/**
 * Plays a set of tasks on one core: preemptive, by fixed priorities, the first to become ready
 * first among equals, and with the very locks of `src/scheduling/contention`. What it shows is one
 * course of events; that no course is worse is the analysis's business.
 *
 * Time goes from one event to the next: a release, the end of a step, the horizon. Locks and
 * unlocks take no time.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import { type Duration, elapsed, type Instant, instant } from "../../kernel/time.js";
import { ceilingsOf } from "../analysis/spans.js";
import {
  chargeSwitches,
  type ProtocolName,
  resourcesMax,
  type Step,
  type TaskSet,
} from "../analysis/task-set.js";
import { Contention } from "../contention/contention.js";
import type { ResourceProtocol } from "../contention/ports.js";
import type { Priority } from "../priority.js";
import { Actor } from "./actor.js";
import { type Course, worstCourse } from "./course.js";
import type { Deadlock, JobRecord, JobState, Schedule, Stretch, WaitKind } from "./trace.js";

export interface SimulationOptions {
  readonly horizon: Duration;
  /** What happens to happen; `worstCourse` unless told. */
  readonly course?: Course;
}

/** A schedule ends early, and says so, when it has this many finished jobs, or stretches. */
export const jobsMax = 50_000;
export const stretchesMax = 200_000;

export const simulate = (set: TaskSet, options: SimulationOptions): Schedule =>
  new Simulator(chargeSwitches(set), options).play();

class Simulator {
  readonly #actors: readonly Actor[];
  readonly #byName: ReadonlyMap<string, Actor>;
  readonly #contention: Contention;
  readonly #horizon: Instant;
  readonly #stretches: Stretch[] = [];
  /** For each actor its last stretch, which may go on. */
  readonly #open = new Map<Actor, number>();
  readonly #jobs: JobRecord[] = [];
  #now: Instant = instant(0);
  #turns = 0;
  /** Who computed last, and at which job; the core stays its own while nobody else computes. */
  #onCore: { readonly actor: Actor; readonly job: number } | null = null;
  #switches = 0;
  #deadlock: Deadlock | null = null;

  constructor({ tasks, protocol }: TaskSet, { horizon, course }: SimulationOptions) {
    const chosen = course ?? worstCourse(tasks);
    this.#horizon = instant(horizon);
    this.#actors = tasks.map((task) => new Actor(task, chosen));
    this.#byName = new Map(this.#actors.map((actor) => [actor.task.name, actor]));
    this.#contention = new Contention({ resourcesHeldMax: resourcesMax });
    for (const { name, priority } of tasks) this.#contention.addTask(name, priority);
    for (const [name, ceiling] of ceilingsOf(tasks)) {
      this.#contention.addResource({ name, protocol: protocolOf(protocol, ceiling) });
    }
  }

  play(): Schedule {
    while (this.#now < this.#horizon && this.#deadlock === null && !this.#isFull()) {
      const runner = this.#pick();
      // What ends now ends before what is released now: it has had all the time it needs.
      if (runner !== null && runner.left === 0) this.#doStep(runner);
      else if (!this.#releaseDue()) this.#pass(runner);
    }
    return this.#schedule();
  }

  #isFull(): boolean {
    return this.#jobs.length >= jobsMax || this.#stretches.length >= stretchesMax;
  }

  /** Was anything released? */
  #releaseDue(): boolean {
    const before = this.#turns;
    for (const actor of this.#actors) {
      while (actor.nextRelease <= this.#now) actor.release(this.#nextTurn());
    }
    return this.#turns > before;
  }

  #nextTurn(): number {
    this.#turns += 1;
    return this.#turns;
  }

  /** The most urgent that is ready. Of equals the one that has the core keeps it. */
  #pick(): Actor | null {
    let best: Actor | null = null;
    for (const actor of this.#actors) {
      if (this.#isReady(actor) && (best === null || this.#isBefore(actor, best))) best = actor;
    }
    return best;
  }

  #isReady({ active, waitsFor, task }: Actor): boolean {
    return active && (waitsFor === null || this.#contention.isWoken(task.name));
  }

  #isBefore(one: Actor, other: Actor): boolean {
    const [first, second] = [this.#effective(one), this.#effective(other)];
    if (first !== second) return first > second;
    if (this.#hasCore(one) || this.#hasCore(other)) return this.#hasCore(one);
    return one.turn < other.turn;
  }

  /** Not any more when its job is done, though the next one may be there already. */
  #hasCore(actor: Actor): boolean {
    return this.#onCore?.actor === actor && actor.job === this.#onCore.job;
  }

  #effective({ task }: Actor): Priority {
    return this.#contention.effective(task.name);
  }

  /** What takes no time. */
  #doStep(actor: Actor): void {
    const { step } = actor;
    if (step === null) this.#finish(actor);
    else if (actor.waitsFor !== null) this.#claim(actor, actor.waitsFor);
    else this.#begin(actor, step);
  }

  #begin(actor: Actor, step: Step): void {
    const { name } = actor.task;
    switch (step.kind) {
      case "run":
        actor.advance();
        break;
      case "lock":
        this.#lock(actor, step.resource);
        break;
      case "unlock":
        this.#unlock(name, step.resource);
        actor.advance();
        break;
      default:
        unreachable(step);
    }
  }

  #lock(actor: Actor, resource: string): void {
    const result = this.#contention.lock(actor.task.name, resource);
    switch (result.kind) {
      case "taken":
        actor.advance();
        break;
      case "waits":
        actor.waitsFor = resource;
        break;
      case "refused":
        assert(result.reason === "deadlock", `a lock was refused: ${result.reason}`);
        this.#deadlock = { at: this.#now, cycle: result.cycle };
        break;
      default:
        unreachable(result);
    }
  }

  #claim(actor: Actor, resource: string): void {
    const { kind } = this.#contention.claim(actor.task.name, resource);
    assert(kind === "taken", "a woken task that was picked has what it waited for");
    actor.waitsFor = null;
    actor.advance();
  }

  #unlock(name: string, resource: string): void {
    const result = this.#contention.unlock(name, resource);
    assert(result.kind === "unlocked", "a body unlocks what it holds");
    if (result.woken === null) return;
    const woken = this.#byName.get(result.woken);
    assert(woken !== undefined, "a stranger was woken");
    woken.turn = this.#nextTurn();
  }

  #finish(actor: Actor): void {
    this.#jobs.push(actor.finish(this.#now, this.#nextTurn()));
    this.#open.delete(actor);
  }

  /** Time goes on to the next event, with `runner` on the core. */
  #pass(runner: Actor | null): void {
    const nextRelease = Math.min(...this.#actors.map((actor) => actor.nextRelease));
    const done = runner === null ? this.#horizon : this.#now + runner.left;
    const until = instant(Math.min(this.#horizon, nextRelease, done));
    if (runner !== null) this.#run(runner, until);
    this.#now = until;
  }

  #run(runner: Actor, until: Instant): void {
    this.#takeCore(runner);
    const time = elapsed(this.#now, until);
    for (const actor of this.#actors) {
      if (!actor.active) continue;
      this.#draw(actor, this.#stateOf(actor, runner), until);
      if (actor !== runner) actor.noteWait(runner.task.name, this.#waitKind(actor, runner), time);
    }
    runner.compute(time);
  }

  #takeCore(runner: Actor): void {
    if (this.#hasCore(runner)) return;
    const before = this.#onCore;
    this.#switches += 1;
    if (before !== null) this.#notePreemption(before.actor, before.job);
    this.#onCore = { actor: runner, job: runner.job };
  }

  /** It had the core, could go on, and another has it now. */
  #notePreemption(actor: Actor, job: number): void {
    if (actor.active && actor.job === job && this.#isReady(actor)) actor.notePreemption();
  }

  #stateOf(actor: Actor, runner: Actor): JobState {
    if (actor === runner) return { kind: "runs", holds: actor.holds };
    const by = runner.task.name;
    const resource = actor.waitsFor;
    if (resource === null) return { kind: "preempted", by };
    return { kind: "blocked", by, resource, holder: this.#contention.holder(resource) };
  }

  #waitKind(actor: Actor, runner: Actor): WaitKind {
    if (runner.task.priority >= actor.task.priority) return "preempted";
    if (this.#effective(runner) >= actor.task.priority) return "blocked";
    return this.#waitsThrough(actor, runner) ? "blocked" : "inverted";
  }

  /** Does the chain of what an actor waits for lead to the one that runs? */
  #waitsThrough(actor: Actor, runner: Actor): boolean {
    // A chain has no circle, for a lock that would close one is refused.
    let link: Actor | null = actor;
    while (link !== null && link !== runner) link = this.#holderOf(link.waitsFor);
    return link === runner;
  }

  #holderOf(resource: string | null): Actor | null {
    const name = resource === null ? null : this.#contention.holder(resource);
    return name === null ? null : (this.#byName.get(name) ?? null);
  }

  /** Lengthens the actor's last stretch, or begins another. */
  #draw(actor: Actor, state: JobState, to: Instant): void {
    const place = this.#open.get(actor);
    const last = place === undefined ? undefined : this.#stretches[place];
    if (place !== undefined && last?.to === this.#now && isSame(last.state, state)) {
      this.#stretches[place] = { ...last, to };
      return;
    }
    this.#open.set(actor, this.#stretches.length);
    const { name } = actor.task;
    this.#stretches.push({ task: name, job: actor.job, from: this.#now, to, state });
  }

  #schedule(): Schedule {
    const end = this.#now;
    return {
      end,
      truncated: end < this.#horizon && this.#deadlock === null,
      stretches: this.#stretches,
      jobs: [...this.#jobs, ...this.#actors.flatMap((actor) => actor.unfinished(end))],
      deadlock: this.#deadlock,
      switches: this.#switches,
    };
  }
}

function protocolOf(name: ProtocolName, ceiling: Priority): ResourceProtocol {
  switch (name) {
    case "none":
    case "inheritance":
      return { kind: name };
    case "ceiling":
      return { kind: name, ceiling };
    default:
      return unreachable(name);
  }
}

function isSame(one: JobState, other: JobState): boolean {
  if (one.kind === "runs") return other.kind === "runs" && one.holds === other.holds;
  if (other.kind === "runs" || one.by !== other.by) return false;
  if (one.kind === "preempted") return other.kind === "preempted";
  return other.kind === "blocked" && one.resource === other.resource && one.holder === other.holder;
}
