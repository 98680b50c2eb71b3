/** What becomes of a version that fails: quarantine, restarts, and the latch. */
import { describe, expect, it } from "vitest";
import { millis } from "../../../src/kernel/time.js";
import { Bench, closedOf, eventsOf, ordersOf } from "./bench.js";

const good = { a: "x", b: "x", c: "x" };
const lie = { a: "x", b: "x", c: "lie" };

describe("quarantine (NVP-8)", () => {
  it("comes with failures in a row, of any kind, and is told once", () => {
    const bench = new Bench();
    bench.call(lie);
    expect(bench.stateOf("c")).toBe("serving");
    bench.call({ a: "x", b: "x" });
    const events = eventsOf(bench.fail("c"));
    expect(events).toEqual([
      { kind: "version-failed", version: "c", call: 2, reason: "threw", message: "no luck" },
      { kind: "version-quarantined", version: "c", calls: 3 },
    ]);
    expect(bench.stateOf("c")).toBe("quarantined");
  });

  it("does not come when an agreement lies between", () => {
    const bench = new Bench();
    for (let round = 0; round < 5; round += 1) {
      bench.call(lie);
      bench.call(good);
    }
    expect(bench.stateOf("c")).toBe("serving");
  });

  it("is for so many calls, in which it is not asked; then it counts again", () => {
    const bench = new Bench();
    bench.call(lie);
    bench.call(lie);
    for (let call = 0; call < 3; call += 1) {
      const outputs = bench.call({ a: "x", b: "x" });
      expect(ordersOf(outputs)).toEqual(["run a", "run b"]);
      expect(closedOf(outputs)).toMatchObject({
        status: "degraded",
        absent: [{ version: "c", reason: "quarantined" }],
        text: '2 of 3 versions agree on "x"; c was not asked (quarantined)',
      });
    }
    const outputs = bench.call(good);
    expect(eventsOf(outputs)).toEqual([{ kind: "version-readmitted", version: "c" }]);
    expect(closedOf(outputs)?.status).toBe("ok");
  });

  it("leaves two that must both agree: it takes a majority of those asked", () => {
    const bench = new Bench();
    bench.call(lie);
    bench.call(lie);
    expect(closedOf(bench.call({ a: "x", b: "y" }))?.status).toBe("no-majority");
  });

  it("is borne so often; the next is for good, until a person's release (NVP-9)", () => {
    const bench = new Bench();
    for (let call = 0; call < 2 + 3 + 2; call += 1) bench.call(lie);
    expect(eventsOf(bench.outputs).at(-1)).toEqual({
      kind: "version-latched",
      version: "c",
      reason: "quarantined-too-often",
    });
    expect(ordersOf(bench.outputs).at(-1)).toBe("stop c");
    for (let call = 0; call < 20; call += 1) bench.call({ a: "x", b: "x" });
    expect(bench.stateOf("c")).toBe("latched");
    expect(ordersOf(bench.feed({ kind: "release", version: "c" }))).toEqual(["restart c"]);
    bench.feed({ kind: "ready", version: "c" });
    expect(closedOf(bench.call(good))?.status).toBe("ok");
    expect(bench.feed({ kind: "release", version: "c" })).toEqual([]);
  });

  it("is forgotten after agreements in a row (NVP-9)", () => {
    const bench = new Bench();
    for (let round = 0; round < 4; round += 1) {
      bench.call(lie);
      bench.call(lie);
      for (let call = 0; call < 3; call += 1) bench.call({ a: "x", b: "x" });
      for (let call = 0; call < 5; call += 1) bench.call(good);
    }
    expect(bench.machine.standing()[2]).toMatchObject({ state: "serving", quarantines: 0 });
  });
});

describe("restarts (NVP-10)", () => {
  it("come after a wait that doubles up to its maximum, while no agreement is between", () => {
    const bench = new Bench({
      patience: { restartAfter: millis(10), restartAfterMax: millis(35), restartsMax: 5 },
    });
    bench.die("c");
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const before = bench.now;
      expect(ordersOf(bench.wake())).toEqual(["restart c"]);
      waits.push((bench.now - before) / 1_000);
      bench.die("c");
    }
    expect(waits).toEqual([10, 20, 35, 35]);
  });

  it("are not asked while they last, and are when ready", () => {
    const bench = new Bench();
    bench.call({ a: "x", b: "x" });
    bench.wait(millis(100));
    const absent = [{ version: "c", reason: "restarting" }];
    expect(closedOf(bench.call({ a: "x", b: "x" }))?.absent).toEqual(absent);
    expect(ordersOf(bench.wake())).toEqual(["restart c"]);
    expect(closedOf(bench.call({ a: "x", b: "x" }))?.absent).toEqual(absent);
    expect(eventsOf(bench.feed({ kind: "ready", version: "c" }))).toEqual([
      { kind: "version-up", version: "c" },
    ]);
    expect(closedOf(bench.call(good))?.status).toBe("ok");
    expect(bench.machine.standing()[2]?.restartsInARow).toBe(0);
  });

  it("end with the latch when none of them helped", () => {
    const bench = new Bench({
      patience: { failuresMax: 100, restartsMax: 3, restartAfter: millis(10) },
    });
    bench.die("c");
    for (let round = 0; round < 3; round += 1) {
      bench.wake();
      bench.feed({ kind: "ready", version: "c" });
      bench.die("c");
    }
    expect(bench.stateOf("c")).toBe("latched");
    expect(eventsOf(bench.outputs).at(-1)).toMatchObject({ reason: "restarted-too-often" });
    expect(bench.machine.deadline()).toBeNull();
  });

  it("that are not ready in time are stopped, and tried again", () => {
    const bench = new Bench();
    bench.die("c");
    bench.wake();
    expect(ordersOf(bench.wake())).toEqual(["stop c"]);
    expect(eventsOf(bench.outputs)).toContainEqual({
      kind: "version-down",
      version: "c",
      message: "it was started, and not ready in time",
    });
    expect(ordersOf(bench.wake())).toEqual(["restart c"]);
  });

  it("are not begun for a version that runs, or twice for one that is down", () => {
    const bench = new Bench();
    bench.call(good);
    expect(bench.machine.deadline()).toBeNull();
    bench.die("c");
    expect(bench.die("c")).toEqual([]);
    expect(bench.feed({ kind: "ready", version: "c" })).toEqual([]);
    expect(bench.stateOf("c")).toBe("restarting");
  });
});

describe("when nobody is left", () => {
  it("a call is answered at once, without a value (NVP-6)", () => {
    const bench = new Bench();
    for (const version of ["a", "b", "c"]) bench.die(version);
    const closed = closedOf(bench.call());
    expect(closed).toMatchObject({ value: null, status: "insufficient", failed: [] });
    expect(closed?.absent).toHaveLength(3);
  });
});
