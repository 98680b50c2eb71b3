/** How tasks end: by an error, a cancellation, or not at all. */
import { describe, expect, it } from "vitest";
import { endingRequestsMax } from "../../../src/scheduling/executive/executive.js";
import {
  acquire,
  lock,
  pause,
  type Request,
  release,
  signal,
  sleep,
  unlock,
  wait,
} from "../../../src/scheduling/executive/requests.js";
import { priority } from "../../../src/scheduling/priority.js";
import { type Code, lasting, ms, Rig } from "./rig.js";

const from = (offset: number) => ({ releases: { kind: "once", offset: lasting(offset) } }) as const;

/** Takes the lock and tells what it was told. */
const takes = (rig: Rig, name: string): Code =>
  function* (self) {
    const reply = yield lock(name);
    rig.note(`${self.name} ${JSON.stringify(reply)}`);
    if (reply.kind === "taken") yield unlock(name);
  };

const cancelAt = (rig: Rig, at: number, task: string) => ({
  at: ms(at),
  act: () => {
    rig.executive.cancel(rig.time.now, task, "enough");
  },
});

describe("a task that throws", () => {
  it("END-1: is told with its error and what it held; who waits has the lock, and the word", () => {
    const rig = new Rig().lock("m");
    rig.task("fails", 10, function* () {
      yield lock("m");
      rig.spend(3);
      yield pause;
      throw new Error("broken");
    });
    rig.task("waits", 20, takes(rig, "m"), from(1));
    rig.task("later", 5, takes(rig, "m"));
    rig.run();
    expect(rig.of("failed")).toEqual([
      { kind: "failed", at: ms(3), task: "fails", held: ["m"], error: new Error("broken") },
    ]);
    expect(rig.notes).toEqual([
      '3 waits {"kind":"taken","ownerDied":true}',
      '3 later {"kind":"taken","ownerDied":false}',
    ]);
  });

  it("END-1: leaves no word where its finally block gave the lock", () => {
    const rig = new Rig().lock("m");
    rig.task("fails", 10, function* () {
      yield lock("m");
      try {
        yield pause;
        throw new Error("broken");
      } finally {
        yield unlock("m");
      }
    });
    rig.task("later", 5, takes(rig, "m"));
    rig.run();
    expect(rig.of("failed")).toMatchObject([{ held: [] }]);
    expect(rig.notes).toEqual(['0 later {"kind":"taken","ownerDied":false}']);
  });

  it("END-1: a return with a lock is told, and one without is not unless asked for", () => {
    const rig = new Rig({ usualEvents: false }).lock("m");
    rig.task("forgets", 10, function* () {
      yield lock("m");
    });
    rig.task("well", 10, function* () {
      yield pause;
    });
    rig.run();
    expect(rig.events).toEqual([{ kind: "returned", at: ms(0), task: "forgets", held: ["m"] }]);
  });
});

describe("a task that is cancelled", () => {
  it.each<[string, Request]>([
    ["sleeps", sleep(lasting(1_000))],
    ["waits for a lock", lock("m")],
    ["waits for a condition", wait("c")],
    ["waits for a semaphore", acquire("s")],
  ])("END-2: while it %s leaves that at once and runs its finally block", (_, request) => {
    const rig = new Rig().lock("m").lock("own");
    rig.executive.addCondition({ name: "c", lock: "own" });
    rig.executive.addSemaphore({ name: "s", count: 0, max: 1 });
    rig.task("holds", 1, function* () {
      yield lock("m");
      yield sleep(lasting(50));
      yield unlock("m");
    });
    rig.task(
      "blocked",
      20,
      function* () {
        yield lock("own");
        try {
          yield request;
          rig.note("goes on");
        } finally {
          rig.note(`finally ${(yield unlock("own")).kind}`);
        }
      },
      from(1),
    );
    rig.run(100, [cancelAt(rig, 5, "blocked")]);
    expect(rig.notes).toEqual(["5 finally done"]);
    expect(rig.of("cancelled")).toEqual([
      { kind: "cancelled", at: ms(5), task: "blocked", reason: "enough", held: [] },
    ]);
  });

  it("END-2: takes back at once what it lent to a holder", () => {
    const rig = new Rig().lock("m");
    rig.task("holds", 10, function* (self) {
      yield lock("m");
      rig.spend(4);
      yield pause;
      rig.note(`lent ${self.effective}`);
      rig.spend(4);
      yield pause;
      rig.note(`then ${self.effective}`);
    });
    rig.task("waits", 30, takes(rig, "m"), from(1));
    rig.run(100, [cancelAt(rig, 6, "waits")]);
    expect(rig.notes).toEqual(["4 lent 30", "8 then 10"]);
  });

  it("END-2: before its first slice runs nothing of its code", () => {
    const rig = new Rig();
    rig.task(
      "never",
      10,
      function* () {
        rig.note("runs");
        yield pause;
      },
      from(5),
    );
    rig.run(100, [cancelAt(rig, 1, "never")]);
    expect(rig.notes).toEqual([]);
    expect(rig.of("cancelled")).toHaveLength(1);
  });

  it("END-2: by itself goes no further than its next yield, which may give", () => {
    const rig = new Rig().lock("m");
    rig.task("ends", 10, function* (self) {
      yield lock("m");
      rig.executive.cancel(self.now(), "ends", "had enough");
      yield unlock("m");
      rig.note("goes on");
    });
    rig.run();
    expect(rig.notes).toEqual([]);
    expect(rig.of("cancelled")).toMatchObject([{ reason: "had enough", held: [] }]);
    expect(rig.executive.cancel(rig.time.now, "ends", "again")).toBe(false);
  });

  it("END-2: may give in its finally blocks, and wait for nothing", () => {
    const rig = new Rig().lock("m").lock("taken");
    rig.task("other", 1, function* () {
      yield lock("taken");
      yield sleep(lasting(90));
    });
    rig.task("ends", 10, function* () {
      try {
        yield sleep(lasting(100));
      } finally {
        for (const request of [lock("m"), unlock("m"), lock("taken"), sleep(lasting(1))])
          rig.note(JSON.stringify(yield request));
      }
    });
    rig.run(50, [cancelAt(rig, 3, "ends")]);
    expect(rig.notes).toEqual([
      '3 {"kind":"taken","ownerDied":false}',
      '3 {"kind":"done"}',
      '3 {"kind":"refused","reason":"cancelled"}',
      '3 {"kind":"refused","reason":"cancelled"}',
    ]);
  });

  it("END-3: that does not end is abandoned, and what it held goes on", () => {
    const rig = new Rig().lock("m");
    rig.task("clings", 10, function* () {
      yield lock("m");
      try {
        yield sleep(lasting(100));
      } finally {
        for (;;) yield pause;
      }
    });
    rig.task("waits", 5, takes(rig, "m"));
    expect(rig.run(50, [cancelAt(rig, 3, "clings")])).toBe("idle");
    expect(rig.of("abandoned")).toMatchObject([{ task: "clings", held: ["m"] }]);
    expect(rig.of("abandoned")[0]?.reason).toContain(`${endingRequestsMax}`);
    expect(rig.notes).toEqual(['3 waits {"kind":"taken","ownerDied":true}']);
  });

  it("END-3: may use all the requests that it has", () => {
    const rig = new Rig();
    rig.task("tidies", 10, function* () {
      try {
        yield sleep(lasting(100));
      } finally {
        for (let count = 0; count < endingRequestsMax; count += 1) yield pause;
        rig.note("tidy");
      }
    });
    rig.run(50, [cancelAt(rig, 3, "tidies")]);
    expect(rig.notes).toEqual(["3 tidy"]);
    expect(rig.of("cancelled")).toHaveLength(1);
  });
});

describe("what a task was given and was not told of", () => {
  it("END-4: is another's, a unit and a signal, if its giver cancels it", () => {
    const rig = new Rig().lock("m").lock("free");
    rig.executive.addCondition({ name: "c", lock: "m" });
    rig.executive.addSemaphore({ name: "s", count: 0, max: 1 });
    const waits: Code = function* (self) {
      yield lock("m");
      rig.note(`${self.name} ${(yield wait("c")).kind}`);
      yield unlock("m");
    };
    const acquires: Code = function* (self) {
      rig.note(`${self.name} ${(yield acquire("s")).kind}`);
    };
    rig.task("waits1", 10, waits).task("waits2", 9, waits);
    rig.task("acquires1", 10, acquires).task("acquires2", 9, acquires);
    rig.task("gives", 30, function* (self) {
      // It is the most urgent: those whom it gives something are ready, and do not run.
      yield sleep(lasting(1));
      yield signal("c");
      yield release("s");
      for (const name of ["waits1", "acquires1"]) rig.executive.cancel(self.now(), name, "enough");
    });
    rig.run();
    expect(rig.notes).toEqual(["1 acquires2 acquired", "1 waits2 signalled"]);
    expect(rig.of("cancelled").map(({ task, held }) => [task, held])).toEqual([
      ["waits1", ["m"]],
      ["acquires1", []],
    ]);
  });

  it("END-4: is nobody's if it was told", () => {
    const rig = new Rig();
    rig.executive.addSemaphore({ name: "s", count: 1, max: 1 });
    rig.task("has", 10, function* () {
      yield acquire("s");
      yield sleep(lasting(10));
    });
    rig.run(20, [cancelAt(rig, 3, "has")]);
    expect(rig.executive.units("s")).toBe(0);
  });
});

describe("a request that is wrong", () => {
  it.each<[string, Request | undefined]>([
    ["there is no lock bsu", lock("bsu")],
    ["there is no condition none", signal("none")],
    ["there is no semaphore none", release("none")],
    ["no request", undefined],
    ["no request", { kind: "hop" } as unknown as Request],
  ])("END-5: is thrown at the task that made it, %s", (text, request) => {
    const rig = new Rig();
    rig.task("errs", 10, function* () {
      try {
        yield request as Request;
      } catch (error) {
        rig.note(String(error));
      }
      yield pause;
      rig.note("goes on");
    });
    rig.run();
    expect(rig.notes[0]).toContain(text);
    expect(rig.notes[1]).toBe("0 goes on");
  });
});

describe("a shutdown", () => {
  it("END-6: ends waiters, holders and sleepers, and takes no more tasks", () => {
    const rig = new Rig().lock("m");
    rig.executive.addCondition({ name: "c", lock: "m" });
    const waits: Code = function* () {
      yield lock("m");
      try {
        yield wait("c");
      } finally {
        yield unlock("m");
      }
    };
    rig.task("a", 10, waits).task("b", 20, waits);
    rig.task("sleeps", 5, function* () {
      yield sleep(lasting(1_000));
    });
    rig.task("holds", 1, function* () {
      yield lock("m");
      yield sleep(lasting(1_000));
    });
    const act = (now: ReturnType<typeof ms>) => rig.executive.shutDown(now, "bye");
    rig.run(100, [{ at: ms(3), act }]);
    expect(rig.executive.taskCount).toBe(0);
    // `holds` goes first: those who want their lock back lend it their priority.
    expect(rig.of("cancelled").map(({ task }) => task)).toEqual(["holds", "b", "a", "sleeps"]);
    const late = { name: "late", base: priority(1), body: waits };
    expect(rig.executive.add(rig.time.now, late)).toEqual({
      kind: "refused",
      reason: "shutting-down",
    });
  });
});
