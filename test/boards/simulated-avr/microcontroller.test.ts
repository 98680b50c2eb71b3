import { describe, expect, test } from "vitest";
import { atmega328p } from "../../../boards/simulated-avr/atmega328p.js";
import { atmega2560 } from "../../../boards/simulated-avr/atmega2560.js";
import { millis, seconds } from "../../../src/kernel/time.js";
import { beatsIn, earAt, parts, probed, text } from "./rig.js";

const startUp = 65;
const milliseconds = (cycles: number): number => cycles / 16_000;
const byte = (word: string): number => word.charCodeAt(0);

describe.each(parts)("$name with the probe firmware", (part) => {
  test("AVR-1: says why it started, once its start-up time is over", () => {
    const { mcu, ear } = probed(part);
    mcu.runFor(millis(startUp));
    expect(ear.bytes).toEqual([]);
    mcu.runFor(millis(1));
    expect(ear.bytes).toEqual([byte("B"), 1, 1]);
    expect(milliseconds(ear.cycles[0] ?? 0)).toBeCloseTo(startUp + 0.09, 1);
  });

  test("AVR-2: its timer keeps time with the crystal, also when it sleeps in between", () => {
    const { mcu, ear } = probed(part);
    mcu.runFor(seconds(5));
    const starts = ear.cycles.filter((_, index) => index > 2 && (index - 3) % 6 === 0);
    const gaps = starts.slice(1).map((cycle, index) => milliseconds(cycle - (starts[index] ?? 0)));
    expect(gaps.length).toBeGreaterThan(90);
    for (const gap of gaps) expect(Math.abs(gap - 50)).toBeLessThan(0.2);
  });

  test("AVR-3: the same calls give the same bytes at the same cycles, however they are cut", () => {
    const whole = probed(part);
    const cut = probed(part);
    for (const { mcu } of [whole, cut]) mcu.lines[0]?.send(text("abc"));
    whole.mcu.runFor(millis(300));
    for (let step = 0; step < 3_000; step += 1) cut.mcu.run(1_600);
    expect(cut.ear.bytes).toEqual(whole.ear.bytes);
    const drift = cut.ear.cycles.map((cycle, index) => cycle - (whole.ear.cycles[index] ?? 0));
    expect(Math.max(...drift.map(Math.abs))).toBe(0);
  });

  test("AVR-4: volts at the analog input come out as the datasheet reckons them", () => {
    const { mcu, ear } = probed(part);
    for (const volts of [0, 1.234, 3, 4.999, 7, -1]) {
      mcu.setVolts("A0", volts);
      mcu.runFor(millis(200));
      const expected = Math.min(1_023, Math.max(0, Math.floor((volts / 5) * 1_024)));
      expect(beatsIn(ear.take()).at(-1)?.analog).toBe(expected);
    }
  });

  test("AVR-5: levels on an input are read, and an open one reads low", () => {
    const { mcu, ear } = probed(part);
    for (const level of [1, 0, 1, null] as const) {
      mcu.setLevel("D2", level);
      mcu.runFor(millis(200));
      expect(beatsIn(ear.take()).at(-1)?.level).toBe(level ?? 0);
    }
  });

  test("AVR-6: an output is seen when it changes, and lets go at a reset", () => {
    const { mcu } = probed(part);
    const probe = mcu.probe("D8");
    mcu.runFor(millis(100));
    expect(probe.level).toBeNull();
    mcu.lines[0]?.send(text("oco"));
    mcu.runFor(millis(100));
    expect(probe.takeChanges().changes.map(({ drive }) => drive)).toEqual([
      "low",
      "high",
      "low",
      "high",
    ]);
    mcu.reset();
    expect(probe.drive).toBe("input");
  });

  test("AVR-7: PWM has the duty that the firmware has set", () => {
    const { mcu } = probed(part);
    const probe = mcu.probe(part === atmega328p ? "D6" : "D5");
    mcu.runFor(millis(100));
    for (const duty of [0, 1, 64, 200, 255]) {
      mcu.lines[0]?.send(Uint8Array.of(byte("p"), duty));
      mcu.runFor(millis(100));
      probe.takeDuty();
      mcu.runFor(millis(500));
      // Fast PWM on the 328P, phase correct on the 2560.
      const expected = part === atmega328p ? (duty + 1) / 256 : duty / 255;
      expect(probe.takeDuty()).toBeCloseTo(expected, 2);
    }
  });

  test("AVR-8: hung firmware is reset by its watchdog, which MCUSR shows, and RAM is kept", () => {
    const { mcu, ear } = probed(part);
    mcu.runFor(millis(500));
    ear.take();
    mcu.lines[0]?.send(text("h"));
    mcu.runFor(millis(250 + startUp + 5));
    expect(mcu.starts.map(({ cause }) => cause)).toEqual(["power", "watchdog"]);
    expect(ear.bytes.slice(-3)).toEqual([byte("B"), 8, 2]);
    mcu.runFor(millis(200));
    expect(beatsIn(ear.take()).length).toBeGreaterThan(2);
  });

  test("AVR-8: a processor that is stuck with its interrupts off is reset as well", () => {
    const { mcu } = probed(part);
    mcu.runFor(millis(500));
    mcu.hang();
    mcu.runFor(millis(600));
    expect(mcu.starts.map(({ cause }) => cause)).toEqual(["power", "watchdog"]);
  });

  test("AVR-8: firmware that does its work is never reset", () => {
    const { mcu } = probed(part);
    mcu.runFor(seconds(5));
    expect(mcu.starts).toHaveLength(1);
  });

  test("AVR-9: the pin RESET starts it anew, the power does so with other RAM", () => {
    const { mcu, ear } = probed(part);
    mcu.runFor(millis(100));
    ear.take();
    mcu.reset();
    mcu.runFor(millis(66));
    expect(ear.take()).toEqual([byte("B"), 2, 2]);
    mcu.powerOff();
    mcu.runFor(seconds(1));
    mcu.powerOn();
    mcu.runFor(millis(66));
    expect(ear.take()).toEqual([byte("B"), 1, 1]);
    expect(mcu.now()).toBeGreaterThan(1_200_000);
  });

  test("AVR-10: EEPROM is written, read back, and outlives the power", () => {
    const { mcu, ear } = probed(part);
    mcu.runFor(millis(70));
    ear.take();
    mcu.lines[0]?.send(text("eZ"));
    mcu.runFor(millis(20));
    expect(ear.take()).toContain(byte("Z"));
    mcu.powerOff();
    mcu.powerOn();
    expect(mcu.eeprom[3]).toBe(byte("Z"));
  });

  test("AVR-11: a stopped clock freezes everything, the outputs and the watchdog too", () => {
    const { mcu, ear } = probed(part);
    mcu.runFor(millis(100));
    mcu.lines[0]?.send(text("o"));
    mcu.runFor(millis(10));
    ear.take();
    mcu.stopClock();
    mcu.runFor(seconds(2));
    expect([ear.bytes.length, mcu.drive("D8"), mcu.starts.length]).toEqual([0, "high", 1]);
    mcu.startClock();
    mcu.runFor(millis(100));
    expect(beatsIn(ear.bytes).length).toBeGreaterThan(0);
  });
});

test("AVR-12: each UART of a 2560 has its own registers and vectors", () => {
  const { mcu } = probed(atmega2560);
  const ears = mcu.lines.map((line) => earAt(line));
  mcu.runFor(millis(100));
  for (const ear of ears) ear.take();
  for (const [index, line] of mcu.lines.entries())
    if (index > 0) line.send(text("abc".repeat(index)));
  mcu.runFor(millis(5));
  const heard = ears.slice(1).map((ear) => String.fromCharCode(...ear.bytes));
  expect(heard).toEqual(["abc", "abcabc", "abcabcabc"]);
});

test("AVR-13: asleep it costs next to no work: an hour of a hung processor ends at once", () => {
  const { mcu } = probed(atmega328p);
  mcu.runFor(millis(100));
  mcu.lines[0]?.send(text("w"));
  mcu.runFor(millis(10));
  mcu.hang();
  mcu.runFor(seconds(3_600));
  expect(mcu.starts).toHaveLength(1);
  expect(mcu.now()).toBeGreaterThan(3_600_000_000);
});
