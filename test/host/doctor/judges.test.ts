/** One fact at a time: the bound at which the doctor begins to speak. */
import { describe, expect, it } from "vitest";
import { judgeClock, lookAtClock } from "../../../src/host/doctor/clock.js";
import { judgeGpio, lookAtGpio } from "../../../src/host/doctor/gpio.js";
import { judgeMachine, lookAtMachine, throttledWords } from "../../../src/host/doctor/machine.js";
import { nameOf } from "../../../src/host/doctor/machine-view.js";
import { quantilesOf, timeText } from "../../../src/host/doctor/samples.js";
import { judgeStorage, lookAtStorage, mountOf } from "../../../src/host/doctor/storage.js";
import { judgeWatchdogs, lookAtWatchdogs } from "../../../src/host/doctor/watchdog.js";
import { FakeMachine, type FakeParts, pi5 } from "./support/fake-machine.js";
import { goodTrials } from "./support/good-trials.js";

const levels = (findings: readonly { readonly id: string; readonly level: string }[]) =>
  Object.fromEntries(findings.map(({ id, level }) => [id, level]));

const withFiles = (files: FakeParts["files"]): FakeMachine =>
  new FakeMachine({ ...pi5, files: { ...pi5.files, ...files } });

describe("what was measured", () => {
  it("has quantiles, and none without samples", () => {
    expect(quantilesOf([])).toBeNull();
    expect(quantilesOf([3.4])).toEqual({ samples: 1, p50: 3, p99: 3, max: 3 });
    const samples = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(quantilesOf(samples)).toEqual({ samples: 200, p50: 100, p99: 198, max: 200 });
  });

  it.each([
    [999, "999 us"],
    [1_040, "1.0 ms"],
    [12_345, "12 ms"],
  ])("%d us are read as %s", (us, text) => {
    expect(timeText(us)).toBe(text);
  });
});

describe("the way to the pins", () => {
  const chosen = (parts: FakeParts) => {
    const findings = judgeGpio(lookAtGpio(new FakeMachine(parts)));
    return findings.find(({ id }) => id === "gpio/choice");
  };

  it("is the character device where there is one", () => {
    expect(chosen(pi5)).toMatchObject({ level: "ok" });
    expect(chosen(pi5)?.found).toContain("takes the character device");
  });

  it("is sysfs where there is no more, and none where there is nothing", () => {
    const older = chosen({ files: { "/sys/class/gpio/export": "" } });
    expect(older).toMatchObject({ level: "note" });
    expect(older?.found).toContain("takes sysfs");
    expect(chosen({ files: {} })).toBeUndefined();
  });
});

describe("wake-ups", () => {
  const judged = (p99: number, max: number) => {
    const timer = { samples: 100, p50: 100, p99, max };
    const facts = lookAtClock(new FakeMachine(pi5), { ...goodTrials.clock, timer });
    return levels(judgeClock(facts))["clock/timer"];
  };

  it.each([
    [5_000, 70_000, "ok"],
    [5_001, 75_000, "note"],
    [5_001, 75_001, "warn"],
  ])("late by %d us (p99) and %d us (max) are %s", (p99, max, level) => {
    expect(judged(p99, max)).toBe(level);
  });

  it("from a clock that nobody keeps right, or that was just set, are noted", () => {
    const wallClock = { synchronised: false, errorMax: 16_000_000 };
    const facts = lookAtClock(new FakeMachine(pi5), {
      ...{ ...goodTrials.clock, wallClock, wallStep: -2_000_000 },
    });
    expect(levels(judgeClock(facts))).toMatchObject({ "clock/wall": "note", "clock/step": "note" });
    const well = levels(judgeClock(lookAtClock(new FakeMachine(pi5), goodTrials.clock)));
    expect(well).toEqual({
      ...{ "clock/source": "ok", "clock/timer": "ok", "clock/sleep": "ok", "clock/wall": "ok" },
    });
  });
});

describe("the disk", () => {
  const judged = (trials: Partial<typeof goodTrials.storage>, files: FakeParts["files"] = {}) =>
    levels(judgeStorage(lookAtStorage(withFiles(files), { ...goodTrials.storage, ...trials })));

  it.each([
    [20_000, "ok"],
    [20_001, "note"],
    [100_001, "warn"],
  ])("with a p99 of %d us is %s", (p99, level) => {
    const fsync = { ok: true, late: { samples: 50, p50: 100, p99, max: p99 } } as const;
    expect(judged({ fsync })["storage/fsync"]).toBe(level);
  });

  it("in memory is warned of", () => {
    expect(judged({ folder: "/run/holdfast" })["storage/place"]).toBe("warn");
    expect(judged({ folder: "/runs" })["storage/place"]).toBe("ok");
  });

  it("is that of the last and longest mount", () => {
    const lines = [
      "1 0 8:1 / / rw - ext4 /dev/sda1 rw",
      "2 1 8:2 / /data rw - ext4 /dev/sda2 rw",
      "3 1 8:3 / /data ro,noatime shared:4 - xfs /dev/sda3 ro",
      "no mount at all",
    ];
    expect(mountOf(lines.join("\n"), "/data/x")).toMatchObject({
      device: "8:3",
      fileSystem: "xfs",
    });
    expect(mountOf(lines.join("\n"), "/database")).toMatchObject({ device: "8:1" });
    expect(mountOf("", "/data")).toBeNull();
  });
});

describe("the supply", () => {
  const judged = (files: FakeParts["files"]) =>
    levels(judgeMachine(lookAtMachine(withFiles(files), { architecture: "arm64", node: "20" })));

  it.each([
    [{}, { "machine/undervoltage": "ok" }],
    [{ "/sys/class/hwmon/hwmon2/in0_lcrit_alarm": "1" }, { "machine/undervoltage": "warn" }],
    [
      { "/sys/devices/platform/soc/soc:firmware/get_throttled": "50000" },
      { "machine/throttled": "warn" },
    ],
    [
      { "/sys/class/thermal/thermal_zone0/temp": "80000" },
      { "machine/undervoltage": "ok", "machine/temperature": "warn" },
    ],
    [{ "/sys/class/thermal/thermal_zone0/temp": "79900" }, { "machine/undervoltage": "ok" }],
  ])("%j gives %j", (files, expected) => {
    expect(judged(files)).toEqual(expected);
  });

  it("is told in words, bit by bit", () => {
    expect(throttledWords(0)).toEqual([]);
    expect(throttledWords(0x50000)).toHaveLength(2);
  });
});

describe("a watchdog", () => {
  const judged = (files: FakeParts["files"], links: FakeParts["links"] = {}) => {
    const machine = new FakeMachine({ ...pi5, links, files: { ...pi5.files, ...files } });
    return judgeWatchdogs(lookAtWatchdogs(machine, {}));
  };
  const dog = "/sys/class/watchdog/watchdog0";

  it("of the kernel itself is told from one of the board", () => {
    const ids = levels(judged({ [`${dog}/identity`]: "Software Watchdog" }));
    expect(ids).toMatchObject({ "watchdog/softdog": "note" });
    expect(ids).not.toHaveProperty("watchdog/limit");
  });

  it("without a way out, or without magic close, is told", () => {
    expect(levels(judged({ [`${dog}/nowayout`]: "1" }))["watchdog/nowayout"]).toBe("note");
    expect(levels(judged({ [`${dog}/options`]: "0x8080" }))["watchdog/magic-close"]).toBe("warn");
  });

  it("that a replica holds is as it should be", () => {
    const links = { "/proc/77/fd/20": "/dev/watchdog0" };
    const files = { "/proc/77/comm": "node", [`${dog}/state`]: "active" };
    expect(levels(judged(files, links))["watchdog/held"]).toBe("ok");
    const other = { ...files, "/proc/77/comm": "watchdogd" };
    expect(judged(other, links)).toContainEqual(
      expect.objectContaining({
        level: "note",
        found: "/dev/watchdog0 is held by watchdogd (process 77)",
      }),
    );
  });

  it("that nobody holds is not said to be held", () => {
    expect(levels(judged({ [`${dog}/state`]: "inactive" }))).not.toHaveProperty("watchdog/held");
  });
});

describe("a name of a group", () => {
  it("is found by its number, or is the number", () => {
    const machine = { text: () => "root:x:0:\ndialout:x:20:pi\n" };
    expect(nameOf(machine, "/etc/group", 20)).toBe("dialout");
    expect(nameOf(machine, "/etc/group", 2)).toBe("2");
  });
});
