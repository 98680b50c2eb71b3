import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { Prng } from "../../../src/kernel/prng.js";
import { micros, millis } from "../../../src/kernel/time.js";
import { Fleet, waitingMax } from "../../../src/sim/fleet/fleet.js";
import { at, toyFleet } from "./support/toy-fleet.js";

const [one, two] = ["n1", "n2"].map(nodeId) as [NodeId, NodeId];

describe("a fleet", () => {
  it("FLEET-1: wakes each member when it asks, and carries what it says after the delay", () => {
    const { fleet, stepsOf } = toyFleet();
    fleet.run(at(21));
    expect(stepsOf(two)).toEqual([
      { at: 10, what: "timeout" },
      { at: 11, what: "n1/1 says 1" },
      { at: 20, what: "timeout" },
      { at: 21, what: "n1/1 says 2" },
    ]);
    expect(fleet.now).toBe(at(21));
    expect(fleet.steps).toBe(8);
  });

  it("FLEET-1: wake-ups do not multiply when the deadline moves to and fro", () => {
    const { fleet, stepsOf } = toyFleet({ count: 1 });
    for (const until of [5, 7, 4, 9, 4, 30, 3]) {
      fleet.say(one, { kind: "put-off", until: at(until) });
    }
    fleet.run(at(33));
    const woken = stepsOf(one).filter(({ what }) => what === "timeout");
    expect(woken.map(({ at: when }) => when)).toEqual([3, 13, 23, 33]);
  });

  it("FLEET-1: a member that is due for ever at one instant ends the run", () => {
    const stuck = { step: () => [], deadline: () => at(1) };
    const fleet = new Fleet({
      members: [one],
      dice: new Prng(1),
      delay: { kind: "uniform", min: micros(0), max: micros(0) },
      loss: 0,
      latenessMax: millis(1),
      protocol: { make: () => stuck, received: () => null, late: () => null, sent: () => null },
    });
    fleet.boot(one);
    expect(() => fleet.run(at(2))).toThrow("n1 is due at 1000 for ever");
  });
});

describe("a crash", () => {
  it("FLEET-2: ends a member; what it had sent arrives, and what comes for it is lost", () => {
    const { fleet, heardBy, stepsOf } = toyFleet();
    fleet.run(at(10));
    fleet.crash(one);
    expect(fleet.isUp(one)).toBe(false);
    expect(fleet.machine(one)).toBeNull();
    fleet.run(at(50));
    expect(heardBy(two)).toEqual(["11 n1/1 says 1"]);
    expect(stepsOf(one)).toEqual([{ at: 10, what: "timeout" }]);
  });

  it("FLEET-2: the next life has a number of its own, and no memory", () => {
    const { fleet, heardBy, stepsOf } = toyFleet();
    fleet.run(at(15));
    fleet.crash(one);
    fleet.run(at(25));
    fleet.boot(one);
    fleet.run(at(36));
    expect(heardBy(two)).toEqual(["11 n1/1 says 1", "36 n1/2 says 1"]);
    expect(stepsOf(one)).toHaveLength(2);
    expect(heardBy(one, 2)).toEqual(["31 n2/1 says 3"]);
  });

  it("FLEET-2: a wake-up of the former life does not wake the next", () => {
    const { fleet, stepsOf } = toyFleet();
    fleet.run(at(12));
    fleet.crash(one);
    fleet.boot(one);
    fleet.run(at(21));
    expect(stepsOf(one, 2).filter(({ what }) => what === "timeout")).toEqual([]);
    fleet.run(at(22));
    expect(stepsOf(one, 2).at(-1)).toEqual({ at: 22, what: "timeout" });
  });
});

describe("a pause", () => {
  it("FLEET-3: lets all wait; woken, it hears how late it is, then acts, then reads", () => {
    const { fleet, stepsOf } = toyFleet();
    fleet.run(at(15));
    fleet.pause(two, millis(28));
    fleet.say(two, { kind: "put-off", until: at(100) });
    fleet.run(at(44));
    expect(stepsOf(two).slice(2)).toEqual([
      { at: 43, what: "was-late" },
      { at: 43, what: "timeout" },
      { at: 43, what: "put-off" },
      { at: 43, what: "n1/1 says 2" },
      { at: 43, what: "n1/1 says 3" },
      { at: 43, what: "n1/1 says 4" },
    ]);
  });

  it("FLEET-3: what arrives at its last instant waits its turn", () => {
    const { fleet, stepsOf } = toyFleet();
    fleet.run(at(10));
    fleet.pause(two, millis(1));
    fleet.run(at(11));
    expect(stepsOf(two).slice(1)).toEqual([{ at: 11, what: "n1/1 says 1" }]);
    fleet.run(at(20));
    fleet.pause(two, millis(21));
    fleet.run(at(41));
    expect(
      stepsOf(two)
        .slice(3)
        .map(({ what }) => what),
    ).toEqual(["was-late", "timeout", "n1/1 says 2", "n1/1 says 3", "n1/1 says 4"]);
  });

  it("FLEET-3: that makes it only a little late is not told, nor is one without a tongue", () => {
    const short = toyFleet();
    short.fleet.run(at(15));
    short.fleet.pause(two, millis(7));
    short.fleet.run(at(30));
    expect(short.stepsOf(two).map(({ what }) => what)).not.toContain("was-late");
    const untold = toyFleet({ late: () => null });
    untold.fleet.pause(two, millis(95));
    untold.fleet.run(at(100));
    expect(untold.stepsOf(two)[0]).toEqual({ at: 95, what: "timeout" });
  });

  it("FLEET-3: the longer of two counts, and a crash ends it", () => {
    const { fleet, stepsOf } = toyFleet();
    fleet.pause(two, millis(40));
    fleet.pause(two, millis(20));
    fleet.run(at(39));
    expect(stepsOf(two)).toEqual([]);
    fleet.crash(two);
    fleet.boot(two);
    fleet.run(at(49));
    expect(stepsOf(two, 2).map(({ at: when, what }) => `${when} ${what}`)).toEqual([
      "41 n1/1 says 4",
      "49 timeout",
    ]);
  });

  it("FLEET-3: beyond waitingMax the newest is lost", () => {
    const { fleet, heardBy } = toyFleet({ period: millis(1) });
    fleet.run(at(0));
    fleet.schedule(at(waitingMax + 100), () => fleet.crash(one));
    fleet.pause(two, millis(waitingMax + 500));
    fleet.run(at(waitingMax + 500));
    expect(heardBy(two)).toHaveLength(waitingMax);
    expect(heardBy(two).at(-1)).toContain(`says ${waitingMax}`);
  });
});

describe("the network of a fleet", () => {
  it("FLEET-4: what is blocked does not pass, in that direction only, until it is healed", () => {
    const { fleet, heardBy } = toyFleet();
    fleet.block((source, target) => source === one && target === two);
    fleet.run(at(25));
    fleet.block(() => false);
    fleet.run(at(31));
    expect(heardBy(two)).toEqual(["31 n1/1 says 3"]);
    expect(heardBy(one)).toHaveLength(3);
  });

  it("FLEET-4: loses the share that it is told to lose", () => {
    const { fleet, heardBy } = toyFleet({ loss: 0.2 });
    const sent = 5_000;
    fleet.run(at(10 * sent + 5));
    // Binomial: four standard deviations on either side.
    const deviation = Math.sqrt(0.2 * 0.8 * sent);
    expect(Math.abs(sent - heardBy(two).length - 0.2 * sent)).toBeLessThan(4 * deviation);
    const kept = toyFleet();
    kept.fleet.run(at(10 * sent + 5));
    expect(kept.heardBy(two)).toHaveLength(sent);
  });

  it("FLEET-5: a block or a paused member changes no other message's fate", () => {
    const delay = { kind: "uniform", min: millis(1), max: millis(8) } as const;
    const three = nodeId("n3");
    const heardOfThree = (disturb: boolean) => {
      const { fleet, heardBy } = toyFleet({ count: 3, loss: 0.3, delay });
      if (disturb) fleet.block((source) => source === one);
      if (disturb) fleet.pause(two, millis(33));
      fleet.run(at(500));
      return heardBy(one).filter((line) => line.includes(three));
    };
    expect(heardOfThree(true)).toEqual(heardOfThree(false));
  });

  it("FLEET-5: one seed gives one run, another seed another", () => {
    const delay = { kind: "uniform", min: millis(1), max: millis(8) } as const;
    const told = (seed: number) => {
      const { fleet, members, heardBy } = toyFleet({ count: 4, loss: 0.3, delay, seed });
      fleet.run(at(300));
      return members.map((id) => heardBy(id));
    };
    expect(told(7)).toEqual(told(7));
    expect(told(7)).not.toEqual(told(8));
  });

  it("FLEET-6: onlookers see every message that leaves, lost or not", () => {
    const { fleet, heardBy } = toyFleet({ loss: 0.5 });
    const seen: string[] = [];
    fleet.watch({ message: (_at, source, target) => seen.push(`${source}>${target}`) });
    fleet.run(at(105));
    expect(seen.filter((line) => line === "n1>n2")).toHaveLength(10);
    expect(heardBy(two).length).toBeLessThan(10);
  });
});
