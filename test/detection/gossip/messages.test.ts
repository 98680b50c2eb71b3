import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Entry,
  gossipBody,
  gossipBytesMax,
  gossipEntriesMax,
  parseGossip,
  partThatFits,
} from "../../../src/detection/gossip/messages.js";
import { nodeId, nodeIdLengthMax } from "../../../src/kernel/ids.js";
import { Prng } from "../../../src/kernel/prng.js";
import { encodeBody } from "../../../src/wire/cbor.js";

const entries = (count: number, length: number, counter: number): Entry[] =>
  Array.from({ length: count }, (_, index) => {
    return { peer: nodeId(String(index).padStart(length, "x")), counter };
  });

describe("the body of a gossip", () => {
  it("GOSSIP-6: comes back as it was", () => {
    const table = entries(3, 5, 9);
    expect(parseGossip(gossipBody(7, table))).toEqual({ own: 7, entries: table });
    expect(parseGossip(gossipBody(7, []))).toEqual({ own: 7, entries: [] });
  });

  it("GOSSIP-6: is refused whole when any part is not as it should be", () => {
    const bodies = [null, {}, [], [0], ["1"], [1, "a"], [1, "a", 0], [1, 5, 5], [1, "A", 5]];
    for (const body of [...bodies, [1, "a", 5, "b"], [1, "a", 5, "b", -1], [1.5], [2 ** 53]]) {
      expect(parseGossip(body)).toBeNull();
    }
    const full = gossipBody(1, entries(gossipEntriesMax, 4, 1));
    expect(parseGossip(full)?.entries).toHaveLength(gossipEntriesMax);
    expect(parseGossip(gossipBody(1, entries(gossipEntriesMax + 1, 4, 1)))).toBeNull();
  });

  it("GOSSIP-6: never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        const gossip = parseGossip(body);
        expect(gossip === null || gossip.own >= 1).toBe(true);
      }),
    );
  });

  it("GOSSIP-5: fits a datagram whatever the names and counters are", () => {
    for (const counter of [1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      for (let length = 3; length <= nodeIdLengthMax; length += 1) {
        const part = partThatFits(entries(200, length, counter), new Prng(1));
        const bytes = encodeBody(gossipBody(Number.MAX_SAFE_INTEGER, part)).length;
        expect(bytes).toBeLessThanOrEqual(gossipBytesMax);
        // Names up to 13 letters leave room for as many as there may be.
        if (length <= 13) expect(part).toHaveLength(gossipEntriesMax);
        expect(part.length).toBeGreaterThan(20);
      }
    }
  });

  it("GOSSIP-5: takes all where all fit, and otherwise any, each as often", () => {
    const few = entries(gossipEntriesMax, 5, 1);
    const taken = partThatFits(few, new Prng(1)).map(({ peer }) => peer);
    expect([...taken].sort()).toEqual(few.map(({ peer }) => peer).sort());
    const many = entries(80, 5, 1);
    const counts = new Map<string, number>();
    const dice = new Prng(2);
    const draws = 4_000;
    for (let draw = 0; draw < draws; draw += 1) {
      const part = partThatFits(many, dice).map(({ peer }) => peer);
      expect(new Set(part).size).toBe(gossipEntriesMax);
      for (const peer of part) counts.set(peer, (counts.get(peer) ?? 0) + 1);
    }
    // Half of the draws each, within 5 standard deviations of a binomial.
    const tolerance = 5 * Math.sqrt(draws / 4);
    expect(counts.size).toBe(80);
    for (const count of counts.values()) {
      expect(Math.abs(count - draws / 2)).toBeLessThan(tolerance);
    }
  });
});
