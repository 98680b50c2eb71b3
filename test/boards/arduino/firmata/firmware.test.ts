/** The Firmata firmware byte by byte, on a simulated ATmega328P in virtual time. */
import { beforeEach, describe, expect, it } from "vitest";
import {
  askCapabilities,
  askFirmware,
  askMapping,
  askState,
  askVersion,
  driveFromInput,
  reportChannel,
  reportPort,
  setAnalog,
  setLevel,
  setMode,
  setPort,
  setSamplingInterval,
} from "../../../../boards/arduino/firmata-bytes.js";
import { atmega328p } from "../../../../boards/simulated-avr/atmega328p.js";
import { Microcontroller } from "../../../../boards/simulated-avr/microcontroller.js";
import { Prng } from "../../../../src/kernel/prng.js";
import { millis } from "../../../../src/kernel/time.js";
import { type Ear, earAt, flashOf } from "../../simulated-avr/rig.js";

let mcu: Microcontroller;
let ear: Ear;

const banner = [0xf9, 2, 5, 0xf0, 0x79, 1, 0, ...named("Holdfast"), 0xf7];

function named(name: string): readonly number[] {
  return [...name].flatMap((letter) => [letter.charCodeAt(0), 0]);
}

beforeEach(() => {
  const flash = flashOf(atmega328p, "firmware-bridge/firmata/firmata.hex");
  mcu = new Microcontroller({ part: atmega328p, flash, baud: 57_600, startUp: millis(1) });
  ear = earAt(mcu.lines[0]);
  mcu.runFor(millis(10));
});

function tell(...messages: readonly (readonly number[])[]): readonly number[] {
  ear.take();
  mcu.lines[0]?.send(Uint8Array.from(messages.flat()));
  // The longest answer takes 28 ms.
  mcu.runFor(millis(35));
  return ear.take();
}

/** The state of a pin, as it is told: mode and value. */
const stateOf = (pin: number): readonly number[] => tell(askState(pin)).slice(3, -1);

const servoRange = (pin: number, low: number, high: number): readonly number[] => [
  ...[0xf0, 0x70, pin, low & 0x7f, low >> 7, high & 0x7f, high >> 7, 0xf7],
];

describe("the Firmata firmware", () => {
  it("FW-3: says who it is at the start, and after its watchdog has bitten", () => {
    expect(ear.take()).toEqual(banner);
    mcu.hang();
    mcu.runFor(millis(400));
    expect(mcu.starts.map(({ cause }) => cause)).toEqual(["power", "watchdog"]);
    expect(ear.take()).toEqual(banner);
    expect(tell(askVersion(), askFirmware())).toEqual(banner);
  });

  it("FW-1: every pin is an input at the start, after a reset, and after FF", () => {
    const pins = [...Array(18).keys()].map((index) =>
      index < 12 ? `D${index + 2}` : `A${index - 12}`,
    );
    const areInputs = (): void => {
      for (const pin of pins) expect(mcu.drive(pin), pin).toBe("input");
    };
    areInputs();
    for (let pin = 2; pin < 20; pin += 1) tell(setMode(pin, 1), setLevel(pin, 1));
    for (const pin of pins) expect(mcu.drive(pin), pin).toBe("high");
    tell([0xff]);
    areInputs();
    expect([stateOf(2), stateOf(14)]).toEqual([
      [0, 0],
      [2, 0],
    ]);
  });

  it("tells what its pins can do, and leaves its line alone", () => {
    const told = tell(askCapabilities());
    expect(told.slice(0, 5)).toEqual([0xf0, 0x6c, 0x7f, 0x7f, 0]);
    const pins = told
      .slice(2, -1)
      .join(" ")
      .split("127")
      .map((able) => able.trim());
    expect(pins).toHaveLength(21);
    expect(pins[2]).toBe("0 1 11 1 1 1");
    expect(pins[3]).toBe("0 1 11 1 1 1 3 8");
    expect(pins[9]).toBe("0 1 11 1 1 1 3 8 4 14");
    expect(pins[14]).toBe("0 1 11 1 1 1 2 10");
    expect(tell(askMapping()).slice(2, -1)).toEqual([
      ...Array(14).fill(0x7f),
      ...[0, 1, 2, 3, 4, 5],
    ]);
    for (const pin of [0, 1, 20, 127]) {
      tell(setMode(pin, 1), setLevel(pin, 1), setAnalog(pin, 100));
    }
    expect(stateOf(127)).toEqual([]);
    expect(tell(askVersion())).toEqual([0xf9, 2, 5]);
  });

  it("refuses a mode that a pin cannot have", () => {
    tell(setMode(2, 3), setMode(3, 4), setMode(4, 2), setMode(5, 99));
    for (const pin of [2, 3, 4, 5]) expect(stateOf(pin)).toEqual([0, 0]);
  });

  it("FW-2: an output that begins high never was low", () => {
    const probe = mcu.probe("D8");
    tell(driveFromInput(8, 1, 0));
    expect(probe.takeChanges().changes.map(({ drive }) => drive)).toEqual(["pulled-up", "high"]);
    tell(setMode(8, 11), setMode(8, 1));
    expect(probe.takeChanges().changes.at(-1)?.drive).toBe("low");
  });

  it("sets the outputs of a port, and no input's level but its pull-up", () => {
    tell(setMode(8, 1), setMode(9, 1), setMode(10, 11));
    tell(setPort(1, 0b0000_1001));
    expect(["D8", "D9", "D10", "D11"].map((pin) => mcu.drive(pin))).toEqual([
      ...["high", "low", "pulled-up", "pulled-up"],
    ]);
    tell(setLevel(11, 0));
    expect(mcu.drive("D11")).toBe("pulled-up");
  });

  it("FW-4: tells a port when it is asked, and when it changes", () => {
    mcu.setLevel("D2", 1);
    expect(tell(reportPort(0))).toEqual([0x90, 4, 0]);
    expect(tell(reportPort(0))).toEqual([0x90, 4, 0]);
    mcu.setLevel("D7", 1);
    mcu.runFor(millis(2));
    expect(ear.take()).toEqual([0x90, 4, 1]);
    mcu.runFor(millis(100));
    expect(ear.take()).toEqual([]);
    tell([0xd0, 0]);
    mcu.setLevel("D7", 0);
    mcu.runFor(millis(5));
    expect(ear.take()).toEqual([]);
  });

  it("samples at its interval, and a channel that is no input any more not at all", () => {
    mcu.setVolts("A2", 2.5);
    expect(tell(reportChannel(2, true)).slice(0, 3)).toEqual([0xe2, 0, 4]);
    tell(setSamplingInterval(50));
    mcu.runFor(millis(1_000));
    const samples = ear.take().filter((byte) => byte === 0xe2).length;
    expect(samples).toBeGreaterThanOrEqual(19);
    expect(samples).toBeLessThanOrEqual(21);
    tell(setMode(16, 1));
    mcu.runFor(millis(200));
    expect(ear.take()).toEqual([]);
  });

  it.each([
    [3, "D3"],
    [5, "D5"],
    [6, "D6"],
    [9, "D9"],
    [10, "D10"],
    [11, "D11"],
  ])("PWM of pin %d, from off to on", (pin, name) => {
    tell(setMode(pin, 3));
    const probe = mcu.probe(name);
    for (const duty of [0, 1, 64, 128, 254, 255]) {
      tell(setAnalog(pin, duty));
      probe.takeDuty();
      mcu.runFor(millis(102));
      expect(Math.abs(probe.takeDuty() - duty / 255), `${duty}`).toBeLessThan(0.012);
    }
    expect(stateOf(pin)).toEqual([3, 255 & 0x7f, 1]);
  });

  it("moves servos by angles and pulses, within a range", () => {
    const probe = mcu.probe("D10");
    const pulse = (): number => {
      probe.takeDuty();
      mcu.runFor(millis(200));
      return Math.round(probe.takeDuty() * 20_000);
    };
    tell(setMode(10, 4), setAnalog(10, 90));
    mcu.runFor(millis(40));
    expect(pulse()).toBe(1_472);
    tell(setAnalog(10, 1_000));
    mcu.runFor(millis(40));
    expect(pulse()).toBe(1_000);
    tell(servoRange(10, 1_000, 2_000), setAnalog(10, 180));
    mcu.runFor(millis(40));
    expect(pulse()).toBe(2_000);
    tell(setAnalog(10, 16_000));
    mcu.runFor(millis(40));
    expect(pulse()).toBe(3_000);
    tell(setMode(9, 3), setAnalog(9, 128));
    mcu.runFor(millis(40));
    const beside = mcu.probe("D9");
    beside.takeDuty();
    mcu.runFor(millis(200));
    expect(beside.takeDuty()).toBeCloseTo(0.5, 2);
    expect(pulse()).toBe(3_000);
  });

  it("FW-5: a message that is too long has no effect, and the next one has", () => {
    tell([0xf0, 0x6d, ...Array(40).fill(2), 0xf7]);
    expect(ear.take()).toEqual([]);
    expect(stateOf(2)).toEqual([0, 0]);
    expect(tell([0xf0, 0x6d, 2], askVersion())).toEqual([0xf9, 2, 5]);
  });

  it("FW-5, FW-6: whatever bytes come, it answers afterwards", () => {
    const prng = new Prng(7);
    for (let round = 0; round < 15; round += 1) {
      const noise = Uint8Array.from({ length: 250 }, () => prng.below(256));
      mcu.lines[0]?.send(noise);
      mcu.runFor(millis(60));
    }
    mcu.runFor(millis(100));
    expect(tell([0xff], askVersion()).slice(-3)).toEqual([0xf9, 2, 5]);
    expect(mcu.starts).toHaveLength(1);
  });

  it("FW-6: many questions at once are answered whole, one after the other", () => {
    mcu.lines[0]?.send(Uint8Array.from(Array(8).fill(askCapabilities()).flat()));
    ear.take();
    mcu.runFor(millis(400));
    const answers = ear.take().join(" ").split("240").slice(1);
    expect(answers).toHaveLength(8);
    expect(new Set(answers.map((answer) => answer.trim())).size).toBe(1);
  });
});
