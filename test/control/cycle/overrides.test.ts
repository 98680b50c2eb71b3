/** OVERRIDE-1 to OVERRIDE-3: when a person's word is told and taken. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ChannelOrder,
  type ChannelWord,
  channelWords,
  Overrides,
  orderLeadCycles,
  orderRepeats,
  ordersMax,
} from "../../../src/control/cycle/overrides.js";
import { nodeId } from "../../../src/kernel/ids.js";

const [a, b, c] = [nodeId("a"), nodeId("b"), nodeId("c")];

const say = (word: ChannelWord, channel = "a/level") => ({ sensor: "level", channel, word });
const words = (orders: readonly ChannelOrder[]) => orders.map(({ word }) => word);

describe("OVERRIDE-1: a person's word", () => {
  it("is taken some cycles later, once", () => {
    const overrides = new Overrides(a);
    overrides.command(100, say("exclude"));
    for (let cycle = 100; cycle < 100 + orderLeadCycles; cycle += 1) {
      expect(overrides.due(cycle)).toEqual([]);
    }
    expect(words(overrides.due(100 + orderLeadCycles))).toEqual(["exclude"]);
    expect(overrides.due(100 + orderLeadCycles)).toEqual([]);
    expect(overrides.due(100 + orderLeadCycles + 1)).toEqual([]);
  });

  it("is told in so many cycles, and then no more", () => {
    const overrides = new Overrides(a);
    overrides.command(100, say("exclude"));
    const told = Array.from({ length: 20 }, (_, index) => overrides.toTell(100 + index, false));
    expect(told.filter((orders) => orders.length === 1)).toHaveLength(orderRepeats);
    expect(told.slice(orderRepeats).flat()).toEqual([]);
  });

  it("of a peer is taken in the same cycle, and not told again", () => {
    const [one, other] = [new Overrides(a), new Overrides(b)];
    one.command(100, say("include"));
    const [order] = one.toTell(100, false);
    if (order === undefined) throw new Error("nothing was told");
    for (let copy = 0; copy < 3; copy += 1) other.hear(100, order);
    expect(other.toTell(101, false)).toEqual([]);
    expect(words(other.due(order.cycle - 1))).toEqual([]);
    expect(words(other.due(order.cycle))).toEqual(["include"]);
    other.hear(order.cycle + 1, order);
    expect(other.due(order.cycle + 1)).toEqual([]);
  });

  it("that comes after its cycle is taken at once", () => {
    const overrides = new Overrides(b);
    overrides.due(104);
    overrides.hear(105, { source: a, ...say("exclude"), cycle: 103 });
    expect(words(overrides.due(105))).toEqual(["exclude"]);
  });

  it("said before another on the same channel is never taken after it", () => {
    const overrides = new Overrides(b);
    overrides.hear(100, { source: a, ...say("auto"), cycle: 102 });
    expect(words(overrides.due(102))).toEqual(["auto"]);
    overrides.hear(103, { source: a, ...say("exclude"), cycle: 101 });
    overrides.hear(103, { source: a, ...say("exclude", "b/level"), cycle: 101 });
    expect(overrides.due(103)).toMatchObject([{ channel: "b/level" }]);
  });

  it("follows another on the same channel, however quickly it was said", () => {
    const overrides = new Overrides(a);
    overrides.command(100, say("exclude"));
    overrides.command(100, say("auto"));
    expect(words(overrides.due(100 + orderLeadCycles))).toEqual(["exclude"]);
    expect(words(overrides.due(101 + orderLeadCycles))).toEqual(["auto"]);
  });
});

describe("OVERRIDE-2: all replicas end with the same word on each channel", () => {
  const sources = [a, b, c];
  const said = fc.record({
    source: fc.constantFrom(...sources),
    cycle: fc.integer({ min: 100, max: 103 }),
    channel: fc.constantFrom("a/level", "b/level"),
    word: fc.constantFrom(...channelWords),
  });
  const orders = fc.uniqueArray(said, {
    selector: ({ source, cycle, channel }) => `${source} ${cycle} ${channel}`,
    maxLength: 10,
  });

  /** Hears in the order of `arrivals`, a cycle after each, and gives the last word by channel. */
  function lastWords(arrivals: readonly ChannelOrder[]) {
    const overrides = new Overrides(nodeId("z"));
    const last = new Map<string, ChannelWord>();
    arrivals.forEach((order, index) => {
      overrides.hear(98 + index, order);
      for (const due of overrides.due(98 + index)) last.set(due.channel, due.word);
    });
    for (const due of overrides.due(140)) last.set(due.channel, due.word);
    return last;
  }

  it("in whatever order the orders come, and how often", () => {
    const property = fc.property(orders, fc.infiniteStream(fc.nat(50)), (list, dice) => {
      const all = list.map((order) => ({ sensor: "level", ...order }));
      const shuffled = [...all, ...all.slice(0, 3)]
        .map((item) => ({ item, rank: dice.next().value as number }))
        .sort((one, other) => one.rank - other.rank)
        .map(({ item }) => item);
      const naive = new Map<string, ChannelWord>();
      const sorted = all.toSorted((one, other) =>
        one.cycle !== other.cycle ? one.cycle - other.cycle : one.source < other.source ? -1 : 1,
      );
      for (const order of sorted) naive.set(order.channel, order.word);
      const heard = lastWords(shuffled);
      expect(Object.fromEntries(heard)).toEqual(Object.fromEntries(naive));
    });
    fc.assert(property);
  });
});

describe("OVERRIDE-3: orders are bounded", () => {
  it("in number: then a peer's is not taken, and there is room again later", () => {
    const overrides = new Overrides(a);
    for (let index = 0; index < ordersMax; index += 1) {
      expect(overrides.full).toBe(false);
      overrides.hear(100, { source: b, ...say("exclude", `${index}/level`), cycle: 101 });
    }
    expect(overrides.full).toBe(true);
    overrides.hear(100, { source: b, ...say("exclude"), cycle: 101 });
    expect(overrides.due(101)).toHaveLength(ordersMax);
    overrides.toTell(300, false);
    expect(overrides.full).toBe(false);
  });

  it("in time: one for a cycle far away is of a broken sender", () => {
    const overrides = new Overrides(a);
    overrides.hear(100, { source: b, ...say("exclude"), cycle: 165 });
    overrides.hear(100, { source: b, ...say("exclude"), cycle: 2 ** 50 });
    expect(overrides.due(2 ** 51)).toEqual([]);
    overrides.hear(100, { source: b, ...say("exclude"), cycle: 164 });
    expect(overrides.due(164)).toHaveLength(1);
  });

  it("to the last on each channel, once they were taken", () => {
    const overrides = new Overrides(a);
    for (let round = 0; round < 10 * ordersMax; round += 1) {
      overrides.command(100 + round, say(round % 2 === 0 ? "exclude" : "auto"));
      overrides.due(100 + round);
    }
    expect(overrides.full).toBe(false);
    overrides.due(2_000);
    for (let cycle = 2_000; cycle < 2_100; cycle += 1) overrides.toTell(cycle, false);
    expect(words(overrides.toTell(2_100, true))).toEqual(["auto"]);
  });
});

describe("OVERRIDE-6: the last word on each channel", () => {
  const old = { source: b, ...say("exclude"), cycle: 100 };

  it("is told again while a peer knows another, in turn with those on others", () => {
    const overrides = new Overrides(a);
    overrides.hear(100, old);
    overrides.hear(100, { ...old, ...say("include", "b/level") });
    overrides.due(100);
    expect(overrides.toTell(500, false)).toEqual([]);
    const told = [500, 501, 502].map((cycle) => overrides.toTell(cycle, true));
    expect(told.map((orders) => orders.length)).toEqual([1, 1, 1]);
    expect(new Set(words(told.flat()))).toEqual(new Set(["exclude", "include"]));
    expect(told.flat().every(({ source }) => source === b)).toBe(true);
  });

  it("is taken however old it is, once, and not where a later one was", () => {
    const overrides = new Overrides(c);
    overrides.hear(90_000, old);
    expect(words(overrides.due(90_000))).toEqual(["exclude"]);
    overrides.hear(90_001, old);
    overrides.hear(90_001, { ...old, ...say("auto"), cycle: 99 });
    overrides.hear(90_001, { ...old, source: a, ...say("auto") });
    expect(overrides.due(90_001)).toEqual([]);
    overrides.hear(90_002, { ...old, source: c, ...say("auto") });
    expect(words(overrides.due(90_002))).toEqual(["auto"]);
  });

  it("makes a digest that all share who know the same, and 0 where there is none", () => {
    const digest = (orders: readonly ChannelOrder[]) => {
      const overrides = new Overrides(c);
      for (const order of orders) overrides.hear(100, order);
      const before = overrides.digest;
      overrides.due(100);
      expect(overrides.digest).toBe(before);
      return before;
    };
    const other = { ...old, ...say("include", "b/level") };
    const earlier = { ...old, cycle: 99 };
    expect(digest([])).toBe(0);
    expect(digest([old, other, earlier])).toBe(digest([other, old]));
    const changes = [{ cycle: 101 }, { source: a }, say("auto"), say("exclude", "b/level")];
    const digests = changes.map((change) => digest([{ ...old, ...change }]));
    expect(new Set([0, digest([old]), digest([old, other]), ...digests]).size).toBe(7);
  });

  it("is taken once more when the health of another was taken", () => {
    const overrides = new Overrides(a);
    overrides.hear(100, { ...old, cycle: 90 });
    overrides.hear(100, { ...old, ...say("auto") });
    overrides.hear(100, { ...old, ...say("release", "b/level") });
    overrides.due(100);
    overrides.restored(101);
    // A latch that fell again since is not opened by a release from before.
    overrides.hear(102, { ...old, ...say("release", "c/level") });
    expect(words(overrides.due(102))).toEqual(["auto"]);
    expect(overrides.due(103)).toEqual([]);
  });

  it("is kept when the cycles have other numbers", () => {
    const overrides = new Overrides(a);
    overrides.command(100, say("exclude"));
    overrides.renumber(98);
    expect(overrides.due(104)).toEqual([]);
    expect(words(overrides.due(105))).toEqual(["exclude"]);
  });

  it("of numbers that will not come for long is the oldest of all, and holds at once", () => {
    const overrides = new Overrides(a);
    overrides.command(9_000, say("exclude"));
    overrides.command(9_000, say("include", "b/level"));
    overrides.renumber(98);
    expect(overrides.toTell(98, false)).toMatchObject([{ cycle: 0 }, { cycle: 0 }]);
    overrides.hear(98, { ...old, ...say("auto"), cycle: 97 });
    expect(words(overrides.due(98)).toSorted()).toEqual(["auto", "exclude", "include"]);
    expect(words(overrides.due(99))).toEqual([]);
    overrides.command(98, say("exclude"));
    expect(words(overrides.due(98 + orderLeadCycles))).toEqual(["exclude"]);
  });
});
