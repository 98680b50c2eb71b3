/** Sysfs by onoff: what differs from the character device, and when it is taken. */
import { describe, expect, it } from "vitest";
import type { InputRequest, OutputRequest } from "../../../boards/pin-board.js";
import { loadOnoff } from "../../../boards/raspberry-pi/sysfs/onoff-module.js";
import { micros, millis } from "../../../src/kernel/time.js";
import { gpioGroup, pi4 } from "./support/fake-machine.js";
import { sysfsFiles } from "./support/fake-onoff.js";
import { got, openedRig, PiRig, type PiRigOptions } from "./support/pi-rig.js";

const input: InputRequest = { pull: "none", debounce: micros(0), activeLow: false, edges: true };
const output: OutputRequest = {
  ...{ initial: "safe", safe: { kind: "value", value: 0 }, activeLow: false },
};
const label = "pinctrl-bcm2711";
const both = { files: { ...pi4, ...sysfsFiles } };
const older: PiRigOptions = { ...both, sysfsOnly: true };

describe("the choice of a way to the lines (PI-7)", () => {
  it("is the character device where both are there, and says so", async () => {
    const { board } = await openedRig(both);
    expect(board.description).toContain("by the GPIO character device, which is here");
  });

  it("is sysfs where that is all there is, and says why and what it lacks", async () => {
    const { board } = await openedRig(older);
    expect(board.description).toContain("pinctrl-bcm2711 by sysfs and onoff, for the GPIO chip");
    expect(board.description).toContain("this machine has no /dev/gpiochip*");
    expect(board.description).toContain("is when this program heard of it");
  });

  it("is sysfs without koffi and with an old kernel", async () => {
    const rig = new PiRig(both);
    rig.kernel.refusal = "koffi is not available";
    expect(await rig.open()).toMatchObject({ ok: true });
    expect(rig.board.description).toContain("koffi is not available");
    const old = new PiRig(both);
    old.kernel.version2 = false;
    expect(await old.open()).toMatchObject({ ok: true });
    expect(old.board.description).toContain("by sysfs");
  });

  it("is what was asked for, or none", async () => {
    const { board } = await openedRig({ ...both, gpio: "sysfs" });
    expect(board.description).toContain("by sysfs and onoff, as it was chosen");
    const none = await new PiRig({ ...older, gpio: "chardev" }).open();
    expect(none).toMatchObject({ ok: false, reason: "no-such-chip" });
    const gone = await new PiRig({ gpio: "sysfs" }).open();
    expect(gone).toMatchObject({ ok: false, reason: "not-supported" });
    expect(gone).toHaveProperty("message", expect.stringContaining("use `gpio: chardev`"));
  });

  it("is none where neither is: both reasons are told", async () => {
    const noOnoff = "the package onoff could not be loaded";
    const opened = await new PiRig({ ...older, noOnoff }).open();
    expect(opened).toMatchObject({ ok: false, reason: "no-such-chip" });
    expect(opened).toHaveProperty("message", expect.stringContaining("nor by sysfs: sysfs GPIO"));
    expect(opened).toHaveProperty("message", expect.stringContaining(noOnoff));
  });

  it("PI-13: a guard that must be is refused where none can be, one that may is not", async () => {
    for (const options of [older, both]) {
      const needed = await new PiRig({ ...options, guard: true }).open();
      expect(needed.ok).toBe(false);
      expect(needed).toHaveProperty("message", expect.stringContaining("a guard is wanted"));
      const { board, kernel } = await openedRig({ ...options, guard: "if-possible" });
      expect(board.description).toContain("outputs have no guard (");
      board.close(0 as never);
      expect(kernel.openFiles).toBe(0);
    }
  });

  it("does not go to sysfs where a right is missing", async () => {
    const chips = [{ label, lines: 58, forbidden: true }];
    const rig = new PiRig({ ...both, chips });
    rig.machine.devices.set("/dev/gpiochip0", gpioGroup("/dev/gpiochip0"));
    expect(await rig.open()).toMatchObject({ ok: false, reason: "no-permission" });
  });
});

describe("the package onoff (PI-8)", () => {
  it("is not built here, or it is: who needs it is told what to do", () => {
    const loaded = loadOnoff();
    if (loaded.ok) expect(typeof loaded.onoff.Gpio).toBe("function");
    else expect(loaded.reason).toContain("npm rebuild epoll --ignore-scripts=false");
  });
});

describe("a line by sysfs", () => {
  it("PI-1: is found from the base of its chip, by the chip's label", async () => {
    const rig = await openedRig(older);
    const line = got(rig.board.openOutput(rig.now, "GPIO17", { ...output, initial: 1 }));
    expect([rig.kernel.level(label, 17), rig.line(17).consumer]).toEqual([1, "sysfs"]);
    line.close(rig.now);
    expect(rig.line(17).used).toBe(false);
  });

  it("PI-1: a chip of another label is refused with those that are there", async () => {
    const opened = await new PiRig({ ...older, gpio: "sysfs", chip: "pinctrl-rp1" }).open();
    expect(opened).toMatchObject({ ok: false, reason: "no-such-chip" });
    const there = "has pinctrl-bcm2711 (58 lines), raspberrypi-exp-gpio (8 lines)";
    expect(opened).toHaveProperty("message", expect.stringContaining(there));
  });

  it("PI-4: two edges between two looks are told as a gap of two", async () => {
    const rig = await openedRig(older);
    const line = got(rig.board.openInput(rig.now, "GPIO17", input));
    rig.kernel.outside(label, 17, 1);
    rig.kernel.outside(label, 17, 0);
    rig.onoff.turn();
    expect(line.takeEdges(rig.now)).toEqual({ edges: [], missed: 2 });
    rig.clock.advance(50);
    rig.kernel.outside(label, 17, 1);
    rig.onoff.turn();
    expect(line.takeEdges(rig.now)).toEqual({
      edges: [{ at: rig.now, level: 1, sequence: 3 }],
      missed: 0,
    });
    expect(rig.board.counts().get("edges-missed")).toBe(2);
  });

  it("PI-4: a bounce under debounce is no edge and no gap", async () => {
    const rig = await openedRig(older);
    const line = got(rig.board.openInput(rig.now, "GPIO17", { ...input, debounce: millis(5) }));
    for (const level of [1, 0] as const) {
      rig.kernel.outside(label, 17, level);
      rig.onoff.turn();
    }
    rig.clock.advance(10_000);
    rig.onoff.turn();
    expect(line.takeEdges(rig.now)).toEqual({ edges: [], missed: 0 });
  });

  it("PI-4: a level under debounce counts when it has stood, from the last bounce on", async () => {
    const rig = await openedRig(older);
    const line = got(rig.board.openInput(rig.now, "GPIO17", { ...input, debounce: micros(1_500) }));
    const at = rig.in(micros(1_500 + 400));
    rig.kernel.outside(label, 17, 1);
    for (const level of [0, 1] as const) {
      rig.onoff.turn();
      rig.clock.advance(200);
      rig.kernel.outside(label, 17, level);
    }
    rig.onoff.turn();
    rig.clock.advance(1_499);
    expect([line.read(rig.now).value, line.takeEdges(rig.now).edges]).toEqual([0, []]);
    rig.clock.advance(1);
    expect(line.read(rig.now).value).toBe(1);
    expect(line.takeEdges(rig.now).edges).toEqual([{ at, level: 1, sequence: 1 }]);
  });

  it.each([0, 5])("PI-10: one that fails grows old, under a debounce of %d ms too", async (ms) => {
    const rig = await openedRig(older);
    const line = got(rig.board.openInput(rig.now, "GPIO17", { ...input, debounce: millis(ms) }));
    const last = line.read(rig.now);
    rig.onoff.readFailure = "EIO";
    rig.clock.advance(1_000_000);
    expect(line.read(rig.now)).toEqual(last);
    expect(rig.board.health(rig.now)).toMatchObject({ kind: "lost" });
    rig.onoff.readFailure = null;
    expect(line.read(rig.now)).toEqual({ value: 0, sourceTime: rig.now });
    expect(rig.board.health(rig.now)).toEqual({ kind: "live" });
  });

  it("PI-10: under debounce, a level that could not be read in time is seen later", async () => {
    const rig = await openedRig(older);
    const line = got(rig.board.openInput(rig.now, "GPIO17", { ...input, debounce: millis(5) }));
    rig.kernel.outside(label, 17, 1);
    rig.onoff.turn();
    rig.onoff.readFailure = "EIO";
    rig.clock.advance(6_000);
    line.read(rig.now);
    rig.onoff.readFailure = null;
    expect(line.read(rig.now).value).toBe(0);
    rig.clock.advance(5_000);
    expect(line.read(rig.now).value).toBe(1);
    expect(line.takeEdges(rig.now)).toMatchObject({ edges: [{ level: 1 }], missed: 0 });
  });

  it("PI-10: what onoff reads by itself that fails ends no process, and is no edge", async () => {
    const rig = await openedRig(older);
    const line = got(rig.board.openInput(rig.now, "GPIO17", input));
    rig.onoff.readFailure = "EIO";
    rig.kernel.outside(label, 17, 1);
    expect(() => rig.onoff.turn()).not.toThrow();
    expect(line.takeEdges(rig.now)).toEqual({ edges: [], missed: 0 });
    expect(rig.board.counts().get("read-failed")).toBe(1);
    rig.onoff.readFailure = null;
    const { lines } = rig.onoff;
    rig.onoff.ringAll(lines);
    expect(line.takeEdges(rig.now).edges).toMatchObject([{ level: 1 }]);
    line.close(rig.now);
    expect(() => rig.onoff.ringAll(lines)).not.toThrow();
    expect(rig.board.counts().get("read-failed")).toBe(1);
  });

  it("PI-9: one that cannot be read at its opening does not stay exported", async () => {
    const rig = await openedRig(older);
    rig.onoff.readFailure = "EIO";
    expect(rig.board.openInput(rig.now, "GPIO17", input).ok).toBe(false);
    expect(rig.onoff.exported).toBe(0);
    rig.onoff.readFailure = null;
    got(rig.board.openInput(rig.now, "GPIO17", input));
    expect(rig.onoff.exported).toBe(1);
  });

  it("PI-9: a pull is refused, with what to do", async () => {
    const rig = await openedRig(older);
    const refusal = rig.board.openInput(rig.now, "GPIO17", { ...input, pull: "up" });
    expect(refusal).toMatchObject({ ok: false, reason: "not-supported" });
  });

  it("PI-5: active low, a line that was let go is driven to the right level at once", async () => {
    const rig = await openedRig(older);
    const request: OutputRequest = { initial: "safe", safe: { kind: "input" }, activeLow: true };
    const line = got(rig.board.openOutput(rig.now, "GPIO17", request));
    const before = rig.line(17).history.length;
    line.write(rig.now, 0, null);
    const shown = rig.line(17).history.slice(before);
    expect(shown.map(({ direction, level }) => [direction, level])).toEqual([["output", 1]]);
    expect(line.readBack(rig.now)).toBe(0);
  });

  it("PI-6: a line that holds takes over what a predecessor left exported", async () => {
    const rig = await openedRig(older);
    const hold: OutputRequest = { ...output, safe: { kind: "hold" } };
    got(rig.board.openOutput(rig.now, "GPIO17", { ...hold, initial: 1 }));
    // A process that is killed exports nothing back: a second one finds the line as it was.
    const { board, onoff, line } = rig;
    expect([onoff.exported, line.call(rig, 17).level]).toEqual([1, 1]);
    const changes = rig.line(17).history.length;
    expect(board.counts().size).toBe(0);
    await rig.open();
    const second = got(rig.board.openOutput(rig.now, "GPIO17", hold));
    expect([second.readBack(rig.now), rig.line(17).history.length]).toEqual([1, changes]);
  });

  it.each([
    ["EBUSY", "in-use"],
    ["EACCES", "no-permission"],
    ["EINVAL", "not-supported"],
    ["ENOENT", "not-supported"],
    ["EMFILE", "system-error"],
  ] as const)("PI-9: %s is told as %s, and nothing is thrown", async (code, reason) => {
    const rig = await openedRig(older);
    rig.machine.devices.set("/sys/class/gpio/export", gpioGroup("/sys/class/gpio/export"));
    rig.onoff.failure = code;
    const refusal = rig.board.openInput(rig.now, "GPIO17", input);
    expect(refusal).toMatchObject({ ok: false, reason });
    if (code === "EACCES")
      expect(refusal).toHaveProperty("message", expect.stringMatching(/-aG gpio/));
  });
});
