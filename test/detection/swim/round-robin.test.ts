import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PeerSelection } from "../../../src/detection/swim/round-robin.js";
import { Prng } from "../../../src/kernel/prng.js";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const counts = fc.integer({ min: 1, max: 12 });

const take = (selection: PeerSelection, count: number): number[] =>
  Array.from({ length: count }, () => selection.next() as number);

describe("random round robin (SWIM-2)", () => {
  it("chooses each peer once in a round, in another order each time", () => {
    const selection = new PeerSelection(20, "round-robin", new Prng(1));
    const rounds = [take(selection, 20), take(selection, 20)];
    for (const round of rounds) {
      expect([...round].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    }
    expect(rounds[0]).not.toEqual(rounds[1]);
  });

  it("every order of a round is equally likely", () => {
    const selection = new PeerSelection(3, "round-robin", new Prng(2));
    const seen = new Map<string, number>();
    const rounds = 6_000;
    for (let round = 0; round < rounds; round += 1) {
      const order = take(selection, 3).join("");
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    // Four standard errors of a count with p = 1/6.
    const tolerance = 4 * Math.sqrt((rounds * 5) / 36);
    for (const count of seen.values()) expect(Math.abs(count - 1_000)).toBeLessThan(tolerance);
  });

  it("reaches the bound of 2n - 1, so that the bound is not smaller", () => {
    const selection = new PeerSelection(3, "round-robin", new Prng(3));
    const choices = take(selection, 600);
    expect(Math.max(...gapsOf(choices, 0))).toBe(5);
  });

  it("lets nobody wait longer, whoever comes and goes meanwhile", () => {
    fc.assert(
      fc.property(
        seeds,
        counts,
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 150, size: "max" }),
        (seed, count, deeds) => {
          expectPatience(new PeerSelection(count, "round-robin", new Prng(seed)), count, deeds);
        },
      ),
    );
  });

  it("gives a newcomer any place of the round alike", () => {
    const waits = new Map<number, number>();
    const trials = 8_000;
    for (let seed = 0; seed < trials; seed += 1) {
      const selection = new PeerSelection(3, "round-robin", new Prng(seed));
      take(selection, 3);
      selection.add(3);
      const wait = take(selection, 8).indexOf(3);
      waits.set(wait, (waits.get(wait) ?? 0) + 1);
    }
    // One place of four is left in the round that is over; else it waits for any of the next four.
    const expected = [1 / 4 + 3 / 16, 3 / 16, 3 / 16, 3 / 16];
    expect([...waits.keys()].sort()).toEqual([0, 1, 2, 3]);
    for (const [wait, share] of expected.entries()) {
      const tolerance = 4 * Math.sqrt(trials * share * (1 - share));
      expect(Math.abs((waits.get(wait) ?? 0) - trials * share)).toBeLessThan(tolerance);
    }
  });

  it("chooses nobody while there is nobody", () => {
    const selection = new PeerSelection(0, "round-robin", new Prng(1));
    expect(selection.next()).toBeNull();
    selection.add(0);
    expect(take(selection, 3)).toEqual([0, 0, 0]);
    selection.remove(0);
    expect(selection.next()).toBeNull();
    expect(() => selection.remove(0)).toThrow("not in the list");
  });
});

describe("uniform choice (SWIM-2)", () => {
  it("has no memory: the wait for a peer is geometric, and exceeds any bound", () => {
    const selection = new PeerSelection(5, "uniform", new Prng(5));
    const gaps = gapsOf(take(selection, 50_000), 0);
    const average = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    // A geometric wait with p = 1/5 has the variance 20.
    expect(Math.abs(average - 5)).toBeLessThan(4 * Math.sqrt(20 / gaps.length));
    expect(Math.max(...gaps)).toBeGreaterThan(2 * 5 - 1);
  });
});

describe("relays (SWIM-4)", () => {
  it("are different, and never the target; all others where there are not enough", () => {
    const wanted = fc.integer({ min: 0, max: 15 });
    fc.assert(
      fc.property(seeds, counts, wanted, (seed, count, relays) => {
        const selection = new PeerSelection(count, "round-robin", new Prng(seed));
        const target = seed % count;
        const others = selection.others(target, relays);
        expect(others.length).toBe(Math.min(relays, count - 1));
        expect(new Set(others).size).toBe(others.length);
        expect(others).not.toContain(target);
      }),
    );
  });

  it("are each as likely as any other", () => {
    const selection = new PeerSelection(6, "round-robin", new Prng(7));
    const seen = new Array<number>(6).fill(0);
    const trials = 10_000;
    for (let trial = 0; trial < trials; trial += 1) {
      for (const relay of selection.others(2, 2)) seen[relay] = (seen[relay] ?? 0) + 1;
    }
    const tolerance = 4 * Math.sqrt(trials * 0.4 * 0.6);
    for (const [number, count] of seen.entries()) {
      const expected = number === 2 ? 0 : trials * 0.4;
      expect(Math.abs(count - expected)).toBeLessThanOrEqual(tolerance);
    }
  });

  it("do not disturb the round", () => {
    const selection = new PeerSelection(8, "round-robin", new Prng(9));
    const chosen = Array.from({ length: 8 }, () => {
      selection.others(3, 3);
      return selection.next();
    });
    expect(new Set(chosen).size).toBe(8);
  });
});

/** How many choices lie from one choice of `peer` to the next. */
function gapsOf(choices: readonly number[], peer: number): number[] {
  const places = choices.flatMap((choice, place) => (choice === peer ? [place] : []));
  return places.slice(1).map((place, index) => place - (places[index] as number));
}

/**
 * Plays deeds between choices: 0 to 6 choose, 7 and 8 add, 9 removes. The n of the bound is the
 * most that the list was long so far.
 */
function expectPatience(selection: PeerSelection, count: number, deeds: readonly number[]): void {
  const waits = new Map<number, number>();
  for (let number = 0; number < count; number += 1) waits.set(number, 0);
  let longest = count;
  let next = count;
  for (const [place, deed] of deeds.entries()) {
    if (deed >= 9 && waits.size > 0) {
      const gone = [...waits.keys()][place % waits.size] as number;
      waits.delete(gone);
      selection.remove(gone);
    } else if (deed >= 7) {
      selection.add(next);
      waits.set(next, 0);
      next += 1;
    } else {
      expectChoice(selection, waits, longest);
    }
    longest = Math.max(longest, waits.size);
    expect(selection.length).toBe(waits.size);
  }
  for (let more = 0; more < 4 * longest; more += 1) expectChoice(selection, waits, longest);
}

function expectChoice(selection: PeerSelection, waits: Map<number, number>, longest: number): void {
  const chosen = selection.next();
  if (chosen === null) {
    expect(waits.size).toBe(0);
    return;
  }
  expect(waits.has(chosen)).toBe(true);
  for (const [number, wait] of waits) waits.set(number, number === chosen ? 0 : wait + 1);
  expect(Math.max(...waits.values())).toBeLessThan(2 * longest - 1);
}
