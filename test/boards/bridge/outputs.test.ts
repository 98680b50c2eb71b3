/** How long outputs have what they were told, whoever dies. */
import { describe, expect, it } from "vitest";
import { orphanHold } from "../../../boards/bridge/pin-slot.js";
import type { OutputLine } from "../../../boards/pin-board.js";
import { lineOf, plainOutput } from "../../contracts/pins/rig.js";
import { BridgeRig } from "./support/bridge-rig.js";

const openOutput = (rig: BridgeRig, pin = "D7", initial: number | "safe" = 0): OutputLine =>
  lineOf(rig.board.openOutput(rig.now(), pin, { ...plainOutput, initial }));

/** It is let go of until its first value. */
const openLooseAt = (rig: BridgeRig, pin: string): OutputLine => {
  const request = { ...plainOutput, initial: "safe", safe: { kind: "input" } } as const;
  return lineOf(rig.board.openOutput(rig.now(), pin, request));
};
const openLoose = (rig: BridgeRig): OutputLine => openLooseAt(rig, "D7");

/** In milliseconds, until the pin has the value; to a millisecond. */
function timeUntil(rig: BridgeRig, pin: number, value: number | null, most: number): number {
  for (let ms = 0; ms <= most; ms += 1) {
    if (rig.device.pin(pin).measure() === value) return ms;
    rig.pass(1);
  }
  throw new Error(`pin ${pin} never had ${value}`);
}

describe("a value with an end", () => {
  it("HOLD-1: ends on the device, at its `until` or a few milliseconds before, never later", () => {
    for (const transit of [0, 1_500, 2_900]) {
      const rig = new BridgeRig({ transit });
      const line = openOutput(rig);
      rig.pass(30);
      const until = rig.later(200);
      line.write(rig.now(), 1, until);
      rig.pass(5);
      expect(rig.device.pin(7).measure()).toBe(1);
      // The host is gone: what follows is the device's alone.
      rig.stopped = true;
      const ended = 5 + timeUntil(rig, 7, 0, 300);
      expect(ended).toBeLessThanOrEqual(200);
      expect(ended).toBeGreaterThanOrEqual(190);
    }
  });

  it("HOLD-2: without an end it stands while the host lives, and a second longer", () => {
    const rig = new BridgeRig();
    const line = openOutput(rig);
    line.write(rig.now(), 1, null);
    rig.pass(20);
    for (let second = 0; second < 30; second += 1) {
      rig.pass(1_000);
      expect(rig.device.pin(7).measure()).toBe(1);
    }
    rig.stopped = true;
    expect(timeUntil(rig, 7, 0, 2_000)).toBeLessThanOrEqual(orphanHold / 1_000 + 5);
  });

  it("HOLD-2: three renewals in a row may be lost", () => {
    const rig = new BridgeRig();
    openOutput(rig, "D7", 1);
    rig.pass(300);
    const lostUntil = rig.now() + 650_000;
    rig.loses = (to, payload) => to === "device" && payload[0] === 0x20 && rig.now() < lostUntil;
    for (let step = 0; step < 1_500; step += 1) {
      rig.pass(1);
      expect(rig.device.pin(7).measure()).toBe(1);
    }
  });

  it("HOLD-3: farther than a minute it is renewed, and ends when it should", () => {
    const rig = new BridgeRig();
    const line = openOutput(rig);
    rig.pass(30);
    const until = rig.later(150_000);
    line.write(rig.now(), 1, until);
    rig.pass(149_900);
    expect(rig.device.pin(7).measure()).toBe(1);
    rig.pass(105);
    expect(rig.device.pin(7).measure()).toBe(0);
    const sets = rig.said.filter(([type]) => type === 0x20);
    expect(sets.length).toBeLessThan(15);
  });

  it("HOLD-4: a command that is sent again goes with what is left", () => {
    const rig = new BridgeRig();
    const line = openOutput(rig);
    rig.pass(50);
    rig.device.commandsToLose = 2;
    const until = rig.later(300);
    line.write(rig.now(), 1, until);
    rig.pass(200);
    expect(rig.device.pin(7).measure()).toBe(1);
    rig.stopped = true;
    rig.pass(100);
    expect(rig.device.pin(7).measure()).toBe(0);
  });

  it("HOLD-4: one whose end has come meanwhile is not sent again", () => {
    const rig = new BridgeRig();
    const line = openOutput(rig);
    rig.pass(50);
    rig.device.commandsToLose = 1;
    line.write(rig.now(), 1, rig.later(40));
    rig.pass(500);
    expect(rig.device.pin(7).history).not.toContain(1);
  });

  it("HOLD-4: nor is a configuration that would drive it", () => {
    for (const rest of [40, 62]) {
      const rig = new BridgeRig();
      const line = openLoose(rig);
      rig.pass(50);
      rig.device.commandsToLose = 1;
      line.write(rig.now(), 1, rig.later(rest));
      rig.pass(500);
      expect(rig.device.pin(7).history).not.toContain(1);
      line.write(rig.now(), 1, rig.later(200));
      rig.pass(20);
      expect(rig.device.pin(7).measure()).toBe(1);
    }
  });

  it("HOLD-5: is not driven by a configuration alone where the safe state is a value", () => {
    const rig = new BridgeRig();
    const line = openOutput(rig);
    rig.pass(30);
    line.write(rig.now(), 1, rig.later(400));
    rig.pass(20);
    rig.loses = (to, [type]) => to === "device" && type === 0x20;
    rig.device.reset(rig.now(), 8);
    rig.device.pin(7).history.length = 0;
    rig.pass(200);
    expect(rig.device.taken.filter(([type]) => type === 0x21)).toHaveLength(2);
    expect(rig.device.pin(7).history).not.toContain(1);
    rig.loses = null;
    rig.pass(100);
    expect(rig.device.pin(7).measure()).toBe(1);
  });

  it("HOLD-5: one that was let go of has its first value without a glitch, for a second", () => {
    const rig = new BridgeRig();
    const line = openLoose(rig);
    rig.pass(50);
    rig.device.pin(7).history.length = 0;
    rig.loses = (to, [type]) => to === "device" && type === 0x20;
    line.write(rig.now(), 1, rig.later(100));
    rig.pass(10);
    rig.stopped = true;
    expect(timeUntil(rig, 7, null, 1_500)).toBeLessThanOrEqual(1_000);
    expect(rig.device.pin(7).history).toEqual([1, null]);
  });

  it("HOLD-1: of one that ends before it can arrive nothing is sent", () => {
    const rig = new BridgeRig();
    const line = openOutput(rig);
    rig.pass(50);
    rig.said.length = 0;
    expect(line.write(rig.now(), 1, rig.later(2))).toEqual({ ok: true });
    rig.pass(300);
    expect(rig.said.filter(([type]) => type === 0x20)).toEqual([]);
    expect(rig.device.pin(7).history).not.toContain(1);
  });
});

describe("a device that is reset", () => {
  it("LIFE-4: drives again what still holds, and is configured as it was", () => {
    const rig = new BridgeRig();
    const line = openOutput(rig, "D7", 1);
    const short = openOutput(rig, "D8");
    const free = openOutput(rig, "D9", "safe");
    rig.pass(50);
    short.write(rig.now(), 1, rig.later(100));
    rig.pass(20);
    expect(rig.device.pin(8).measure()).toBe(1);
    rig.device.reset(rig.now(), 8);
    expect(rig.device.pin(7).measure()).toBe(0);
    expect(line.readBack(rig.now())).toBe(1);
    rig.pass(3);
    expect(line.readBack(rig.now())).toBe(0);
    rig.pass(60);
    expect(rig.device.pin(7).measure()).toBe(1);
    expect(line.readBack(rig.now())).toBe(1);
    rig.pass(100);
    expect(rig.device.pin(8).measure()).toBe(0);
    expect(rig.device.pin(9).measure()).toBe(0);
    expect(free.readBack(rig.now())).toBe(0);
    expect(rig.events).toContainEqual({ kind: "reset", cause: 8, boots: 2 });
    expect(rig.board.counts().get("resets")).toBe(1);
    expect(rig.board.counts().get("reset-by-watchdog")).toBe(1);
  });

  it("LIFE-4: what ended before the reset stays ended, and what was released stays so", () => {
    const rig = new BridgeRig();
    const line = openOutput(rig);
    const released = openOutput(rig, "D8", 1);
    rig.pass(50);
    line.write(rig.now(), 1, rig.later(60));
    released.release(rig.now());
    rig.pass(100);
    for (const pin of [7, 8]) rig.device.pin(pin).history.length = 0;
    rig.device.reset(rig.now(), 4);
    rig.pass(500);
    for (const pin of [7, 8]) expect(rig.device.pin(pin).history).not.toContain(1);
  });

  it("LIFE-4: each reset is counted by its cause", () => {
    const rig = new BridgeRig();
    for (const cause of [8, 8, 2, 1, 0]) {
      rig.device.reset(rig.now(), cause);
      rig.pass(200);
    }
    const counts = rig.board.counts();
    expect(counts.get("resets")).toBe(5);
    expect(counts.get("reset-by-watchdog")).toBe(2);
    expect(counts.get("reset-by-reset pin")).toBe(1);
    expect(counts.get("reset-by-power")).toBe(1);
    expect(counts.get("reset-by-unknown cause")).toBe(1);
  });

  it("LIFE-6: a reset whose hello was lost is found by the device's time", () => {
    const rig = new BridgeRig();
    openOutput(rig, "D7", 1);
    rig.pass(5_000);
    let hellos = 0;
    rig.loses = (to, [type]) => to === "host" && type === 0x01 && hellos++ === 0;
    rig.device.reset(rig.now(), 1);
    rig.pass(300);
    expect(rig.board.counts().get("resets")).toBe(1);
    expect(rig.device.pin(7).measure()).toBe(1);
  });

  it("LIFE-6: one that comes back as that of another cluster gets no word more", () => {
    const rig = new BridgeRig();
    const line = openOutput(rig, "D7", 1);
    rig.pass(100);
    rig.device.cluster = 0x1111;
    rig.device.reset(rig.now(), 1);
    rig.said.length = 0;
    rig.pass(1_000);
    expect(rig.said).toEqual([]);
    expect(rig.board.health(rig.now())).toMatchObject({
      kind: "lost",
      message: expect.stringMatching(/another cluster/),
    });
    expect(line.write(rig.now(), 1, null)).toEqual({ ok: false, reason: "lost" });
    expect(rig.kinds().filter((kind) => kind === "unusable")).toHaveLength(1);
  });
});

describe("a value by right", () => {
  const stale = (rig: BridgeRig) =>
    rig.events.filter((event) => event.kind === "pin-refused" && event.result === 8);

  it("HOLD-6: goes to the device with its token, in a set and in what begins an output", () => {
    const rig = new BridgeRig();
    const line = openOutput(rig, "D7", "safe");
    const loose = openLooseAt(rig, "D8");
    rig.pass(30);
    expect(rig.device.newestToken).toBe(0);
    line.write(rig.now(), 1, rig.later(200), 2 ** 40 + 3);
    rig.pass(10);
    expect(rig.device.newestToken).toBe(2 ** 40 + 3);
    loose.write(rig.now(), 1, rig.later(200), 2 ** 40 + 4);
    rig.pass(10);
    expect(rig.device.newestToken).toBe(2 ** 40 + 4);
    expect(rig.device.pin(8).measure()).toBe(1);
  });

  it.each([
    ["an output that is safe at a value", (rig: BridgeRig) => openOutput(rig, "D7", "safe")],
    ["one that is let go", (rig: BridgeRig) => openLooseAt(rig, "D7")],
  ])("HOLD-6: of an older right the device refuses, and is not asked again: %s", (_, open) => {
    const rig = new BridgeRig();
    const line = open(rig);
    rig.pass(30);
    rig.device.newestToken = 9;
    line.write(rig.now(), 1, rig.later(500), 8);
    rig.pass(400);
    expect(rig.device.pin(7).measure()).not.toBe(1);
    expect(stale(rig)).toHaveLength(1);
    expect(line.readBack(rig.now())).not.toBe(1);
    line.write(rig.now(), 1, rig.later(500), 9);
    rig.pass(10);
    expect(rig.device.pin(7).measure()).toBe(1);
    expect(stale(rig)).toHaveLength(1);
  });

  it("HOLD-6: a host that begins anew under a right begins where it is safe", () => {
    const rig = new BridgeRig();
    rig.device.newestToken = 9;
    const line = openOutput(rig, "D7", "safe");
    const loose = openLooseAt(rig, "D8");
    rig.pass(100);
    expect(stale(rig)).toEqual([]);
    expect(rig.device.pin(7).measure()).toBe(0);
    line.write(rig.now(), 1, rig.later(200), 10);
    loose.write(rig.now(), 1, rig.later(200), 10);
    rig.pass(20);
    expect([7, 8].map((pin) => rig.device.pin(pin).measure())).toEqual([1, 1]);
  });
});
