import { describe, expect, it } from "vitest";
import {
  broadcast,
  lock,
  pause,
  signal,
  sleep,
  unlock,
  wait,
} from "../../../src/scheduling/executive/requests.js";
import { type Code, lasting, ms, Rig } from "./rig.js";

function conditionRig(): Rig {
  const rig = new Rig().lock("m");
  rig.executive.addCondition({ name: "c", lock: "m" });
  return rig;
}

/** Waits once, and notes how it ended and whether it has the lock. */
const waiter = (rig: Rig, timeout: number | null = null): Code =>
  function* ({ name }) {
    yield lock("m");
    const { kind } = yield wait("c", timeout === null ? null : lasting(timeout));
    rig.note(`${name} ${kind}`);
    const { kind: unlocked } = yield unlock("m");
    rig.note(`${name} unlock ${unlocked}`);
  };

describe("condition variables", () => {
  it("COND-1: wake the most urgent waiter, and of equals the longest waiting", () => {
    const rig = conditionRig();
    for (const [name, level] of [
      ["a", 10],
      ["b", 20],
      ["c2", 20],
      ["d", 5],
    ] as const)
      rig.task(name, level, waiter(rig));
    rig.task("signaller", 1, function* () {
      for (let count = 0; count < 4; count += 1) {
        yield signal("c");
        yield sleep(lasting(1));
      }
    });
    rig.run();
    expect(rig.notes.filter((note) => note.endsWith("signalled"))).toEqual([
      "0 b signalled",
      "1 c2 signalled",
      "2 a signalled",
      "3 d signalled",
    ]);
  });

  it("COND-2: a signal that nobody waits for is lost", () => {
    const rig = conditionRig();
    rig.task("early", 20, function* () {
      yield signal("c");
    });
    rig.task("late", 10, waiter(rig, 5));
    rig.run();
    expect(rig.notes).toEqual(["5 late timed-out", "5 late unlock done"]);
  });

  it("COND-3: who is woken has the lock, and lends its priority to the holder until then", () => {
    const rig = conditionRig();
    rig.task("urgent", 30, waiter(rig));
    rig.task("signaller", 10, function* (self) {
      yield lock("m");
      yield signal("c");
      rig.note(`signaller at ${self.effective}`);
      yield unlock("m");
      rig.note(`signaller at ${self.effective}`);
    });
    rig.run();
    expect(rig.notes).toEqual([
      "0 signaller at 30",
      "0 urgent signalled",
      "0 urgent unlock done",
      "0 signaller at 10",
    ]);
  });

  it("COND-4: a broadcast wakes all, one after the other through the lock", () => {
    const rig = conditionRig();
    rig.task("a", 10, waiter(rig)).task("b", 20, waiter(rig));
    rig.task("caller", 1, function* () {
      yield broadcast("c");
    });
    rig.run();
    expect(rig.notes).toEqual([
      "0 b signalled",
      "0 b unlock done",
      "0 a signalled",
      "0 a unlock done",
    ]);
  });

  it("COND-5: a time-out while another has the lock is told when the lock is had again", () => {
    const rig = conditionRig();
    rig.task("waits", 20, waiter(rig, 5));
    rig.task("keeps", 10, function* () {
      yield lock("m");
      rig.spend(9);
      yield pause;
      rig.spend(1);
      yield unlock("m");
    });
    rig.run();
    expect(rig.notes).toEqual(["10 waits timed-out", "10 waits unlock done"]);
  });

  it("COND-6: a cancelled waiter has the lock in its finally block", () => {
    const rig = conditionRig();
    rig.task("waits", 20, function* () {
      yield lock("m");
      try {
        yield wait("c");
      } finally {
        const { kind } = yield unlock("m");
        rig.note(`finally unlock ${kind}`);
      }
    });
    rig.run(10, [{ at: ms(3), act: (now) => rig.executive.cancel(now, "waits", "enough") }]);
    expect(rig.notes).toEqual(["3 finally unlock done"]);
    expect(rig.of("cancelled")).toMatchObject([{ task: "waits", reason: "enough", held: [] }]);
  });
});
