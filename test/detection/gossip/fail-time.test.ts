/**
 * The tail of gossip, computed exactly. Looking back from a node, the set of those whose words
 * have reached it grows round by round: each of the others sends to one of n - 1 at random, and is
 * in the set when it hits somebody in it. The pause that the node sees is longer than r rounds
 * when the watched peer is not in the set after r. In a large group a table has only some of the
 * entries.
 */
import { describe, expect, it } from "vitest";
import { failTime, gossipRounds } from "../../../src/detection/gossip/fail-time.js";
import { gossipTable } from "../../../src/detection/gossip/gossip.js";
import { gossipEntriesMax, parseGossip } from "../../../src/detection/gossip/messages.js";
import { micros, millis } from "../../../src/kernel/time.js";
import { DetectorFleet, usual } from "../support/detector-fleet.js";

/** Probabilities of 0 to `count` of so many independent trials. */
function binomial(count: number, chance: number): number[] {
  let spread = [1];
  for (let trial = 0; trial < count; trial += 1) {
    const next = new Array<number>(spread.length + 1).fill(0);
    spread.forEach((weight, hits) => {
      next[hits] = (next[hits] ?? 0) + weight * (1 - chance);
      next[hits + 1] = (next[hits + 1] ?? 0) + weight * chance;
    });
    spread = next;
  }
  return spread;
}

/** P(a given node has heard nothing of a given peer that is at most `rounds` rounds old). */
function pauseLongerThan(rounds: number, members: number): number {
  // The sender's own counter is on every table; of the others that many, and not the target's.
  const carried = Math.min(1, gossipEntriesMax / Math.max(1, members - 2));
  let weights = new Map([[1, 1]]);
  for (let round = 0; round < rounds; round += 1) {
    const next = new Map<number, number>();
    for (const [size, weight] of weights) {
      const hit = size / (members - 1);
      binomial(members - 1 - size, hit * carried).forEach((share, joined) => {
        const grown = size + joined;
        next.set(grown, (next.get(grown) ?? 0) + weight * (1 - hit) * share);
      });
    }
    weights = next;
  }
  return [...weights.values()].reduce((sum, weight) => sum + weight, 0);
}

describe("T_fail", () => {
  it("GOSSIP-4: is suspectAfter, and so many rounds that a pause is longer once in 1e9", () => {
    for (const members of [3, 4, 5, 6, 8, 9, 10, 16, 17, 20, 32, 33, 40, 43, 50, 64, 100]) {
      expect(pauseLongerThan(gossipRounds(members), members)).toBeLessThan(1e-9);
    }
    expect(failTime(millis(300), millis(100), 5)).toBe(300_000 + 23 * 100_000);
    expect([3, 5, 10, 20, 50, 100].map(gossipRounds)).toEqual([20, 23, 26, 29, 39, 86]);
  });

  it("GOSSIP-4: with one peer has no rounds: each gossip reaches it", () => {
    expect(failTime(millis(300), millis(100), 2)).toBe(300_000);
    expect(failTime(millis(300), millis(100), 1)).toBe(300_000);
  });

  it("GOSSIP-4: is not far longer than it must be: half of the tail would be too short", () => {
    for (const members of [3, 5, 10, 50]) {
      expect(pauseLongerThan(gossipRounds(members) - 12, members)).toBeGreaterThan(1e-9);
    }
  });

  /**
   * The chain itself against the machine. The shares of 40 batches of 50 rounds each are nearly
   * independent, so their spread gives the error of their mean; 5 of those are the tolerance.
   */
  it("GOSSIP-4: the computed tail is what a fleet shows", () => {
    const members = 10;
    const olders = [2, 3, 5].map((rounds) => ({ rounds, shares: [] as number[] }));
    const group = watchedGroup(members);
    group.run(30);
    for (let batch = 0; batch < 40; batch += 1) {
      const ages: number[] = [];
      for (let round = 0; round < 50; round += 1) {
        group.run(1);
        ages.push(...group.ages());
      }
      for (const { rounds, shares } of olders) {
        shares.push(ages.filter((age) => age >= rounds).length / ages.length);
      }
    }
    for (const { rounds, shares } of olders) {
      const { mean, error } = estimate(shares);
      expect(Math.abs(mean - pauseLongerThan(rounds, members))).toBeLessThan(5 * error);
      expect(error).toBeLessThan(mean / 20);
    }
  }, 60_000);
});

function estimate(shares: readonly number[]): { mean: number; error: number } {
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const squares = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (shares.length - 1) / shares.length) };
}

/** A fleet all in step, of which the test reads every table on its way. */
function watchedGroup(members: number) {
  const delay = { kind: "uniform", min: millis(1), max: millis(1) } as const;
  const fleet = { kind: gossipTable, settings: usual, members, seed: 5, delay };
  const group = DetectorFleet.inStep(fleet);
  const own = new Map<string, number>();
  const known = new Map<string, number>();
  const learn = (target: string, peer: string, counter: number) => {
    const pair = `${target} ${peer}`;
    known.set(pair, Math.max(known.get(pair) ?? 0, counter));
  };
  group.fleet.watch({
    message: (_at, source, target, body) => {
      const gossip = parseGossip(body);
      own.set(source, gossip?.own ?? 0);
      learn(target, source, gossip?.own ?? 0);
      for (const { peer, counter } of gossip?.entries ?? []) learn(target, peer, counter);
    },
  });
  group.runFor(micros(usual.period / 2));
  return {
    run: (rounds: number) => group.runFor(micros(rounds * usual.period)),
    /** Of each pair, how many rounds old the counter is that the one knows of the other. */
    ages: () =>
      group.members.flatMap((target) =>
        group.othersThan(target).map((peer) => {
          return (own.get(peer) ?? 0) - (known.get(`${target} ${peer}`) ?? 0);
        }),
      ),
  };
}
