import { describe, expect, it } from "vitest";
import {
  lock,
  pause,
  setPriority,
  sleep,
  tryLock,
  unlock,
} from "../../../src/scheduling/executive/requests.js";
import { priority } from "../../../src/scheduling/priority.js";
import { type Code, lasting, ms, Rig } from "./rig.js";

const from = (offset: number) => ({ releases: { kind: "once", offset: lasting(offset) } }) as const;

/** Works for so many milliseconds, and lets others of its level run after each. */
function* work(rig: Rig, parts: number) {
  for (let part = 0; part < parts; part += 1) {
    rig.spend(1);
    yield pause;
  }
}

/** Holds the lock while it works; it is given at the very end of the last millisecond. */
const holder = (rig: Rig, name: string, parts: number): Code =>
  function* (self) {
    yield lock(name);
    yield* work(rig, parts - 1);
    rig.spend(1);
    yield unlock(name);
    rig.note(`${self.name} gave ${name}`);
  };

/** Wants the lock, says how it went, and gives it. */
const wants = (rig: Rig, name: string, timeout: number | null = null): Code =>
  function* (self) {
    const reply = yield lock(name, timeout === null ? null : lasting(timeout));
    const died = reply.kind === "taken" && reply.ownerDied ? " from the dead" : "";
    rig.note(`${self.name} ${reply.kind}${died}`);
    if (reply.kind === "taken") yield unlock(name);
  };

describe("priority inversion", () => {
  /** Low holds what high wants, medium wants nothing but the processor (Mars Pathfinder, 1997). */
  it.each([
    ["none", 330],
    ["inheritance", 30],
    [30, 30],
  ] as const)("WAIT-4: under %s, high waits %i ms", (protocol, wait) => {
    const rig = new Rig().lock("bus", protocol);
    rig.task("low", 10, holder(rig, "bus", 40));
    rig.task("medium", 20, () => work(rig, 300), from(15));
    rig.task("high", 30, wants(rig, "bus"), from(10));
    expect(rig.run()).toBe("idle");
    expect(rig.notes).toContain(`${10 + wait} high taken`);
  });

  it("WAIT-4: medium runs neither before the give nor before high", () => {
    const rig = new Rig().lock("bus");
    rig.task("low", 10, holder(rig, "bus", 5));
    rig.task("medium", 20, () => work(rig, 3), from(2));
    rig.task("high", 30, wants(rig, "bus"), from(2));
    rig.run();
    const started = rig.of("started").find(({ task }) => task === "medium");
    expect(started?.at).toBe(ms(5));
    expect(rig.notes).toEqual(["5 high taken", "8 low gave bus"]);
  });

  it("WAIT-4: a base priority that is set while boosted shows after the give", () => {
    const rig = new Rig().lock("bus");
    rig.task("low", 10, function* (self) {
      yield lock("bus");
      rig.spend(2);
      yield pause;
      yield setPriority(priority(25));
      rig.note(`while boosted ${self.effective}`);
      yield unlock("bus");
      rig.note(`after the give ${self.effective}`);
    });
    rig.task("high", 30, wants(rig, "bus"), from(1));
    rig.run();
    expect(rig.notes).toEqual(["2 while boosted 30", "2 high taken", "2 after the give 25"]);
  });
});

describe("a wait for a lock", () => {
  it("WAIT-4: lends along a chain: nobody between runs before its far end", () => {
    const rig = new Rig().lock("a").lock("b");
    rig.task("low", 1, holder(rig, "a", 5));
    rig.task(
      "mid",
      5,
      function* () {
        yield lock("b");
        yield lock("a");
        yield unlock("a");
        yield unlock("b");
      },
      from(1),
    );
    rig.task("high", 9, wants(rig, "b"), from(2));
    rig.task("between", 7, () => work(rig, 20), from(2));
    rig.run();
    expect(rig.notes[0]).toBe("5 high taken");
  });

  it("END-4: that is cancelled between the give and its turn hands the lock to the next", () => {
    const rig = new Rig().lock("m");
    rig.task("holds", 1, holder(rig, "m", 5));
    rig.task("woken", 6, wants(rig, "m"), from(2));
    rig.task("next", 5, wants(rig, "m"), from(1));
    rig.task(
      "cancels",
      20,
      function* (self) {
        rig.executive.cancel(self.now(), "woken", "enough");
        yield pause;
      },
      from(5),
    );
    rig.run();
    expect(rig.notes[0]).toBe("5 next taken");
    expect(rig.of("cancelled")).toMatchObject([{ task: "woken", held: [] }]);
  });

  it("WAIT-1: ends with the lock if it is given at the instant of the time-out", () => {
    const rig = new Rig().lock("m");
    rig.task("holds", 10, holder(rig, "m", 8));
    rig.task("waits", 20, wants(rig, "m", 5), from(3));
    rig.run();
    expect(rig.notes[0]).toBe("8 waits taken");
  });

  it("WAIT-1: ends with the lock if its time is over between the give and its turn", () => {
    const rig = new Rig().lock("m");
    rig.task("holds", 1, holder(rig, "m", 7));
    rig.task("waits", 5, wants(rig, "m", 8), from(1));
    rig.task("busy", 20, () => work(rig, 5), from(7));
    rig.run();
    expect(rig.notes).toEqual(["12 waits taken", "12 holds gave m"]);
  });

  it("WAIT-2: ends with a time-out if the give comes later, and lends no more", () => {
    const rig = new Rig().lock("m");
    rig.task("holds", 10, function* (self) {
      yield lock("m");
      yield* work(rig, 7);
      rig.spend(1.001);
      yield pause;
      rig.note(`holds at ${self.effective}`);
      yield unlock("m");
    });
    rig.task("waits", 20, wants(rig, "m", 5), from(3));
    rig.run();
    expect(rig.notes).toEqual(["8.001 waits timed-out", "8.001 holds at 10"]);
  });

  it("WAIT-3: goes on, with its time-out, if another was quicker after it was woken", () => {
    const rig = new Rig().lock("m");
    rig.task("holds", 10, holder(rig, "m", 5));
    rig.task("robbed", 20, wants(rig, "m", 8), from(1));
    rig.task("thief", 30, holder(rig, "m", 10), from(5));
    // Woken at 5, robbed at 5 by the thief, which is released then, and holds until 15.
    rig.run();
    expect(rig.notes).toEqual(["15 thief gave m", "15 robbed timed-out", "15 holds gave m"]);
  });

  it("WAIT-5: cannot be shortened by somebody else's unlock", () => {
    const rig = new Rig().lock("m");
    rig.task("holds", 10, holder(rig, "m", 5));
    rig.task(
      "meddles",
      20,
      function* () {
        const reply = yield unlock("m");
        rig.note(`meddles ${JSON.stringify(reply)}`);
      },
      from(2),
    );
    rig.task("waits", 15, wants(rig, "m"), from(1));
    rig.run();
    expect(rig.notes).toEqual([
      '2 meddles {"kind":"refused","reason":"held-by-another"}',
      "5 waits taken",
      "5 holds gave m",
    ]);
  });

  it("WAIT-6: is refused where it would close a circle, and names it", () => {
    const rig = new Rig().lock("a").lock("b");
    const crossing = (first: string, second: string): Code =>
      function* (self) {
        yield lock(first);
        yield sleep(lasting(1));
        const reply = yield lock(second);
        rig.note(`${self.name} ${reply.kind}`);
        if (reply.kind === "taken") yield unlock(second);
        yield unlock(first);
      };
    rig.task("one", 10, crossing("a", "b")).task("other", 20, crossing("b", "a"));
    rig.run();
    expect(rig.notes).toEqual(["1 one refused", "1 other taken"]);
    expect(rig.of("deadlock-refused")).toMatchObject([
      {
        task: "one",
        cycle: [
          { task: "one", resource: "b" },
          { task: "other", resource: "a" },
        ],
      },
    ]);
    expect(rig.executive.taskCount).toBe(0);
  });

  it("WAIT-7: is not needed by tryLock, which leaves no trace", () => {
    const rig = new Rig().lock("m");
    rig.task("holds", 10, holder(rig, "m", 5));
    rig.task(
      "tries",
      20,
      function* () {
        const { kind } = yield tryLock("m");
        rig.note(`tries ${kind}, holds at ${rig.standing("holds")?.effective}`);
      },
      from(1),
    );
    rig.run();
    expect(rig.notes[0]).toBe("1 tries busy, holds at 10");
  });
});

describe("a recursive lock", () => {
  it("WAIT-8: is free, and nothing lent, at the last give", () => {
    const rig = new Rig();
    rig.executive.addLock({ name: "m", protocol: { kind: "inheritance" }, recursive: true });
    rig.task("holds", 10, function* (self) {
      yield lock("m");
      yield lock("m");
      yield* work(rig, 2);
      yield unlock("m");
      rig.note(`once given, at ${self.effective}`);
      yield unlock("m");
      rig.note(`twice given, at ${self.effective}`);
    });
    rig.task("waits", 20, wants(rig, "m"), from(1));
    rig.run();
    expect(rig.notes).toEqual(["2 once given, at 20", "2 waits taken", "2 twice given, at 10"]);
  });

  it("WAIT-8: one that is not is refused to its holder", () => {
    const rig = new Rig().lock("m");
    rig.task("holds", 10, function* () {
      yield lock("m");
      rig.note(JSON.stringify(yield lock("m")));
    });
    rig.run();
    expect(rig.notes).toEqual(['0 {"kind":"refused","reason":"already-held"}']);
  });
});
