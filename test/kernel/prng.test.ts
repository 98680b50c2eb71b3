/**
 * Dice: the same seed gives the same throws for as long as Holdfast lives (old seeds of failed
 * simulations must keep their meaning), streams are independent, and the throws are fair.
 */
import { describe, expect, it } from "vitest";
import { Prng } from "../../src/kernel/prng.js";
import { nextXoshiro, seedXoshiro } from "./reference-xoshiro.js";

const draw = (prng: Prng, count: number): number[] =>
  Array.from({ length: count }, () => prng.next());

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** How much two streams go together: 0 for independent ones, 1 for the same. */
function correlationOf(one: readonly number[], other: readonly number[]): number {
  const [meanOne, meanOther] = [meanOf(one), meanOf(other)];
  let [both, squareOne, squareOther] = [0, 0, 0];
  one.forEach((value, index) => {
    const [left, right] = [value - meanOne, (other[index] ?? 0) - meanOther];
    both += left * right;
    squareOne += left * left;
    squareOther += right * right;
  });
  return both / Math.sqrt(squareOne * squareOther);
}

describe("the stream of a seed", () => {
  it("never changes from one version to the next", () => {
    expect(draw(new Prng(0), 3)).toEqual([2069697080, 2872886094, 2421523046]);
    expect(draw(new Prng(7).split("network"), 3)).toEqual([3532377358, 1912526018, 204392315]);
    expect(draw(new Prng(Number.MAX_SAFE_INTEGER), 3)).toEqual([
      3004310675, 2378073023, 3751683097,
    ]);
  });

  it("is that of xoshiro128**, seeded through splitmix32", () => {
    const first = nextXoshiro([1n, 2n, 3n, 4n]);
    expect(first, "the reference itself, on its authors' example").toBe(11_520);
    for (const seed of [0, 12_345, 2 ** 40 + 3, Number.MAX_SAFE_INTEGER]) {
      const [dice, state] = [new Prng(seed), seedXoshiro(seed)];
      const expected = Array.from({ length: 1_000 }, () => nextXoshiro(state));
      expect(draw(dice, 1_000)).toEqual(expected);
    }
  });

  it("differs for neighbouring seeds, and for seeds that differ above 32 bits", () => {
    const firsts = [0, 1, 2, 2 ** 32, 2 ** 32 + 1, 2 ** 52].map((seed) => new Prng(seed).next());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])("does not exist for %s", (seed) => {
    expect(() => new Prng(seed)).toThrow("not a seed");
  });
});

describe("split", () => {
  it("gives the same stream whatever was drawn before", () => {
    const [fresh, used] = [new Prng(1), new Prng(1)];
    draw(used, 100);
    expect(draw(used.split("clock"), 5)).toEqual(draw(fresh.split("clock"), 5));
  });

  it("does not move the dice that it was split from", () => {
    const [alone, parent] = [new Prng(1), new Prng(1)];
    draw(parent.split("clock"), 10);
    expect(draw(parent, 5)).toEqual(draw(alone, 5));
  });

  it("gives independent streams to names, to seeds, and to a parent and its child", () => {
    const streams = [
      new Prng(1),
      new Prng(2),
      new Prng(1).split("a"),
      new Prng(1).split("b"),
      new Prng(2).split("a"),
      new Prng(1).split("a").split("a"),
    ].map((prng) => draw(prng, 4_000));
    streams.forEach((one, index) => {
      for (const other of streams.slice(index + 1)) {
        // Four standard deviations of the correlation of 4,000 independent pairs.
        expect(Math.abs(correlationOf(one, other))).toBeLessThan(4 / Math.sqrt(4_000));
      }
    });
  });

  it("gives names and seeds that differ in the same bits different streams", () => {
    const firsts = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((seed) =>
      ["a", "b", "c", "d", "aa", "ba"].map((name) => new Prng(seed).split(name).next()),
    );
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it("gives the children of 2,000 names different streams", () => {
    const firsts = Array.from({ length: 2_000 }, (_, index) => {
      const [high, low] = draw(new Prng(1).split(`node-${index}`), 2);
      return `${high}/${low}`;
    });
    expect(new Set(firsts).size).toBe(firsts.length);
  });
});

describe("the throws", () => {
  const throwsCount = 20_000;

  it("below falls on every face alike, and on no other", () => {
    const dice = new Prng(3);
    const faces = new Map<number, number>();
    for (let count = 0; count < throwsCount; count += 1) {
      const face = dice.below(6);
      faces.set(face, (faces.get(face) ?? 0) + 1);
    }
    expect([...faces.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    const expected = throwsCount / 6;
    const chiSquare = [...faces.values()].reduce((sum, n) => sum + (n - expected) ** 2, 0);
    // The value that chi-square with 5 degrees of freedom passes once in a thousand.
    expect(chiSquare / expected).toBeLessThan(20.5);
  });

  it("fraction stays in [0, 1) and has its mean at a half", () => {
    const dice = new Prng(4);
    const values = Array.from({ length: throwsCount }, () => dice.fraction());
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(meanOf(values)).toBeCloseTo(0.5, 1);
  });

  it("chance never comes at 0 and always at 1, and between as often as asked", () => {
    const dice = new Prng(5);
    const hits = (probability: number): number =>
      Array.from({ length: throwsCount }, () => dice.chance(probability)).filter(Boolean).length;
    expect(hits(0)).toBe(0);
    expect(hits(1)).toBe(throwsCount);
    expect(hits(0.2) / throwsCount).toBeCloseTo(0.2, 1);
  });

  it("normal has mean 0 and deviation 1, and is always finite", () => {
    const dice = new Prng(6);
    const values = Array.from({ length: throwsCount }, () => dice.normal());
    expect(values.every((value) => Number.isFinite(value))).toBe(true);
    expect(meanOf(values)).toBeCloseTo(0, 1);
    expect(meanOf(values.map((value) => value * value))).toBeCloseTo(1, 1);
  });

  it.each([0, -1, 1.5, 2 ** 32 + 1, Number.NaN])("below %s is no throw", (bound) => {
    expect(() => new Prng(1).below(bound)).toThrow("not a bound");
  });

  it("below 1 is always 0", () => {
    const dice = new Prng(7);
    expect(Array.from({ length: 100 }, () => dice.below(1)).every((face) => face === 0)).toBe(true);
  });
});
