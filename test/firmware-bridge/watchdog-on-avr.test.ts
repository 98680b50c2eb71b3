/** BRIDGE-11, VOTER-13: a chip whose clock stands still, and one that hangs, are reset in time. */
import { describe, expect, it } from "vitest";
import { cluster, type Firmware, flashOf, hostOf, inMs, powered } from "./support/firmware-rig.js";

/** "250 ms" are 32,768 ticks of 128 kHz; and a start with an Arduino's fuses; in milliseconds. */
const watchdogMs = 256;
const startUpMs = 65;

/** The end of clock_begin: `ldi r24, 0x1A` (the divider of Timer 1), `st Z, r24`, `ret`. */
const clockStarts = [0x8a, 0xe1, 0x80, 0x83, 0x08, 0x95];
/** `ldi r24, 0x18`: no divider, and the timer stands still. */
const stoppedClock = 0x88;

function withoutClock(firmware: Firmware): Uint8Array {
  const flash = flashOf(firmware).slice();
  const at = Buffer.from(flash).indexOf(Buffer.from(clockStarts));
  expect(at, "the firmware starts its clock otherwise than the test knows").toBeGreaterThan(0);
  flash[at] = stoppedClock;
  return flash;
}

describe.each(["bridge", "voter"] as const)("the %s firmware, its Timer 1 stopped", (firmware) => {
  it.each([true, false])("is reset again and again (bytes that wake it: %s)", (woken) => {
    const rig = powered(firmware, withoutClock(firmware));
    for (let passed = 0; passed < 1_000; passed += 2) {
      // The main loop goes around for each byte, and that alone must not be a sign of life.
      if (woken) hostOf(rig).sayBytes(Uint8Array.of(0));
      rig.run(2);
    }
    const { starts } = rig.mcu;
    expect(starts.slice(1).map(({ cause }) => cause)).toEqual(["watchdog", "watchdog", "watchdog"]);
    for (const [index, { at }] of starts.slice(1).entries()) {
      const lasted = inMs(at - (starts[index]?.at ?? 0));
      expect(lasted).toBeGreaterThan(watchdogMs - 10);
      expect(lasted).toBeLessThan(watchdogMs + startUpMs + 10);
    }
    expect(hostOf(rig).of("hello").at(-1)?.frame).toMatchObject({ resetCause: 8 });
  });

  it("with its clock it is not reset", () => {
    const rig = powered(firmware);
    rig.run(1_000);
    expect(rig.mcu.starts).toHaveLength(1);
  });
});

/** Output 0 declared by two, safe at 0, and in EEPROM. */
function declaredVoter(firmware: "voter" | "voter-faults") {
  const rig = powered(firmware);
  rig.run(100);
  for (const place of [0, 1]) {
    hostOf(rig, place).say({
      ...{ kind: "declare", cluster, sequence: 1, output: 0, use: 2, safeKind: 1, safeValue: 0 },
      ...{ tolerance: 0, graceMs: 100, patienceMs: 500 },
    });
  }
  rig.run(2_500);
  const vote = (sequence: number) => {
    for (const host of rig.hosts) {
      host.say({ kind: "vote", cluster, sequence, output: 0, value: 0xffff, holdMs: 60_000 });
    }
    rig.run(20);
  };
  return { rig, vote };
}

describe("the voter firmware that hangs", () => {
  it("is reset by its watchdog, its output safe, and is voted again", () => {
    const { rig, vote } = declaredVoter("voter-faults");
    vote(2);
    expect(rig.mcu.drive("D5")).toBe("high");
    for (const host of rig.hosts) host.forget();
    const hungAt = rig.mcu.now();
    hostOf(rig, 1).say({ kind: "hang" });
    rig.run(watchdogMs + startUpMs + 20);
    for (const host of rig.hosts) {
      const [hello] = host.of("hello");
      expect(hello?.frame).toMatchObject({ resetCause: 8, boots: 2, cluster });
      expect(inMs((hello?.at ?? 0) - hungAt)).toBeLessThan(watchdogMs + startUpMs + 10);
    }
    expect(rig.mcu.drive("D5")).toBe("low");
    vote(3);
    expect(rig.mcu.drive("D5")).toBe("high");
  });

  it("the released build has no word that hangs it", () => {
    const { rig, vote } = declaredVoter("voter");
    for (const host of rig.hosts) host.say({ kind: "hang" });
    rig.run(1_000);
    vote(2);
    expect(rig.mcu.starts).toHaveLength(1);
    expect(rig.mcu.drive("D5")).toBe("high");
  });
});
