/** Ceilings, death, long chains, limits, and what the host is told. */
import { describe, expect, it } from "vitest";
import { Contention } from "../../../src/scheduling/contention/contention.js";
import { priority } from "../../../src/scheduling/priority.js";
import { ceilingOf, Scene } from "./scene.js";

describe("the ceiling protocol", () => {
  const ceiling = (name: string, level: number) => ({ name, protocol: ceilingOf(level) });

  it("CEILING-1: the holder runs at the ceiling from when it has it to when it has not", () => {
    const scene = new Scene({ owner: 1 }, [ceiling("M", 8)]);
    scene.takes("owner", "M");
    expect(scene.levels()).toEqual([8]);
    scene.gives("owner", "M");
    expect(scene.levels()).toEqual([1]);
  });

  it("CEILING-1: nested ceilings count with what is inherited; the largest holds", () => {
    const scene = new Scene({ owner: 1, waiter: 7 }, [ceiling("low", 5), ceiling("high", 9), "M"]);
    scene.takes("owner", "low", "high", "M");
    scene.waits("waiter", "M");
    expect(scene.levels("owner")).toEqual([9]);
    scene.gives("owner", "high");
    expect(scene.levels("owner")).toEqual([7]);
    scene.gives("owner", "M");
    expect(scene.levels("owner")).toEqual([5]);
  });

  it("CEILING-1: its waiters lend nothing; one that was woken is at the ceiling already", () => {
    const scene = new Scene({ owner: 1, waiter: 4 }, [ceiling("M", 8)]);
    scene.takes("owner", "M");
    scene.waits("waiter", "M");
    expect(scene.levels()).toEqual([8, 4]);
    scene.releases("owner", "M");
    expect(scene.levels()).toEqual([1, 8]);
    scene.claims("waiter", "M");
    expect(scene.levels()).toEqual([1, 8]);
  });

  it("CEILING-1: a chain leads on through who holds it, whose own waiters still lend", () => {
    const scene = new Scene({ owner: 1, middle: 2, urgent: 9 }, [ceiling("C", 5), "M"]);
    scene.takes("owner", "C");
    scene.takes("middle", "M");
    scene.waits("middle", "C");
    scene.waits("urgent", "M");
    expect(scene.levels()).toEqual([5, 9, 9]);
  });

  it("CEILING-3: a base that rises above the ceiling later changes no promise", () => {
    const scene = new Scene({ owner: 1, waiter: 4 }, [ceiling("M", 8)]);
    scene.takes("owner", "M");
    scene.waits("waiter", "M");
    scene.base("waiter", 9);
    expect(scene.gives("owner", "M")).toBe("waiter");
  });
});

describe("no protocol", () => {
  it("INHERIT-1: waiters lend nothing, which is inversion; they are served by urgency", () => {
    const scene = new Scene({ owner: 1, low: 2, high: 9 }, [
      { name: "M", protocol: { kind: "none" } },
    ]);
    scene.takes("owner", "M");
    scene.waits("low", "M");
    scene.waits("high", "M");
    expect(scene.levels("owner")).toEqual([1]);
    expect(scene.gives("owner", "M")).toBe("high");
  });
});

describe("the woken waiter", () => {
  it("INHERIT-4: inherits from the rest of the queue, so that none in it need overtake", () => {
    const scene = new Scene({ owner: 1, woken: 5, behind: 4, between: 8 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("woken", "M");
    scene.waits("behind", "M");
    scene.releases("owner", "M");
    scene.base("behind", 9);
    expect(scene.levels("woken")).toEqual([9]);
    // With what it inherits it is the more urgent one.
    scene.waits("between", "M");
    scene.claims("woken", "M");
  });

  it("INHERIT-4: loses what it inherited when another is quicker, who inherits it instead", () => {
    const scene = new Scene({ owner: 1, woken: 5, quicker: 6, behind: 4 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("woken", "M");
    scene.waits("behind", "M");
    scene.releases("owner", "M");
    scene.base("woken", 2);
    expect(scene.levels("woken")).toEqual([4]);
    scene.takes("quicker", "M");
    expect(scene.levels("woken")).toEqual([2]);
    expect(scene.contention.waiters("M")).toEqual(["behind", "woken"]);
    scene.base("quicker", 1);
    expect(scene.levels("quicker")).toEqual([4]);
  });

  it("INHERIT-4: a try by a more urgent task is quicker too, one by an equal is not", () => {
    const scene = new Scene({ owner: 1, woken: 5, equal: 5, urgent: 6 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("woken", "M");
    scene.releases("owner", "M");
    expect(scene.contention.tryLock("equal", "M")).toEqual({ kind: "busy", holder: null });
    expect(scene.contention.tryLock("urgent", "M").kind).toBe("taken");
  });

  it("INHERIT-4: has nothing to unlock yet; a claim without a wait is our bug", () => {
    const scene = new Scene({ owner: 1, woken: 5 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("woken", "M");
    scene.releases("owner", "M");
    expect(scene.contention.unlock("woken", "M")).toMatchObject({ reason: "not-held" });
    scene.claims("woken", "M");
    expect(() => scene.contention.claim("woken", "M")).toThrow("does not wait");
  });

  it("INHERIT-11: is thrown out by a flush like the rest, and the resource is free", () => {
    const scene = new Scene({ owner: 1, woken: 5, behind: 4 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("woken", "M");
    scene.waits("behind", "M");
    scene.releases("owner", "M");
    expect(scene.contention.flush("M")).toEqual(["woken", "behind"]);
    expect(scene.contention.isWoken("behind")).toBe(false);
    scene.takes("owner", "M");
  });
});

describe("the death of an owner", () => {
  it("INHERIT-10: all that it held goes on, each with the word that its owner died", () => {
    const scene = new Scene({ dead: 1, one: 5, other: 9 }, ["A", "B", "C"]);
    scene.takes("dead", "A", "B", "C");
    scene.waits("one", "A");
    scene.waits("other", "B");
    expect(scene.contention.removeTask("dead")).toEqual([
      { task: "one", resource: "A" },
      { task: "other", resource: "B" },
    ]);
    expect(scene.contention.claim("one", "A")).toEqual({ kind: "taken", ownerDied: true });
    expect(scene.contention.claim("other", "B")).toEqual({ kind: "taken", ownerDied: true });
    expect(scene.contention.tryLock("one", "C")).toEqual({ kind: "taken", ownerDied: true });
    // Told once: who had it since has seen to it.
    scene.gives("one", "C");
    scene.takes("other", "C");
  });

  it("INHERIT-10: who is quicker than the woken heir is the one who is told", () => {
    const scene = new Scene({ dead: 1, heir: 5, quicker: 9 }, ["A"]);
    scene.takes("dead", "A");
    scene.waits("heir", "A");
    scene.contention.removeTask("dead");
    expect(scene.contention.lock("quicker", "A")).toEqual({ kind: "taken", ownerDied: true });
    expect(scene.gives("quicker", "A")).toBe("heir");
  });

  it("INHERIT-10: of one in the middle of a chain: its boost ends, its heir is woken", () => {
    const scene = new Scene({ near: 1, dead: 5, heir: 9 }, ["A", "B"]);
    scene.takes("near", "A");
    scene.takes("dead", "B");
    scene.waits("dead", "A");
    scene.waits("heir", "B");
    expect(scene.levels("near")).toEqual([9]);
    scene.contention.removeTask("dead");
    expect(scene.levels()).toEqual([1, 9]);
    expect(scene.contention.waiters("A")).toEqual([]);
    expect(scene.contention.isWoken("heir")).toBe(true);
  });

  it("INHERIT-10: of a woken waiter: it never had the resource, so nobody is alarmed", () => {
    const scene = new Scene({ owner: 1, dead: 9, next: 5 }, ["A"]);
    scene.takes("owner", "A");
    scene.waits("dead", "A");
    scene.waits("next", "A");
    scene.releases("owner", "A");
    expect(scene.contention.removeTask("dead")).toEqual([{ task: "next", resource: "A" }]);
    expect(scene.contention.claim("next", "A")).toEqual({ kind: "taken", ownerDied: false });
  });

  it("INHERIT-10: a recursive lock is free for the heir, however deep the dead was in", () => {
    const settings = { name: "A", protocol: { kind: "inheritance" }, recursive: true } as const;
    const scene = new Scene({ dead: 1, heir: 9 }, [settings]);
    scene.takes("dead", "A", "A", "A");
    scene.waits("heir", "A");
    scene.contention.removeTask("dead");
    expect(scene.contention.claim("heir", "A")).toEqual({ kind: "taken", ownerDied: true });
    scene.gives("heir", "A");
    expect(scene.contention.holder("A")).toBeNull();
  });

  it("INHERIT-13: the dead are not told of, nor is their name's next bearer for them", () => {
    const scene = new Scene({ name: 1, waiter: 9 }, ["A"]);
    scene.takes("name", "A");
    scene.waits("waiter", "A");
    scene.contention.removeTask("name");
    expect(scene.contention.drainChanges()).toEqual([]);
    scene.contention.addTask("name", priority(3));
    expect(scene.contention.drainChanges()).toEqual([]);
  });
});

describe("what the host is told", () => {
  it("INHERIT-13: each change once, from what was told to what is so", () => {
    const scene = new Scene({ owner: 1, five: 5, nine: 9 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("five", "M");
    scene.waits("nine", "M");
    expect(scene.contention.drainChanges()).toEqual([{ task: "owner", from: 1, to: 9 }]);
    expect(scene.contention.drainChanges()).toEqual([]);
    scene.givesUp("nine");
    expect(scene.contention.drainChanges()).toEqual([{ task: "owner", from: 9, to: 5 }]);
  });

  it("INHERIT-13: not of a boost that came and went meanwhile", () => {
    const scene = new Scene({ owner: 1, nine: 9 }, ["M"]);
    scene.takes("owner", "M");
    scene.waits("nine", "M");
    scene.givesUp("nine");
    expect(scene.contention.drainChanges()).toEqual([]);
  });
});

describe("a chain of 5,000", () => {
  const length = 5_000;

  function longChain(): Contention {
    const contention = new Contention({ tasksMax: length + 1, resourcesMax: length });
    for (let at = 0; at < length; at += 1) {
      contention.addTask(`T${at}`, priority(1));
      contention.addResource({ name: `M${at}`, protocol: { kind: "inheritance" } });
      contention.lock(`T${at}`, `M${at}`);
      if (at > 0) contention.lock(`T${at}`, `M${at - 1}`);
    }
    contention.addTask("urgent", priority(9));
    return contention;
  }

  it("INHERIT-2: is raised and lowered to its end, without recursion", () => {
    const contention = longChain();
    contention.lock("urgent", `M${length - 1}`);
    expect(contention.effective("T0")).toBe(9);
    expect(contention.drainChanges()).toHaveLength(length);
    contention.stopWaiting("urgent");
    expect(contention.effective("T0")).toBe(1);
  });

  it("INHERIT-9: closes no circle: it is named whole", () => {
    const refused = longChain().lock("T0", `M${length - 1}`);
    expect(refused).toMatchObject({ kind: "refused", reason: "deadlock" });
    if (refused.kind !== "refused" || refused.reason !== "deadlock") return;
    expect(refused.cycle).toHaveLength(length);
    expect(refused.cycle[0]).toEqual({ task: "T0", resource: `M${length - 1}` });
    expect(refused.cycle.at(-1)).toEqual({ task: "T1", resource: "M0" });
  });
});

describe("limits", () => {
  it("INHERIT-12: one task or resource too many is refused, and a name only once", () => {
    const contention = new Contention({ tasksMax: 2, resourcesMax: 1 });
    const protocol = { kind: "none" } as const;
    contention.addTask("one", priority(1));
    expect(contention.addTask("one", priority(2))).toMatchObject({ reason: "name-taken" });
    expect(contention.addTask("other", priority(1)).kind).toBe("added");
    expect(contention.addTask("third", priority(1))).toMatchObject({ reason: "too-many", max: 2 });
    contention.removeTask("other");
    expect(contention.addTask("third", priority(1)).kind).toBe("added");
    contention.addResource({ name: "M", protocol });
    expect(contention.addResource({ name: "M", protocol })).toMatchObject({ reason: "name-taken" });
    expect(contention.addResource({ name: "N", protocol })).toMatchObject({ max: 1 });
    expect(contention.effective("one")).toBe(1);
  });

  it("INHERIT-12: one resource held too many is refused before it is waited for", () => {
    const scene = new Scene({ owner: 1, other: 1 }, ["A", "B", "C"], { resourcesHeldMax: 2 });
    scene.takes("owner", "A", "B");
    const refused = { kind: "refused", reason: "too-many-held", max: 2 };
    expect(scene.contention.lock("owner", "C")).toEqual(refused);
    scene.takes("other", "C");
    expect(scene.contention.lock("owner", "C")).toEqual(refused);
    scene.gives("owner", "A");
    scene.waits("owner", "C");
  });

  it("INHERIT-12: one waiter too many is refused, and lends nothing", () => {
    const scene = new Scene({ owner: 1, first: 2, second: 9 }, ["M"], { waitersMax: 1 });
    scene.takes("owner", "M");
    scene.waits("first", "M");
    const refused = { kind: "refused", reason: "too-many-waiters", max: 1 };
    expect(scene.contention.lock("second", "M")).toEqual(refused);
    expect(scene.levels()).toEqual([2, 2, 9]);
  });

  it("INHERIT-12: recursion that is one too deep is refused, and the depth stays", () => {
    const settings = { name: "M", protocol: { kind: "none" }, recursive: true } as const;
    const scene = new Scene({ owner: 1 }, [settings], { recursionMax: 2 });
    scene.takes("owner", "M", "M");
    expect(scene.contention.lock("owner", "M")).toMatchObject({ reason: "too-many-held", max: 2 });
    scene.gives("owner", "M");
    scene.gives("owner", "M");
    expect(scene.contention.holder("M")).toBeNull();
  });

  it.each([0, -1, 1.5, Number.NaN])("INHERIT-14: %s is no limit", (max) => {
    expect(() => new Contention({ waitersMax: max })).toThrow("not a limit");
  });

  it("INHERIT-14: who waits cannot ask for more, or it would wait twice", () => {
    const scene = new Scene({ owner: 1, waiter: 9 }, ["A", "B"]);
    scene.takes("owner", "A");
    scene.waits("waiter", "A");
    expect(() => scene.contention.lock("waiter", "B")).toThrow("a task that waits");
  });
});
