/**
 * Cases 1 to 11 of those that other systems hold their inheritance against: Linux's rt-tester. The
 * recorded scripts are played elsewhere; these tell the same and more in our own words, so that the
 * cases are there where the recordings are not.
 */
import { describe, expect, it } from "vitest";
import { Scene } from "./scene.js";

/** T0 to T4 in a chain by L0 to L3: each waits for what the one before holds. */
function chain(): Scene {
  const bases = { T0: 0, T1: 81, T2: 82, T3: 83, T4: 84 };
  const scene = new Scene(bases, ["L0", "L1", "L2", "L3"]);
  scene.takes("T0", "L0");
  for (const index of [1, 2, 3]) {
    scene.takes(`T${index}`, `L${index}`);
    scene.waits(`T${index}`, `L${index - 1}`);
  }
  return scene;
}

describe("one lock", () => {
  it("case 1, INHERIT-3: an equal waits its turn and lends nothing", () => {
    const scene = new Scene({ one: 80, other: 80, third: 80 }, ["L"]);
    scene.takes("one", "L");
    scene.waits("other", "L");
    scene.waits("third", "L");
    expect(scene.levels()).toEqual([80, 80, 80]);
    expect(scene.gives("one", "L")).toBe("other");
    expect(scene.gives("other", "L")).toBe("third");
  });

  it("case 2, INHERIT-1: who is not real-time is, while a real-time task waits for it", () => {
    const scene = new Scene({ ordinary: 0, urgent: 80 }, ["L"]);
    scene.takes("ordinary", "L");
    scene.waits("urgent", "L");
    expect(scene.levels()).toEqual([80, 80]);
    expect(scene.gives("ordinary", "L")).toBe("urgent");
    expect(scene.levels()).toEqual([0, 80]);
    expect(scene.contention.holder("L")).toBe("urgent");
  });

  it("case 3, INHERIT-5: an interrupted waiter leaves the queue, and takes its boost along", () => {
    const scene = new Scene({ owner: 10, urgent: 80 }, ["L"]);
    scene.takes("owner", "L");
    scene.waits("urgent", "L");
    scene.givesUp("urgent");
    expect(scene.levels()).toEqual([10, 80]);
    expect(scene.contention.waiters("L")).toEqual([]);
    expect(scene.gives("owner", "L")).toBeNull();
  });

  it("case 4, INHERIT-9: what would be a deadlock of two is refused, and nothing is stuck", () => {
    const scene = new Scene({ one: 80, other: 81 }, ["A", "B"]);
    scene.takes("one", "A");
    scene.takes("other", "B");
    scene.waits("one", "B");
    expect(scene.contention.lock("other", "A")).toEqual({
      kind: "refused",
      reason: "deadlock",
      cycle: [
        { task: "other", resource: "A" },
        { task: "one", resource: "B" },
      ],
    });
    scene.givesUp("one");
    scene.gives("one", "A");
    scene.takes("other", "A");
  });

  it.each([
    { about: "one", bases: { T0: 0, T1: 0, T2: 82 }, boosts: [0, 82], after: 0 },
    { about: "two", bases: { T0: 0, T1: 81, T2: 82 }, boosts: [81, 82], after: 81 },
    { about: "three", bases: { T0: 80, T1: 81, T2: 82 }, boosts: [81, 82], after: 81 },
  ])("case 5, INHERIT-1: $about of three real-time: the owner follows the top waiter", (row) => {
    const scene = new Scene(row.bases, ["L"]);
    scene.takes("T0", "L");
    for (const [index, boost] of row.boosts.entries()) {
      scene.waits(`T${index + 1}`, "L");
      expect(scene.levels("T0")).toEqual([boost]);
    }
    expect(scene.gives("T0", "L")).toBe("T2");
    expect(scene.levels()).toEqual(Object.values(row.bases));
    // The new owner inherits from who still waits: visible once it is less urgent itself.
    scene.base("T2", 0);
    expect(scene.levels("T2")).toEqual([row.after]);
    expect(scene.gives("T2", "L")).toBe("T1");
    expect(scene.levels("T2")).toEqual([0]);
  });

  it("case 6, INHERIT-5: the top waiter is interrupted: the owner falls to the next", () => {
    const scene = new Scene({ owner: 0, first: 80, second: 81 }, ["L"]);
    scene.takes("owner", "L");
    scene.waits("first", "L");
    scene.waits("second", "L");
    expect(scene.levels("owner")).toEqual([81]);
    scene.givesUp("second");
    expect(scene.levels("owner")).toEqual([80]);
  });

  it("case 7, INHERIT-4: the more urgent is quicker than the woken waiter, who waits again", () => {
    const scene = new Scene({ owner: 0, woken: 80, quicker: 81 }, ["L"]);
    scene.takes("owner", "L");
    scene.waits("woken", "L");
    expect(scene.releases("owner", "L")).toBe("woken");
    scene.takes("quicker", "L");
    expect(scene.contention.claim("woken", "L")).toEqual({ kind: "waits", holder: "quicker" });
    expect(scene.contention.isWoken("woken")).toBe(false);
    expect(scene.gives("quicker", "L")).toBe("woken");
  });

  it("case 7, INHERIT-4: an equal is not quicker", () => {
    const scene = new Scene({ owner: 0, woken: 80, equal: 80 }, ["L"]);
    scene.takes("owner", "L");
    scene.waits("woken", "L");
    expect(scene.releases("owner", "L")).toBe("woken");
    expect(scene.contention.lock("equal", "L")).toEqual({ kind: "waits", holder: null });
    scene.claims("woken", "L");
    expect(scene.gives("woken", "L")).toBe("equal");
  });

  it("case 7, INHERIT-3: whom another was quicker than has not lost its place", () => {
    const scene = new Scene({ owner: 0, woken: 80, later: 80, quicker: 81 }, ["L"]);
    scene.takes("owner", "L");
    scene.waits("woken", "L");
    scene.waits("later", "L");
    expect(scene.releases("owner", "L")).toBe("woken");
    scene.takes("quicker", "L");
    expect(scene.contention.waiters("L")).toEqual(["woken", "later"]);
  });
});

describe("two locks", () => {
  it("case 8, INHERIT-3: an ordinary waiter lends nothing; a real-time one overtakes it", () => {
    const scene = new Scene({ owner: 0, ordinary: 0, urgent: 80 }, ["A", "B"]);
    scene.takes("owner", "A");
    scene.takes("ordinary", "B");
    scene.waits("ordinary", "A");
    expect(scene.levels("owner")).toEqual([0]);
    scene.waits("urgent", "A");
    expect(scene.levels()).toEqual([80, 0, 80]);
    expect(scene.gives("owner", "A")).toBe("urgent");
    expect(scene.gives("urgent", "A")).toBe("ordinary");
  });

  it("case 9, INHERIT-1: a boosted owner waits, is woken, and its booster gives up", () => {
    const scene = new Scene({ T0: 0, T1: 0, T2: 82, T3: 83 }, ["L0", "L1"]);
    scene.takes("T0", "L0");
    scene.takes("T1", "L1");
    scene.waits("T3", "L0");
    scene.waits("T0", "L1");
    expect(scene.levels()).toEqual([83, 83, 82, 83]);
    expect(scene.releases("T1", "L1")).toBe("T0");
    expect(scene.levels()).toEqual([83, 0, 82, 83]);
    scene.waits("T2", "L1");
    scene.givesUp("T3");
    // Woken and not yet run, it inherits from who waits for what it is about to have.
    expect(scene.levels("T0")).toEqual([82]);
    scene.claims("T0", "L1");
    expect(scene.gives("T0", "L1")).toBe("T2");
    expect(scene.levels("T0")).toEqual([0]);
  });
});

describe("a chain of five tasks and four locks", () => {
  it("case 10, INHERIT-2: each new blocker raises all before it, and lowers as it leaves", () => {
    const scene = chain();
    expect(scene.levels()).toEqual([83, 83, 83, 83, 84]);
    scene.waits("T4", "L3");
    expect(scene.levels()).toEqual([84, 84, 84, 84, 84]);
    scene.givesUp("T4");
    expect(scene.levels()).toEqual([83, 83, 83, 83, 84]);
    scene.givesUp("T3");
    expect(scene.levels()).toEqual([82, 82, 82, 83, 84]);
    scene.givesUp("T2");
    expect(scene.levels()).toEqual([81, 81, 82, 83, 84]);
    scene.givesUp("T1");
    expect(scene.levels()).toEqual([0, 81, 82, 83, 84]);
  });

  it("case 11, INHERIT-6: base priorities of blocked tasks change in the middle", () => {
    const scene = chain();
    scene.waits("T4", "L3");
    scene.base("T4", 80);
    expect(scene.levels()).toEqual([83, 83, 83, 83, 80]);
    scene.base("T4", 84);
    expect(scene.levels()).toEqual([84, 84, 84, 84, 84]);
    scene.base("T3", 80);
    expect(scene.levels()).toEqual([84, 84, 84, 84, 84]);
    scene.base("T3", 85);
    expect(scene.levels()).toEqual([85, 85, 85, 85, 84]);
    scene.base("T3", 83);
    scene.givesUp("T4");
    expect(scene.levels()).toEqual([83, 83, 83, 83, 84]);
    scene.givesUp("T3");
    scene.givesUp("T2");
    scene.givesUp("T1");
    expect(scene.levels()).toEqual([0, 81, 82, 83, 84]);
  });
});
