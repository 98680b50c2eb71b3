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
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";

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
    const told = Array.from({ length: 20 }, (_, index) => overrides.toTell(100 + index));
    expect(told.filter((orders) => orders.length === 1)).toHaveLength(orderRepeats);
    expect(told.slice(orderRepeats).flat()).toEqual([]);
  });

  it("of a peer is taken in the same cycle, and not told again", () => {
    const [one, other] = [new Overrides(a), new Overrides(b)];
    one.command(100, say("include"));
    const [order] = one.toTell(100);
    if (order === undefined) throw new Error("nothing was told");
    for (let copy = 0; copy < 3; copy += 1) other.hear(100, a, order);
    expect(other.toTell(101)).toEqual([]);
    expect(words(other.due(order.cycle - 1))).toEqual([]);
    expect(words(other.due(order.cycle))).toEqual(["include"]);
    other.hear(order.cycle + 1, a, order);
    expect(other.due(order.cycle + 1)).toEqual([]);
  });

  it("that comes after its cycle is taken at once", () => {
    const overrides = new Overrides(b);
    overrides.due(104);
    overrides.hear(105, a, { ...say("exclude"), cycle: 103 });
    expect(words(overrides.due(105))).toEqual(["exclude"]);
  });

  it("said before another on the same channel is never taken after it", () => {
    const overrides = new Overrides(b);
    overrides.hear(100, a, { ...say("auto"), cycle: 102 });
    expect(words(overrides.due(102))).toEqual(["auto"]);
    overrides.hear(103, a, { ...say("exclude"), cycle: 101 });
    overrides.hear(103, a, { ...say("exclude", "b/level"), cycle: 101 });
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
  function lastWords(arrivals: readonly { source: NodeId; order: ChannelOrder }[]) {
    const overrides = new Overrides(nodeId("z"));
    const last = new Map<string, ChannelWord>();
    arrivals.forEach(({ source, order }, index) => {
      overrides.hear(98 + index, source, order);
      for (const due of overrides.due(98 + index)) last.set(due.channel, due.word);
    });
    for (const due of overrides.due(140)) last.set(due.channel, due.word);
    return last;
  }

  it("in whatever order the orders come, and how often", () => {
    const property = fc.property(orders, fc.infiniteStream(fc.nat(50)), (list, dice) => {
      const all = list.map(({ source, ...order }) => ({
        source,
        order: { sensor: "level", ...order },
      }));
      const shuffled = [...all, ...all.slice(0, 3)]
        .map((item) => ({ item, rank: dice.next().value as number }))
        .sort((one, other) => one.rank - other.rank)
        .map(({ item }) => item);
      const naive = new Map<string, ChannelWord>();
      const sorted = all.toSorted((one, other) =>
        one.order.cycle !== other.order.cycle
          ? one.order.cycle - other.order.cycle
          : one.source < other.source
            ? -1
            : 1,
      );
      for (const { order } of sorted) naive.set(order.channel, order.word);
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
      overrides.hear(100, b, { ...say("exclude", `${index}/level`), cycle: 101 });
    }
    expect(overrides.full).toBe(true);
    overrides.hear(100, b, { ...say("exclude"), cycle: 101 });
    expect(overrides.due(101)).toHaveLength(ordersMax);
    overrides.toTell(300);
    expect(overrides.full).toBe(false);
  });

  it("in time: one for a cycle far away is of a broken sender", () => {
    const overrides = new Overrides(a);
    overrides.hear(100, b, { ...say("exclude"), cycle: 165 });
    overrides.hear(100, b, { ...say("exclude"), cycle: 35 });
    overrides.hear(100, b, { ...say("exclude"), cycle: 2 ** 50 });
    expect(overrides.due(2 ** 51)).toEqual([]);
    overrides.hear(100, b, { ...say("exclude"), cycle: 164 });
    expect(overrides.due(164)).toHaveLength(1);
  });

  it("to the numbers of the cycles: when they are others, nothing is pending", () => {
    const overrides = new Overrides(a);
    overrides.command(100, say("exclude"));
    overrides.forget();
    expect([...overrides.toTell(101), ...overrides.due(200)]).toEqual([]);
  });
});
