/** Releases, deadlines and budgets. */
import { describe, expect, it } from "vitest";
import { nextRelease, pause, sleep, trigger } from "../../../src/scheduling/executive/requests.js";
import type { TaskSettings } from "../../../src/scheduling/executive/task.js";
import { type Code, lasting, ms, Rig } from "./rig.js";

type Settings = Partial<TaskSettings>;

const periodic = (period: number, more: object = {}): Settings => ({
  releases: { kind: "periodic", period: lasting(period), ...more },
});
const sporadic = (interArrivalMin: number, more: object = {}): Settings => ({
  releases: { kind: "sporadic", interArrivalMin: lasting(interArrivalMin), ...more },
});

/** Each job works so many milliseconds; of the last one it works for ever after. */
const jobs = (rig: Rig, ...work: readonly number[]): Code =>
  function* (self) {
    for (const count of work) {
      rig.note(`job of ${self.release / 1_000}`);
      rig.spend(count);
      const reply = yield nextRelease;
      if (reply.kind === "released" && reply.skipped > 0) rig.note(`skipped ${reply.skipped}`);
    }
  };

const triggerAt = (rig: Rig, ...instants: readonly number[]) =>
  instants.map((at) => ({
    at: ms(at),
    act: () => {
      const result = rig.executive.trigger(rig.time.now, "s");
      rig.note(result.kind === "triggered" ? `deferred ${result.deferred}` : result.reason);
    },
  }));

describe("a periodic task", () => {
  it("RELEASE-1: is released on its grid, however long its jobs took", () => {
    const rig = new Rig();
    rig.task("p", 10, jobs(rig, 1, 9, 2, 0), periodic(10, { offset: lasting(3) }));
    rig.run(40);
    expect(rig.notes).toEqual(["3 job of 3", "13 job of 13", "23 job of 23", "33 job of 33"]);
    expect(rig.of("finished").map(({ response }) => response)).toEqual([1_000, 9_000, 2_000, 0]);
    expect(rig.of("releases-skipped")).toEqual([]);
  });

  it("RELEASE-2: skips what comes while a job runs, and counts it", () => {
    const rig = new Rig();
    rig.task("p", 10, jobs(rig, 25, 1, 0, 0, 0), periodic(10));
    rig.run(45);
    expect(rig.notes).toEqual(["0 job of 0", "30 skipped 2", "30 job of 30", "40 job of 40"]);
    expect(rig.standing("p")?.counts).toMatchObject({ releasesSkipped: 2, jobs: 3 });
  });

  it("RELEASE-2: queues it on request, up to a maximum, with the instant of its release", () => {
    const rig = new Rig();
    const settings = periodic(10, { whileRunning: "queue", queueMax: 2 });
    rig.task("p", 10, jobs(rig, 45, 1, 1, 0, 0), settings);
    rig.run(55);
    expect(rig.notes).toEqual([
      "0 job of 0",
      "45 skipped 2",
      "45 job of 10",
      "46 job of 20",
      "50 job of 50",
    ]);
    expect(rig.standing("p")).toMatchObject({ worstResponse: 45_000 });
  });

  it("RELEASE-3: of a host that slept a day runs once, and knows what it missed", () => {
    const rig = new Rig();
    const day = 86_400_000;
    rig.task("p", 10, jobs(rig, 0, 0, 0), periodic(1));
    rig.run(0);
    rig.time.jumpTo(ms(day));
    rig.run(day);
    expect(rig.notes).toEqual(["0 job of 0", `${day} skipped ${day - 1}`, `${day} job of 1`]);
    expect(rig.of("releases-skipped")).toMatchObject([{ count: day - 1 }]);
    expect(rig.executive.deadline()).toBe(ms(day + 1));
  });
});

describe("a sporadic task", () => {
  it("RELEASE-4: is released when triggered, and never twice within its inter-arrival time", () => {
    const rig = new Rig();
    rig.task("s", 10, jobs(rig, 1, 1, 1, 1), sporadic(10));
    rig.run(100, triggerAt(rig, 5, 7, 8, 60));
    expect(rig.notes).toEqual([
      "5 deferred false",
      "5 job of 5",
      "7 deferred true",
      "8 deferred true",
      "15 job of 15",
      "25 job of 25",
      "60 deferred false",
      "60 job of 60",
    ]);
  });

  it("RELEASE-4: takes the very end of its inter-arrival time for late enough", () => {
    const rig = new Rig();
    rig.task("s", 10, jobs(rig, 1, 1, 1), sporadic(10, { early: "refuse" }));
    rig.run(100, triggerAt(rig, 5, 14.999, 15));
    expect(rig.notes).toEqual([
      "5 deferred false",
      "5 job of 5",
      "14.999 too-early",
      "15 deferred false",
      "15 job of 15",
    ]);
  });

  it("RELEASE-4: defers no more triggers than it may", () => {
    const rig = new Rig();
    rig.task("s", 10, jobs(rig, 0, 0, 0, 0), sporadic(10, { queueMax: 1 }));
    rig.run(100, triggerAt(rig, 1, 2, 3, 12));
    expect(rig.notes).toEqual([
      "1 deferred false",
      "1 job of 1",
      "2 deferred true",
      "3 too-many-triggers",
      "11 job of 11",
      "12 deferred true",
      "21 job of 21",
    ]);
  });

  it("RELEASE-4: keeps a release that comes while its job before runs still", () => {
    const rig = new Rig();
    rig.task("s", 10, jobs(rig, 25, 1), sporadic(10));
    rig.run(100, triggerAt(rig, 0));
    const other = new Rig();
    other.task(
      "s",
      10,
      function* (self) {
        yield sleep(lasting(25));
        yield nextRelease;
        other.note(`job of ${self.release / 1_000}`);
      },
      sporadic(10),
    );
    other.run(100, triggerAt(other, 0, 11));
    expect(other.notes).toEqual(["0 deferred false", "11 deferred false", "25 job of 11"]);
  });

  it("RELEASE-4: is triggered by tasks as well, and only if it is one", () => {
    const rig = new Rig();
    rig.task("s", 10, jobs(rig, 1, 1), sporadic(10, { early: "refuse" }));
    rig.task("asks", 20, function* () {
      for (const name of ["s", "s"]) rig.note(JSON.stringify(yield trigger(name)));
      yield trigger("asks");
    });
    rig.run();
    expect(rig.notes).toEqual([
      '0 {"kind":"done"}',
      '0 {"kind":"refused","reason":"too-early","earliest":10000}',
      "0 job of 0",
    ]);
    expect(String(rig.of("failed")[0]?.error)).toContain("asks is not sporadic");
    expect(() => rig.executive.trigger(rig.time.now, "none")).toThrow("no task none");
  });
});

describe("a task that is released once", () => {
  it("RELEASE-5: has no next release", () => {
    const rig = new Rig();
    rig.task("once", 10, jobs(rig, 1, 1));
    rig.run();
    expect(String(rig.of("failed")[0]?.error)).toContain("released once");
  });
});

describe("a deadline", () => {
  it("DEADLINE-1: that passes while the job hangs is told then, once", () => {
    const rig = new Rig();
    rig.task(
      "p",
      10,
      function* () {
        yield sleep(lasting(50));
        yield nextRelease;
      },
      { ...periodic(100), deadline: lasting(20) },
    );
    rig.run(90);
    expect(rig.of("deadline-missed")).toEqual([
      { kind: "deadline-missed", at: 20_001, task: "p", release: ms(0), deadline: ms(20) },
    ]);
    expect(rig.standing("p")).toMatchObject({ counts: { deadlinesMissed: 1 } });
  });

  it.each([
    [20, 0],
    [20.001, 1],
  ])("DEADLINE-1: of 20 ms, a job of %f ms misses it %i times", (work, misses) => {
    const rig = new Rig();
    rig.task("p", 10, jobs(rig, work, 0), { ...periodic(100), deadline: lasting(20) });
    rig.run(90);
    expect(rig.of("deadline-missed")).toHaveLength(misses);
  });

  it("DEADLINE-1: counts from the release, not from the start", () => {
    const rig = new Rig();
    rig.task("p", 10, jobs(rig, 1, 0), { ...periodic(100), deadline: lasting(20) });
    rig.task("urgent", 20, function* () {
      rig.spend(20);
      yield pause;
    });
    rig.run(90);
    expect(rig.of("deadline-missed")).toHaveLength(1);
    expect(rig.standing("p")).toMatchObject({ worstResponse: 21_000 });
  });

  it("DEADLINE-1: is none of a task that ended before", () => {
    const rig = new Rig();
    const deadline = lasting(20);
    rig.task(
      "returns",
      10,
      function* () {
        yield pause;
      },
      { deadline },
    );
    rig.task(
      "fails",
      10,
      function* () {
        yield pause;
        throw new Error("broken");
      },
      { deadline },
    );
    rig.run();
    expect(rig.of("deadline-missed")).toEqual([]);
    expect(rig.executive.deadline()).toBeNull();
  });
});

describe("a budget", () => {
  it.each([
    [5, 0],
    [5.001, 1],
  ])("BUDGET-1: a slice of %f ms overruns 5 ms %i times, and says whose it is", (took, times) => {
    const rig = new Rig({ sliceMax: lasting(5) });
    rig.task("long", 10, function* () {
      rig.spend(took);
      yield pause;
    });
    rig.run();
    const told = { kind: "slice-overrun", task: "long", took: took * 1_000, max: 5_000 };
    expect(rig.of("slice-overrun")).toMatchObject(times === 0 ? [] : [told]);
  });

  it("BUDGET-1: of a task goes before that of the executive", () => {
    const rig = new Rig({ sliceMax: lasting(5) });
    const code: Code = function* () {
      rig.spend(7);
      yield pause;
    };
    rig.task("may", 10, code, { sliceMax: lasting(10) }).task("may-not", 10, code);
    rig.run();
    expect(rig.of("slice-overrun").map(({ task }) => task)).toEqual(["may-not"]);
  });

  it("BUDGET-2: of a job is told once a job, and waits do not count", () => {
    const rig = new Rig();
    const code: Code = function* () {
      for (const parts of [5, 7, 4]) {
        for (let part = 0; part < parts; part += 1) {
          rig.spend(1);
          yield sleep(lasting(2));
        }
        yield nextRelease;
      }
    };
    rig.task("p", 10, code, { ...periodic(100), budget: lasting(5) });
    rig.run(290);
    expect(rig.of("budget-overrun")).toEqual([
      { kind: "budget-overrun", at: ms(116), task: "p", used: 6_000, max: 5_000 },
    ]);
  });
});
