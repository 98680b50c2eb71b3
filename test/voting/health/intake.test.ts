/** HEALTH-10 and HEALTH-15: what a sample is screened for by itself. */
import { describe, expect, it } from "vitest";
import { instant, micros, millis, seconds } from "../../../src/kernel/time.js";
import type { SampleFault } from "../../../src/voting/voter.js";
import { Feed } from "../feed.js";

const faulty = (fault: SampleFault, value: number | null = 20) => ({
  value,
  age: millis(1),
  fault,
});

describe("a sample whose way went wrong (HEALTH-10)", () => {
  const faults: SampleFault[] = ["LATE", "CORRUPT", "MASQUERADE"];

  it.each(faults)("%s does not count, with a value or without", (fault) => {
    for (const value of [20, null, 5_000]) {
      const { verdict } = new Feed().close([20, faulty(fault, value), 20]);
      expect(verdict).toMatchObject({ value: 20, status: "degraded", agreeing: ["a", "c"] });
      expect(verdict.excluded).toMatchObject([{ channel: "b", reason: fault }]);
    }
  });

  it("LATE is a silence: ten of it exclude, and the way back is short", () => {
    const feed = new Feed();
    feed.run(9, () => [20, faulty("LATE"), 20]);
    expect(feed.told()).toEqual([]);
    feed.close([20, faulty("LATE"), 20]);
    expect(feed.voter.standing()[1]?.fault).toEqual({ kind: "timing", persistence: "transient" });
    feed.run(3, () => [20, 20, 20]);
    expect(feed.told()).toEqual(["b excluded LATE", "b readmitted"]);
  });

  it.each(["CORRUPT", "MASQUERADE"] as const)("%s is a fault: three of it exclude", (fault) => {
    const feed = new Feed();
    feed.run(3, () => [20, faulty(fault), 20]);
    expect(feed.told()).toEqual([`b excluded ${fault}`]);
    expect(feed.voter.standing()[1]?.fault?.kind).toBe("value");
    feed.run(19, () => [20, 20, 20]);
    expect(feed.state("b")).toBe("probation");
  });

  it("its source time is not believed: an older one may follow", () => {
    const feed = new Feed({ ageMax: millis(500), health: { requireNewSource: true } });
    feed.close([20, { value: 20, age: millis(100) }, 20]);
    feed.close([20, { value: 20, age: micros(0), fault: "CORRUPT" }, 20]);
    expect(feed.close([20, { value: 20, age: millis(50) }, 20]).verdict.status).toBe("ok");
  });
});

describe("the rate limit (HEALTH-15)", () => {
  const limited = (rateMax: number) =>
    new Feed({ ageMax: seconds(5), health: { rateMax } }, seconds(1));

  it("screens out a step that the quantity cannot make", () => {
    const feed = limited(0.5);
    feed.run(5, () => [20, 20, 20]);
    const { verdict } = feed.close([20, 21.6, 20]);
    expect(verdict.excluded).toMatchObject([{ channel: "b", reason: "RATE_LIMIT" }]);
    feed.run(2, () => [20, 60, 20]);
    expect(feed.told()).toEqual(["b excluded RATE_LIMIT"]);
  });

  it("but not one within the rate and the tolerance, nor any where there is no limit", () => {
    const feed = limited(0.5);
    feed.run(100, (index) => [20 + index / 2, 20 + index / 2, 20.9 + index / 2]);
    expect(feed.close([70.4, 70.4, 70.4]).verdict.status).toBe("ok");
    const free = new Feed();
    free.run(5, () => [20, 20, 20]);
    const { verdict } = free.close([20, 90, 20]);
    expect(verdict.dissenting).toEqual(["b"]);
    expect(feed.told()).toEqual([]);
  });

  it("believes a jump that stays once the quantity could have got there", () => {
    const feed = limited(1);
    feed.run(5, () => [20, 20, 20]);
    const statuses = Array.from({ length: 12 }, () => feed.close([26, 26, 26]).verdict.status);
    // Five seconds at one unit a second, and the tolerance of one.
    expect(statuses.indexOf("insufficient")).toBe(0);
    expect(feed.run(20, () => [26, 26, 26]).verdict.status).toBe("ok");
  });

  it("is not reckoned from what could not be true, nor by the age of a sample", () => {
    const feed = limited(0.1);
    feed.close([20, 20, 20]);
    feed.close([20, 5_000, 20]);
    feed.close([20, { value: 20, age: seconds(4) }, 20]);
    expect(feed.close([20, 20.5, 20]).verdict.status).toBe("ok");
  });

  it("goes on from the same value after a snapshot, and when the clock is set back", () => {
    const feed = limited(0.5);
    feed.now = instant(seconds(1_000));
    feed.run(5, () => [20, 20, 20]);
    const other = limited(0.5);
    expect(other.voter.restore(feed.voter.snapshot())).toBe(true);
    other.now = instant(seconds(1));
    expect(other.close([20, 22, 20]).verdict.excluded).toMatchObject([{ reason: "RATE_LIMIT" }]);
    expect(other.close([20, 20, 20]).verdict.status).toBe("ok");
  });
});

describe("what the others contradict is no measure of the rate (HEALTH-1, HEALTH-15)", () => {
  const health = { rateMax: 1 };

  it("nor is the first one: a sensor may say 85 when it is switched on", () => {
    const feed = new Feed({ health });
    feed.close([20, 85, 20]);
    feed.run(100, () => [20, 20, 20]);
    expect(feed.told()).toEqual([]);
  });

  it("nor is one after a silence that was long enough for any value", () => {
    const feed = new Feed({ health }, seconds(1));
    feed.run(10, () => [20, 20, 20]);
    feed.run(100, () => [20, null, 20]);
    feed.close([20, 85, 20]);
    feed.run(10, () => [20, 20, 20]);
    expect(feed.told()).toEqual(["b excluded NO_DATA", "b readmitted"]);
  });
});
