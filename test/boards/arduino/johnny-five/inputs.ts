/** What is pressed, switched or seen: levels and edges. */

import { expect } from "vitest";
import { five } from "./five.js";
import { Heard, trial } from "./trial.js";

export const inputTrials = [
  trial("Button with a resistor of its own", async ({ drive, pass }) => {
    drive("D2", 0);
    const heard = new Heard(new five.Button(2), ["press", "release"]);
    await pass(50);
    drive("D2", 1);
    await pass(50);
    drive("D2", 0);
    await pass(50);
    expect(heard.events.slice(-2)).toEqual(["press", "release"]);
  }),

  trial("Button with the board's pull-up", async ({ at, drive, pass }) => {
    const button = new five.Button({ pin: 2, isPullup: true });
    expect(at("D2")).toBe(1);
    const heard = new Heard(button, ["down", "up"]);
    await pass(50);
    drive("D2", 0);
    await pass(50);
    drive("D2", null);
    await pass(50);
    expect(heard.events.slice(-2)).toEqual(["down", "up"]);
  }),

  trial("Button that is held", async ({ drive, pass }) => {
    drive("D2", 0);
    const heard = new Heard(new five.Button({ pin: 2, holdtime: 100 }), ["hold"]);
    await pass(50);
    expect(heard.events).toEqual([]);
    drive("D2", 1);
    await pass(250);
    expect(heard.events.length).toBeGreaterThan(0);
  }),

  trial("Button that is inverted", async ({ drive, pass }) => {
    drive("D2", 1);
    const heard = new Heard(new five.Button({ pin: 2, invert: true }), ["press", "release"]);
    await pass(50);
    drive("D2", 0);
    await pass(50);
    expect(heard.events.at(-1)).toBe("press");
  }),

  trial("Button: a press between two looks", async ({ drive, io, pass }) => {
    drive("D2", 0);
    const levels: number[] = [];
    new five.Button(2);
    await pass(50);
    io.on("digital-read-2", (level: number) => void levels.push(level));
    drive("D2", 1);
    drive("D2", 0);
    await pass(50);
    expect(levels).toEqual([1, 0]);
  }),

  trial("Buttons", async ({ drive, pass }) => {
    for (const pin of ["D2", "D4"]) drive(pin, 0);
    const buttons = new five.Buttons([2, 4]);
    const heard = new Heard(buttons, ["press"]);
    await pass(50);
    drive("D4", 1);
    await pass(50);
    expect(heard.events).toEqual(["press"]);
    expect((heard.last("press") as { pin: number }).pin).toBe(4);
  }),

  trial("Switch, normally open", async ({ at, drive, pass }) => {
    const heard = new Heard(new five.Switch(8), ["open", "close"]);
    expect(at("D8")).toBe(1);
    await pass(50);
    drive("D8", 0);
    await pass(50);
    drive("D8", null);
    await pass(50);
    expect(heard.events.slice(-2)).toEqual(["close", "open"]);
  }),

  trial("Switch, normally closed", async ({ drive, pass }) => {
    drive("D8", 0);
    const heard = new Heard(new five.Switch({ pin: 8, type: "NC" }), ["open", "close"]);
    await pass(50);
    drive("D8", 1);
    await pass(50);
    expect(heard.events.at(-1)).toBe("close");
  }),

  trial("Motion (a PIR)", async ({ drive, pass }) => {
    drive("D7", 0);
    const motion = new five.Motion({ pin: 7, calibrationDelay: 20 });
    const heard = new Heard(motion, ["calibrated", "motionstart", "motionend"]);
    await pass(100);
    drive("D7", 1);
    await pass(100);
    drive("D7", 0);
    await pass(100);
    expect(heard.events).toEqual(["calibrated", "motionstart", "motionend"]);
  }),

  trial("Pin that is read", async ({ drive, pass }) => {
    drive("D7", 1);
    const pin = new five.Pin({ pin: 7, mode: 0 });
    const heard = new Heard(pin, ["high", "low"]);
    await pass(60);
    drive("D7", 0);
    await pass(60);
    expect(heard.events).toEqual(["high", "low"]);
  }),

  trial("Sensor.Digital", async ({ drive, pass }) => {
    drive("D7", 0);
    const heard = new Heard(new five.Sensor.Digital(7), ["change"]);
    await pass(60);
    drive("D7", 1);
    await pass(60);
    expect(heard.last("change")).toBe(1);
  }),
];
