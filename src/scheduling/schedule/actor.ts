/**
 * A task as it is played: its jobs that were released and not finished, one after the other, and
 * where in its body the first of them is.
 */
import { assert } from "../../kernel/assert.js";
import { type Duration, elapsed, type Instant, micros } from "../../kernel/time.js";
import type { Step, Task } from "../analysis/task-set.js";
import type { Course, Release } from "./course.js";
import type { JobRecord, Wait, WaitKind } from "./trace.js";

interface Job extends Release {
  readonly number: number;
}

export class Actor {
  readonly task: Task;
  /** Of two that are equally urgent the one with the smaller turn runs. */
  turn = 0;
  /** What its job waits for. */
  waitsFor: string | null = null;
  readonly #course: Course;
  readonly #pending: Job[] = [];
  #coming: Job;
  #step = 0;
  #left: Duration;
  #held = 0;
  #preemptions = 0;
  #waits = new Map<string, Wait>();

  constructor(task: Task, course: Course) {
    this.task = task;
    this.#course = course;
    this.#coming = { number: 0, ...course.release(task, 0, null) };
    this.#left = micros(0);
  }

  /** When its next job is released. */
  get nextRelease(): Instant {
    return this.#coming.release;
  }

  get active(): boolean {
    return this.#pending.length > 0;
  }

  get pending(): number {
    return this.#pending.length;
  }

  get job(): number {
    return this.#current.number;
  }

  get holds(): boolean {
    return this.#held > 0;
  }

  /** What its job does next; null when it is done. */
  get step(): Step | null {
    return this.task.body[this.#step] ?? null;
  }

  /** How long the step that it is at still computes. */
  get left(): Duration {
    return this.#left;
  }

  /** Takes in the job that is released now. */
  release(turn: number): void {
    const job = this.#coming;
    this.#pending.push(job);
    const next = this.#course.release(this.task, job.number + 1, job);
    assert(next.arrival >= job.arrival + this.task.period, "jobs arrive too soon");
    assert(next.release >= job.release, "a job overtakes the one before it");
    this.#coming = { number: job.number + 1, ...next };
    if (this.#pending.length === 1) this.#begin(turn);
  }

  #begin(turn: number): void {
    this.turn = turn;
    this.#step = 0;
    this.#preemptions = 0;
    this.#waits = new Map();
    this.#enterStep();
  }

  #enterStep(): void {
    const { step } = this;
    this.#left =
      step?.kind === "run" ? this.#course.runTime(this.task, this.job, step.time) : micros(0);
  }

  advance(): void {
    const { step } = this;
    if (step?.kind === "lock") this.#held += 1;
    if (step?.kind === "unlock") this.#held -= 1;
    this.#step += 1;
    this.#enterStep();
  }

  compute(time: Duration): void {
    this.#left = micros(this.#left - time);
  }

  notePreemption(): void {
    this.#preemptions += 1;
  }

  noteWait(by: string, kind: WaitKind, time: Duration): void {
    const key = JSON.stringify([by, kind]);
    const before = this.#waits.get(key)?.time ?? 0;
    this.#waits.set(key, { by, kind, time: micros(before + time) });
  }

  /** The record of the job that has just been done; the next pending one begins. */
  finish(now: Instant, turn: number): JobRecord {
    assert(this.step === null && !this.holds, "a job ends before its body does");
    const record = this.#record(this.#current, now, now);
    this.#pending.shift();
    if (this.active) this.#begin(turn);
    return record;
  }

  /** Of what is not done at the end. */
  unfinished(end: Instant): readonly JobRecord[] {
    const [first, ...rest] = this.#pending;
    if (first === undefined) return [];
    const behind = { preemptions: 0, waits: [] };
    return [
      this.#record(first, end, null),
      ...rest.map((job) => ({ ...this.#record(job, end, null), ...behind })),
    ];
  }

  #record(job: Job, now: Instant, finished: Instant | null): JobRecord {
    const response = elapsed(job.arrival, now);
    return {
      task: this.task.name,
      job: job.number,
      arrival: job.arrival,
      release: job.release,
      finished,
      response,
      missed: response > this.task.deadline,
      preemptions: this.#preemptions,
      waits: [...this.#waits.values()],
    };
  }

  get #current(): Job {
    const [job] = this.#pending;
    assert(job !== undefined, `${this.task.name} has no job`);
    return job;
  }
}
