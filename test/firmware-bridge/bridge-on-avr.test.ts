/** The bridge's firmware on a simulated ATmega328P: period, commands, end and return. */
import { describe, expect, it } from "vitest";
import { pinUses } from "../../boards/bridge/frames.js";
import { boundBridge, cluster, hostOf, inMs, powered } from "./support/firmware-rig.js";

const beatMs = 50;

/** "250 ms" are 32,768 ticks of 128 kHz; and a start with an Arduino's fuses; in milliseconds. */
const watchdogMs = 256;
const startUpMs = 65;

describe("the bridge firmware on a simulated ATmega328P", () => {
  it("beats every 50 ms, within 1 % of the crystal", () => {
    const rig = powered("bridge");
    rig.run(10_000);
    const beats = hostOf(rig).of("beat");
    expect(beats.length).toBeGreaterThan(195);
    for (const [index, { at, frame }] of beats.entries()) {
      const before = beats[index - 1];
      if (before === undefined) continue;
      expect(frame.sequence).toBe(before.frame.sequence + 1);
      expect(Math.abs(inMs(at - before.at) - beatMs)).toBeLessThanOrEqual(beatMs / 100);
    }
  });

  it("its time is that of the crystal", () => {
    const rig = powered("bridge");
    rig.run(5_000);
    const beats = hostOf(rig).of("beat");
    const [first] = beats;
    const last = beats.at(-1);
    const passed = (last?.at ?? 0) - (first?.at ?? 0);
    const told = (last?.frame.time ?? 0) - (first?.frame.time ?? 0);
    expect(Math.abs(told / passed - 1)).toBeLessThan(0.001);
  });

  it("hung, it is reset by its watchdog, and takes commands again in that time", () => {
    const rig = boundBridge("bridge-faults");
    const host = hostOf(rig);
    // The EEPROM is written once a second.
    rig.run(2_500);
    const probe = rig.mcu.probe("D13");
    host.say({ kind: "set", cluster, sequence: 3, pin: 13, value: 0xffff, holdMs: 60_000 });
    rig.run(20);
    expect(probe.level).toBe(1);
    host.forget();
    const hungAt = rig.mcu.now();
    host.say({ kind: "hang" });
    rig.run(watchdogMs + startUpMs + 20);
    const [hello] = host.of("hello");
    expect(hello?.frame).toMatchObject({ resetCause: 8, boots: 2, cluster });
    expect(inMs((hello?.at ?? 0) - hungAt)).toBeLessThan(watchdogMs + startUpMs + 10);
    // The safe state is kept in EEPROM, and applied before it speaks.
    expect(probe.level).toBe(0);
    host.say({
      ...{ kind: "configure", cluster, sequence: 9, pin: 13, use: pinUses.output, flags: 0 },
      ...{ initial: 0, safeKind: 1, safeValue: 0, debounceMs: 0 },
    });
    host.say({ kind: "set", cluster, sequence: 10, pin: 13, value: 0xffff, holdMs: 1_000 });
    rig.run(60);
    expect(probe.level).toBe(1);
    expect(host.of("beat").length).toBeGreaterThan(0);
  });

  it("the released build has no word that hangs it", () => {
    const rig = boundBridge();
    hostOf(rig).say({ kind: "hang" });
    rig.run(1_000);
    expect(rig.mcu.starts).toHaveLength(1);
    expect(hostOf(rig).last("beat")?.badFrames).toBe(1);
  });

  it("a processor that is stuck with its interrupts off is reset as well", () => {
    const rig = boundBridge();
    rig.mcu.hang();
    rig.run(watchdogMs + startUpMs + 20);
    expect(rig.mcu.starts.map(({ cause }) => cause)).toEqual(["power", "watchdog"]);
  });

  it("lets go of a command at its end to the millisecond, though nobody says so", () => {
    const rig = boundBridge();
    const probe = rig.mcu.probe("D13");
    const says = (sequence: number) =>
      ({ kind: "set", cluster, sequence, pin: 13, value: 0xffff, holdMs: 100 }) as const;
    hostOf(rig).say(says(3));
    rig.run(200);
    const [on, off] = probe.takeChanges().changes;
    expect([on?.drive, off?.drive]).toEqual(["high", "low"]);
    expect(Math.abs(inMs((off?.at ?? 0) - (on?.at ?? 0)) - 100)).toBeLessThanOrEqual(2);
  });

  it("BRIDGE-13: a host that falls silent before its first set leaves nothing driven", () => {
    const rig = boundBridge();
    const host = hostOf(rig);
    const probe = rig.mcu.probe("D12");
    host.say({
      ...{ kind: "configure", cluster, sequence: 3, pin: 12, use: pinUses.output, flags: 0 },
      ...{ initial: 0xffff, safeKind: 1, safeValue: 0, debounceMs: 0 },
    });
    rig.run(20);
    expect(probe.level).toBe(1);
    const fault = { kind: "flip", mask: 4 } as const;
    rig.mcu.lines[0]?.planFault("to-device", { fault, after: 5, count: 1 });
    host.forget();
    host.say({ kind: "set", cluster, sequence: 4, pin: 12, value: 0xffff, holdMs: 60_000 });
    rig.run(1_000);
    expect(host.of("done")).toEqual([]);
    // Its level stands before its direction: for a moment it is an input that is pulled up.
    const [, on, off] = probe.takeChanges().changes;
    expect([on?.drive, off?.drive]).toEqual(["high", "low"]);
    expect(Math.abs(inMs((off?.at ?? 0) - (on?.at ?? 0)) - 1_000)).toBeLessThanOrEqual(2);
    rig.run(1_000);
    expect(probe.level).toBe(0);
  });

  it("volts come as samples, within one count and 20 ms", () => {
    const rig = boundBridge();
    const host = hostOf(rig);
    host.say({
      ...{ kind: "configure", cluster, sequence: 3, pin: 14, use: pinUses.analog, flags: 8 },
      ...{ initial: 0, safeKind: 0, safeValue: 0, debounceMs: 0 },
    });
    for (const volts of [0, 1, 2.5, 4.9]) {
      rig.mcu.setVolts("A0", volts);
      rig.run(60);
      const sample = host.last("samples")?.values.find(({ pin }) => pin === 14);
      expect(Math.abs((sample?.value ?? -9) - (volts / 5) * 1_024)).toBeLessThanOrEqual(1);
    }
  });

  it("bytes that are struck on the line cost their frames, are counted, and no more", () => {
    const rig = boundBridge();
    const host = hostOf(rig);
    rig.mcu.lines[0]?.planFault("to-device", {
      fault: { kind: "flip", mask: 4 },
      after: 5,
      count: 1,
    });
    host.forget();
    for (let sequence = 3; sequence < 8; sequence += 1) {
      host.say({ kind: "set", cluster, sequence, pin: 13, value: 0, holdMs: 100 });
    }
    rig.run(200);
    expect(host.of("done").map(({ frame }) => frame.sequence)).toEqual([4, 5, 6, 7]);
    expect(host.last("beat")?.badFrames).toBe(1);
  });

  it("at the wrong rate nothing is understood, and at the right one all is again", () => {
    const rig = boundBridge();
    const host = hostOf(rig);
    const line = rig.mcu.lines[0];
    line?.setBaud(9_600);
    rig.run(10);
    host.forget();
    host.say({ kind: "set", cluster, sequence: 3, pin: 13, value: 0xffff, holdMs: 1_000 });
    rig.run(500);
    expect([host.heard.length, rig.mcu.drive("D13")]).toEqual([0, "low"]);
    line?.setBaud(115_200);
    rig.run(50);
    host.say({ kind: "set", cluster, sequence: 4, pin: 13, value: 0xffff, holdMs: 1_000 });
    rig.run(100);
    expect(host.of("done")).toHaveLength(1);
    expect(rig.mcu.drive("D13")).toBe("high");
  });
});
