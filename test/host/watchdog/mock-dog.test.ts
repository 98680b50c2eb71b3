import { describe, expect, it } from "vitest";
import { MockDog } from "../../../src/host/watchdog/mock-dog.js";
import { millis, seconds } from "../../../src/kernel/time.js";
import { VirtualClock } from "../support/virtual-clock.js";

describe("the mock dog of the live host", () => {
  it("DEVICE-3: tells once that a real one would have reset the board, and stays so", () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const tell = (level: string, text: string) => told.push(`${level} ${text}`);
    const dog = new MockDog({ timeout: seconds(2), clock, tell });
    clock.advance(millis(1_999));
    dog.pet();
    expect([dog.pets, dog.failures, told]).toEqual([1, 0, []]);
    clock.advance(millis(2_250));
    for (let count = 0; count < 3; count += 1) dog.pet();
    expect([dog.pets, dog.failures, dog.timeLeft()]).toEqual([1, 3, 0]);
    expect(told).toEqual(["warn a real one would have reset the board 250 ms ago"]);
  });
});
