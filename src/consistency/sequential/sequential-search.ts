/**
 * The search for an order of all operations that keeps the order of each process and nothing of
 * time (Lamport 1979). Such an order of each part says nothing of the whole, so all parts are
 * searched at once: a configuration is how far each process is, the state of every part, and which
 * deeds of unknown outcome took effect.
 *
 * Those may take effect at any time after what their process did before; what it does later does
 * not wait for them. What keeps the tree small is said in linearizability/linearization-search.ts.
 */

import type { Model } from "../models/port.js";
import type { Part } from "../parts.js";
import { clearBit, hasBit, setBit, wordsFor } from "../search/bits.js";
import type { Pool } from "../search/pool.js";
import { type Search, type SearchEnd, statesToldMax } from "../search/port.js";
import { impossible } from "../search/transitions.js";
import { Visited } from "../search/visited.js";
import { type Step, Table } from "./table.js";

interface Frame<State> {
  readonly step: Step<State>;
  /** The states of the parts that it touches, as they were. */
  readonly before: readonly number[];
  readonly candidates: number;
}

export class SequentialSearch<State> implements Search<State> {
  readonly #table: Table<State>;
  readonly #visited: Visited;
  /** How far each process is, then the state of each part. */
  readonly #key: Int32Array;
  readonly #done: Int32Array;
  readonly #states: Int32Array;
  readonly #used: Int32Array;
  readonly #frames: Frame<State>[] = [];
  readonly #candidates: Step<State>[] = [];
  #placed = 0;
  #farthest = -1;
  #stuck: readonly Step<State>[] = [];
  readonly #farthestStates = new Set<string>();
  #farthestOrder: readonly Step<State>[] | null = null;
  #steps = 0;
  #end: SearchEnd<State> | null = null;

  constructor(parts: readonly Part<State>[], model: Model<State>, pool: Pool) {
    this.#table = new Table(parts, model);
    const { processes, optional, initial } = this.#table;
    this.#key = new Int32Array(processes.length + initial.length);
    this.#done = this.#key.subarray(0, processes.length);
    this.#states = this.#key.subarray(processes.length);
    this.#states.set(initial);
    this.#used = new Int32Array(wordsFor(optional.length));
    this.#visited = new Visited(this.#key.length, this.#used.length, pool);
    this.#enter();
  }

  get steps(): number {
    return this.#steps;
  }

  get reached(): number {
    return Math.max(0, this.#farthest);
  }

  get goal(): number {
    return this.#table.required;
  }

  get visited(): number {
    return this.#visited.count;
  }

  get forgotten(): number {
    return this.#visited.forgotten;
  }

  close(): void {
    this.#visited.close();
  }

  run(steps: number): SearchEnd<State> | null {
    const last = this.#steps + steps;
    while (this.#end === null && this.#steps < last) this.#step();
    return this.#end;
  }

  #step(): void {
    this.#steps += 1;
    const frame = this.#frames.at(-1);
    if (this.#candidates.length > (frame?.candidates ?? 0)) {
      this.#apply(this.#candidates.pop() as Step<State>);
      this.#enter();
    } else if (frame === undefined) this.#end = this.#nothing();
    else {
      this.#farthestOrder ??= this.#frames.map(({ step }) => step);
      this.#undo(frame);
    }
  }

  #apply(step: Step<State>): void {
    const before = step.parts.map((part) => this.#states[part] as number);
    this.#frames.push({ step, before, candidates: this.#candidates.length });
    step.parts.forEach((part, place) => {
      this.#states[part] = this.#table.next(step, place, before[place] as number);
    });
    if (step.bit !== null) setBit(this.#used, step.bit);
    else this.#advance(step.process, 1);
  }

  #undo({ step, before }: Frame<State>): void {
    step.parts.forEach((part, place) => {
      this.#states[part] = before[place] as number;
    });
    if (step.bit !== null) clearBit(this.#used, step.bit);
    else this.#advance(step.process, -1);
    this.#frames.pop();
  }

  #advance(process: number, by: 1 | -1): void {
    this.#done[process] = (this.#done[process] as number) + by;
    this.#placed += by;
  }

  #enter(): void {
    if (this.#placed === this.goal) {
      this.#end = { kind: "found", order: this.#frames.map(({ step }) => step.deed) };
      return;
    }
    this.#noteFarthest();
    if (this.#visited.enter(this.#key, this.#used)) this.#pushCandidates();
  }

  #noteFarthest(): void {
    if (this.#placed < this.#farthest) return;
    if (this.#placed > this.#farthest) {
      this.#farthestStates.clear();
      this.#farthestOrder = null;
      this.#stuck = this.#nextSteps();
    }
    this.#farthest = this.#placed;
    if (this.#farthestStates.size < statesToldMax) {
      this.#farthestStates.add(this.#table.describe(this.#states));
    }
  }

  #nextSteps(): readonly Step<State>[] {
    return this.#table.processes.flatMap((steps, process) => {
      const step = steps[this.#done[process] as number];
      return step === undefined ? [] : [step];
    });
  }

  #pushCandidates(): void {
    const next = this.#nextSteps().filter((step) => this.#canBeNext(step));
    const read = next.find(({ deed }) => deed.action.reads);
    if (read !== undefined) {
      this.#candidates.push(read);
      return;
    }
    const taken = new Set<string>();
    for (const step of this.#table.optional) {
      const { signature } = step.deed.action;
      const same = `${step.parts.join()} ${signature}`;
      if (!this.#isOpen(step) || taken.has(same) || !this.#canBeNext(step)) continue;
      taken.add(same);
      this.#candidates.push(step);
    }
    this.#candidates.push(...next.reverse());
  }

  #isOpen({ bit, process, after }: Step<State>): boolean {
    return bit !== null && !hasBit(this.#used, bit) && (this.#done[process] as number) >= after;
  }

  #canBeNext(step: Step<State>): boolean {
    const nexts = step.parts.map((part, place) =>
      this.#table.next(step, place, this.#states[part] as number),
    );
    if (nexts.includes(impossible)) return false;
    const changes = nexts.some((next, place) => next !== this.#states[step.parts[place] as number]);
    if (step.bit !== null && !changes) return false;
    return !this.#wipesOut(step, nexts);
  }

  /** The deed before was optional, and this one leaves no trace of it. */
  #wipesOut(step: Step<State>, nexts: readonly number[]): boolean {
    const last = this.#frames.at(-1);
    if (last === undefined || last.step.bit === null) return false;
    const [part] = step.parts;
    if (step.parts.length !== 1 || last.step.parts.length !== 1) return false;
    if (last.step.parts[0] !== part) return false;
    return this.#table.next(step, 0, last.before[0] as number) === nexts[0];
  }

  #nothing(): SearchEnd<State> {
    return {
      kind: "none",
      stuck: this.#stuck.map(({ deed }) => deed),
      states: [...this.#farthestStates].sort(),
      order: (this.#farthestOrder ?? []).map(({ deed }) => deed),
    };
  }
}
