/** The GPIO character device, on a kernel that is made up and behaves like the real one. */
import { describe, expect, it } from "vitest";
import type { InputRequest, OutputRequest } from "../../../boards/pin-board.js";
import { micros, millis, seconds } from "../../../src/kernel/time.js";
import { errno } from "./support/fake-gpio-kernel.js";
import { gpioGroup } from "./support/fake-machine.js";
import { got, openedRig, PiRig } from "./support/pi-rig.js";

const input: InputRequest = { pull: "none", debounce: micros(0), activeLow: false, edges: true };
const output: OutputRequest = {
  ...{ initial: "safe", safe: { kind: "value", value: 0 }, activeLow: false },
};
const label = "pinctrl-bcm2711";
/** Requests of the kernel, and an error that passes. */
const getValues = 0xc010_b40e;
const setValues = 0xc010_b40f;
const eio = 5;

describe("a chip of a Raspberry Pi", () => {
  it("PI-1: is found by its label, whatever its number, and the others are closed", async () => {
    const rig = await openedRig();
    expect(rig.board.description).toBe(
      "Raspberry Pi 4 Model B Rev 1.4: /dev/gpiochip1 (pinctrl-bcm2711) by the GPIO character " +
        "device, which is here; at most 3.3 V and 16 mA a pin, 50 mA in all",
    );
    expect(rig.kernel.openFiles).toBe(1);
    rig.board.close(rig.now);
    expect(rig.kernel.openFiles).toBe(0);
  });

  it("PI-9: that is not there is refused with those that are", async () => {
    const rig = new PiRig({ chip: "pinctrl-rp1" });
    const opened = await rig.open();
    expect(opened).toMatchObject({ ok: false, reason: "no-such-chip" });
    expect(opened).toHaveProperty(
      "message",
      "the GPIO chip pinctrl-rp1 is wanted, and this machine has /dev/gpiochip0 " +
        "(raspberrypi-exp-gpio, 8 lines), /dev/gpiochip1 (pinctrl-bcm2711, 58 lines)",
    );
    expect(rig.kernel.openFiles).toBe(0);
  });

  it("PI-9: that may not be opened names the group to join", async () => {
    const rig = new PiRig({ chips: [{ label, lines: 58, forbidden: true }] });
    rig.machine.devices.set("/dev/gpiochip0", gpioGroup("/dev/gpiochip0"));
    const opened = await rig.open();
    expect(opened).toMatchObject({ ok: false, reason: "no-permission" });
    expect(opened).toHaveProperty("message", expect.stringContaining("usermod -aG gpio $USER"));
  });

  it("PI-9: without koffi, or with an old kernel, says so", async () => {
    const rig = new PiRig();
    rig.kernel.refusal = "koffi is not available";
    expect(await rig.open()).toMatchObject({ ok: false, reason: "not-supported" });
    const old = new PiRig();
    old.kernel.version2 = false;
    const opened = await old.open();
    expect(opened).toHaveProperty("message", expect.stringContaining("kernel 5.10 or newer"));
    expect(old.kernel.openFiles).toBe(0);
  });

  it("PI-9: two of one machine that is no Pi must be told apart", async () => {
    const chips = ["one", "two"].map((one) => ({ label: one, lines: 4 }));
    const rig = new PiRig({ chips, files: {} });
    expect(await rig.open()).toMatchObject({ ok: false, reason: "no-such-chip" });
    expect(rig.kernel.openFiles).toBe(0);
    const chosen = await openedRig({ chips, files: {}, chip: "two" });
    expect(chosen.board.pins.map(({ name }) => name)).toEqual(["LINE0", "LINE1", "LINE2", "LINE3"]);
  });
});

describe("an input line", () => {
  it("PI-4: gives edges with the kernel's time and number, oldest first", async () => {
    const rig = await openedRig();
    const line = got(rig.board.openInput(rig.now, "p1-11", input));
    const start = rig.now;
    rig.clock.advance(10);
    rig.kernel.outside(label, 17, 1);
    rig.clock.advance(20);
    rig.kernel.outside(label, 17, 0);
    rig.clock.advance(1_000);
    expect(line.takeEdges(rig.now)).toEqual({
      edges: [
        { at: start + 10, level: 1, sequence: 1 },
        { at: start + 30, level: 0, sequence: 2 },
      ],
      missed: 0,
    });
    expect(line.takeEdges(rig.now)).toEqual({ edges: [], missed: 0 });
    expect(line.read(rig.now)).toEqual({ value: 0, sourceTime: rig.now });
  });

  it("PI-4: an edge is never later than the look", async () => {
    const rig = await openedRig();
    const line = got(rig.board.openInput(rig.now, "GPIO4", input));
    const began = rig.now;
    rig.clock.advance(7);
    rig.kernel.outside(label, 4, 1);
    expect(line.takeEdges(began).edges).toEqual([{ at: began, level: 1, sequence: 1 }]);
  });

  it("PI-4: more edges than the kernel keeps are told as missed", async () => {
    const rig = await openedRig();
    const line = got(rig.board.openInput(rig.now, "GPIO4", input));
    for (let index = 1; index <= 1_500; index += 1) {
      rig.clock.advance(1);
      rig.kernel.outside(label, 4, index % 2 === 1 ? 1 : 0);
    }
    const { edges, missed } = line.takeEdges(rig.now);
    expect([edges.length, missed, edges[0]?.sequence, edges.at(-1)?.sequence]).toEqual([
      ...[1_024, 476, 477, 1_500],
    ]);
    expect(rig.board.counts().get("edges-missed")).toBe(476);
  });

  it("PI-4: without edges it asks for no interrupts and has none", async () => {
    const rig = await openedRig();
    const line = got(rig.board.openInput(rig.now, "GPIO4", { ...input, edges: false }));
    rig.kernel.outside(label, 4, 1);
    expect(line.takeEdges(rig.now)).toEqual({ edges: [], missed: 0 });
    expect(line.read(rig.now).value).toBe(1);
  });

  it("PI-4: the kernel debounces", async () => {
    const rig = await openedRig();
    const line = got(rig.board.openInput(rig.now, "GPIO4", { ...input, debounce: millis(5) }));
    rig.kernel.outside(label, 4, 1);
    rig.clock.advance(1_000);
    rig.kernel.outside(label, 4, 0);
    rig.clock.advance(10_000);
    expect(line.takeEdges(rig.now).edges).toEqual([]);
    rig.kernel.outside(label, 4, 1);
    expect(line.read(rig.now).value).toBe(0);
    rig.clock.advance(5_000);
    expect(line.read(rig.now).value).toBe(1);
    expect(line.takeEdges(rig.now).edges).toHaveLength(1);
  });

  it("PI-4: has the pull and the polarity that were asked for", async () => {
    const rig = await openedRig();
    const line = got(
      rig.board.openInput(rig.now, "GPIO4", { ...input, pull: "up", activeLow: true }),
    );
    expect(line.read(rig.now).value).toBe(0);
    rig.kernel.outside(label, 4, 0);
    expect(line.read(rig.now).value).toBe(1);
    expect(line.takeEdges(rig.now).edges.map(({ level }) => level)).toEqual([1]);
  });

  it("PI-10: of a chip that is gone keeps its last value, which grows old", async () => {
    const rig = await openedRig();
    const line = got(rig.board.openInput(rig.now, "GPIO4", input));
    const last = line.read(rig.now);
    rig.kernel.unplug();
    rig.clock.advance(1_000_000);
    expect(line.read(rig.now)).toEqual(last);
    expect(line.takeEdges(rig.now)).toEqual({ edges: [], missed: 0 });
    expect(rig.board.health(rig.now)).toEqual({
      kind: "lost",
      message: "GPIO4 could not be read: ENODEV",
    });
    line.close(rig.now);
    expect(rig.board.health(rig.now).kind).toBe("lost");
  });

  it("PI-10: that failed once makes the board lost until it works or is closed", async () => {
    const rig = await openedRig();
    const line = got(rig.board.openInput(rig.now, "GPIO4", input));
    const other = got(rig.board.openOutput(rig.now, "GPIO17", output));
    rig.kernel.failures.set(getValues, eio);
    line.read(rig.now);
    rig.kernel.failures.clear();
    // That another line works, and that edges can be had, says nothing of it.
    expect([other.write(rig.now, 1, null), line.takeEdges(rig.now).missed]).toEqual([
      { ok: true },
      0,
    ]);
    expect(rig.board.health(rig.now)).toMatchObject({ message: "GPIO4 could not be read: EIO" });
    line.read(rig.now);
    expect(rig.board.health(rig.now)).toEqual({ kind: "live" });
    rig.kernel.failures.set(getValues, eio);
    line.read(rig.now);
    line.close(rig.now);
    expect(rig.board.health(rig.now)).toEqual({ kind: "live" });
  });

  it("PI-10: of an output too: the board is back when a write works", async () => {
    const rig = await openedRig();
    const line = got(rig.board.openOutput(rig.now, "GPIO17", output));
    rig.kernel.failures.set(setValues, eio);
    expect(line.write(rig.now, 1, null)).toEqual({ ok: false, reason: "lost" });
    expect(rig.board.health(rig.now).kind).toBe("lost");
    rig.kernel.failures.clear();
    expect(line.write(rig.now, 1, null)).toEqual({ ok: true });
    expect(rig.board.health(rig.now)).toEqual({ kind: "live" });
  });
});

describe("an output line", () => {
  it("PI-5: has its first level in the same step as its direction: no glitch", async () => {
    const rig = await openedRig();
    const request = { ...output, initial: 1 };
    rig.kernel.outside(label, 17, 0);
    const before = rig.line(17).history.length;
    const line = got(rig.board.openOutput(rig.now, "GPIO17", request));
    expect(
      rig
        .line(17)
        .history.slice(before)
        .map(({ level }) => level),
    ).toEqual([1]);
    expect([line.readBack(rig.now), rig.line(17).consumer]).toEqual([1, "holdfast"]);
  });

  it("PI-5: active low, a safe 0 is 3.3 V from the first instant", async () => {
    const rig = await openedRig();
    const line = got(rig.board.openOutput(rig.now, "GPIO17", { ...output, activeLow: true }));
    expect([rig.kernel.level(label, 17), line.readBack(rig.now)]).toEqual([1, 0]);
    line.write(rig.now, 1, null);
    expect([rig.kernel.level(label, 17), line.readBack(rig.now)]).toEqual([0, 1]);
  });

  it("PI-6: is safe at `until`, and at a release", async () => {
    const rig = await openedRig();
    const line = got(rig.board.openOutput(rig.now, "GPIO17", output));
    expect(line.write(rig.now, 1, rig.in(millis(50)))).toEqual({ ok: true });
    rig.clock.advance(49_999);
    expect(line.readBack(rig.now)).toBe(1);
    rig.clock.advance(1);
    expect([line.readBack(rig.now), rig.kernel.level(label, 17)]).toEqual([0, 0]);
    line.write(rig.now, 1, null);
    rig.clock.advance(3_600_000_000);
    expect(line.readBack(rig.now)).toBe(1);
    expect(line.release(rig.now)).toEqual({ ok: true });
    expect(rig.kernel.level(label, 17)).toBe(0);
  });

  it("PI-6: lets go where safe is an input, and drives again with the right level", async () => {
    const rig = await openedRig();
    const line = got(
      rig.board.openOutput(rig.now, "GPIO17", { ...output, safe: { kind: "input" } }),
    );
    expect([line.readBack(rig.now), rig.line(17).direction]).toEqual([null, "input"]);
    line.write(rig.now, 1, rig.in(seconds(1)));
    expect([line.readBack(rig.now), rig.line(17).direction]).toEqual([1, "output"]);
    line.release(rig.now);
    expect([line.readBack(rig.now), rig.line(17).direction]).toEqual([null, "input"]);
  });

  it("PI-6: that holds takes over what a predecessor left, untouched", async () => {
    const rig = await openedRig();
    rig.kernel.onRelease = "hold";
    const hold: OutputRequest = { ...output, safe: { kind: "hold" } };
    const first = got(rig.board.openOutput(rig.now, "GPIO17", hold));
    expect(first.readBack(rig.now)).toBeNull();
    first.write(rig.now, 1, rig.in(seconds(1)));
    rig.clock.advance(2_000_000);
    expect(first.readBack(rig.now)).toBe(1);
    first.close(rig.now);
    const changes = rig.line(17).history.length;
    const second = got(rig.board.openOutput(rig.now, "GPIO17", hold));
    expect(second.readBack(rig.now)).toBe(1);
    expect(rig.line(17).history.length).toBe(changes);
  });

  it("PI-6: refuses what it cannot, and nothing changes", async () => {
    const rig = await openedRig();
    const line = got(rig.board.openOutput(rig.now, "GPIO17", { ...output, initial: 1 }));
    const reasons = [0.5, 2, Number.NaN].map((value) => line.write(rig.now, value, null));
    expect(reasons.map((one) => (one.ok ? "" : one.reason))).toEqual([
      ...["out-of-range", "out-of-range", "not-finite"],
    ]);
    expect(line.write(rig.now, 0, rig.now)).toEqual({ ok: false, reason: "expired" });
    expect(rig.kernel.level(label, 17)).toBe(1);
    line.close(rig.now);
    line.close(rig.now);
    expect(line.write(rig.now, 1, null)).toEqual({ ok: false, reason: "closed" });
  });

  it("PI-6: is safe when the process ends by itself, though nobody closed the board", async () => {
    const rig = await openedRig();
    got(rig.board.openOutput(rig.now, "GPIO17", { ...output, initial: 1 }));
    rig.kernel.onRelease = "hold";
    for (const act of [...rig.exits]) act();
    expect([rig.kernel.level(label, 17), rig.kernel.openFiles, rig.exits.size]).toEqual([0, 0, 0]);
  });

  it("PI-9: of another program is refused with its name", async () => {
    const rig = await openedRig();
    rig.kernel.occupy(label, 17, "pigpiod");
    const refusal = rig.board.openOutput(rig.now, "GPIO17", output);
    expect(refusal).toMatchObject({ ok: false, reason: "in-use" });
    expect(refusal).toHaveProperty("message", expect.stringContaining('in use by "pigpiod"'));
  });

  it.each([
    ["EPERM", "no-permission"],
    ["EINVAL", "not-supported"],
    ["EAGAIN", "system-error"],
  ] as const)("PI-9: %s is told as %s", async (code, reason) => {
    const rig = await openedRig();
    rig.kernel.failures.set(0xc250_b407, errno[code]);
    expect(rig.board.openOutput(rig.now, "GPIO17", output)).toMatchObject({ reason });
  });
});
