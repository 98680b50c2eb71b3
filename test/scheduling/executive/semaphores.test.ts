import { describe, expect, it } from "vitest";
import {
  acquire,
  lock,
  pause,
  release,
  sleep,
  tryAcquire,
} from "../../../src/scheduling/executive/requests.js";
import { priority } from "../../../src/scheduling/priority.js";
import { type Code, lasting, ms, Rig } from "./rig.js";

function semaphoreRig(count: number, max: number): Rig {
  const rig = new Rig();
  rig.executive.addSemaphore({ name: "s", count, max });
  return rig;
}

const acquires = (rig: Rig, timeout: number | null = null): Code =>
  function* ({ name }) {
    rig.note(`${name} ${(yield acquire("s", timeout === null ? null : lasting(timeout))).kind}`);
  };

const gives = (count: number): Code =>
  function* () {
    yield sleep(lasting(5));
    for (let unit = 0; unit < count; unit += 1) yield release("s");
  };

describe("a counting semaphore", () => {
  it("SEM-1: has as many units as it was given, and no more than its maximum", () => {
    const rig = semaphoreRig(2, 2);
    rig.task("a", 10, function* () {
      for (const request of [acquire("s"), acquire("s"), tryAcquire("s"), release("s")])
        rig.note((yield request).kind);
      for (const request of [release("s"), release("s")]) rig.note(JSON.stringify(yield request));
    });
    rig.run();
    expect(rig.notes.map((note) => note.slice(2))).toEqual([
      "acquired",
      "acquired",
      "busy",
      "done",
      '{"kind":"done"}',
      '{"kind":"refused","reason":"full","max":2}',
    ]);
  });

  it("SEM-2: goes to the most urgent waiter, and of equals to the longest waiting", () => {
    const rig = semaphoreRig(0, 9);
    rig.task("a", 10, acquires(rig)).task("b", 20, acquires(rig)).task("c", 20, acquires(rig));
    rig.task("gives", 1, gives(3));
    rig.run();
    expect(rig.notes).toEqual(["5 b acquired", "5 c acquired", "5 a acquired"]);
  });

  it("SEM-2: goes by what the priority is then, not when the wait began", () => {
    const rig = semaphoreRig(0, 9);
    rig.task("a", 10, acquires(rig)).task("b", 20, acquires(rig));
    rig.task("gives", 1, gives(1));
    rig.run(100, [{ at: ms(2), act: (now) => rig.executive.setPriority(now, "a", priority(30)) }]);
    expect(rig.notes).toEqual(["5 a acquired"]);
  });

  it("SEM-2: counts what is lent to a waiter by those who wait for its locks", () => {
    const rig = semaphoreRig(0, 9).lock("m");
    rig.task("boosted", 10, function* ({ name }) {
      yield lock("m");
      yield acquire("s");
      rig.note(name);
    });
    rig.task("plain", 20, acquires(rig));
    rig.task("high", 30, function* () {
      yield sleep(lasting(1));
      yield lock("m");
    });
    rig.task("gives", 1, gives(1));
    rig.run();
    expect(rig.notes).toEqual(["5 boosted"]);
  });

  it("SEM-3: given to a waiter, it cannot be taken by a more urgent task on the way", () => {
    const rig = semaphoreRig(0, 9);
    rig.task("waits", 10, acquires(rig));
    rig.task("gives", 30, function* () {
      yield sleep(lasting(5));
      yield release("s");
      rig.note(`itself ${(yield tryAcquire("s")).kind}`);
    });
    rig.run();
    expect(rig.notes).toEqual(["5 itself busy", "5 waits acquired"]);
  });

  it("SEM-4: a wait ends in time, and the unit is another's then", () => {
    const rig = semaphoreRig(0, 9);
    rig.task("a", 20, acquires(rig, 3)).task("b", 10, acquires(rig, 5)).task("gives", 1, gives(1));
    rig.run();
    expect(rig.notes).toEqual(["3 a timed-out", "5 b timed-out"]);
    expect(rig.executive.units("s")).toBe(1);
    const other = semaphoreRig(0, 9);
    other.task("a", 20, acquires(other, 3)).task("b", 10, acquires(other, 5.001));
    other.task("gives", 1, gives(1));
    other.run();
    expect(other.notes).toEqual(["3 a timed-out", "5 b acquired"]);
  });

  it("SEM-4: a unit that is given at the instant of the time-out is the waiter's", () => {
    const rig = semaphoreRig(0, 9);
    rig.task("waits", 20, acquires(rig, 5));
    rig.task("gives", 10, function* () {
      rig.spend(5);
      yield release("s");
      yield pause;
    });
    rig.run();
    expect(rig.notes).toEqual(["5 waits acquired"]);
  });
});
