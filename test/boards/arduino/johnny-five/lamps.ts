/** Lamps, sounders and relays: one pin or a few, on, off and in between. */

import { expect } from "vitest";
import { five } from "./five.js";
import { trial } from "./trial.js";

/** As finely as PWM of eight bits can be told. */
const closeTo = (share: number) => expect.closeTo(share, 2);

export const lampTrials = [
  trial("Led on a digital pin: on, off, toggle", ({ at }) => {
    const led = new five.Led(13);
    expect(at("D13")).toBe(0);
    led.on();
    expect(at("D13")).toBe(1);
    led.off();
    expect(at("D13")).toBe(0);
    led.toggle();
    expect(at("D13")).toBe(1);
  }),

  trial("Led without a pin is the one on D13", ({ at }) => {
    new five.Led().on();
    expect(at("D13")).toBe(1);
  }),

  trial("Led by the name of its pin", ({ at }) => {
    new five.Led("D8").on();
    expect(at("D8")).toBe(1);
    new five.Led("a3").on();
    expect(at("A3")).toBe(1);
  }),

  trial("Led.blink", async ({ at, pass, history }) => {
    const led = new five.Led(13);
    led.blink(50);
    await pass(220);
    expect(history("D13").filter((level) => level !== null)).toEqual([1, 0, 1, 0]);
    led.stop().off();
    await pass(200);
    expect(at("D13")).toBe(0);
  }),

  trial("Led.strobe with a callback", async ({ pass, history }) => {
    let calls = 0;
    new five.Led(8).strobe(20, () => {
      calls += 1;
    });
    await pass(105);
    expect(calls).toBe(5);
    expect(history("D8").filter((level) => level === 1)).toHaveLength(3);
  }),

  trial("Led.brightness on a pin with PWM", ({ at }) => {
    const led = new five.Led(9);
    led.brightness(128);
    expect(at("D9")).toEqual(closeTo(128 / 255));
    led.on();
    expect(at("D9")).toBe(1);
  }),

  trial("Led.intensity", ({ at }) => {
    new five.Led(9).intensity(25);
    expect(at("D9")).toEqual(closeTo(0.25));
  }),

  trial("Led that lights at low (isAnode)", ({ at }) => {
    const led = new five.Led({ pin: 9, isAnode: true });
    led.on();
    expect(at("D9")).toBe(0);
    led.off();
    expect(at("D9")).toBe(1);
  }),

  trial("Led.fadeIn and fadeOut", async ({ at, pass, history }) => {
    const led = new five.Led(11);
    led.fadeIn(200);
    await pass(300);
    expect(at("D11")).toBe(1);
    const shares = history("D11").filter((share) => share !== null && share > 0 && share < 1);
    expect(shares.length).toBeGreaterThan(3);
    led.fadeOut(200);
    await pass(300);
    expect(at("D11")).toBe(0);
  }),

  trial("Led.pulse", async ({ pass, history }) => {
    const led = new five.Led(11);
    led.pulse(100);
    await pass(450);
    led.stop();
    const shares = history("D11").map(Number);
    expect(Math.max(...shares)).toBeGreaterThan(0.9);
    expect(shares.lastIndexOf(Math.max(...shares))).toBeLessThan(shares.length - 1);
  }),

  trial("Leds, several at once", ({ at }) => {
    const leds = new five.Leds([2, 4, 7]);
    leds.on();
    expect(["D2", "D4", "D7"].map(at)).toEqual([1, 1, 1]);
    leds.off();
    expect(["D2", "D4", "D7"].map(at)).toEqual([0, 0, 0]);
  }),

  trial("Led.RGB by a colour", ({ at }) => {
    const led = new five.Led.RGB({ pins: { red: 6, green: 5, blue: 3 } });
    led.on();
    led.color("#FF8000");
    expect(at("D6")).toBe(1);
    expect(at("D5")).toEqual(closeTo(128 / 255));
    expect(at("D3")).toBe(0);
  }),

  trial("Led.RGB.intensity", ({ at }) => {
    const led = new five.Led.RGB([6, 5, 3]);
    led.on();
    led.color("#FFFFFF");
    led.intensity(50);
    for (const pin of ["D6", "D5", "D3"]) expect(at(pin)).toEqual(closeTo(0.5));
  }),

  trial("Led.RGB with a common anode", ({ at }) => {
    const led = new five.Led.RGB({ pins: [6, 5, 3], isAnode: true });
    led.on();
    led.color("#FF0000");
    expect(["D6", "D5", "D3"].map(at)).toEqual([0, 1, 1]);
  }),

  trial("Led.RGBs", ({ at }) => {
    const leds = new five.Led.RGBs([
      [3, 5, 6],
      [9, 10, 11],
    ]);
    leds.on();
    leds.color("#00FF00");
    expect(["D3", "D5", "D6", "D9", "D10", "D11"].map(at)).toEqual([0, 1, 0, 0, 1, 0]);
  }),

  trial("Relay, normally open", ({ at }) => {
    const relay = new five.Relay(10);
    relay.close();
    expect(at("D10")).toBe(1);
    relay.open();
    expect(at("D10")).toBe(0);
    relay.toggle();
    expect(at("D10")).toBe(1);
  }),

  trial("Relay, normally closed", ({ at }) => {
    const relay = new five.Relay({ pin: 10, type: "NC" });
    relay.close();
    expect(at("D10")).toBe(0);
    relay.open();
    expect(at("D10")).toBe(1);
  }),

  trial("Relays", ({ at }) => {
    const relays = new five.Relays([7, 8]);
    relays.close();
    expect([at("D7"), at("D8")]).toEqual([1, 1]);
    relays.open();
    expect([at("D7"), at("D8")]).toEqual([0, 0]);
  }),

  trial("Pin: high, low, write", ({ at }) => {
    const pin = new five.Pin(12);
    pin.high();
    expect(at("D12")).toBe(1);
    pin.low();
    expect(at("D12")).toBe(0);
    pin.write(1);
    expect(at("D12")).toBe(1);
  }),

  trial("Pin.query", async ({ pass }) => {
    const pin = new five.Pin(12);
    pin.high();
    let state: unknown = null;
    pin.query((told: unknown) => {
      state = told;
    });
    await pass(5);
    expect(state).toMatchObject({ mode: 1, value: 1 });
  }),

  trial("Pins", ({ at }) => {
    const pins = new five.Pins([2, 3]);
    pins.high();
    expect([at("D2"), at("D3")]).toEqual([1, 1]);
  }),

  trial("Piezo.noTone", ({ at }) => {
    const piezo = new five.Piezo(3);
    piezo.off();
    expect(at("D3")).toBe(0);
  }),
];
