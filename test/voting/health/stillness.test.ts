import { describe, expect, it } from "vitest";
import { Stillness } from "../../../src/voting/health/stillness.js";

const everybody = (_index: number) => true;

/** Three channels, threshold 0.1; the last is the one that stays. */
class Run {
  readonly stillness: Stillness;
  #values: readonly number[] = [];
  readonly #isWitness: (index: number) => boolean;

  constructor(count: number, isWitness: (index: number) => boolean = everybody) {
    this.stillness = new Stillness({ count, stuckMove: 0.1, tolerance: 1 });
    this.#isWitness = isWitness;
  }

  /** It has made a step of 0.01 before, so that its resolution is known. */
  static warm(count = 3, isWitness = everybody): Run {
    const run = new Run(count, isWitness);
    const others = new Array<number>(count - 1).fill(20);
    run.see([...others, 19.99]);
    run.see([...others, 20]);
    return run;
  }

  see(values: readonly number[]): this {
    this.#values = values;
    this.stillness.observe(values, this.#isWitness);
    return this;
  }

  get stuck(): boolean {
    return this.stillness.isStuck(this.#values.length - 1, this.#values, this.#isWitness);
  }
}

describe("stuck is relative to the others (HEALTH-6)", () => {
  it("when both moved the same way", () => {
    expect(Run.warm().see([20.11, 20.11, 20]).stuck).toBe(true);
    expect(Run.warm().see([19.89, 19.89, 20]).stuck).toBe(true);
  });

  it("not when they moved too little, apart, or only one of them", () => {
    expect(Run.warm().see([20.09, 20.09, 20]).stuck).toBe(false);
    expect(Run.warm().see([20.11, 19.89, 20]).stuck).toBe(false);
    expect(Run.warm().see([20, 25, 20]).stuck).toBe(false);
  });

  it("not when it moved as well, however little", () => {
    expect(Run.warm().see([20.11, 20.11, 20.01]).stuck).toBe(false);
  });

  it("each other is compared with itself: one that is missing does not move the rest", () => {
    const run = new Run(3).see([20, 24, 19.99]).see([20, 24, 20]);
    expect(run.see([20, Number.NaN, 20]).stuck).toBe(false);
    expect(run.see([Number.NaN, 24, 20]).stuck).toBe(false);
    expect(run.see([20.11, 24.11, 20]).stuck).toBe(true);
  });

  it("an omission does not end the run", () => {
    const run = Run.warm().see([20.05, 20.05, Number.NaN]);
    expect(run.see([20.11, 20.11, 20]).stuck).toBe(true);
  });

  it("two channels cannot say which of them should have moved", () => {
    expect(Run.warm(2).see([90, 20]).stuck).toBe(false);
  });

  it("one that is not trusted is no witness", () => {
    expect(Run.warm(3, (index) => index !== 0).see([20.11, 20.11, 20]).stuck).toBe(false);
  });

  it("one that is no longer trusted is no witness any more, nor one that was not yet", () => {
    let trusted = true;
    const run = Run.warm(3, (index) => index !== 0 || trusted);
    trusted = false;
    expect(run.see([20.11, 20.11, 20]).stuck).toBe(false);
    const late = Run.warm(3, (index) => index !== 0 || trusted);
    trusted = true;
    // What it said before it was trusted is no reference: its move begins here.
    expect(late.see([20.11, 20.11, 20]).stuck).toBe(false);
    expect(late.see([20.22, 20.22, 20]).stuck).toBe(true);
  });

  it("of five, three of the four others must have moved", () => {
    expect(Run.warm(5).see([20.2, 20.2, 20, 20, 20]).stuck).toBe(false);
    expect(Run.warm(5).see([20.2, 20.2, 20.2, 20, 20]).stuck).toBe(true);
  });

  it("before its first step, only a move beyond the tolerance counts", () => {
    const run = new Run(3).see([20, 20, 20]);
    expect(run.see([20.9, 20.9, 20]).stuck).toBe(false);
    expect(run.see([21.1, 21.1, 20]).stuck).toBe(true);
  });

  it("the steps that it made while it was wrong are no measure of its resolution", () => {
    const run = Run.warm();
    run.stillness.forget(2);
    expect(run.see([20.9, 20.9, 20]).stuck).toBe(false);
    expect(run.see([22, 22, 20]).stuck).toBe(true);
  });

  it("a coarse sensor may stay for one and a half of its steps", () => {
    const run = new Run(3).see([19.5, 19.5, 19.5]).see([20, 20, 20]);
    expect(run.see([20.7, 20.7, 20]).stuck).toBe(false);
    expect(run.see([20.8, 20.8, 20]).stuck).toBe(true);
  });
});
