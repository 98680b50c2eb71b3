import { describe, expect, it } from "vitest";
import { instant, micros, millis } from "../../src/kernel/time.js";
import { MockWatchdog } from "../../src/watchdog/device.js";

const ms = (count: number) => instant(count * 1_000);

describe("the mock watchdog", () => {
  it("DOG-1: does not bite while it is petted within its timeout", () => {
    const dog = new MockWatchdog(ms(0), millis(100));
    for (let at = 99; at < 5_000; at += 99) {
      expect(dog.bitten(ms(at))).toBe(false);
      dog.pet(ms(at));
    }
    expect(dog.pets).toBe(50);
  });

  it("DOG-1: bites when its timeout has passed since the last pet", () => {
    const dog = new MockWatchdog(ms(0), millis(100));
    dog.pet(ms(40));
    expect(dog.biteAt()).toBe(ms(140));
    expect(dog.bitten(instant(139_999))).toBe(false);
    expect(dog.bitten(ms(140))).toBe(true);
  });

  it("DOG-2: a pet after the bite is too late", () => {
    const dog = new MockWatchdog(ms(0), millis(100));
    dog.pet(ms(100));
    expect(dog.biteAt()).toBe(ms(100));
    expect(dog.pets).toBe(0);
  });

  it("a dog without patience is our own bug", () => {
    expect(() => new MockWatchdog(ms(0), micros(0))).toThrow("patience");
  });
});
