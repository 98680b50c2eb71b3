/** Who runs when, by priority alone; and what an executive says of it. */
import { describe, expect, it } from "vitest";
import { millis } from "../../../src/kernel/time.js";
import { eventsMax } from "../../../src/scheduling/executive/events.js";
import { Executive, nameLengthMax } from "../../../src/scheduling/executive/executive.js";
import {
  lock,
  pause,
  setPriority,
  sleep,
  sleepUntil,
  unlock,
} from "../../../src/scheduling/executive/requests.js";
import { priority } from "../../../src/scheduling/priority.js";
import type { TaskEvidence } from "../../../src/watchdog/evidence.js";
import { type Code, lasting, ms, Rig } from "./rig.js";

/** Says its name in each of so many slices. */
const says = (rig: Rig, slices: number): Code =>
  function* ({ name }) {
    for (let slice = 0; slice < slices; slice += 1) {
      rig.note(name);
      yield pause;
    }
  };

const order = (rig: Rig): string => rig.notes.map((note) => note.split(" ")[1]).join(" ");

describe("the order of tasks", () => {
  it("EXEC-1: is by priority, and in turn among equals", () => {
    const rig = new Rig();
    for (const [name, level] of [
      ["a", 0],
      ["b", 50],
      ["c", 99],
      ["d", 50],
      ["e", 31],
    ] as const)
      rig.task(name, level, says(rig, 2));
    rig.run();
    expect(order(rig)).toBe("c c b d b d e e a a");
  });

  it("EXEC-4: one whose request takes no wait goes on before its equals", () => {
    const rig = new Rig().lock("m");
    rig.task("a", 10, function* () {
      rig.note("a");
      yield lock("m");
      rig.note("a");
      yield unlock("m");
      rig.note("a");
    });
    rig.task("b", 10, says(rig, 1));
    rig.run();
    expect(order(rig)).toBe("a a a b");
  });

  it("EXEC-4: raised to a level, it is behind those who are there; lowered, before them", () => {
    const rig = new Rig();
    rig.task("first", 50, function* () {
      yield setPriority(priority(20), "raised");
      yield setPriority(priority(20), "lowered");
    });
    rig.task("there", 20, says(rig, 1));
    rig.task("raised", 10, says(rig, 1)).task("lowered", 30, says(rig, 1));
    rig.run();
    expect(order(rig)).toBe("lowered there raised");
  });

  it("EXEC-4: who raises itself goes behind its new equals, who lowers itself before them", () => {
    const rig = new Rig();
    const becomes = (level: number): Code =>
      function* ({ name }) {
        yield setPriority(priority(level));
        rig.note(name);
      };
    // Above all, so that both have asked before the others run.
    rig.task("lowers", 60, becomes(20)).task("there", 20, says(rig, 1));
    rig.task("raises", 10, becomes(20));
    rig.run();
    expect(order(rig)).toBe("lowers there raises");
    const other = new Rig();
    other.task("raises", 10, function* ({ name }) {
      yield setPriority(priority(20));
      other.note(name);
    });
    other.task("there", 20, says(other, 1), { releases: { kind: "once", offset: lasting(0) } });
    other.run();
    expect(order(other)).toBe("there raises");
  });

  it("EXEC-4: one that is changed without its level being another keeps its turn", () => {
    const rig = new Rig();
    rig.task("first", 50, function* () {
      yield setPriority(priority(20), "a");
    });
    rig.task("a", 20, says(rig, 1)).task("b", 20, says(rig, 1));
    rig.run();
    expect(order(rig)).toBe("a b");
  });
});

describe("a sleep", () => {
  it("EXEC-6: ends no earlier than it was asked to, and a past instant is now", () => {
    const rig = new Rig();
    rig.task("sleeps", 10, function* () {
      rig.spend(3);
      yield sleep(lasting(5));
      rig.note("woke");
      yield sleepUntil(ms(20));
      rig.note("woke");
      yield sleepUntil(ms(1));
      rig.note("woke");
    });
    rig.run();
    expect(rig.notes).toEqual(["8 woke", "20 woke", "20 woke"]);
  });

  it("EXEC-5: that is over during a slice puts its task before who pauses after it", () => {
    const rig = new Rig();
    rig.task("sleeps", 10, function* () {
      yield sleep(lasting(5));
      rig.note("sleeps");
    });
    rig.task("works", 10, function* () {
      rig.spend(7);
      yield pause;
      rig.note("works");
    });
    rig.run();
    expect(order(rig)).toBe("sleeps works");
  });

  it("EXEC-5: that is over when the slice ends comes after what the slice asked for", () => {
    const rig = new Rig();
    rig.task("sleeps", 10, function* () {
      yield sleep(lasting(5));
      rig.note("sleeps");
    });
    rig.task("works", 10, function* () {
      rig.spend(5);
      yield pause;
      rig.note("works");
    });
    rig.run();
    expect(order(rig)).toBe("works sleeps");
  });
});

describe("an executive", () => {
  it("EXEC-7: that has nothing to do asks for nothing", () => {
    const executive = new Executive({ now: ms(0) });
    expect([executive.isReady(), executive.deadline()]).toEqual([false, null]);
    expect(executive.runSlice(() => ms(1))).toBe(false);
    const body: Code = function* () {
      yield sleep(millis(10));
    };
    executive.add(ms(2), { name: "sleeps", base: priority(1), body });
    expect(executive.isReady()).toBe(true);
    expect(executive.runSlice(() => ms(3))).toBe(true);
    expect([executive.isReady(), executive.deadline()]).toEqual([false, ms(13)]);
    executive.advance(ms(13));
    expect([executive.isReady(), executive.deadline()]).toEqual([true, null]);
  });

  it("EXEC-8: keeps the newest events, and counts what made room", () => {
    const rig = new Rig();
    rig.task("ticks", 10, function* () {
      for (let count = 0; count < eventsMax; count += 1)
        yield setPriority(priority(count % 2 === 0 ? 11 : 10));
    });
    rig.run();
    expect(rig.events).toHaveLength(eventsMax);
    // The release, the start, one change for each but the last; the end of the job and of the task.
    expect(rig.executive.eventsDropped).toBe(4);
    expect(rig.events.at(-1)).toMatchObject({ kind: "returned" });
    expect(rig.executive.drainEvents()).toEqual([]);
  });

  it("EXEC-8: tells the usual only on request", () => {
    const rig = new Rig({ usualEvents: false }).lock("m");
    const body: Code = function* () {
      yield lock("m");
      yield sleep(lasting(1));
      yield unlock("m");
    };
    rig.task("a", 10, body).task("b", 20, body);
    rig.run();
    expect(rig.events).toEqual([]);
  });

  it("EXEC-9: says who keeps whom waiting, since when, in the words of the evidence", () => {
    const rig = new Rig().lock("bus");
    rig.task("low", 10, function* () {
      yield lock("bus");
      rig.spend(4);
      yield sleep(lasting(100));
    });
    rig.task("high", 30, function* () {
      yield sleep(lasting(1));
      yield lock("bus");
    });
    rig.run(50);
    const tasks: readonly TaskEvidence[] = rig.executive.standing();
    expect(tasks).toMatchObject([
      {
        task: "low",
        state: "sleeping",
        since: ms(4),
        base: 10,
        effective: 30,
        holds: ["bus"],
        waitsFor: null,
        lastSlice: { at: ms(0), took: 4_000 },
        longestSlice: 4_000,
        counts: { slices: 2, jobs: 0 },
      },
      { task: "high", state: "waits-for-lock", since: ms(4), holds: [], waitsFor: "bus" },
    ]);
  });

  it("EXEC-10: refuses a name that is taken, and takes it when its task has ended", () => {
    const rig = new Rig();
    const body = says(rig, 1);
    const add = (name: string) =>
      rig.executive.add(rig.time.now, { name, base: priority(1), body });
    expect(add("a")).toEqual({ kind: "added" });
    expect(add("a")).toEqual({ kind: "refused", reason: "name-taken" });
    rig.run();
    expect(add("a")).toEqual({ kind: "added" });
    expect(() => add("")).toThrow("not a name");
    expect(() => add("x".repeat(nameLengthMax + 1))).toThrow("not a name");
  });

  it("EXEC-10: refuses more tasks than it may have", () => {
    const rig = new Rig({ limits: { tasksMax: 1 } });
    rig.task("a", 1, says(rig, 1));
    const more = { name: "b", base: priority(1), body: says(rig, 1) };
    expect(rig.executive.add(rig.time.now, more)).toMatchObject({ reason: "too-many", max: 1 });
  });

  it("EXEC-10: takes no second thing of one name, and no condition of a recursive lock", () => {
    const { executive } = new Rig().lock("m");
    const protocol = { kind: "none" } as const;
    expect(() => executive.addSemaphore({ name: "m", count: 0, max: 1 })).toThrow("already");
    expect(() => executive.addCondition({ name: "c", lock: "n" })).toThrow("no lock n");
    executive.addLock({ name: "r", protocol, recursive: true });
    expect(() => executive.addCondition({ name: "c", lock: "r" })).toThrow("recursive");
    for (const [count, max] of [
      [2, 1],
      [-1, 1],
      [0, 0],
      [0.5, 1],
    ] as const)
      expect(() => executive.addSemaphore({ name: "s", count, max })).toThrow("count from 0");
  });

  it("EXEC-10: leaves nothing of a task whose body throws when it is called", () => {
    const { executive, time } = new Rig();
    const body = () => {
      throw new Error("no body");
    };
    const settings = { name: "a", base: priority(1), body };
    expect(() => executive.add(time.now, settings)).toThrow("no body");
    expect(() => executive.add(time.now, settings)).toThrow("no body");
    expect(executive.standing()).toEqual([]);
  });

  it("EXEC-11: holds a clock that goes back for a bug", () => {
    const executive = new Executive({ now: ms(5) });
    expect(() => executive.advance(ms(4))).toThrow("went back");
  });
});
