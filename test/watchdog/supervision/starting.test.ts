import { describe, expect, it } from "vitest";
import { millis } from "../../../src/kernel/time.js";
import { MockWatchdog } from "../../../src/watchdog/device.js";
import type { EntitySettings } from "../../../src/watchdog/supervision/entity.js";
import {
  alive,
  at,
  done,
  entityOf,
  every,
  faults,
  inOrder,
  inTime,
  kinds,
  ms,
  only,
  play,
  supervisionOf,
  type Word,
} from "./support/play.js";

const init = (time: number, entity: string | null = "cycle"): Word => [
  time,
  { kind: "init-complete", entity },
];

const statuses = (machine: ReturnType<typeof supervisionOf>): string[] =>
  machine.status().entities.map(({ status }) => status);

describe("the grace at the start", () => {
  const supervision = () => supervisionOf([entityOf([alive()])]);

  it("START-1: pets while it waits for the first checkpoint", () => {
    const machine = supervision();
    const told = play(machine, [], 499);
    expect(only(told, "pet")).toEqual(every(50, 0, 499));
    expect(kinds(told)).toEqual([]);
    expect(statuses(machine)).toEqual(["starting"]);
  });

  it("START-2: ends, and with it the pets: the dog bites", () => {
    const machine = supervision();
    const dog = new MockWatchdog(ms(0), millis(200));
    const told = play(machine, [], 10_000);
    for (const time of only(told, "pet")) dog.pet(ms(time));
    expect(faults(told)).toEqual([[500, { rule: "start", grace: millis(500) }]]);
    expect(statuses(machine)).toEqual(["expired"]);
    expect(machine.deadline()).toBeNull();
    expect(dog.biteAt()).toBe(ms(650));
  });

  it("START-2: who comes after it is restored by a right cycle, if the dog has not bitten", () => {
    const told = play(supervision(), done(every(10, 600, 1_000)), 1_000);
    expect(kinds(told)).toEqual([
      [500, "supervision-failed"],
      [500, "supervision-stopped"],
      [600, "supervision-began"],
      [700, "supervision-restored"],
    ]);
    expect(only(told, "pet").filter((time) => time >= 500 && time < 700)).toEqual([]);
  });
});

describe("the handshake: init-complete", () => {
  const shaking = (more: Partial<EntitySettings> = {}) =>
    entityOf([alive(), inTime(), inOrder()], { begins: "at-init-complete", ...more });

  it("START-3: nothing is judged before it, however wrong, and the dog is petted", () => {
    const machine = supervisionOf([shaking()]);
    const words = [at(0, "command"), at(1, "began"), ...done(every(1, 2, 90))];
    const told = play(machine, words, 499);
    expect(kinds(told)).toEqual([]);
    expect(only(told, "pet")).toEqual(every(50, 0, 499));
  });

  it("START-3: everything is judged after it", () => {
    const told = play(supervisionOf([shaking()]), [init(100), at(101, "command")], 400);
    expect(kinds(told).slice(0, 2)).toEqual([
      [100, "supervision-began"],
      [101, "supervision-failed"],
    ]);
    const silent = play(supervisionOf([shaking()]), [init(100)], 400);
    expect(faults(silent)).toMatchObject([[200, { rule: "alive", count: 0 }]]);
    expect(Math.max(...only(silent, "pet"))).toBe(150);
  });

  it("START-2: checkpoints are no handshake: without it the grace ends", () => {
    const told = play(supervisionOf([shaking()]), done(every(10, 0, 600)), 600);
    expect(faults(told)).toMatchObject([[500, { rule: "start" }]]);
    expect(Math.max(...only(told, "pet"))).toBe(450);
  });

  it("START-3: the word of the whole is that of each; once is enough", () => {
    const machine = supervisionOf([shaking(), shaking({ entity: "heartbeat" })]);
    play(machine, [init(100, "heartbeat")], 100);
    expect(statuses(machine)).toEqual(["starting", "ok"]);
    const told = play(machine, [init(150, null), init(160, null)], 199);
    expect(kinds(told)).toEqual([[150, "supervision-began"]]);
    expect(statuses(machine)).toEqual(["ok", "ok"]);
    // Said again, it does not begin the cycle anew.
    expect(only(play(machine, [], 500), "supervision-failed")).toEqual([200, 250]);
  });

  it("START-4: each entity has a grace of its own", () => {
    const slow = shaking({ entity: "slow", grace: millis(900) });
    const told = play(supervisionOf([shaking(), slow]), [], 2_000);
    expect(only(told, "supervision-failed")).toEqual([500, 900]);
  });
});

describe("our own bugs", () => {
  const rejects = (...settings: EntitySettings[]) => expect(() => supervisionOf(settings));

  it("BUG-1: a word of one that is not supervised is an assertion", () => {
    const machine = supervisionOf([entityOf([alive()])]);
    expect(() => machine.step(ms(0), at(0, "nobody/done")[1])).toThrow("not supervised");
    expect(() => machine.step(ms(0), init(0, "nobody")[1])).toThrow("not supervised");
    expect(() => machine.step(ms(0), { kind: "mode", mode: "mad" })).toThrow("no mode mad");
  });

  it("BUG-2: so are settings under which a dead entity would be right", () => {
    rejects(entityOf([alive({ minMargin: 10 })])).toThrow("silence must never be right");
    rejects(entityOf([alive({ cycle: millis(0) })])).toThrow("takes time");
    rejects(entityOf([inTime({ min: millis(31) })])).toThrow("no time is right");
    rejects(entityOf([inOrder({ starts: [] })])).toThrow("cannot begin");
    rejects(entityOf([inOrder({ ends: [] })])).toThrow("cannot end");
    rejects(entityOf([alive({ tolerance: -1 })])).toThrow("a count from 0");
    rejects(entityOf([alive()], { grace: millis(0) })).toThrow("in no time");
    rejects(entityOf([alive()]), entityOf([alive()])).toThrow("twice");
    rejects(entityOf([alive()], { modes: { mad: [] } })).toThrow("no mode mad");
    rejects().toThrow("nothing to supervise");
  });
});
