import { describe, expect, it } from "vitest";
import { micros } from "../../../src/kernel/time.js";
import { jobsMax, simulate } from "../../../src/scheduling/schedule/simulator.js";
import { type Brief, setOf } from "../support/tasks.js";

const horizon = micros(200);
const play = (briefs: readonly Brief[], protocol: "none" | "inheritance" | "ceiling" = "none") =>
  simulate(setOf(briefs, protocol), { horizon });

describe("a played schedule (SIM-RT-3)", () => {
  const inverted: readonly Brief[] = [
    { name: "high", period: 200, offset: 4, body: "1 +a 2 -a" },
    { name: "mid", period: 200, offset: 6, body: 20 },
    { name: "low", period: 200, body: "+a 10 -a" },
  ];
  const waitsOf = (protocol: "none" | "inheritance") =>
    play(inverted, protocol).jobs.find(({ task }) => task === "high")?.waits;

  it("tells inversion by a third from blocking by the holder", () => {
    // low has held a for 4 when high comes, for 5 when mid does; then mid goes before it.
    expect(waitsOf("none")).toEqual([
      { by: "low", kind: "blocked", time: 6 },
      { by: "mid", kind: "inverted", time: 20 },
    ]);
    expect(waitsOf("inheritance")).toEqual([{ by: "low", kind: "blocked", time: 6 }]);
  });

  it("tells preemption, and counts it", () => {
    const { jobs, switches } = play([
      { name: "high", period: 200, offset: 3, body: 5 },
      { name: "low", period: 200, body: 10 },
    ]);
    const low = jobs.find(({ task }) => task === "low");
    expect(low).toMatchObject({ finished: 15, preemptions: 1 });
    expect(low?.waits).toEqual([{ by: "high", kind: "preempted", time: 5 }]);
    expect(switches).toBe(3);
  });

  it("equal tasks run in the order of release, and do not preempt one another", () => {
    const { stretches, jobs } = play([
      { name: "one", period: 200, priority: 5, offset: 1, body: 4 },
      { name: "two", period: 200, priority: 5, body: 4 },
    ]);
    expect(jobs.map(({ task, finished }) => [task, finished])).toEqual([
      ["two", 4],
      ["one", 8],
    ]);
    expect(stretches.filter(({ state }) => state.kind === "runs")).toHaveLength(2);
  });

  it("keeps deadlines, and tells those it missed, done or not", () => {
    const { jobs } = play([
      { name: "a", period: 100, deadline: 10, body: 10 },
      { name: "b", period: 200, deadline: 30, body: 500 },
    ]);
    expect(jobs.filter(({ missed }) => missed)).toMatchObject([{ task: "b", finished: null }]);
  });

  it("ends what ends before it releases what comes: nothing is preempted that is done", () => {
    const { jobs } = play([
      { name: "high", period: 10, body: 4 },
      { name: "low", period: 100, body: 6 },
    ]);
    expect(jobs.find(({ task }) => task === "low")).toMatchObject({ finished: 10, preemptions: 0 });
  });
});

describe("the bounds of a schedule (SIM-RT-5)", () => {
  it("stops when there is more than it keeps, and says so", () => {
    const set = setOf([{ period: 2, body: 1 }]);
    const { truncated, end, jobs } = simulate(set, { horizon: micros(jobsMax * 2 + 100) });
    expect(truncated).toBe(true);
    expect(end).toBeLessThan(jobsMax * 2 + 100);
    expect(jobs.length).toBeLessThanOrEqual(jobsMax + 1);
    expect(simulate(set, { horizon }).truncated).toBe(false);
  });
});
