/** A Firmata board that hangs, is reset, is pulled out: our firmware on a simulated ATmega328P. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AnalogLine, InputLine, OutputLine, PinBoard } from "../../../../boards/pin-board.js";
import { millis } from "../../../../src/kernel/time.js";
import { lineOf, plainInput, plainOutput } from "../../../contracts/pins/rig.js";
import { VirtualArduino } from "./virtual-arduino.js";

let arduino: VirtualArduino;
let board: PinBoard;
let button: InputLine;
let sensor: AnalogLine;
let relay: OutputLine;
let lamp: OutputLine;

beforeEach(async () => {
  arduino = new VirtualArduino();
  const opened = await arduino.open();
  if (!opened.ok) throw new Error(opened.message);
  board = opened.board;
  const now = arduino.now();
  button = lineOf(board.openInput(now, "D2", { ...plainInput, pull: "up", edges: true }));
  sensor = lineOf(board.openAnalog(now, "A1"));
  relay = lineOf(board.openOutput(now, "D8", plainOutput));
  const safe = { kind: "value", value: 1 } as const;
  lamp = lineOf(board.openOutput(now, "D12", { ...plainOutput, safe }));
  arduino.mcu.setVolts("A1", 2.5);
  await arduino.pass(millis(100));
  relay.write(arduino.now(), 1, null);
  await arduino.pass(millis(20));
});

afterEach(() => {
  board.close(arduino.now());
  arduino.end();
});

/** Everything works, and outputs were safe until the next word. */
async function isWhole(): Promise<void> {
  const { mcu } = arduino;
  expect(board.health(arduino.now())).toEqual({ kind: "live" });
  expect(await arduino.measure("D8")).toBe(0);
  expect(await arduino.measure("D12")).toBe(1);
  expect(await arduino.measure("D2")).toBe(1);
  expect(relay.write(arduino.now(), 1, null)).toEqual({ ok: true });
  mcu.setLevel("D2", 0);
  mcu.setVolts("A1", 1);
  const before = arduino.now();
  await arduino.pass(millis(150));
  expect(await arduino.measure("D8")).toBe(1);
  expect(button.read(arduino.now()).value).toBe(0);
  expect(button.read(arduino.now()).sourceTime).toBeGreaterThan(before);
  expect(sensor.read(arduino.now()).value).toBeCloseTo(1, 1);
  expect(sensor.read(arduino.now()).sourceTime).toBeGreaterThan(before);
}

describe("a Firmata board", () => {
  it("FIRMATA-4: a firmware that hung is configured anew after its watchdog's reset", async () => {
    const hungAt = arduino.now();
    arduino.mcu.hang();
    arduino.mcu.setVolts("A1", 4);
    await arduino.pass(millis(200));
    expect(sensor.read(arduino.now()).sourceTime).toBeLessThanOrEqual(hungAt + 10_000);
    expect(sensor.read(arduino.now()).value).toBeCloseTo(2.5, 1);
    await arduino.pass(millis(300));
    expect(arduino.mcu.starts.at(-1)?.cause).toBe("watchdog");
    expect(board.counts().get("resets")).toBe(1);
    await isWhole();
  });

  it("FIRMATA-6: a reset whose banner was lost shows by pins that left their mode", async () => {
    const [line] = arduino.mcu.lines;
    line?.planFault("to-host", { fault: { kind: "drop" }, after: 0, count: 24 });
    arduino.mcu.reset();
    await arduino.pass(millis(1_000));
    expect(board.counts().get("resets")).toBeUndefined();
    expect(board.counts().get("resets-unnoticed")).toBeGreaterThanOrEqual(1);
    await isWhole();
  });

  it("FIRMATA-5: a level that does not change is no older than a beat", async () => {
    await arduino.pass(millis(500));
    for (let look = 0; look < 5; look += 1) {
      const now = arduino.now();
      expect(now - button.read(now).sourceTime).toBeLessThan(millis(130));
      expect(now - sensor.read(now).sourceTime).toBeLessThan(millis(60));
      await arduino.pass(millis(35));
    }
  });

  it("FIRMATA-11: an output that is opened high leaves the others of its port alone", async () => {
    const high = { ...plainOutput, initial: 1 };
    expect(arduino.history("D8").at(-1)).toBe(1);
    const before = arduino.history("D8").length;
    lineOf(board.openOutput(arduino.now(), "D11", high));
    lineOf(board.openOutput(arduino.now(), "D9", high));
    await arduino.pass(millis(30));
    expect(await arduino.measure("D11")).toBe(1);
    expect(arduino.history("D8")).toHaveLength(before);
  });

  it("FIRMATA-7: one that is silent says since when, and refuses words", async () => {
    const stoppedAt = arduino.now();
    arduino.mcu.stopClock();
    await arduino.pass(millis(250));
    expect(board.health(arduino.now()).kind).toBe("live");
    await arduino.pass(millis(350));
    const health = board.health(arduino.now());
    expect(health.kind).toBe("silent");
    if (health.kind === "silent") expect(health.since).toBeLessThanOrEqual(stoppedAt + 2_000);
    expect(relay.write(arduino.now(), 0, null)).toEqual({ ok: false, reason: "lost" });
    expect(relay.release(arduino.now())).toEqual({ ok: false, reason: "lost" });
    expect(button.read(arduino.now()).sourceTime).toBeLessThanOrEqual(stoppedAt + 2_000);
    arduino.mcu.startClock();
    await arduino.pass(millis(300));
    expect(board.counts().get("silences")).toBe(1);
    await isWhole();
  });

  it("FIRMATA-7: a program that slept does not take it for silent", async () => {
    arduino.mcu.runFor(millis(2_000));
    await arduino.pass(millis(300));
    expect(board.health(arduino.now())).toEqual({ kind: "live" });
    expect(board.counts().get("silences")).toBeUndefined();
    expect(await arduino.measure("D8")).toBe(1);
  });

  it("FIRMATA-8: pulled out it is lost at once, and plugged in it goes on", async () => {
    const [line] = arduino.mcu.lines;
    line?.unplug();
    await arduino.pass(millis(2));
    expect(board.health(arduino.now())).toMatchObject({
      ...{ kind: "lost", message: expect.stringMatching(/port is gone/) },
    });
    expect(relay.write(arduino.now(), 0, null)).toEqual({ ok: false, reason: "lost" });
    expect(board.openInput(arduino.now(), "D4", plainInput)).toMatchObject({ reason: "lost" });
    const { sourceTime } = button.read(arduino.now());
    await arduino.pass(millis(500));
    expect(button.read(arduino.now()).sourceTime).toBe(sourceTime);
    line?.plug();
    await arduino.pass(millis(1_500));
    expect(board.counts().get("losses")).toBe(1);
    expect(board.counts().get("openings")).toBe(2);
    await isWhole();
  });

  it("FIRMATA-9: noise on the line costs messages and nothing else", async () => {
    const [line] = arduino.mcu.lines;
    for (let count = 0; count < 50; count += 1) {
      const fault = { kind: "flip", mask: 0x80 >> (count % 8) } as const;
      line?.planFault("to-host", { fault, after: 13 * (count + 1), count: 1 });
      line?.planFault("to-device", { fault, after: 17 * (count + 1), count: 1 });
    }
    await arduino.pass(millis(1_000));
    for (let count = 0; count < 3; count += 1) {
      relay.write(arduino.now(), 0, null);
      await arduino.pass(millis(100));
      relay.write(arduino.now(), 1, null);
      await arduino.pass(millis(100));
    }
    expect(board.health(arduino.now())).toEqual({ kind: "live" });
    relay.release(arduino.now());
    lamp.release(arduino.now());
    await arduino.pass(millis(700));
    await isWhole();
  });
});
