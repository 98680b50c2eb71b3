/** FIRMATA-12: both ways at once: johnny-five's components over our board over our firmware. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JohnnyFiveIo } from "../../../../boards/arduino/johnny-five-io.js";
import type { PinBoard } from "../../../../boards/pin-board.js";
import { type Duration, millis } from "../../../../src/kernel/time.js";
import { five } from "../johnny-five/five.js";
import { Heard } from "../johnny-five/trial.js";
import { VirtualArduino } from "./virtual-arduino.js";

let arduino: VirtualArduino;
let board: PinBoard;
let io: JohnnyFiveIo;
const pass = (milliseconds: number) => arduino.pass(millis(milliseconds) as Duration);

beforeAll(async () => {
  arduino = new VirtualArduino();
  const opened = await arduino.open();
  if (!opened.ok) throw new Error(opened.message);
  board = opened.board;
  io = new JohnnyFiveIo({ board, clock: { now: () => arduino.now() } });
  const made = new five.Board({ io, repl: false, debug: false, sigint: false });
  await arduino.during(new Promise<void>((resolve) => void made.on("ready", resolve)));
});

afterAll(() => {
  io.close();
  board.close(arduino.now());
  arduino.end();
});

describe("johnny-five over a Firmata board", () => {
  it("Led: on, brightness", async () => {
    new five.Led(13).on();
    const dimmed = new five.Led(5);
    dimmed.brightness(64);
    await pass(30);
    expect(await arduino.measure("D13")).toBe(1);
    expect(await arduino.measure("D5")).toBeCloseTo(64 / 255, 1);
  });

  it("Servo", async () => {
    const servo = new five.Servo(10);
    servo.to(90);
    await pass(30);
    const probe = arduino.mcu.probe("D10");
    probe.takeDuty();
    await pass(100);
    expect(probe.takeDuty()).toBeCloseTo(1_500 / 20_000, 3);
  });

  it("Relay: a reset of the board that opens it is told", async () => {
    const undone: unknown[] = [];
    io.on("undone", (word) => undone.push(word));
    new five.Relay(7).close();
    await pass(100);
    expect(await arduino.measure("D7")).toBe(1);
    expect(undone).toEqual([]);
    arduino.mcu.reset();
    await pass(150);
    expect(await arduino.measure("D7")).toBe(0);
    expect(undone).toContainEqual({ pin: "D7", value: 1 });
  });

  it("Button, with the chip's own pull-up", async () => {
    const heard = new Heard(new five.Button({ pin: 2, isPullup: true }), ["press", "release"]);
    await pass(150);
    arduino.mcu.setLevel("D2", 0);
    await pass(80);
    arduino.mcu.setLevel("D2", null);
    await pass(80);
    expect(heard.events.slice(-2)).toEqual(["press", "release"]);
  });

  it("Sensor: a value that froze is told as such", async () => {
    arduino.mcu.setVolts("A1", 2.5);
    const heard = new Heard(new five.Sensor("A1"), ["data"]);
    let raw = 0;
    const silent: unknown[] = [];
    io.on("analog-read-15", () => {
      raw += 1;
    });
    io.on("silent", (health) => silent.push(health));
    await pass(200);
    expect(Number(heard.last("data"))).toBeCloseTo(512, -1);
    expect(raw).toBeGreaterThan(4);
    arduino.mcu.stopClock();
    await pass(50);
    raw = 0;
    const events = heard.events.length;
    await pass(500);
    // The component goes on with the last value; the board does not.
    expect(heard.events.length).toBeGreaterThan(events);
    expect(raw).toBe(0);
    expect(silent).toHaveLength(1);
    expect(io.age("A1")).toBeGreaterThan(400_000);
    arduino.mcu.startClock();
    await pass(300);
    expect(raw).toBeGreaterThan(4);
  });
});
