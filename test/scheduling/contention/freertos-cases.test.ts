/** Cases 38 to 41: the self-tests of FreeRTOS's demos. And pitest-1 and -6 of the LTP. */
import { describe, expect, it } from "vitest";
import { inherits, Scene } from "./scene.js";

describe("FreeRTOS", () => {
  it.each([
    { about: "the same order", order: ["A", "B"] },
    { about: "the opposite order", order: ["B", "A"] },
  ])("case 38, INHERIT-8: two locks are given back in $about", ({ order }) => {
    const scene = new Scene({ owner: 1, medium: 5, high: 9 }, ["A", "B"]);
    scene.takes("owner", "A", "B");
    scene.waits("high", "A");
    // FreeRTOS keeps the boost to the last lock. The rule does not: it ends with A.
    const levels = order.map((lock) => {
      scene.gives("owner", lock);
      return scene.levels("owner")[0];
    });
    expect(levels).toEqual(order[0] === "A" ? [1, 1] : [9, 1]);
  });

  it("case 38, INHERIT-6: a base that is set while boosted shows when the boost ends", () => {
    const scene = new Scene({ owner: 1, high: 9 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("high", "M");
    scene.base("owner", 3);
    expect(scene.levels("owner")).toEqual([9]);
    scene.gives("owner", "M");
    expect(scene.levels("owner")).toEqual([3]);
  });

  it("case 38, INHERIT-6: a base above the boost counts at once, one below does not", () => {
    const scene = new Scene({ owner: 5, waiter: 4 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("waiter", "M");
    scene.base("owner", 2);
    expect(scene.levels("owner")).toEqual([4]);
    scene.base("owner", 8);
    expect(scene.levels("owner")).toEqual([8]);
  });

  it.each([
    { order: ["high", "medium"], leaving: ["high", "medium"], levels: [5, 1] },
    { order: ["medium", "high"], leaving: ["high", "medium"], levels: [5, 1] },
    { order: ["medium", "high"], leaving: ["medium", "high"], levels: [9, 1] },
  ])("case 39, INHERIT-5: $order wait; $leaving give up: the owner is at $levels", (row) => {
    const scene = new Scene({ owner: 1, medium: 5, high: 9 }, ["M"]);
    scene.takes("owner", "M");
    for (const task of row.order) scene.waits(task, "M");
    expect(scene.levels("owner")).toEqual([9]);
    const levels = row.leaving.map((task) => {
      scene.givesUp(task);
      return scene.levels("owner")[0];
    });
    expect(levels).toEqual(row.levels);
  });

  it("case 40, INHERIT-8: locks are taken and given in any order, again and again", () => {
    const scene = new Scene({ main: 1, other: 9 }, ["A", "B"]);
    for (const order of [
      ["A", "B"],
      ["B", "A"],
      ["A", "B"],
    ]) {
      scene.takes("main", "A", "B");
      scene.waits("other", "B");
      for (const lock of order) scene.gives("main", lock);
      scene.gives("other", "B");
      expect(scene.levels()).toEqual([1, 9]);
      expect(scene.contention.involvements().map(({ holds }) => holds)).toEqual([[], []]);
    }
  });

  it("case 41, INHERIT-7: recursion, inheritance, and the end of it at the last give", () => {
    const scene = new Scene({ low: 1, medium: 5, high: 9 }, [
      { name: "M", protocol: inherits, recursive: true },
    ]);
    scene.takes("low", "M", "M");
    scene.waits("medium", "M");
    expect(scene.levels("low")).toEqual([5]);
    scene.waits("high", "M");
    expect(scene.gives("low", "M")).toBeNull();
    expect(scene.levels("low")).toEqual([9]);
    expect(scene.gives("low", "M")).toBe("high");
    expect(scene.levels("low")).toEqual([1]);
    // Who has it next begins to count at one.
    expect(scene.gives("high", "M")).toBe("medium");
  });

  it("case 41, INHERIT-9: to give back more often than taken is refused", () => {
    const scene = new Scene({ low: 1 }, [{ name: "M", protocol: inherits, recursive: true }]);
    scene.takes("low", "M", "M");
    scene.gives("low", "M");
    scene.gives("low", "M");
    expect(scene.contention.unlock("low", "M")).toMatchObject({ reason: "not-held" });
  });
});

describe("the Linux Test Project", () => {
  it("pitest-1, INHERIT-5: the owner is raised until its booster's time is up", () => {
    const scene = new Scene({ owner: 1, booster: 9 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("booster", "M");
    expect(scene.levels("owner")).toEqual([9]);
    scene.givesUp("booster");
    expect(scene.levels("owner")).toEqual([1]);
  });

  it("pitest-6, INHERIT-6: the waiter is made less urgent while it waits: the owner falls", () => {
    const scene = new Scene({ owner: 1, waiter: 9, medium: 5 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("medium", "M");
    scene.waits("waiter", "M");
    scene.base("waiter", 3);
    expect(scene.levels("owner")).toEqual([5]);
    expect(scene.contention.waiters("M")).toEqual(["medium", "waiter"]);
  });
});
