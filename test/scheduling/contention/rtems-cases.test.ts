/**
 * Cases 12 to 24: RTEMS (spmutex01, smpmutex01 and the tables of its validation specifications).
 * There a smaller number is more urgent; here a larger one.
 */
import { describe, expect, it } from "vitest";
import type { ResourceProtocol } from "../../../src/scheduling/contention/ports.js";
import { ceilingOf, inherits, Scene } from "./scene.js";

describe("spmutex01", () => {
  it("case 12, INHERIT-6: the owner follows the base of its blocked waiter, down and up", () => {
    const scene = new Scene({ owner: 3, waiter: 5 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("waiter", "M");
    const followed = [4, 3, 2, 5].map((level) => {
      scene.base("waiter", level);
      return scene.levels("owner")[0];
    });
    expect(followed).toEqual([4, 3, 3, 5]);
    scene.gives("owner", "M");
    expect(scene.levels()).toEqual([3, 5]);
  });

  it("case 13, INHERIT-3: the urgent first, then the equals in the order of arrival", () => {
    const scene = new Scene({ owner: 1, first: 2, urgent: 3, second: 2 }, ["M"]);
    scene.takes("owner", "M");
    for (const task of ["first", "urgent", "second"]) scene.waits(task, "M");
    expect(scene.contention.waiters("M")).toEqual(["urgent", "first", "second"]);
    expect(scene.gives("owner", "M")).toBe("urgent");
    expect(scene.gives("urgent", "M")).toBe("first");
    expect(scene.gives("first", "M")).toBe("second");
  });

  it("case 14, INHERIT-8: the boost ends with the lock that brought it, the outer held on", () => {
    const scene = new Scene({ owner: 1, waiter: 9 }, ["outer", "inner"]);
    scene.takes("owner", "outer", "inner");
    scene.waits("waiter", "inner");
    expect(scene.gives("owner", "inner")).toBe("waiter");
    expect(scene.levels("owner")).toEqual([1]);
    expect(scene.contention.holder("outer")).toBe("owner");
  });

  it("case 15, INHERIT-5: the boost ends with the waiter's time, with both still held", () => {
    const scene = new Scene({ owner: 1, waiter: 9 }, ["outer", "inner"]);
    scene.takes("owner", "outer", "inner");
    scene.waits("waiter", "inner");
    scene.givesUp("waiter");
    expect(scene.levels("owner")).toEqual([1]);
    expect(scene.contention.involvements()[0]?.holds).toEqual(["outer", "inner"]);
  });

  it("case 16, INHERIT-2: the far end of a chain leaves, returns, changes; the middle too", () => {
    const scene = new Scene({ near: 1, middle: 2, far: 3 }, ["A", "B"]);
    scene.takes("near", "A");
    scene.takes("middle", "B");
    scene.waits("middle", "A");
    scene.waits("far", "B");
    expect(scene.levels()).toEqual([3, 3, 3]);
    scene.givesUp("far");
    expect(scene.levels()).toEqual([2, 2, 3]);
    scene.waits("far", "B");
    scene.base("far", 9);
    expect(scene.levels()).toEqual([9, 9, 9]);
    scene.base("middle", 4);
    expect(scene.levels()).toEqual([9, 9, 9]);
    expect(scene.gives("near", "A")).toBe("middle");
    // It holds B still, for which the far end waits.
    expect(scene.levels()).toEqual([1, 9, 9]);
    scene.gives("middle", "B");
    expect(scene.levels()).toEqual([1, 4, 9]);
  });

  it("case 17, INHERIT-11: a flush throws all waiters out, and the boost with them", () => {
    const scene = new Scene({ owner: 1, one: 5, other: 9 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("one", "M");
    scene.waits("other", "M");
    expect(scene.contention.flush("M")).toEqual(["other", "one"]);
    expect(scene.levels()).toEqual([1, 5, 9]);
    expect(scene.contention.waiters("M")).toEqual([]);
    expect(scene.gives("owner", "M")).toBeNull();
  });

  it("case 17, INHERIT-11: a flush of what nobody waits for throws nobody out", () => {
    const scene = new Scene({ owner: 1 }, ["M"]);
    scene.takes("owner", "M");
    expect(scene.contention.flush("M")).toEqual([]);
    expect(scene.contention.holder("M")).toBe("owner");
  });

  it.each<{ about: string; protocols: readonly ResourceProtocol[] }>([
    { about: "of one kind", protocols: [inherits, inherits, inherits] },
    { about: "of all kinds", protocols: [inherits, ceilingOf(9), { kind: "none" }] },
    { about: "that a plain lock closes", protocols: [{ kind: "none" }, inherits, inherits] },
    { about: "that a ceiling closes", protocols: [ceilingOf(9), inherits, inherits] },
  ])("case 18, INHERIT-9: a circle of three $about is seen when it would close", (row) => {
    const named = row.protocols.map((protocol, index) => ({ name: `M${index}`, protocol }));
    const scene = new Scene({ T0: 1, T1: 2, T2: 3 }, named);
    for (const index of [0, 1, 2]) scene.takes(`T${index}`, `M${index}`);
    scene.waits("T0", "M1");
    scene.waits("T1", "M2");
    const before = scene.contention.involvements();
    expect(scene.contention.lock("T2", "M0")).toEqual({
      kind: "refused",
      reason: "deadlock",
      cycle: [
        { task: "T2", resource: "M0" },
        { task: "T0", resource: "M1" },
        { task: "T1", resource: "M2" },
      ],
    });
    expect(scene.contention.involvements()).toEqual(before);
    // All else goes on as if it had not been asked.
    expect(scene.gives("T2", "M2")).toBe("T1");
    expect(scene.gives("T1", "M1")).toBe("T0");
  });
});

describe("the tables of the validation specifications", () => {
  it("case 19, INHERIT-2: whether and how the owner waits decides who else is raised", () => {
    const far = (protocol: ResourceProtocol | null): readonly number[] => {
      const resources = protocol === null ? [] : [{ name: "far", protocol }];
      const scene = new Scene({ ownersOwner: 1, owner: 2, waiter: 9 }, ["near", ...resources]);
      scene.takes("owner", "near");
      if (protocol !== null) scene.takes("ownersOwner", "far");
      if (protocol !== null) scene.waits("owner", "far");
      scene.waits("waiter", "near");
      return scene.levels();
    };
    expect(far(null)).toEqual([1, 9, 9]);
    expect(far(inherits)).toEqual([9, 9, 9]);
    expect(far({ kind: "none" })).toEqual([1, 9, 9]);
    expect(far(ceilingOf(5))).toEqual([5, 9, 9]);
  });

  it("case 19, INHERIT-1: a waiter that is not needed raises nobody", () => {
    const scene = new Scene({ owner: 5, waiter: 4, equal: 5 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("waiter", "M");
    scene.waits("equal", "M");
    expect(scene.levels("owner")).toEqual([5]);
    expect(scene.contention.drainChanges()).toEqual([]);
  });

  it.each([
    { about: "the only one", others: [], after: [1, 1] },
    { about: "the top one", others: [5], after: [5, 5] },
    { about: "not the top one", others: [9], after: [9, 9] },
  ])("case 20, INHERIT-5: the waiter whose time is up was $about", ({ others, after }) => {
    const bases = { ownersOwner: 1, owner: 1, leaving: 7, other: others[0] ?? 0 };
    const scene = new Scene(bases, ["near", "far"]);
    scene.takes("ownersOwner", "far");
    scene.takes("owner", "near");
    scene.waits("owner", "far");
    scene.waits("leaving", "near");
    if (others.length > 0) scene.waits("other", "near");
    scene.givesUp("leaving");
    expect(scene.levels("ownersOwner", "owner")).toEqual(after);
  });

  it("case 20, INHERIT-4: whose time is up when it was woken is known, and may claim", () => {
    const scene = new Scene({ owner: 1, waiter: 9 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("waiter", "M");
    expect(scene.contention.isWoken("waiter")).toBe(false);
    expect(scene.releases("owner", "M")).toBe("waiter");
    expect(scene.contention.isWoken("waiter")).toBe(true);
    scene.claims("waiter", "M");
    expect(scene.contention.isWoken("waiter")).toBe(false);
  });

  it("case 20, INHERIT-5: a woken waiter that gives up nevertheless wakes the next", () => {
    const scene = new Scene({ owner: 1, woken: 9, next: 5 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("woken", "M");
    scene.waits("next", "M");
    scene.releases("owner", "M");
    scene.base("woken", 2);
    expect(scene.levels()).toEqual([1, 5, 5]);
    expect(scene.contention.stopWaiting("woken")).toBe("next");
    expect(scene.levels()).toEqual([1, 2, 5]);
    scene.claims("next", "M");
  });

  it("case 21, INHERIT-1: the old owner loses what the queue lent; the new gains the rest", () => {
    const scene = new Scene({ old: 1, heir: 9, rest: 8 }, ["M"]);
    scene.takes("old", "M");
    scene.waits("heir", "M");
    scene.waits("rest", "M");
    expect(scene.releases("old", "M")).toBe("heir");
    // It has not run; that its base falls meanwhile must not strand who waits behind it.
    scene.base("heir", 2);
    expect(scene.levels()).toEqual([1, 8, 8]);
    scene.claims("heir", "M");
    expect(scene.levels()).toEqual([1, 8, 8]);
  });

  it("case 21, INHERIT-1: what another queue lends is not lost", () => {
    const scene = new Scene({ owner: 1, low: 5, high: 9 }, ["M", "N"]);
    scene.takes("owner", "M", "N");
    scene.waits("low", "M");
    scene.waits("high", "N");
    scene.gives("owner", "M");
    expect(scene.levels("owner")).toEqual([9]);
  });

  it("case 22, INHERIT-7: a recursive lock is held until it was unlocked as often", () => {
    const recursive = { name: "M", protocol: inherits, recursive: true };
    const scene = new Scene({ owner: 1, waiter: 9 }, [recursive]);
    scene.takes("owner", "M", "M", "M");
    scene.waits("waiter", "M");
    expect(scene.gives("owner", "M")).toBeNull();
    expect(scene.gives("owner", "M")).toBeNull();
    expect(scene.levels("owner")).toEqual([9]);
    expect(scene.gives("owner", "M")).toBe("waiter");
    expect(scene.levels("owner")).toEqual([1]);
  });

  it("case 23, CEILING-2: who is above the ceiling is refused, and is in no queue", () => {
    const scene = new Scene({ owner: 1, above: 6 }, [{ name: "M", protocol: ceilingOf(5) }]);
    const refused = { kind: "refused", reason: "above-ceiling", ceiling: 5 };
    expect(scene.contention.lock("above", "M")).toEqual(refused);
    scene.takes("owner", "M");
    expect(scene.contention.lock("above", "M")).toEqual(refused);
    expect(scene.contention.waiters("M")).toEqual([]);
    expect(scene.gives("owner", "M")).toBeNull();
  });

  it("case 23, CEILING-2: a base equal to the ceiling, or a boost above it, is not refused", () => {
    const scene = new Scene({ equal: 5, boosted: 1, waiter: 9 }, [
      { name: "M", protocol: ceilingOf(5) },
      "N",
    ]);
    scene.takes("equal", "M");
    scene.gives("equal", "M");
    scene.takes("boosted", "N");
    scene.waits("waiter", "N");
    scene.takes("boosted", "M");
    expect(scene.levels("boosted")).toEqual([9]);
  });

  it("case 23, CEILING-1: recursion keeps the ceiling to the last unlock", () => {
    const settings = { name: "M", protocol: ceilingOf(5), recursive: true };
    const scene = new Scene({ owner: 1 }, [settings]);
    scene.takes("owner", "M", "M");
    scene.gives("owner", "M");
    expect(scene.levels()).toEqual([5]);
    scene.gives("owner", "M");
    expect(scene.levels()).toEqual([1]);
  });

  it("case 24, INHERIT-9: to lock again what one holds is a circle of one", () => {
    const scene = new Scene({ owner: 1 }, ["M"]);
    scene.takes("owner", "M");
    expect(scene.contention.lock("owner", "M")).toEqual({
      kind: "refused",
      reason: "already-held",
    });
    expect(scene.gives("owner", "M")).toBeNull();
    scene.takes("owner", "M");
  });
});
