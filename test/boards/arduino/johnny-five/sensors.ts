/** What is measured in volts. */

import { expect } from "vitest";
import type { Bench } from "./bench.js";
import { five } from "./five.js";
import { Heard, trial } from "./trial.js";

const lasting = 100;

/** Puts the volts there, and lets the component hear of them. */
async function give({ volts, pass }: Bench, pin: string, value: number): Promise<void> {
  volts(pin, value);
  await pass(lasting);
}

interface Reading {
  readonly [quantity: string]: number;
}

export const sensorTrials = [
  trial("Sensor: data and change", async (bench) => {
    const heard = new Heard(new five.Sensor("A0"), ["data", "change"]);
    await give(bench, "A0", 2.5);
    expect(heard.last("data")).toBe(512);
    await give(bench, "A0", 5);
    expect(heard.last("change")).toBe(1_023);
  }),

  trial("Sensor.scale", async (bench) => {
    const sensor = new five.Sensor({ pin: "A0", freq: 20 });
    let scaled = 0;
    sensor.scale(0, 100).on("data", function (this: { value: number }) {
      scaled = this.value;
    });
    await give(bench, "A0", 1.25);
    expect(scaled).toBeCloseTo(25, 0);
  }),

  trial("Sensor.within", async (bench) => {
    const sensor = new five.Sensor("A1");
    let times = 0;
    sensor.within([400, 600], () => {
      times += 1;
    });
    await give(bench, "A1", 1);
    expect(times).toBe(0);
    await give(bench, "A1", 2.5);
    expect(times).toBeGreaterThan(0);
  }),

  trial("Sensors", async (bench) => {
    const sensors = new five.Sensors(["A0", "A1"]);
    const heard = new Heard(sensors, ["change"]);
    await give(bench, "A1", 5);
    expect((heard.last("change") as { value: number }).value).toBe(1_023);
  }),

  trial("A potentiometer that dims a lamp", async (bench) => {
    const led = new five.Led(11);
    new five.Sensor("A2").on("data", function (this: { value: number }) {
      led.brightness(this.value >> 2);
    });
    await give(bench, "A2", 2.5);
    expect(bench.at("D11")).toBeCloseTo(0.5, 2);
  }),

  trial("Thermometer LM35", async (bench) => {
    const thermometer = new five.Thermometer({ controller: "LM35", pin: "A0" });
    await give(bench, "A0", 0.25);
    expect(thermometer.celsius).toBeCloseTo(25, 0);
    expect(thermometer.fahrenheit).toBeCloseTo(77, 0);
  }),

  trial("Thermometer LM335", async (bench) => {
    const thermometer = new five.Thermometer({ controller: "LM335", pin: "A0" });
    await give(bench, "A0", 2.98);
    expect(thermometer.celsius).toBeCloseTo(25, 0);
  }),

  trial("Thermometer TMP36", async (bench) => {
    const thermometer = new five.Thermometer({ controller: "TMP36", pin: "A0" });
    await give(bench, "A0", 0.75);
    expect(thermometer.celsius).toBeCloseTo(25, 0);
  }),

  trial("Thermometer GROVE", async (bench) => {
    const thermometer = new five.Thermometer({ controller: "GROVE", pin: "A0" });
    await give(bench, "A0", 2.5);
    expect(thermometer.celsius).toBeCloseTo(25, 0);
  }),

  trial("Thermometer TINKERKIT", async (bench) => {
    const thermometer = new five.Thermometer({ controller: "TINKERKIT", pin: "A0" });
    await give(bench, "A0", 2.5);
    expect(thermometer.celsius).toBe(9);
  }),

  trial("Light (a photoresistor)", async (bench) => {
    const light = new five.Light("A0");
    await give(bench, "A0", 5);
    const bright = Number(light.level);
    await give(bench, "A0", 0);
    expect(Math.abs(bright - Number(light.level))).toBeCloseTo(1, 1);
  }),

  trial("Proximity GP2Y0A21YK", async (bench) => {
    const proximity = new five.Proximity({ controller: "GP2Y0A21YK", pin: "A0" });
    const heard = new Heard(proximity, ["data"]);
    await give(bench, "A0", 2.4);
    const { cm = 0 } = heard.last("data") as Reading;
    expect(cm).toBeCloseTo(12_343.85 * 491 ** -1.15, 0);
  }),

  trial("Proximity MB1000 (a sonar)", async (bench) => {
    const proximity = new five.Proximity({ controller: "MB1000", pin: "A0" });
    const heard = new Heard(proximity, ["data"]);
    await give(bench, "A0", 0.49);
    expect((heard.last("data") as Reading)["cm"]).toBeCloseTo(127, 0);
  }),

  trial("Motion GP2Y0D810Z0F", async (bench) => {
    bench.volts("A0", 5);
    const motion = new five.Motion({ controller: "GP2Y0D810Z0F", pin: "A0" });
    const heard = new Heard(motion, ["motionstart", "motionend"]);
    await give(bench, "A0", 5);
    await give(bench, "A0", 0);
    expect(heard.events).toContain("motionstart");
  }),

  trial("Joystick", async (bench) => {
    for (const pin of ["A0", "A1"]) bench.volts(pin, 2.5);
    const joystick = new five.Joystick({ pins: ["A0", "A1"] });
    await bench.pass(lasting);
    await give(bench, "A0", 5);
    expect(joystick.x).toBeGreaterThan(0.9);
    expect(Math.abs(Number(joystick.y))).toBeLessThan(0.1);
  }),

  trial("Accelerometer, analog", async (bench) => {
    const options = { pins: ["A0", "A1", "A2"], sensitivity: 96, zeroV: 478 };
    const accelerometer = new five.Accelerometer(options);
    for (const pin of ["A0", "A1"]) bench.volts(pin, (478 * 5) / 1_023);
    await give(bench, "A2", (574 * 5) / 1_023);
    const { x, y, z } = accelerometer;
    expect([x, y, z]).toEqual([0, 0, 1]);
  }),

  trial("Accelerometer ADXL335", async (bench) => {
    const options = { controller: "ADXL335", pins: ["A0", "A1", "A2"] };
    const accelerometer = new five.Accelerometer(options);
    for (const pin of ["A0", "A1", "A2"]) bench.volts(pin, (330 * 5) / 1_023);
    await bench.pass(lasting);
    const { x, y, z } = accelerometer;
    expect([x, y, z]).toEqual([0, 0, 0]);
  }),

  trial("Accelerometer MMA7361 with its sleep pin", async (bench) => {
    const options = { controller: "MMA7361", pins: ["A0", "A1", "A2"], sleepPin: 13 };
    const accelerometer = new five.Accelerometer(options);
    expect(bench.at("D13")).toBe(1);
    accelerometer.disable();
    expect(bench.at("D13")).toBe(0);
  }),

  trial("Gyro, analog", async (bench) => {
    for (const pin of ["A0", "A1"]) bench.volts(pin, 1.5);
    const gyro = new five.Gyro({ pins: ["A0", "A1"], sensitivity: 0.67 });
    const heard = new Heard(gyro, ["data", "change"]);
    await bench.pass(1_500);
    await give(bench, "A0", 2);
    expect(heard.events).toContain("change");
    expect(gyro.rate.x).toBeGreaterThan(0);
  }),

  trial("Keypad VKEY", async (bench) => {
    const keypad = new five.Keypad({ controller: "VKEY", pin: "A0" });
    const heard = new Heard(keypad, ["press"]);
    await bench.pass(lasting);
    await give(bench, "A0", ((17 + 40 * 2) * 5) / 1_023);
    expect(heard.events).toContain("press");
    expect((heard.last("press") as { which: readonly number[] }).which).toEqual([11]);
  }),

  trial("Keypad, analog", async (bench) => {
    const keypad = new five.Keypad({ controller: "ANALOG", pin: "A0", length: 16 });
    const heard = new Heard(keypad, ["press"]);
    await give(bench, "A0", 2.5);
    expect(heard.events).toContain("press");
  }),

  trial("ReflectanceArray", async (bench) => {
    const eyes = new five.ReflectanceArray({
      ...{ emitter: 13, pins: ["A0", "A1", "A2"], autoCalibrate: true },
    });
    eyes.enable();
    expect(bench.at("D13")).toBe(1);
    await give(bench, "A1", 5);
    expect((eyes.raw as unknown as number[])[1]).toBe(1_023);
  }),
];
