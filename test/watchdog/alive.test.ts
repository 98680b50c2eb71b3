import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeout } from "../../src/kernel/machine.js";
import { type Instant, instant, micros, millis } from "../../src/kernel/time.js";
import { type AliveOptions, type AliveOutput, AliveSupervision } from "../../src/watchdog/alive.js";
import { MockWatchdog } from "../../src/watchdog/device.js";
import type { EntitySettings } from "../../src/watchdog/entity.js";

const ms = (count: number): Instant => instant(count * 1_000);

/** A checkpoint each 10 ms, judged each 100 ms: 9 to 11 are right. */
const cycleEntity: EntitySettings = {
  entity: "cycle",
  cycle: millis(100),
  expected: 10,
  minMargin: 1,
  maxMargin: 1,
  failedCyclesMax: 0,
};

function supervision(
  entity: Partial<EntitySettings> = {},
  options: Partial<AliveOptions> = {},
): AliveSupervision {
  const entities = [{ ...cycleEntity, ...entity }];
  const times = { grace: millis(500), petPeriod: millis(50) };
  return new AliveSupervision({ now: ms(0), entities, ...times, ...options });
}

type Told = [number, AliveOutput["kind"]];

/** Plays a supervision: checkpoints at the given times, timeouts exactly when asked for. */
function play(machine: AliveSupervision, checkpoints: readonly number[], until: number): Told[] {
  const told: Told[] = [];
  const tell = (at: number, outputs: readonly AliveOutput[]) => {
    for (const output of outputs) told.push([at / 1_000, output.kind]);
  };
  const wakeUntil = (limit: number) => {
    for (let count = 0; count < 10_000; count += 1) {
      const at = machine.deadline();
      if (at === null || at > limit) return;
      tell(at, machine.step(at, timeout));
    }
    throw new Error("the supervision asks for ever");
  };
  for (const checkpoint of checkpoints) {
    const at = instant(Math.round(checkpoint * 1_000));
    wakeUntil(at);
    tell(at, machine.step(at, { kind: "checkpoint", entity: "cycle" }));
  }
  wakeUntil(until * 1_000);
  return told;
}

/** From `first`, before `end`, in milliseconds. */
const every = (step: number, first: number, end: number): number[] =>
  Array.from({ length: Math.ceil((end - first) / step) }, (_, index) => first + index * step);

const only = (told: Told[], kind: AliveOutput["kind"]): number[] =>
  told.filter(([, which]) => which === kind).map(([at]) => at);

describe("petting", () => {
  it("ALIVE-1: goes on at its own period while the entity is in time", () => {
    const told = play(supervision(), every(10, 5, 2_000), 2_000);
    expect(only(told, "pet")).toEqual(every(50, 0, 2_001));
    expect(only(told, "supervision-failed")).toEqual([]);
  });

  it("ALIVE-1: ends with the reference cycle in which the entity was late", () => {
    const told = play(supervision(), every(10, 5, 300), 5_000);
    // Its cycles begin with its first checkpoint: the first that is short ends at 405 ms.
    expect(only(told, "supervision-failed")).toEqual([405]);
    expect(only(told, "pet")).toEqual(every(50, 0, 401));
  });

  it("ALIVE-1: ends when one of several is late, though the others are in time", () => {
    const entities = [cycleEntity, { ...cycleEntity, entity: "heartbeat" }];
    const machine = supervision({}, { entities });
    machine.step(ms(1), { kind: "checkpoint", entity: "heartbeat" });
    const told = play(machine, every(10, 5, 1_000), 1_000);
    expect(only(told, "supervision-failed")).toEqual([101]);
    expect(Math.max(...only(told, "pet"))).toBe(100);
    expect(machine.standing()).toMatchObject([
      { entity: "cycle", status: "ok" },
      { entity: "heartbeat", status: "failed" },
    ]);
  });

  it("ALIVE-2: a sleep is not made up for by a burst of pets", () => {
    const machine = supervision();
    play(machine, every(10, 5, 100), 100);
    const outputs = machine.step(ms(104), { kind: "checkpoint", entity: "cycle" });
    expect(outputs).toEqual([]);
    const idle = supervision({}, { grace: millis(5_000) });
    expect(idle.step(ms(1_030), timeout)).toEqual([{ kind: "pet" }]);
    expect(idle.step(ms(1_030), timeout)).toEqual([]);
    expect(idle.deadline()).toBe(ms(1_050));
  });
});

describe("the margins", () => {
  const failedAt = (count: number): number[] => {
    const spacing = 99 / count;
    return only(play(supervision(), every(spacing, 0, 99), 100), "supervision-failed");
  };

  it.each([9, 10, 11])("ALIVE-3: %i checkpoints in a cycle of 10 are right", (count) => {
    expect(failedAt(count)).toEqual([]);
  });

  it.each([1, 8])("ALIVE-3: %i are too few, which shows at the end of the cycle", (count) => {
    expect(failedAt(count)).toEqual([100]);
  });

  it("ALIVE-4: 12 are too many, which shows at once", () => {
    const told = play(supervision(), every(1, 0, 12), 99);
    expect(only(told, "supervision-failed")).toEqual([11]);
    expect(only(told, "pet")).toEqual([0]);
  });

  it("ALIVE-4: however many too many, it is one wrong cycle", () => {
    const told = play(supervision({ failedCyclesMax: 1 }), every(1, 0, 99), 100);
    expect(only(told, "supervision-failed")).toEqual([]);
  });

  it("ALIVE-3: the verdict is that of the plain count, for any checkpoints", () => {
    const times = fc.uniqueArray(fc.integer({ min: 1, max: 99_999 }), { maxLength: 15 });
    fc.assert(
      fc.property(times, (moments) => {
        const sorted = moments.toSorted((one, other) => one - other).map((at) => at / 1_000);
        const told = play(supervision(), [0, ...sorted], 100);
        const right = sorted.length + 1 >= 9 && sorted.length + 1 <= 11;
        expect(only(told, "supervision-failed").length).toBe(right ? 0 : 1);
      }),
    );
  });
});

describe("the tolerance", () => {
  const withGap = (gapEnds: number) => [...every(10, 0, 100), ...every(10, gapEnds, 1_000)];

  it("ALIVE-5: so many wrong cycles are borne, and petting goes on", () => {
    const told = play(supervision({ failedCyclesMax: 2 }), withGap(300), 1_000);
    expect(only(told, "supervision-failed")).toEqual([]);
    expect(only(told, "pet")).toEqual(every(50, 0, 1_001));
  });

  it("ALIVE-5: one more is not", () => {
    const told = play(supervision({ failedCyclesMax: 2 }), withGap(400), 1_000);
    expect(only(told, "supervision-failed")).toEqual([400]);
  });

  it("ALIVE-6: a failed entity is restored by as many right cycles, and not by fewer", () => {
    const told = play(supervision({ failedCyclesMax: 2 }), withGap(400), 1_000);
    expect(only(told, "supervision-restored")).toEqual([700]);
    expect(only(told, "pet")).toEqual([...every(50, 0, 400), ...every(50, 700, 1_001)]);
    const twoRight = [...every(10, 0, 100), ...every(10, 400, 600)];
    const short = play(supervision({ failedCyclesMax: 2 }), twoRight, 2_000);
    expect(only(short, "supervision-restored")).toEqual([]);
  });

  it("ALIVE-5: cycles that nobody was awake to judge were wrong", () => {
    const machine = supervision({ failedCyclesMax: 2 });
    play(machine, every(10, 0, 100), 99);
    expect(machine.step(ms(399), timeout).map(({ kind }) => kind)).toEqual(["pet"]);
    expect(machine.step(ms(400), timeout).map(({ kind }) => kind)).toEqual(["supervision-failed"]);
    const asleep = supervision({ failedCyclesMax: 2 });
    play(asleep, every(10, 0, 100), 99);
    const late = asleep.step(ms(1_000_000), timeout);
    expect(late.map(({ kind }) => kind)).toEqual(["supervision-failed"]);
  });
});

describe("the grace at the start", () => {
  it("ALIVE-7: pets while it waits for the first checkpoint", () => {
    const told = play(supervision(), [], 499);
    expect(only(told, "pet")).toEqual(every(50, 0, 499));
    expect(only(told, "supervision-failed")).toEqual([]);
  });

  it("ALIVE-7: ends, and with it the pets: the dog bites", () => {
    const machine = supervision();
    const dog = new MockWatchdog(ms(0), millis(200));
    for (const at of only(play(machine, [], 10_000), "pet")) dog.pet(ms(at));
    expect(machine.standing()).toMatchObject([{ entity: "cycle", status: "failed" }]);
    expect(machine.deadline()).toBeNull();
    expect(dog.biteAt()).toBe(ms(650));
  });

  it("ALIVE-7: who comes after it is restored by a right cycle, if the dog has not bitten", () => {
    const told = play(supervision(), every(10, 600, 1_000), 1_000);
    expect(told.filter(([, kind]) => kind !== "pet")).toEqual([
      [500, "supervision-failed"],
      [700, "supervision-restored"],
    ]);
    expect(only(told, "pet").filter((at) => at >= 500 && at < 700)).toEqual([]);
  });
});

describe("our own bugs", () => {
  it("ALIVE-8: a checkpoint of one that is not supervised is an assertion", () => {
    const input = { kind: "checkpoint", entity: "nobody" } as const;
    expect(() => supervision().step(ms(0), input)).toThrow("not supervised");
  });

  it("ALIVE-8: so are settings under which a dead entity would be right", () => {
    expect(() => supervision({ minMargin: 10 })).toThrow("silence must never be right");
    expect(() => supervision({}, { entities: [] })).toThrow("nothing to supervise");
    expect(() => supervision({}, { entities: [cycleEntity, cycleEntity] })).toThrow("twice");
    expect(() => supervision({ cycle: micros(0) })).toThrow("takes time");
  });
});
