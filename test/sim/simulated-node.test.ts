/** Each fault of a node does what it says, and says whether it did anything. */
import { describe, expect, it } from "vitest";
import { instant, micros, millis } from "../../src/kernel/time.js";
import type { NodeOutput } from "../../src/node/ports.js";
import { Effect } from "../../src/sim/effect.js";
import { inboxMax } from "../../src/sim/simulated-node.js";
import { trueTime } from "../../src/sim/true-time.js";
import { a, b, c } from "./support/scenarios.js";
import { toyWorld } from "./support/toy-world.js";

const ms = (count: number) => trueTime(1_000 * count);

/** `a` sends frame n to b at its n-th beat, every 10 ms. */
const sender = (node: string, beat: number): readonly NodeOutput[] =>
  node === "a" ? [{ kind: "send", targets: [b], bytes: new Uint8Array([beat & 255]) }] : [];

describe("the host's promise (SIM-5)", () => {
  it("wakes the machine at its deadline, on its own drifting clock, to the microsecond", () => {
    const { world, machine } = toyWorld({ clockDriftPpm: 1_000, seed: 3 });
    world.run(ms(1_000));
    for (const node of [a, b, c]) {
      const { steps, birth } = machine(node);
      expect(steps.length).toBeGreaterThan(95);
      for (const [index, { now }] of steps.entries()) {
        const deadline = birth.now + 10_000 * (index + 1);
        // A fast clock may show one microsecond more where it passes the deadline between two.
        expect(now - deadline).toBeGreaterThanOrEqual(0);
        expect(now - deadline).toBeLessThanOrEqual(1);
      }
    }
  });

  it("carries outputs out in order, and answers a read before any other input", () => {
    const order: string[] = [];
    const { world, machine } = toyWorld({
      onBeat: (node, beat) => {
        if (node !== "a" || beat > 1) return [];
        order.push("beat");
        return [
          { kind: "read" },
          { kind: "write", output: "heater", value: 1, until: instant(2 ** 40), frame: null },
          { kind: "release", output: "heater" },
        ];
      },
    });
    world.run(ms(15));
    expect(machine(a).steps.map(({ input }) => input.kind)).toEqual(["timeout", "readings"]);
    const [beat, readings] = machine(a).steps;
    expect(readings?.now).toBe(beat?.now);
    expect(order).toEqual(["beat"]);
  });

  it("tells a refused write to the machine, and does not count it as driving", () => {
    const { world, machine, observations } = toyWorld({
      onBeat: (node, beat, now) =>
        node === "a" && beat === 1
          ? [{ kind: "write", output: "heater", value: 1, until: instant(now), frame: null }]
          : [],
    });
    world.run(ms(15));
    expect(machine(a).steps.at(-1)?.input).toMatchObject({
      kind: "write-refused",
      reason: "expired",
    });
    expect(observations.some(({ kind }) => kind === "wrote")).toBe(false);
    expect(world.node(a).drives("heater")).toBe(false);
  });

  it("delivers frames as bytes, after the link's delay", () => {
    const { world, machine } = toyWorld({ onBeat: sender });
    world.run(ms(55));
    expect(machine(b).frames).toEqual([1, 2, 3, 4, 5]);
    expect(machine(c).frames).toEqual([]);
  });

  it("ends a machine that asks for the same instant for ever", () => {
    const { world } = toyWorld({
      makeMachine: ({ now }) => ({ step: () => [], deadline: () => now }),
    });
    expect(() => world.run(ms(1))).toThrow("stepped for ever");
  });
});

describe("a command on the pins (SIM-6)", () => {
  const driver = (node: string, beat: number, now: number): readonly NodeOutput[] =>
    node === "a" && beat === 1
      ? [{ kind: "write", output: "heater", value: 1, until: instant(now + 30_000), frame: null }]
      : [];

  it("lasts until its `until`, and not a microsecond longer", () => {
    const { world } = toyWorld({ onBeat: driver });
    world.run(trueTime(39_999));
    expect(world.node(a).drives("heater")).toBe(true);
    world.run(trueTime(40_000));
    expect(world.node(a).drives("heater")).toBe(false);
  });

  it("stays while the program is paused, and ends all the same", () => {
    const { world } = toyWorld({ onBeat: driver });
    world.run(ms(15));
    world.node(a).pause(ms(500), new Effect(), false);
    world.run(ms(39));
    expect(world.node(a).drives("heater")).toBe(true);
    world.run(ms(41));
    expect(world.node(a).drives("heater")).toBe(false);
  });

  it("ends at once when the power fails", () => {
    const { world } = toyWorld({ onBeat: driver });
    world.run(ms(15));
    world.node(a).crash({ kind: "crash" }, null);
    expect(world.node(a).drives("heater")).toBe(false);
  });
});

describe("a crash (SIM-7)", () => {
  it("loses memory and frames, and boots again with a greater boot id and another clock", () => {
    const { world, machine } = toyWorld({ onBeat: sender });
    world.run(ms(25));
    const before = world.node(b).clock.read(world.now);
    world.node(b).crash({ kind: "crash" }, millis(20));
    world.run(ms(75));
    expect(machine(b, 0).frames).toEqual([1, 2]);
    expect(machine(b, 1).birth.bootId).toBe(2);
    expect(machine(b, 1).frames).toEqual([5, 6, 7]);
    expect(world.node(b).counts).toMatchObject({ boots: 2, framesMissed: 2 });
    expect(Math.abs(machine(b, 1).birth.now - before)).toBeGreaterThan(1_000_000);
  });

  it("may be for good", () => {
    const { world } = toyWorld();
    world.run(ms(5));
    world.node(b).crash({ kind: "crash" }, null);
    world.run(ms(5_000));
    expect(world.node(b).up).toBe(false);
  });

  it("does not boot a node twice that somebody else has booted meanwhile", () => {
    const { world } = toyWorld();
    world.run(ms(5));
    world.node(b).crash({ kind: "crash" }, millis(50));
    world.node(b).boot();
    world.node(b).crash({ kind: "crash" }, null);
    world.run(ms(500));
    expect(world.node(b).up).toBe(false);
  });
});

describe("a pause (SIM-8)", () => {
  it("keeps what arrives, and delivers it late, in order", () => {
    const { world, machine } = toyWorld({ onBeat: sender });
    const effect = new Effect();
    world.run(ms(15));
    world.node(b).pause(ms(45), effect, false);
    world.run(ms(44));
    expect(machine(b).frames).toEqual([1]);
    world.run(ms(46));
    expect(machine(b).frames).toEqual([1, 2, 3, 4]);
    expect(effect.firstAt).toBe(20_000);
  });

  it("in a step keeps the outputs back that the step has decided on", () => {
    const { world, machine } = toyWorld({ onBeat: sender });
    world.run(ms(5));
    world.node(a).pause(ms(35), new Effect(), true);
    world.run(ms(34));
    expect(machine(a).steps).toHaveLength(1);
    expect(machine(b).frames).toEqual([]);
    world.run(ms(36));
    expect(machine(b).frames).toEqual([1, 2, 3]);
  });

  it("loses the newest frames when the queue is full, and counts them", () => {
    const burst = Array.from({ length: inboxMax + 5 }, (_, index) => new Uint8Array([index & 255]));
    const { world, machine } = toyWorld({
      onBeat: (node, beat) =>
        node === "a" && beat === 1
          ? burst.map((bytes) => ({ kind: "send", targets: [b], bytes }) as const)
          : [],
    });
    world.run(ms(5));
    world.node(b).pause(ms(50), new Effect(), false);
    world.run(ms(60));
    expect(machine(b).frames).toHaveLength(inboxMax);
    expect(machine(b).frames[0]).toBe(0);
    expect(world.node(b).counts.framesOverflowed).toBe(5);
  });

  it("that ends before anything came due has done nothing", () => {
    const { world } = toyWorld({ period: null });
    const effect = new Effect();
    world.run(ms(5));
    world.node(b).pause(ms(9), effect, false);
    world.run(ms(100));
    expect(effect.count).toBe(0);
  });
});

describe("silence, slowness and hanging (SIM-9)", () => {
  it("silence loses what arrives and keeps the memory", () => {
    const { world, machine } = toyWorld({ onBeat: sender });
    const effect = new Effect();
    world.run(ms(15));
    world.node(b).deafen(ms(45), effect);
    world.run(ms(65));
    expect(machine(b).frames).toEqual([1, 5, 6]);
    expect(machine(b, -1).birth.bootId).toBe(1);
    expect(world.node(b).counts.framesMissed).toBe(3);
    expect(effect.count).toBeGreaterThanOrEqual(3);
  });

  it("a slow node's outputs leave only when the step is over", () => {
    const { world, machine } = toyWorld({ onBeat: sender });
    world.run(ms(5));
    const effect = new Effect();
    world.node(a).slow({ perStep: millis(3), effect });
    world.run(trueTime(13_099));
    expect(machine(b).frames).toEqual([]);
    world.run(trueTime(13_100));
    expect(machine(b).frames).toEqual([1]);
    world.node(a).slow(null);
    world.run(trueTime(20_100));
    expect(machine(b).frames).toEqual([1, 2]);
    expect(effect.count).toBe(1);
  });

  it("only the watchdog ends a hang: the board is reset, and boots", () => {
    const { world, machine, observations } = toyWorld({
      onBeat: () => [{ kind: "pet" }],
      host: {
        wakeLatency: { kind: "uniform", min: micros(0), max: micros(0) },
        watchdog: millis(100),
        resetTime: millis(50),
      },
    });
    world.run(ms(205));
    expect(observations.filter(({ kind }) => kind === "went-down")).toEqual([]);
    world.node(b).hang(new Effect());
    world.run(ms(1_000));
    // Last petted at 200 ms: it bites at 300 ms, and b is back at 350 ms.
    const went = observations.filter(({ kind }) => kind === "went-down");
    expect(went).toMatchObject([{ at: 300_000, node: b, cause: { kind: "watchdog" } }]);
    expect(machine(b, 1).birth.bootId).toBe(2);
    expect(observations.filter(({ kind }) => kind === "booted").at(-1)).toMatchObject({
      at: 350_000,
    });
    expect(world.node(b).counts.watchdogResets).toBe(1);
  });

  it("a hang without a watchdog that bites never ends", () => {
    const { world, machine } = toyWorld();
    world.run(ms(15));
    world.node(b).hang(new Effect());
    world.run(ms(60_000));
    expect(machine(b).steps).toHaveLength(1);
    expect(world.node(b).runs).toBe(false);
  });
});

describe("a clock at another rate (SIM-10)", () => {
  it("fires the timers that were set before at the new rate", () => {
    const { world, machine } = toyWorld({ period: millis(100) });
    world.run(ms(50));
    world.node(a).setClockRate(-500_000);
    // Half of the time is left: on a clock of half speed it takes 100 ms.
    world.run(trueTime(149_999));
    expect(machine(a).steps).toHaveLength(0);
    world.run(trueTime(150_000));
    expect(machine(a).steps).toHaveLength(1);
    expect(machine(b).steps).toHaveLength(1);
  });
});

describe("a machine that throws (SIM-11)", () => {
  it("takes its node down, is told with its message, and boots again", () => {
    const { world, observations } = toyWorld({
      onBeat: (node, beat) => {
        if (node === "b" && beat === 3) throw new Error("a bug");
        return [];
      },
    });
    world.run(ms(31));
    expect(observations.at(-1)).toMatchObject({
      kind: "went-down",
      node: b,
      cause: { kind: "threw", message: "a bug" },
    });
    world.run(ms(531));
    expect(world.node(b).counts.boots).toBe(2);
  });
});
