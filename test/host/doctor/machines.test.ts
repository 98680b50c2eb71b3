/** What the doctor says of whole machines: what is wrong is told, and what is well is not. */
import { describe, expect, it } from "vitest";
import { examine, type Trials } from "../../../src/host/doctor/doctor.js";
import type { Finding, FindingLevel } from "../../../src/host/doctor/finding.js";
import { bareVm, FakeMachine, type FakeParts, pi4, pi5 } from "./support/fake-machine.js";
import { goodTrials, refusedTrials } from "./support/good-trials.js";

const own = { architecture: "arm64", node: "20.19.0" };

const reportOf = (parts: FakeParts, trials: Trials = goodTrials, env = {}) =>
  examine(new FakeMachine(parts), trials, own, env);

const idsOf = (findings: readonly Finding[], level: FindingLevel): readonly string[] =>
  findings.filter((one) => one.level === level).map(({ id }) => id);

const foundOf = (findings: readonly Finding[], id: string): string =>
  findings.find((one) => one.id === id)?.found ?? "nothing";

describe("a Raspberry Pi 4 as it comes (DOCTOR-1)", () => {
  const trials: Trials = {
    ...goodTrials,
    scheduling: refusedTrials.scheduling,
    storage: { ...goodTrials.storage, folder: "/home/pi/state" },
  };
  const { findings, ...facts } = reportOf(pi4, trials);

  it("is known, with its card, its chip and its timer", () => {
    expect(facts.machine).toMatchObject({ raspberryPi: 4, virtual: false, processors: 4 });
    expect(facts.scheduling).toMatchObject({ preemption: "full", priorityLimit: 0 });
    expect(facts.storage).toMatchObject({ disk: "mmcblk0", diskName: "SC32G", fileSystem: "ext4" });
    expect(facts.gpio.chips).toMatchObject([{ label: "pinctrl-bcm2711", lines: 58 }]);
    expect(facts.watchdog.devices).toMatchObject([{ timeoutMax: 15, active: false, holder: null }]);
  });

  it("has too little current", () => {
    expect(idsOf(findings, "warn")).toEqual(["machine/undervoltage"]);
  });

  it("gives its user neither priorities nor devices", () => {
    expect(idsOf(findings, "missing")).toEqual([
      "scheduling/native",
      "scheduling/fifo",
      "watchdog/permission",
      "serial/permission",
      "gpio/permission",
    ]);
    const serial = findings.find(({ id }) => id === "serial/permission");
    expect(serial?.more).toEqual(["sudo usermod -aG dialout $USER   (then log in again)"]);
  });

  it("can do more, and was reset by its watchdog", () => {
    expect(idsOf(findings, "note")).toEqual([
      "scheduling/governor",
      "scheduling/isolation",
      "clock/rtc",
      "watchdog/last-reset",
      "watchdog/limit",
      "watchdog/service",
      "storage/wear",
      "serial/console",
      "serial/mini-uart",
    ]);
    expect(foundOf(findings, "watchdog/last-reset")).toContain("the watchdog has reset the board");
    const isolation = findings.find(({ id }) => id === "scheduling/isolation");
    expect(isolation?.more[0]).toMatch(/^isolcpus=3 nohz_full=3 /);
  });
});

describe("a Raspberry Pi 5 that was set up well (DOCTOR-1)", () => {
  const env = { NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "10000000" };
  const { findings, ...facts } = reportOf(pi5, goodTrials, env);

  it("has nothing to see to, and nothing is missing", () => {
    expect(idsOf(findings, "warn")).toEqual([]);
    expect(idsOf(findings, "missing")).toEqual([]);
    expect(idsOf(findings, "note")).toEqual(["watchdog/limit", "watchdog/held"]);
  });

  it("has its watchdog held by systemd, as a later file says", () => {
    expect(facts.watchdog.devices).toMatchObject([
      { active: true, timeLeft: 12, timeoutMax: null, holder: { pid: 1, program: "systemd" } },
    ]);
    expect(facts.watchdog.systemd).toEqual({
      ...{ runs: true, runtimeWatchdog: "1min", notifies: true, watchdogUsec: 10_000_000 },
    });
    expect(foundOf(findings, "watchdog/held")).toBe("/dev/watchdog0 is held by systemd");
  });

  it("is a real-time kernel, with a blank in the name of a folder on a disk of its own", () => {
    expect(facts.scheduling).toMatchObject({ preemption: "realtime", isolated: "3" });
    expect(facts.scheduling).toMatchObject({ priorityLimit: 80, mayRaise: true });
    expect(facts.storage).toMatchObject({ disk: "nvme0n1", readOnly: false, rotates: false });
    expect(facts.gpio.chips).toMatchObject([{ label: "raspberrypi,rp1-gpio", lines: null }]);
  });
});

describe("a bare virtual machine (DOCTOR-1)", () => {
  const { findings, ...facts } = reportOf(bareVm, refusedTrials);

  it("lacks nearly all", () => {
    expect(idsOf(findings, "missing")).toEqual([
      "scheduling/native",
      "scheduling/fifo",
      "watchdog/device",
      "storage/place",
      "storage/fsync",
      "gpio/chips",
    ]);
    expect(idsOf(findings, "warn")).toEqual([
      "scheduling/throttling",
      "clock/source",
      "storage/room",
    ]);
    expect(facts.serial.lines).toEqual([]);
    expect(facts.machine.virtual).toBe(true);
  });

  it("does not speak of systemd, of cores to spare, or of what could not be measured", () => {
    const ids = findings.map(({ id }) => id);
    for (const id of ["watchdog/service", "scheduling/isolation", "clock/timer", "clock/wall"]) {
      expect(ids).not.toContain(id);
    }
  });

  it("advises the better clock that it has", () => {
    const source = findings.find(({ id }) => id === "clock/source");
    expect(source?.more).toEqual(["clocksource=tsc   (on the kernel's command line)"]);
  });
});

describe("a machine of which nothing can be read (DOCTOR-2)", () => {
  it("is looked at without a failure", () => {
    const { machine, findings } = reportOf({ files: {} }, refusedTrials);
    expect(machine).toMatchObject({ model: null, kernel: null, processors: 1 });
    expect(idsOf(findings, "warn")).toEqual(["storage/room"]);
  });

  it("is looked at when its files are no sense", () => {
    const files = Object.fromEntries(Object.keys(pi4.files).map((path) => [path, "\u0000\n-:x,"]));
    expect(() => reportOf({ ...pi4, files }, refusedTrials)).not.toThrow();
  });
});
