/** Cases 25 to 37 (without 36, which needs two cores): Zephyr's tests of its mutexes. */
import { describe, expect, it } from "vitest";
import { inherits, Scene } from "./scene.js";

describe("priorities", () => {
  it("case 25, INHERIT-1: an urgent waiter raises the owner until it has the lock", () => {
    const scene = new Scene({ low: 1, high: 9 }, ["M"]);
    scene.takes("low", "M");
    scene.waits("high", "M");
    expect(scene.levels("low")).toEqual([9]);
    scene.gives("low", "M");
    expect(scene.levels("low")).toEqual([1]);
  });

  it("case 25, INHERIT-1: a less urgent waiter raises nobody", () => {
    const scene = new Scene({ high: 9, low: 1 }, ["M"]);
    scene.takes("high", "M");
    scene.waits("low", "M");
    expect(scene.levels("high")).toEqual([9]);
  });

  it("case 25, INHERIT-5: the urgent waiter's time is up, and the medium one gets the lock", () => {
    const scene = new Scene({ low: 1, medium: 5, high: 9 }, ["M"]);
    scene.takes("low", "M");
    scene.waits("medium", "M");
    scene.waits("high", "M");
    scene.givesUp("high");
    expect(scene.levels("low")).toEqual([5]);
    expect(scene.gives("low", "M")).toBe("medium");
  });

  it("case 26, INHERIT-1: a staircase of four locks, taken down step by step", () => {
    const bases = { main: 10, w9: 11, w8: 12, w5: 15, w6: 14, w7: 13, idle: 9 };
    const scene = new Scene(bases, ["M1", "M2", "M3", "M4"]);
    scene.takes("main", "M1", "M2", "M3", "M4");
    const steps: readonly (readonly [string, string, number])[] = [
      ["w9", "M1", 11],
      ["w8", "M2", 12],
      ["w7", "M3", 13],
      ["w5", "M4", 15],
      ["w6", "M4", 15],
      ["idle", "M3", 15],
    ];
    for (const [task, lock, level] of steps) {
      scene.waits(task, lock);
      expect(scene.levels("main")).toEqual([level]);
    }
    scene.givesUp("w5");
    // A second waiter stood hidden behind the first.
    expect(scene.levels("main")).toEqual([14]);
    expect(scene.gives("main", "M4")).toBe("w6");
    expect(scene.levels("main")).toEqual([13]);
    scene.givesUp("w7");
    // Who still waits for M3 is less urgent than the holder.
    expect(scene.levels("main")).toEqual([12]);
    expect(scene.gives("main", "M3")).toBe("idle");
    scene.gives("main", "M2");
    expect(scene.levels("main")).toEqual([11]);
    scene.gives("main", "M1");
    expect(scene.levels("main")).toEqual([10]);
  });

  it("case 27, INHERIT-3: the most urgent, and the longest waiting among those", () => {
    const scene = new Scene({ owner: 1, a: 5, b: 7, c: 5, d: 7 }, ["M"]);
    scene.takes("owner", "M");
    for (const task of ["a", "b", "c", "d"]) scene.waits(task, "M");
    const served: (string | null)[] = [];
    for (let next: string | null = "owner"; next !== null; ) {
      next = scene.gives(next, "M");
      served.push(next);
    }
    expect(served).toEqual(["b", "d", "a", "c", null]);
  });

  it("case 28, INHERIT-2: a blocked task, raised by another lock, overtakes in its queue", () => {
    const scene = new Scene({ owner: 1, raised: 2, ahead: 3, urgent: 4 }, ["M", "own"]);
    scene.takes("owner", "M");
    scene.takes("raised", "own");
    scene.waits("ahead", "M");
    scene.waits("raised", "M");
    expect(scene.contention.waiters("M")).toEqual(["ahead", "raised"]);
    scene.waits("urgent", "own");
    expect(scene.contention.waiters("M")).toEqual(["raised", "ahead"]);
    expect(scene.levels("owner")).toEqual([4]);
    scene.givesUp("urgent");
    expect(scene.contention.waiters("M")).toEqual(["ahead", "raised"]);
    expect(scene.levels("owner")).toEqual([3]);
  });

  it("case 28, INHERIT-3: a boost that comes and goes costs no place among equals", () => {
    const scene = new Scene({ owner: 1, first: 3, second: 3, urgent: 4 }, ["M", "own"]);
    scene.takes("owner", "M");
    scene.takes("first", "own");
    scene.waits("first", "M");
    scene.waits("second", "M");
    scene.waits("urgent", "own");
    scene.givesUp("urgent");
    expect(scene.contention.waiters("M")).toEqual(["first", "second"]);
  });

  it.each([3, 4, 17, 64])(
    "case 29, INHERIT-2: a chain of %i tasks is raised to its end",
    (count) => {
      const bases = Object.fromEntries(Array.from({ length: count }, (_, at) => [`T${at}`, at]));
      const names = Array.from({ length: count }, (_, at) => `M${at}`);
      const scene = new Scene(bases, names);
      for (const at of names.keys()) {
        scene.takes(`T${at}`, `M${at}`);
        if (at > 0) scene.waits(`T${at}`, `M${at - 1}`);
      }
      // Zephyr stops after 16 hops. Nothing is cut off here.
      expect(new Set(scene.levels())).toEqual(new Set([count - 1]));
    },
  );
});

describe("several locks", () => {
  it("case 30, INHERIT-8: each release takes away what its own queue lent, in any order", () => {
    const scene = new Scene({ owner: 1, five: 5, nine: 9, seven: 7 }, ["A", "B", "C"]);
    scene.takes("owner", "A", "B", "C");
    scene.waits("five", "A");
    scene.waits("nine", "B");
    scene.waits("seven", "C");
    scene.gives("owner", "A");
    expect(scene.levels("owner")).toEqual([9]);
    scene.gives("owner", "B");
    expect(scene.levels("owner")).toEqual([7]);
    scene.gives("owner", "C");
    expect(scene.levels("owner")).toEqual([1]);
  });

  it("case 30, INHERIT-1: a lock taken while boosted does not make the boost the base", () => {
    const scene = new Scene({ owner: 1, five: 5, nine: 9 }, ["A", "B"]);
    scene.takes("owner", "A");
    scene.waits("five", "A");
    scene.takes("owner", "B");
    scene.waits("nine", "B");
    scene.gives("owner", "A");
    expect(scene.levels("owner")).toEqual([9]);
    scene.gives("owner", "B");
    expect(scene.levels("owner")).toEqual([1]);
  });

  it("case 31, INHERIT-5: a time-out at one lock falls to the waiter of the other", () => {
    const scene = new Scene({ owner: 1, five: 5, nine: 9 }, ["A", "B"]);
    scene.takes("owner", "A", "B");
    scene.waits("nine", "A");
    scene.waits("five", "B");
    scene.givesUp("nine");
    expect(scene.levels("owner")).toEqual([5]);
  });

  it("case 32, INHERIT-5: unlock and time-out at one instant, in both orders", () => {
    const unlockFirst = new Scene({ owner: 1, waiter: 9 }, ["M"]);
    unlockFirst.takes("owner", "M");
    unlockFirst.waits("waiter", "M");
    unlockFirst.releases("owner", "M");
    unlockFirst.givesUp("waiter");
    const timeOutFirst = new Scene({ owner: 1, waiter: 9 }, ["M"]);
    timeOutFirst.takes("owner", "M");
    timeOutFirst.waits("waiter", "M");
    timeOutFirst.givesUp("waiter");
    expect(timeOutFirst.releases("owner", "M")).toBeNull();
    for (const scene of [unlockFirst, timeOutFirst]) {
      expect(scene.levels()).toEqual([1, 9]);
      expect(scene.contention.holder("M")).toBeNull();
      scene.takes("owner", "M");
    }
  });

  it("case 33, INHERIT-9: a try leaves no boost, no place in the queue and no wait", () => {
    const scene = new Scene({ owner: 1, trying: 9 }, ["M"]);
    scene.takes("owner", "M");
    expect(scene.contention.tryLock("trying", "M")).toEqual({ kind: "busy", holder: "owner" });
    expect(scene.levels()).toEqual([1, 9]);
    expect(scene.contention.waiters("M")).toEqual([]);
    scene.gives("owner", "M");
    expect(scene.contention.tryLock("trying", "M").kind).toBe("taken");
  });

  it("case 33, INHERIT-9: who was granted or gave up is no link of a circle any more", () => {
    for (const ending of ["granted", "gave up"] as const) {
      const scene = new Scene({ one: 1, other: 2 }, ["A", "B"]);
      scene.takes("one", "A");
      scene.takes("other", "B");
      scene.waits("one", "B");
      if (ending === "granted") scene.gives("other", "B");
      else scene.givesUp("one");
      scene.waits("other", "A");
      expect(scene.contention.involvements()[0]?.waitsFor).toBeNull();
    }
  });

  it("case 34, INHERIT-7: a lock taken twice is held once in the list", () => {
    const scene = new Scene({ owner: 1 }, [{ name: "M", protocol: inherits, recursive: true }]);
    scene.takes("owner", "M", "M");
    expect(scene.contention.involvements()[0]?.holds).toEqual(["M"]);
  });

  it("case 34, INHERIT-8: a lock passes to a task that holds another already", () => {
    const scene = new Scene({ owner: 1, heir: 5, one: 7, other: 9 }, ["A", "B"]);
    scene.takes("heir", "B");
    scene.takes("owner", "A");
    scene.waits("heir", "A");
    scene.waits("one", "A");
    scene.waits("other", "B");
    expect(scene.contention.waiters("A")).toEqual(["heir", "one"]);
    expect(scene.gives("owner", "A")).toBe("heir");
    expect(scene.contention.involvements()[1]?.holds).toEqual(["B", "A"]);
    scene.gives("heir", "B");
    expect(scene.levels("heir")).toEqual([7]);
  });

  it("case 35, INHERIT-9: a circle is refused even if its waits might be timed", () => {
    const scene = new Scene({ one: 1, other: 2 }, ["A", "B"]);
    scene.takes("one", "A");
    scene.takes("other", "B");
    scene.waits("one", "B");
    expect(scene.contention.lock("other", "A")).toMatchObject({ reason: "deadlock" });
    // When the time of one is up, there is no circle, and the other may wait.
    scene.givesUp("one");
    scene.waits("other", "A");
  });

  it("case 35, INHERIT-9: a long way round that leads elsewhere is no circle", () => {
    const scene = new Scene({ one: 1, other: 2, third: 3 }, ["A", "B", "C"]);
    scene.takes("one", "A");
    scene.takes("other", "B");
    scene.takes("third", "C");
    scene.waits("one", "B");
    scene.waits("other", "C");
    expect(scene.contention.lock("third", "A")).toMatchObject({ reason: "deadlock" });
    expect(scene.gives("third", "C")).toBe("other");
    scene.waits("third", "A");
  });
});

describe("errors", () => {
  it("case 37, INHERIT-9: to unlock another's or nobody's is refused and changes nothing", () => {
    const scene = new Scene({ owner: 1, another: 9 }, ["M", "free"]);
    scene.takes("owner", "M");
    expect(scene.contention.unlock("another", "M")).toEqual({
      kind: "refused",
      reason: "held-by-another",
    });
    expect(scene.contention.unlock("owner", "free")).toEqual({
      kind: "refused",
      reason: "not-held",
    });
    expect(scene.contention.holder("M")).toBe("owner");
  });

  it("case 37, INHERIT-14: a name that was never added is a bug of ours", () => {
    const scene = new Scene({ owner: 1 }, ["M"]);
    expect(() => scene.contention.lock("nobody", "M")).toThrow("no task nobody");
    expect(() => scene.contention.lock("owner", "nothing")).toThrow("no resource nothing");
  });
});
