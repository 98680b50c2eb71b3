import { describe, expect, it } from "vitest";
import { Pool } from "../../../src/consistency/search/pool.js";
import { Visited } from "../../../src/consistency/search/visited.js";
import { Prng } from "../../../src/kernel/prng.js";

const words = (...values: readonly number[]): Int32Array => Int32Array.from(values);

describe("visited configurations (HISTORY-7)", () => {
  it("cover those of the same key that used up as much or more, and no others", () => {
    const visited = new Visited(2, 1, new Pool(1_000_000));
    expect(visited.enter(words(1, 2), words(0b0110))).toBe(true);
    expect(visited.enter(words(1, 2), words(0b0110))).toBe(false);
    expect(visited.enter(words(1, 2), words(0b1111))).toBe(false);
    expect(visited.enter(words(1, 2), words(0b0010))).toBe(true);
    expect(visited.enter(words(1, 2), words(0b1010))).toBe(false);
    expect(visited.enter(words(1, 2), words(0b1001))).toBe(true);
    expect(visited.enter(words(1, 3), words(0b1111))).toBe(true);
    expect(visited.enter(words(2, 2), words(0b1111))).toBe(true);
  });

  it("are those of a list that is looked through, also when the table has grown", () => {
    const dice = new Prng(7);
    const visited = new Visited(2, 1, new Pool(10_000_000));
    const known: (readonly [number, number, number])[] = [];
    for (let round = 0; round < 3_000; round += 1) {
      const [one, two, set] = [dice.below(6), dice.below(6), dice.below(64)];
      const covered = known.some(([a, b, s]) => a === one && b === two && (s & ~set) === 0);
      expect(visited.enter(words(one, two), words(set))).toBe(!covered);
      if (!covered) known.push([one, two, set]);
    }
    expect(known.length).toBeGreaterThan(100);
    expect(visited.count).toBe(known.length);
  });

  it("are not kept where there is no room, and the room is given back", () => {
    const pool = new Pool(1_024);
    const visited = new Visited(2, 1, pool);
    for (let each = 0; each < 100; each += 1) visited.enter(words(each, 0), words(0));
    expect(visited.forgotten).toBeGreaterThan(0);
    expect(visited.enter(words(0, 0), words(0))).toBe(false);
    expect(visited.enter(words(99, 0), words(0))).toBe(true);
    expect(pool.take(1_024)).toBe(false);
    visited.close();
    expect(pool.take(1_024)).toBe(true);
  });
});
