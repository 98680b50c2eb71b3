import { describe, expect, it } from "vitest";
import { Lateness, latenessQuantile } from "../../src/host/lateness.js";
import { MonotonicClock } from "../../src/host/monotonic-clock.js";
import { TokenBucket } from "../../src/host/token-bucket.js";
import { WakeTimer } from "../../src/host/wake-timer.js";
import { type Duration, type Instant, after as later, micros } from "../../src/kernel/time.js";
import { ManualClock } from "./support/manual-clock.js";

/** Waits for the next wake-up, and tells when it came. */
function rig() {
  const clock = new MonotonicClock();
  const woken: Instant[] = [];
  let tell: () => void = () => {};
  const timer = new WakeTimer(clock, () => {
    woken.push(clock.now());
    tell();
  });
  const wake = () =>
    new Promise<void>((resolve) => {
      tell = resolve;
    });
  return { clock, timer, woken, wake };
}

describe("the wake timer", () => {
  it.each([0, 30, 900, 1_500, 7_300])("never wakes before %i us have passed", async (wait) => {
    const { clock, timer, woken, wake } = rig();
    const deadline = later(clock.now(), micros(wait));
    timer.set(deadline);
    await wake();
    expect(woken[0]).toBeGreaterThanOrEqual(deadline);
  });

  it("wakes for an earlier deadline that is set later, and once", async () => {
    const { clock, timer, woken, wake } = rig();
    timer.set(later(clock.now(), micros(60_000_000)));
    timer.set(later(clock.now(), micros(2_000)));
    await wake();
    expect(woken).toHaveLength(1);
    timer.set(null);
  });

  it("wakes no earlier than a deadline that was put off, and not when called off", async () => {
    const { clock, timer, woken, wake } = rig();
    timer.set(later(clock.now(), micros(1_000)));
    const putOff = later(clock.now(), micros(6_000));
    timer.set(putOff);
    await wake();
    expect(woken.every((at) => at >= putOff)).toBe(true);
    timer.set(later(clock.now(), micros(1_000)));
    timer.set(null);
    const other = rig();
    other.timer.set(later(clock.now(), micros(5_000)));
    await other.wake();
    expect(woken).toHaveLength(1);
  });
});

describe("the monotonic clock", () => {
  it("never goes back, and is that of other clocks of this machine", () => {
    const one = new MonotonicClock();
    const other = new MonotonicClock();
    for (let index = 0; index < 1_000; index += 1) {
      const before = one.now();
      expect(other.now()).toBeGreaterThanOrEqual(before);
    }
  });
});

describe("the lateness histogram", () => {
  it("counts each wake-up in its place", () => {
    const lateness = new Lateness();
    for (const late of [0, 50, 51, 400, 2_000_000]) lateness.add(late as Duration);
    const { counts, wakeUps, max } = lateness.counts();
    expect([wakeUps, max]).toEqual([5, 2_000_000]);
    expect(counts.filter(({ count }) => count > 0)).toEqual([
      { atMost: 50, count: 2 },
      { atMost: 100, count: 1 },
      { atMost: 500, count: 1 },
      { atMost: null, count: 1 },
    ]);
    expect(latenessQuantile(lateness.counts(), 0.5)).toBe(100);
    expect(latenessQuantile(lateness.counts(), 0.99)).toBeNull();
  });

  it("holds a wake-up before its time for a bug", () => {
    expect(() => new Lateness().add(-1 as Duration)).toThrow("before its time");
  });
});

describe("the token bucket", () => {
  it("lets a burst through, then the rate, and takes nothing for what it refuses", () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket({ now: clock.now(), perSecond: 10, burst: 20 });
    const take = (count: number) => bucket.take(clock.now(), count);
    expect([take(20), take(1)]).toEqual([true, false]);
    clock.advance(500_000);
    expect([take(6), take(5), take(1)]).toEqual([false, true, false]);
    clock.advance(60_000_000);
    expect([take(21), take(20)]).toEqual([false, true]);
  });
});
