import { describe, expect, it } from "vitest";
import { micros } from "../../../src/kernel/time.js";
import { analyse } from "../../../src/scheduling/analysis/analyse.js";
import { blockingOf } from "../../../src/scheduling/analysis/blocking.js";
import { orderCycle } from "../../../src/scheduling/analysis/lock-order.js";
import { spansOf } from "../../../src/scheduling/analysis/spans.js";
import type { ProtocolName } from "../../../src/scheduling/analysis/task-set.js";
import { simulate } from "../../../src/scheduling/schedule/simulator.js";
import { type Brief, setOf, stepsOf } from "../support/tasks.js";

const blockingIn = (briefs: readonly Brief[], protocol: ProtocolName) => {
  const { tasks } = setOf(briefs, protocol);
  return tasks.map((task) => blockingOf(task, tasks, protocol));
};

const timesIn = (briefs: readonly Brief[], protocol: ProtocolName) =>
  blockingIn(briefs, protocol).map((each) => (each.kind === "bounded" ? each.time : null));

const played = (briefs: readonly Brief[], protocol: ProtocolName, name: string) =>
  simulate(setOf(briefs, protocol), { horizon: micros(900) }).jobs.find(({ task }) => task === name)
    ?.response;

const times = (text: string, matters: (name: string) => boolean = () => true) =>
  spansOf(stepsOf(text), matters).map(({ resource, time }) => `${resource} ${time}`);

describe("spans of a body (BLOCK-1)", () => {
  it("is a section by itself", () => {
    expect(times("1 +a 2 -a 4 +a 8 -a")).toEqual(["a 2", "a 8"]);
  });

  it("goes on over nested and overlapping sections until nothing is held", () => {
    expect(times("+a 1 +b 2 -b 4 -a")).toEqual(["a 7", "b 6"]);
    expect(times("+a 1 +b 2 -a 4 -b")).toEqual(["a 7", "b 6"]);
    expect(times("+a 1 -a +b 2 -b")).toEqual(["a 1", "b 2"]);
  });

  it("leaves out what does not matter, and what begins before", () => {
    expect(times("+a 1 +b 2 -b 4 -a", (name) => name === "b")).toEqual(["b 2"]);
  });
});

/** Two lower tasks, each in a section of its own when the high one comes. */
const twoBelow: readonly Brief[] = [
  { name: "high", period: 900, offset: 20, body: "1 +a 1 -a 1 +b 1 -b 1" },
  { name: "mid", period: 900, offset: 10, body: "2 +a 15 -a 1" },
  { name: "low", period: 900, offset: 0, body: "1 +b 30 -b 1" },
];

describe("blocking under inheritance (BLOCK-2)", () => {
  it("once for each lower task: and so it can be", () => {
    expect(timesIn(twoBelow, "inheritance")).toEqual([45, 30, 0]);
    // high has 5 to do; mid has had 8 of its section, low 9.
    expect(played(twoBelow, "inheritance", "high")).toBe(5 + (15 - 8) + (30 - 9));
  });

  it("once for each resource, where that is less", () => {
    const shared = [
      { name: "high", period: 900, body: "1 +a 1 -a 1" },
      { name: "mid", period: 900, body: "+a 15 -a 1" },
      { name: "low", period: 900, body: "+a 30 -a 1" },
    ];
    expect(timesIn(shared, "inheritance")).toEqual([30, 30, 0]);
  });

  it("reaches who has no lock at all, when one above waits", () => {
    const pushed = [
      { name: "high", period: 900, body: "+a 1 -a" },
      { name: "mid", period: 900, body: 5 },
      { name: "low", period: 900, body: "+a 9 -a" },
    ];
    expect(timesIn(pushed, "inheritance")).toEqual([9, 9, 0]);
  });

  it("reaches through a chain: who waits for the outer lock waits for the inner one too", () => {
    const chain = [
      { name: "high", period: 900, offset: 20, body: "1 +a 1 -a" },
      { name: "mid", period: 900, offset: 10, body: "+a 3 +b 2 -b 1 -a" },
      { name: "low", period: 900, offset: 0, body: "+b 40 -b 1" },
    ];
    expect(timesIn(chain, "inheritance")).toEqual([46, 40, 0]);
    // At 13 mid waits for low, which by 20 has done 17 of its 40; then 3 of mid's section are left.
    expect(played(chain, "inheritance", "high")).toBe(2 + (40 - 17) + 3);
    // Under a ceiling mid does not begin its section while low is in its own.
    expect(timesIn(chain, "ceiling")).toEqual([6, 40, 0]);
  });

  it("does not count a lower task that shares with lower ones only", () => {
    const apart = [
      { name: "high", period: 900, body: "+x 1 -x" },
      { name: "mid", period: 900, body: "+a 15 -a" },
      { name: "low", period: 900, body: "+a 30 -a" },
    ];
    expect(timesIn(apart, "inheritance")).toEqual([0, 30, 0]);
  });
});

describe("blocking under the immediate ceiling (BLOCK-3)", () => {
  it("is one span, the longest", () => {
    expect(timesIn(twoBelow, "ceiling")).toEqual([30, 30, 0]);
    // low is in its section first, and mid cannot begin.
    expect(played(twoBelow, "ceiling", "high")).toBe(5 + (30 - 19));
  });
});

describe("no protocol (BLOCK-4)", () => {
  const pathfinder = [
    { name: "bus", period: 900, deadline: 60, offset: 20, body: "1 +a 1 -a" },
    { name: "comms", period: 900, offset: 20, body: 100 },
    { name: "weather", period: 900, offset: 10, body: "+a 15 -a" },
  ];

  it("is unbounded, and names who prolongs it", () => {
    expect(blockingIn(pathfinder, "none")[0]).toEqual({
      kind: "unbounded",
      by: [{ task: "weather", resource: "a", time: 15 }],
      prolongedBy: ["comms"],
    });
    const verdicts = analyse(setOf(pathfinder, "none")).tasks.map(({ verdict }) => verdict);
    expect(verdicts).toEqual(["inversion", "inversion", "meets"]);
  });

  it("and so it is when it is played: bus waits for comms, and under inheritance does not", () => {
    expect(played(pathfinder, "none", "bus")).toBe(2 + 100 + 5);
    expect(played(pathfinder, "inheritance", "bus")).toBe(2 + 5);
  });

  it("bounds what no lower task can hold up", () => {
    const fine = [
      { name: "a", period: 900, body: "+x 5 -x" },
      { name: "b", period: 900, priority: 90, body: "+x 5 -x" },
      { name: "c", period: 900, body: 7 },
    ];
    expect(timesIn(fine, "none")).toEqual([0, 0, 0]);
  });
});

describe("orders of locks (BLOCK-5)", () => {
  const twoOrders = [
    { name: "one", period: 900, offset: 3, body: "1 +a 3 +b 1 -b -a" },
    { name: "two", period: 900, body: "1 +b 3 +a 1 -a -b" },
    { name: "aside", period: 900, body: 5 },
  ];

  it("finds two that lock in opposite orders", () => {
    expect(orderCycle(setOf(twoOrders).tasks)).toEqual([
      { task: "one", outer: "a", inner: "b" },
      { task: "two", outer: "b", inner: "a" },
    ]);
    const { tasks, schedulable } = analyse(setOf(twoOrders));
    expect(tasks.map(({ verdict }) => verdict)).toEqual(["deadlock", "deadlock", "meets"]);
    expect(schedulable).toBe(false);
  });

  it("and they do deadlock when played, but not under a ceiling", () => {
    const horizon = micros(900);
    const { deadlock, end } = simulate(setOf(twoOrders), { horizon });
    expect(deadlock?.cycle.map(({ task }) => task).sort()).toEqual(["one", "two"]);
    expect(end).toBe(deadlock?.at);
    const { deadlock: none, jobs } = simulate(setOf(twoOrders, "ceiling"), { horizon });
    expect(none).toBeNull();
    expect(jobs.filter(({ finished }) => finished !== null)).toHaveLength(3);
    expect(analyse(setOf(twoOrders, "ceiling"))).toMatchObject({ cycle: null, schedulable: true });
  });

  it("a circle of three, each link by another", () => {
    const three = [
      { period: 900, body: "+a +b 1 -b -a" },
      { period: 900, body: "+b +c 1 -c -b" },
      { period: 900, body: "+c +a 1 -a -c" },
    ];
    expect(orderCycle(setOf(three).tasks)).toHaveLength(3);
    expect(orderCycle(setOf(three.slice(0, 2)).tasks)).toBeNull();
  });

  it("one task that locks in both orders does not wait for itself", () => {
    const alone = [{ period: 900, body: "+a +b 1 -b -a +b +a 1 -a -b" }];
    expect(orderCycle(setOf(alone).tasks)).toBeNull();
    expect(orderCycle(setOf([...alone, ...alone]).tasks)).not.toBeNull();
  });
});
