/** The hardware's PWM by /sys/class/pwm (PI-12), on files that behave like the kernel's. */
import { describe, expect, it } from "vitest";
import type { PwmRequest } from "../../../boards/pin-board.js";
import { millis } from "../../../src/kernel/time.js";
import { testFolder } from "../../host/support/folder.js";
import { pi4, pi5 } from "./support/fake-machine.js";
import { pwmFilesOfPi4 } from "./support/fake-pwm.js";
import { got, openedRig } from "./support/pi-rig.js";

const request: PwmRequest = {
  ...{ initial: "safe", safe: { kind: "value", value: 0 }, activeLow: false, frequency: 1_000 },
};
const withPwm = { files: { ...pi4, ...pwmFilesOfPi4 } };
const folder = "/sys/class/pwm/pwmchip0/pwm0";

describe("a pin with PWM", () => {
  it("is one that has a channel, while an overlay gives it", async () => {
    const { board } = await openedRig(withPwm);
    const able = board.pins.filter(({ uses }) => uses.includes("pwm")).map(({ name }) => name);
    expect(able.sort()).toEqual(["GPIO12", "GPIO13", "GPIO18", "GPIO19"]);
    const bare = await openedRig();
    expect(bare.board.pins.some(({ uses }) => uses.includes("pwm"))).toBe(false);
  });

  it("is refused elsewhere with the remedy", async () => {
    const bare = await openedRig();
    const message = (pin: string) => expect(bare.board.openPwm(bare.now, pin, request));
    message("GPIO18").toMatchObject({ ok: false, reason: "not-able" });
    message("GPIO18").toHaveProperty("message", expect.stringContaining("dtoverlay=pwm-2chan"));
    message("GPIO17").toHaveProperty(
      "message",
      expect.stringContaining("the PWM is on GPIO12, GPIO13, GPIO18, GPIO19"),
    );
  });

  it("of a Pi 5 is not that of its fan", async () => {
    const chips = [{ label: "pinctrl-rp1", lines: 54 }];
    const fan = { "/sys/class/pwm/pwmchip0@": "../../devices/x/1f0009c000.pwm/pwm/pwmchip0" };
    const npwm = { "/sys/class/pwm/pwmchip0/npwm": "4\n" };
    const files = { ...pi5, ...fan, ...npwm };
    const { board } = await openedRig({ chips, files });
    expect(board.pins.some(({ uses }) => uses.includes("pwm"))).toBe(false);
    const link = { "/sys/class/pwm/pwmchip0@": "../../devices/x/1f00098000.pwm/pwm/pwmchip0" };
    const header = await openedRig({ chips, files: { ...files, ...link } });
    const able = header.board.pins.filter(({ uses }) => uses.includes("pwm"));
    expect(able.map(({ name }) => name)).toHaveLength(4);
  });
});

describe("a channel", () => {
  it("has its first duty before it is switched on", async () => {
    const rig = await openedRig(withPwm);
    const line = got(rig.board.openPwm(rig.now, "GPIO18", { ...request, initial: 0.25 }));
    expect(rig.machine.text(`${folder}/period`)).toBe("1000000");
    expect([rig.pwm.duty(0), line.readBack(rig.now)]).toEqual([0.25, 0.25]);
  });

  it("ends at `until` like every output, and is given back when it is off", async () => {
    const rig = await openedRig(withPwm);
    const safe = { kind: "input" } as const;
    const line = got(rig.board.openPwm(rig.now, "GPIO18", { ...request, safe }));
    expect(line.readBack(rig.now)).toBeNull();
    line.write(rig.now, 0.5, rig.in(millis(10)));
    expect(rig.pwm.duty(0)).toBe(0.5);
    rig.clock.advance(10_000);
    expect([line.readBack(rig.now), rig.pwm.duty(0)]).toEqual([null, null]);
    line.close(rig.now);
    expect(rig.machine.text(`${folder}/period`)).toBeNull();
  });

  it("PI-13: is refused where a guard must be, for it has none, and is not elsewhere", async () => {
    const guardFolder = await testFolder();
    const must = await openedRig({ ...withPwm, guard: true, guardFolder });
    const refusal = must.board.openPwm(must.now, "GPIO18", request);
    expect(refusal).toMatchObject({ ok: false, reason: "not-able" });
    expect(refusal).toHaveProperty("message", expect.stringContaining("PWM has none"));
    const may = await openedRig({ ...withPwm, guard: "if-possible", guardFolder });
    expect(may.board.description).toContain("by digital outputs, PWM has none");
    got(may.board.openPwm(may.now, "GPIO18", request));
    const none = await openedRig({ ...withPwm, guard: false, guardFolder });
    expect(none.board.description).not.toContain("guard");
    got(none.board.openPwm(none.now, "GPIO18", request));
  });

  it("active low has the rest of the duty", async () => {
    const rig = await openedRig(withPwm);
    const line = got(rig.board.openPwm(rig.now, "GPIO18", { ...request, activeLow: true }));
    expect([rig.pwm.duty(0), line.readBack(rig.now)]).toEqual([1, 0]);
    line.write(rig.now, 0.75, null);
    expect([rig.pwm.duty(0), line.readBack(rig.now)]).toEqual([0.25, 0.75]);
  });

  it.each([
    [{ kind: "input" }, null],
    [{ kind: "value", value: 0.1 }, 0.1],
    [{ kind: "hold" }, 0.8],
  ] as const)("that a killed predecessor left at 0.8 is opened safe: %j", async (safe, duty) => {
    const rig = await openedRig(withPwm);
    got(rig.board.openPwm(rig.now, "GPIO18", { ...request, initial: 0.8 }));
    await rig.open();
    const line = got(rig.board.openPwm(rig.now, "GPIO18", { ...request, safe }));
    expect([rig.pwm.duty(0), line.readBack(rig.now)]).toEqual([duty, duty]);
  });

  it("active low is not let go, for 0 V is full on there; with a safe value it is", async () => {
    const rig = await openedRig(withPwm);
    const low = { ...request, activeLow: true };
    const refusal = rig.board.openPwm(rig.now, "GPIO18", { ...low, safe: { kind: "input" } });
    expect(refusal).toMatchObject({ ok: false, reason: "not-able" });
    expect(refusal).toHaveProperty("message", expect.stringContaining("`safe: 0`"));
    expect(rig.machine.text(`${folder}/period`)).toBeNull();
    const line = got(rig.board.openPwm(rig.now, "GPIO18", low));
    line.write(rig.now, 0.5, null);
    line.close(rig.now);
    // Given back it would be 0 V: it stays exported, at 3.3 V.
    expect(rig.pwm.duty(0)).toBe(1);
  });

  it("active low is never full on while a shorter period is set", async () => {
    const rig = await openedRig(withPwm);
    const low = { ...request, activeLow: true };
    got(rig.board.openPwm(rig.now, "GPIO18", { ...low, frequency: 50 }));
    await rig.open();
    rig.pwm.duties.length = 0;
    got(rig.board.openPwm(rig.now, "GPIO18", low));
    expect(rig.pwm.duties.length).toBeGreaterThan(0);
    expect(rig.pwm.duties).not.toContain(0);
  });

  it("is taken over from a predecessor with a longer period", async () => {
    const rig = await openedRig(withPwm);
    got(rig.board.openPwm(rig.now, "GPIO18", { ...request, frequency: 50, initial: 1 }));
    await rig.open();
    const line = got(rig.board.openPwm(rig.now, "GPIO18", { ...request, initial: 0.5 }));
    expect([rig.pwm.duty(0), line.readBack(rig.now)]).toEqual([0.5, 0.5]);
  });

  it("waits for the rights that udev gives, and not for ever", async () => {
    const rig = await openedRig(withPwm);
    rig.pwm.pausesUntilRights = 3;
    got(rig.board.openPwm(rig.now, "GPIO18", request)).close(rig.now);
    const never = await openedRig(withPwm);
    never.pwm.pausesUntilRights = 1_000;
    const refusal = never.board.openPwm(never.now, "GPIO18", request);
    expect(refusal).toMatchObject({ ok: false, reason: "no-permission" });
    expect(never.pwm.pauses).toBeLessThanOrEqual(20);
  });

  it.each([
    ["EBUSY", "in-use"],
    ["EIO", "system-error"],
  ] as const)("%s at its export is told as %s", async (code, reason) => {
    const rig = await openedRig(withPwm);
    rig.pwm.failures.set("export", code);
    expect(rig.board.openPwm(rig.now, "GPIO18", request)).toMatchObject({ ok: false, reason });
  });

  it("that fails later loses the board, and the word is refused", async () => {
    const rig = await openedRig(withPwm);
    const line = got(rig.board.openPwm(rig.now, "GPIO18", request));
    rig.pwm.failures.set("duty_cycle", "EIO");
    expect(line.write(rig.now, 0.5, null)).toEqual({ ok: false, reason: "lost" });
    expect(rig.board.health(rig.now)).toMatchObject({ kind: "lost" });
  });
});
