/** What turns: motors, servos, and controllers of such. */

import { expect } from "vitest";
import { five } from "./five.js";
import { trial } from "./trial.js";

/** The duty of a servo's pulse of so many microseconds, in a period of 20 ms. */
const pulse = (microseconds: number) => expect.closeTo(microseconds / 20_000, 4);

export const motorTrials = [
  trial("Motor without a direction", ({ at }) => {
    const motor = new five.Motor(5);
    motor.start(128);
    expect(at("D5")).toBeCloseTo(128 / 255, 2);
    motor.stop();
    expect(at("D5")).toBe(0);
  }),

  trial("Motor with a direction", ({ at }) => {
    const motor = new five.Motor([3, 12]);
    motor.forward(255);
    expect([at("D3"), at("D12")]).toEqual([1, 1]);
    motor.reverse(255);
    expect([at("D3"), at("D12")]).toEqual([1, 0]);
    motor.stop();
    expect(at("D3")).toBe(0);
  }),

  trial("Motor with a direction and its opposite", ({ at }) => {
    const motor = new five.Motor({ pins: { pwm: 3, dir: 8, cdir: 11 } });
    motor.forward(255);
    expect([at("D3"), at("D8"), at("D11")]).toEqual([1, 1, 0]);
    motor.reverse(255);
    expect([at("D8"), at("D11")]).toEqual([0, 1]);
  }),

  trial("Motor with a brake", ({ at }) => {
    const motor = new five.Motor({ pins: { pwm: 3, dir: 12, brake: 9 } });
    motor.forward(255);
    expect(at("D9")).toBe(0);
    motor.brake();
    expect(at("D9")).toBe(1);
    motor.release();
    expect(at("D9")).toBe(0);
  }),

  trial("Motor with an enable pin", ({ at }) => {
    const motor = new five.Motor({ pins: { pwm: 5, dir: 4, enable: 2 } });
    motor.start(255);
    expect([at("D5"), at("D2")]).toEqual([1, 1]);
  }),

  trial("Motor on a known shield", ({ at }) => {
    const config = five.Motor.SHIELD_CONFIGS.ARDUINO_MOTOR_SHIELD_R3_1;
    const motors = new five.Motors([config.A, config.B]);
    motors.forward(255);
    expect(["D3", "D12", "D11", "D13"].map(at)).toEqual([1, 1, 1, 1]);
  }),

  trial("Motor behind a shift register", ({ at }) => {
    const motor = new five.Motor({
      ...{ pins: { pwm: 11 }, bits: { a: 2, b: 3 } },
      register: { data: 8, clock: 4, latch: 12 },
    });
    motor.forward(255);
    expect([at("D11"), at("D12")]).toEqual([1, 1]);
  }),

  trial("Servo.to, min, max, center", async ({ at, pass }) => {
    const servo = new five.Servo(10);
    servo.to(0);
    expect(at("D10")).toEqual(pulse(600));
    servo.to(180);
    expect(at("D10")).toEqual(pulse(2_400));
    servo.center();
    await pass(20);
    expect(at("D10")).toEqual(pulse(1_500));
  }),

  trial("Servo with a range of its own", ({ at }) => {
    const servo = new five.Servo({ pin: 9, pwmRange: [1_000, 2_000] });
    servo.to(90);
    expect(at("D9")).toEqual(pulse(1_500));
    servo.to(180);
    expect(at("D9")).toEqual(pulse(2_000));
  }),

  trial("Servo.sweep", async ({ pass, history }) => {
    const servo = new five.Servo({ pin: 10, startAt: 0 });
    servo.sweep({ range: [0, 180], interval: 200, step: 10 });
    await pass(600);
    servo.stop();
    const duties = history("D10").map(Number);
    expect(Math.max(...duties)).toBeGreaterThan(2_200 / 20_000);
    expect(duties.length).toBeGreaterThan(10);
  }),

  trial("Servo.Continuous: cw, ccw, stop", ({ at }) => {
    const servo = new five.Servo.Continuous(10);
    servo.cw(1);
    const cw = Number(at("D10"));
    servo.ccw(1);
    const ccw = Number(at("D10"));
    servo.stop();
    const stopped = Number(at("D10"));
    expect(Math.min(cw, ccw)).toBeLessThan(stopped);
    expect(Math.max(cw, ccw)).toBeGreaterThan(stopped);
    expect(at("D10")).toEqual(pulse(1_500));
  }),

  trial("Servos", ({ at }) => {
    const servos = new five.Servos([9, 10]);
    servos.to(90);
    expect([at("D9"), at("D10")]).toEqual([pulse(1_500), pulse(1_500)]);
  }),

  trial("ESC, from nothing to all", ({ at }) => {
    const esc = new five.ESC(11);
    expect(at("D11")).toEqual(pulse(1_000));
    esc.throttle(50);
    expect(at("D11")).toEqual(pulse(1_500));
    esc.throttle(100);
    expect(at("D11")).toEqual(pulse(2_000));
  }),

  trial("ESCs", ({ at }) => {
    const escs = new five.ESCs([9, 11]);
    escs.throttle(75);
    expect([at("D9"), at("D11")]).toEqual([pulse(1_750), pulse(1_750)]);
  }),

  trial("Animation of servos", async ({ at, pass }) => {
    const servo = new five.Servo({ pin: 10, startAt: 0 });
    const animation = new five.Animation(servo);
    animation.enqueue({ cuePoints: [0, 1], keyFrames: [0, { degrees: 90 }], duration: 200 });
    await pass(400);
    expect(at("D10")).toEqual(pulse(1_500));
  }),
];
