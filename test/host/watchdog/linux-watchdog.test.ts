/** The driver of a board's watchdog, on a device that answers as the kernel does. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LinuxWatchdog } from "../../../src/host/watchdog/linux-watchdog.js";
import { bootStatusWords, flags } from "../../../src/host/watchdog/linux-watchdog-abi.js";
import type { LinuxWatchdogOptions } from "../../../src/host/watchdog/linux-watchdog-opening.js";
import { systemWatchdogCalls } from "../../../src/host/watchdog/watchdog-calls.js";
import { WatchdogRefusal } from "../../../src/host/watchdog/watchdog-device.js";
import { allFacts } from "../../../src/host/watchdog/watchdog-facts.js";
import { millis, seconds } from "../../../src/kernel/time.js";
import { bcm2835, type FakeHardware, FakeWatchdog, i6300esb } from "../support/fake-watchdog.js";

interface Armed {
  readonly dog: LinuxWatchdog;
  readonly calls: FakeWatchdog;
  readonly told: readonly string[];
}

function arm(calls: FakeWatchdog, more: Partial<LinuxWatchdogOptions> = {}): Armed {
  const told: string[] = [];
  const dog = LinuxWatchdog.arm({
    ...{ path: "/dev/watchdog0", timeout: seconds(4), timeoutLeast: seconds(1), calls },
    ...{ pretimeout: millis(0), onStop: "disarm" },
    tell: (level, text) => told.push(`${level} ${text}`),
    ...more,
  });
  return { dog, calls, told };
}

const armed = (hardware: Partial<FakeHardware> = {}, more: Partial<LinuxWatchdogOptions> = {}) =>
  arm(new FakeWatchdog(hardware), more);

function refused(calls: FakeWatchdog, more: Partial<LinuxWatchdogOptions> = {}): WatchdogRefusal {
  try {
    arm(calls, more);
  } catch (error) {
    if (error instanceof WatchdogRefusal) return error;
    throw error;
  }
  return expect.fail("it was armed");
}

describe("the time of a board's watchdog", () => {
  it("DEVICE-6: is set, and what the hardware took is read back", async () => {
    const { dog, told, calls } = armed();
    expect(dog.timeout).toBe(seconds(4));
    expect(dog.identity).toBe("i6300ESB timer");
    expect(told).toEqual(["info armed: i6300ESB timer, 4 s"]);
    calls.clock.advance(seconds(4));
    expect(calls.bitten()).toBe(true);
  });

  it("DEVICE-6: a difference is told, and the device's own word counts", () => {
    const { dog, told } = armed({ rounds: (asked) => 8 * Math.ceil(asked / 8) });
    expect(dog.timeout).toBe(seconds(8));
    expect(told).toContain("warn it was asked for 4 s, and the hardware took 8 s");
  });

  it("DEVICE-6: too short a time between two pets is refused, and the device disarmed", () => {
    const calls = new FakeWatchdog({ rounds: () => 1 });
    const { reason, message } = refused(calls, { timeoutLeast: seconds(2) });
    expect(reason).toBe("timeout");
    expect(message).toContain("it was asked for 4 s and took 1 s");
    expect([calls.active, calls.isOpen, calls.openings]).toEqual([false, false, 1]);
  });

  it("DEVICE-7: a time beyond the limits that /sys knows is refused without an opening", () => {
    const calls = new FakeWatchdog();
    const { message } = refused(calls, { timeout: seconds(100_000) });
    expect(message).toMatch(/^the watchdog \/dev\/watchdog0 cannot be armed: it does not take/);
    expect(message).toContain("100000 s (it takes 1 to 2046 s)");
    expect(calls.openings).toBe(0);
  });

  it("DEVICE-7: without limits in /sys the driver's EINVAL is explained, and it disarmed", () => {
    const calls = new FakeWatchdog({ limitsInSysfs: false });
    const { reason, message } = refused(calls, { timeout: seconds(100_000) });
    expect([reason, message.includes("100000 s")]).toEqual(["timeout", true]);
    expect([calls.active, calls.isOpen, calls.openings]).toEqual([false, false, 1]);
  });

  it.each([true, false])("DEVICE-7: the 15 s of a Raspberry Pi are explained", (limitsInSysfs) => {
    const calls = new FakeWatchdog({ ...bcm2835, limitsInSysfs });
    const { message } = refused(calls, { timeout: seconds(16) });
    expect(message).toContain("the Raspberry Pi's timer ends at 15 s");
    expect(message).toContain("`watchdog: { timeout: 15s }`, or use kernel 6.8 or newer");
    const { told, dog } = arm(calls, { timeout: seconds(15) });
    expect([told.length, dog.timeout, dog.timeLeft()]).toEqual([1, seconds(15), seconds(15)]);
  });

  it("DEVICE-7: from kernel 6.8 on a Raspberry Pi takes more", () => {
    const { dog } = armed({ ...bcm2835, max: 65_535, limitsInSysfs: false }, timeOf(60));
    expect(dog.timeout).toBe(seconds(60));
  });

  it("DEVICE-8: a driver that cannot set it keeps its own, if that suits", () => {
    const hardware = { options: flags.magicClose, timeout: 3 };
    const { dog, told } = armed(hardware);
    expect(dog.timeout).toBe(seconds(3));
    expect(told).toContain("warn its driver cannot set the time: it stays at 3 s");
    const { message } = refused(new FakeWatchdog({ ...hardware, timeout: 30 }));
    expect(message).toContain("its time stays at 30 s, for its driver cannot set it");
  });

  it("DEVICE-8: without ioctls its own time is taken, if that suits, and told", async () => {
    const ioctlRefusal = "koffi is not available";
    const { dog, told, calls } = armed({ ioctlRefusal, timeout: 4 });
    expect(dog.timeout).toBe(seconds(4));
    expect(told).toContain("warn its own time of 4 s is taken as it is: koffi is not available");
    dog.pet();
    await dog.close();
    expect([dog.pets, dog.timeLeft(), calls.active]).toEqual([1, null, false]);
  });

  it.each([30, 1])("DEVICE-8: without ioctls an own time of %i s is refused, unopened", (own) => {
    const calls = new FakeWatchdog({ ioctlRefusal: "koffi is not available", timeout: own });
    const { message } = refused(calls, { timeoutLeast: seconds(2) });
    expect(message).toContain("`wdctl --settimeout 4 /dev/watchdog0`");
    expect(message).toContain(`\`watchdog: { timeout: ${own}s }\``);
    expect(calls.openings).toBe(0);
  });

  it("DEVICE-8: a driver of the old kind, of which /sys tells nothing, is armed by ioctls", () => {
    expect(armed({ inSysfs: false }).dog.timeout).toBe(seconds(4));
    const calls = new FakeWatchdog({ inSysfs: false, ioctlRefusal: "koffi is not available" });
    expect(refused(calls).message).toContain("can be neither read nor set: koffi");
    expect(calls.openings).toBe(0);
  });
});

const timeOf = (count: number) => ({ timeout: seconds(count) });

describe("a board's watchdog that cannot be had (DEVICE-9)", () => {
  it.each([
    ["EBUSY", "busy", /RuntimeWatchdogSec=.*WatchdogSec=/],
    ["EACCES", "not-permitted", /udev rule such as SUBSYSTEM=="watchdog"/],
    ["EIO", "other", /the system refused it \(EIO\)/],
  ] as const)("%s is refused with what to do", (code, reason, says) => {
    const calls = new FakeWatchdog();
    calls.failures.set("open", code);
    const refusal = refused(calls);
    expect([refusal.reason, refusal.device]).toEqual([reason, "/dev/watchdog0"]);
    expect(refusal.message).toMatch(says);
    expect(calls.openings).toBe(0);
  });

  it("a second process is refused, and the first one's dog lives on", async () => {
    const { dog, calls } = armed();
    expect(refused(calls).reason).toBe("busy");
    expect([calls.active, calls.isOpen]).toEqual([true, true]);
    dog.pet();
    await dog.close();
    expect(calls.active).toBe(false);
  });

  it("a device that is not there is refused with those that are", () => {
    const calls = new FakeWatchdog();
    calls.failures.set("stat", "ENOENT");
    const { reason, message } = refused(calls, { path: "/dev/watchdog3" });
    expect(reason).toBe("missing");
    expect(message).toContain("this machine has /dev/watchdog0 (i6300ESB timer)");
    const none = new FakeWatchdog({ inSysfs: false });
    none.failures.set("stat", "ENOENT");
    expect(refused(none).message).toContain("the kernel knows of none: load the driver");
  });

  it("an ordinary file is refused", () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "watchdog");
    writeFileSync(path, "");
    const calls = Object.create(new FakeWatchdog(), {
      deviceNumber: { value: systemWatchdogCalls().deviceNumber },
    }) as FakeWatchdog;
    expect(refused(calls, { path }).message).toContain("it is a file, and no device");
  });
});

describe("the end of a process with a board's watchdog", () => {
  it("DEVICE-10: SIGKILL leaves it armed, and it bites", () => {
    const { dog, calls } = armed();
    dog.pet();
    calls.processEnds();
    expect(calls.active).toBe(true);
    calls.clock.advance(seconds(4));
    expect(calls.bitten()).toBe(true);
  });

  it("DEVICE-10: a successor in time takes it over", () => {
    const { calls } = armed();
    calls.processEnds();
    calls.clock.advance(seconds(3));
    const { told, dog } = arm(calls);
    expect(told).toContain("info it was armed already: its process had ended without a stop");
    calls.clock.advance(seconds(3));
    dog.pet();
    expect(calls.bitten()).toBe(false);
  });

  it("DEVICE-11: a stop disarms it, or keeps it, as the policy says", async () => {
    const disarmed = armed();
    disarmed.dog.pet();
    await disarmed.dog.close();
    expect(disarmed.calls.active).toBe(false);
    const kept = armed({}, { onStop: "keep" });
    kept.dog.pet();
    await kept.dog.close();
    expect([kept.calls.active, kept.calls.isOpen]).toEqual([true, false]);
  });

  it("DEVICE-11: a start that fails disarms it even so, but for one that was armed", async () => {
    const { dog, calls } = armed({}, { onStop: "keep" });
    await dog.close();
    expect(calls.active).toBe(false);
    arm(calls, { onStop: "keep" });
    calls.processEnds();
    await arm(calls, { onStop: "keep" }).dog.close();
    expect(calls.active).toBe(true);
  });

  it("DEVICE-12: nowayout is told, and nothing disarms it", async () => {
    const { dog, calls, told } = armed({ nowayout: true });
    expect(told).toContain(
      "warn nowayout: it cannot be disarmed; 4 s after a stop the board is reset",
    );
    await dog.close();
    expect(calls.active).toBe(true);
    expect(armed({ nowayout: true }, { onStop: "keep" }).told).toHaveLength(1);
  });

  it("DEVICE-12: a driver without magic close is told: SIGKILL disarms it", () => {
    const { calls, told } = armed({ options: flags.setTimeout });
    expect(told.some((line) => line.startsWith("warn no magic close"))).toBe(true);
    calls.processEnds();
    expect(calls.active).toBe(false);
    expect(armed().told.some((line) => line.includes("magic"))).toBe(false);
  });

  it("DEVICE-12: a dog that only alarms, and one of the kernel, are told", () => {
    const alarm = armed({ options: i6300esb.options | flags.alarmOnly });
    expect(alarm.told).toContain("warn it raises an alarm and does not reset the board");
    const soft = armed({ identity: "Software Watchdog" });
    expect(soft.told.join()).toContain("does not help when the kernel hangs or panics");
  });
});

describe("pets, and the rest", () => {
  it("DEVICE-5: failing pets are told once, until they get through again", () => {
    const { dog, calls, told } = armed();
    calls.failures.set("write", "EIO");
    for (let count = 0; count < 5; count += 1) dog.pet();
    calls.failures.delete("write");
    dog.pet();
    expect([dog.pets, dog.failures]).toEqual([1, 5]);
    expect(told.slice(1)).toEqual([
      "warn a pet failed (EIO): it will soon act",
      "info it can be petted again",
    ]);
  });

  it("DEVICE-13: warns the kernel beforehand where it can, and says where it cannot", () => {
    const able = armed({ options: i6300esb.options | flags.pretimeout }, warned(1));
    expect([able.calls.pretimeout, able.told.length]).toEqual([1, 1]);
    expect(armed({}, warned(1)).told).toContain(
      "warn it cannot warn 1 s beforehand: watchdog.pretimeout has no effect",
    );
  });

  it("DEVICE-14: a look at the facts opens nothing", () => {
    const calls = new FakeWatchdog();
    expect(allFacts(calls)).toEqual([
      {
        ...{ entry: "watchdog0", identity: "i6300ESB timer", timeout: 30, timeoutMin: 1 },
        ...{ timeoutMax: 2_046, nowayout: false, active: false, bootStatus: 0, options: null },
      },
    ]);
    expect([calls.openings, calls.active]).toEqual([0, false]);
  });

  it("a time left is asked for until a driver says that it cannot tell", () => {
    const { dog } = armed();
    expect([dog.timeLeft(), dog.timeLeft()]).toEqual([null, null]);
  });

  it("DEVICE-14: what the driver says of the last boot is told", () => {
    expect(armed({ bootStatus: flags.cardReset }).told).toContain(
      "info its driver says of the board's last boot: the watchdog has reset the board",
    );
  });

  it("the boot status has words", () => {
    expect(bootStatusWords(0)).toEqual([]);
    expect(bootStatusWords(flags.cardReset | flags.powerUnder)).toEqual([
      "the watchdog has reset the board",
      "the supply voltage was too low",
    ]);
  });
});

const warned = (count: number) => ({ pretimeout: seconds(count) });

/** FIONREAD: how much is left to read, which an ordinary file answers. */
const bytesLeft = 0x541b;

describe("the system's own calls", () => {
  const calls = systemWatchdogCalls();

  it("knows the number of a device, and that a file is none", () => {
    expect([calls.deviceNumber("/dev/null"), calls.deviceNumber("/etc/passwd")]).toEqual([
      "1:3",
      null,
    ]);
  });

  it.runIf(calls.ioctlRefusal === null)("makes ioctls, and gives their errors", () => {
    const file = openSync("/etc/passwd", "r");
    onTestFinished(() => closeSync(file));
    const argument = new Int32Array(1);
    expect(calls.ioctl(file, bytesLeft, argument)).toBe(0);
    expect(argument[0]).toBeGreaterThan(0);
    const notATypewriter = 25;
    expect(calls.ioctl(file, 0x8028_5700, new Uint8Array(40))).toBe(notATypewriter);
  });

  it("lists what there is, and reads no more than it should", () => {
    for (const entry of calls.entries()) expect(entry).toMatch(/^watchdog\d+$/);
    expect(calls.attribute("watchdog99", "timeout")).toBe(null);
  });
});
