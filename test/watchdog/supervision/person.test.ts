/** What a person may say to the dog: snooze, and reboot. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { micros, millis, seconds } from "../../../src/kernel/time.js";
import { MockWatchdog } from "../../../src/watchdog/device.js";
import {
  alive,
  at,
  done,
  entityOf,
  every,
  kinds,
  ms,
  only,
  play,
  supervisionOf,
  type Word,
} from "./support/play.js";

const supervision = () => supervisionOf([entityOf([alive()])]);
const snooze = (time: number, length: number): Word => [
  time,
  { kind: "snooze", length: millis(length) },
];
const reboot = (time: number): Word => [time, { kind: "reboot" }];
const silentFrom100 = done(every(10, 0, 95));

describe("a snooze", () => {
  it("SNOOZE-1: has the dog petted though an entity is expired, and is told", () => {
    const machine = supervision();
    const told = play(machine, [...silentFrom100, snooze(150, 400)], 400);
    expect(kinds(told).slice(1)).toEqual([
      [150, "snoozed"],
      [200, "supervision-failed"],
      [200, "supervision-stopped"],
    ]);
    expect(only(told, "pet")).toEqual(every(50, 0, 401));
    expect(machine.status()).toMatchObject({ global: "stopped", pets: true });
    expect(machine.status().snoozedUntil).toBe(ms(550));
  });

  it("SNOOZE-2: ends by itself, and is told; then there are no pets", () => {
    const machine = supervision();
    const told = play(machine, [...silentFrom100, snooze(150, 400)], 5_000);
    expect(kinds(told).at(-1)).toEqual([550, "snooze-ended"]);
    expect(only(told, "pet")).toEqual(every(50, 0, 501));
    expect(machine.status()).toMatchObject({ pets: false, snoozedUntil: null });
  });

  it("SNOOZE-2: of a node that is well its end changes nothing", () => {
    const told = play(supervision(), [snooze(0, 100), ...done(every(10, 1, 500))], 500);
    expect(only(told, "pet")).toEqual(every(50, 0, 501));
  });

  it("SNOOZE-1: pets at once where they were withheld", () => {
    const told = play(supervision(), [...silentFrom100, snooze(1_003, 100)], 1_200);
    expect(only(told, "pet").slice(-3)).toEqual([1_003, 1_050, 1_100]);
  });

  it("SNOOZE-3: has a longest length; what is longer is not taken, and nothing has changed", () => {
    const machine = supervision();
    const longest = { kind: "snooze", length: seconds(10) } as const;
    const longer = { kind: "snooze", length: micros(seconds(10) + 1) } as const;
    expect(machine.whyNot(longest)).toBeNull();
    expect(machine.whyNot(longer)).toBe("too-long");
    const told = play(machine, [...silentFrom100, [150, longer]], 1_000);
    expect(only(told, "snoozed")).toEqual([]);
    expect(only(told, "pet")).toEqual(every(50, 0, 200));
  });

  it("SNOOZE-4: a person may end it before", () => {
    const machine = supervision();
    const none = { kind: "snooze", length: micros(0) } as const;
    expect(machine.whyNot(none)).toBe("not-snoozed");
    const told = play(machine, [...silentFrom100, snooze(150, 400), [305, none], [306, none]], 900);
    expect(kinds(told).at(-1)).toEqual([305, "snooze-ended"]);
    expect(kinds(told).filter(([, kind]) => kind === "snooze-ended")).toHaveLength(1);
    expect(Math.max(...only(told, "pet"))).toBe(300);
  });
});

describe("a guarded reboot", () => {
  const rightFor = (until: number) => done(every(10, 0, until));

  it("REBOOT-1: outputs first safe, then one pet, and never again though all is well", () => {
    const machine = supervision();
    const told = play(machine, [...rightFor(120), reboot(123), ...done(every(10, 130, 900))], 900);
    const at123 = told.filter(([time]) => time === 123).map(([, { kind }]) => kind);
    expect(at123).toEqual(["reboot-began", "make-safe", "pet"]);
    expect(Math.max(...only(told, "pet"))).toBe(123);
    expect(machine.status()).toMatchObject({ global: "ok", pets: false, rebooting: true });
  });

  it("REBOOT-1: so the dog bites one timeout after the word", () => {
    const dog = new MockWatchdog(ms(0), millis(100));
    const told = play(supervision(), [...rightFor(120), reboot(123)], 900);
    for (const time of only(told, "pet")) dog.pet(ms(time));
    expect(dog.biteAt()).toBe(ms(223));
  });

  it("REBOOT-2: where pets are withheld it does not put the bite off", () => {
    const told = play(supervision(), [...silentFrom100, reboot(300)], 900);
    expect(Math.max(...only(told, "pet"))).toBe(150);
    const now = play(supervision(), [...silentFrom100, reboot(200)], 900);
    expect(Math.max(...only(now, "pet"))).toBe(150);
    expect(only(now, "make-safe")).toEqual([200]);
  });

  it("REBOOT-3: no further word is taken, and none takes it back", () => {
    const machine = supervision();
    play(machine, [...rightFor(120), snooze(120, 900), reboot(123)], 124);
    expect(machine.whyNot({ kind: "reboot" })).toBe("rebooting");
    expect(machine.whyNot({ kind: "snooze", length: millis(1) })).toBe("rebooting");
    const words: Word[] = [
      reboot(130),
      snooze(140, 500),
      [150, { kind: "snooze", length: micros(0) }],
      [160, { kind: "init-complete", entity: null }],
      [170, { kind: "mode", mode: "running" }],
      at(180, "done"),
    ];
    expect(only(play(machine, words, 2_000), "pet")).toEqual([]);
  });

  it("REBOOT-4: ends a snooze, and says so", () => {
    const told = play(supervision(), [...rightFor(120), snooze(110, 900), reboot(123)], 124);
    const last = told.filter(([time]) => time === 123).map(([, output]) => output);
    expect(last[0]).toEqual({ kind: "snooze-ended", by: "reboot" });
  });

  it("PET-3: whatever is said in whatever order, there is no pet after it", () => {
    const word = fc.constantFrom<Word[1]>(at(0, "done")[1], snooze(0, 40)[1], snooze(0, 0)[1], {
      kind: "init-complete",
      entity: null,
    });
    const words = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), word), { maxLength: 60 });
    fc.assert(
      fc.property(words, fc.integer({ min: 0, max: 400 }), (all, rebootsAt) => {
        const sorted = [...all, reboot(rebootsAt)].toSorted(([one], [other]) => one - other);
        const told = play(supervision(), sorted, 1_000);
        const after = told.findIndex(([, { kind }]) => kind === "make-safe");
        const pets = told.slice(after + 1).filter(([, { kind }]) => kind === "pet");
        expect(pets.length).toBeLessThanOrEqual(1);
        expect(pets.every(([time]) => time === rebootsAt)).toBe(true);
      }),
    );
  });
});
