import fc from "fast-check";
import { expect, it } from "vitest";
import { DeviceClock, jumpMax, offsetWindow } from "../../../boards/bridge/device-clock.js";
import { type Instant, instant } from "../../../src/kernel/time.js";

const at = (us: number): Instant => instant(us);

it("TIME-1: an instant is never later than its arrival, and never goes back", () => {
  const frame = fc.record({
    wait: fc.nat(2_000_000),
    transit: fc.nat(30_000),
    drift: fc.constantFrom(0, 5, -5),
    nonsense: fc.boolean(),
    time: fc.nat(2 ** 32 - 1),
  });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 60 }), (frames) => {
      const clock = new DeviceClock();
      let [now, arrival, told] = [1_000_000, 0, 0];
      for (const { wait, transit, drift, nonsense, time } of frames) {
        now += wait;
        arrival = Math.max(arrival, now + transit);
        const device = Math.floor(now * (1 + drift / 1_000)) % 2 ** 32;
        const mapped = clock.toInstant(at(arrival), nonsense ? time : device);
        expect(mapped).toBeLessThanOrEqual(arrival);
        expect(mapped).toBeGreaterThanOrEqual(told);
        told = mapped;
      }
    }),
    { numRuns: 500 },
  );
});

it("TIME-2: the quickest frame of the last ten seconds is believed", () => {
  const clock = new DeviceClock();
  const start = 5_000_000;
  // Two milliseconds under way, then one that took nothing, then slow ones again.
  expect(clock.toInstant(at(start + 2_000), 0)).toBe(start + 2_000);
  expect(clock.toInstant(at(start + 50_000), 50_000)).toBe(start + 50_000);
  expect(clock.toInstant(at(start + 120_000), 100_000)).toBe(start + 100_000);
  const late = offsetWindow + 1_100_000;
  for (let time = 150_000; time <= late; time += 50_000) {
    clock.toInstant(at(start + time + 3_000), time);
  }
  // The one that took nothing is out of the window: three milliseconds are the least now.
  expect(clock.toInstant(at(start + late + 60_000), late + 50_000)).toBe(start + late + 53_000);
});

it("TIME-3: frames that waited for a stopped host are as old as they are", () => {
  const clock = new DeviceClock();
  const start = 5_000_000;
  for (let time = 0; time < 2_000_000; time += 50_000) clock.toInstant(at(start + time), time);
  const woke = at(start + 20_000_000);
  expect(clock.toInstant(woke, 2_000_000)).toBe(start + 2_000_000);
  expect(clock.toInstant(woke, 2_300_000)).toBe(start + 2_300_000);
  expect(clock.toInstant(woke, 20_000_000)).toBe(woke);
});

it.each([
  ["at once", 0],
  ["at 20 times their pace", 2_500],
])("TIME-3: also where a minute of frames waited, read %s", (_, perFrame) => {
  const clock = new DeviceClock();
  const [start, step, stopped] = [5_000_000, 50_000, 60_000_000];
  for (let time = 0; time < 12_000_000; time += step) clock.toInstant(at(start + time), time);
  const woke = start + 12_000_000 + stopped;
  for (let time = 12_000_000, read = 0; time <= 12_000_000 + stopped; time += step, read += 1) {
    expect(clock.toInstant(at(woke + read * perFrame), time)).toBe(start + time);
  }
});

it("TIME-3: also where the host is stopped again while it reads, and the rest is lost", () => {
  const clock = new DeviceClock();
  const [start, step] = [5_000_000, 50_000];
  for (let time = 0; time < 2_000_000; time += step) clock.toInstant(at(start + time), time);
  let arrival = start + 2_000_000;
  for (let time = 2_000_000; time < 20_000_000; time += step) {
    if (time % 1_000_000 === 0) arrival += 20_000_000;
    expect(clock.toInstant(at(arrival), time)).toBe(start + time);
  }
  const newest = arrival - start;
  expect(clock.toInstant(at(arrival), newest)).toBe(arrival);
});

it("TIME-2: a device whose time stood still is believed again ten seconds later", () => {
  const clock = new DeviceClock();
  const [start, stood, step] = [5_000_000, 400_000, 50_000];
  for (let time = 0; time < 2_000_000; time += step) clock.toInstant(at(start + time), time);
  const end = 2_000_000 + offsetWindow + 2_000_000;
  for (let time = 2_000_000; time < end; time += step) {
    clock.toInstant(at(start + time + stood), time);
  }
  expect(clock.toInstant(at(start + end + stood), end)).toBe(start + end + stood);
});

it("TIME-4: the device's time wraps after 71 minutes, and nothing shows", () => {
  const clock = new DeviceClock();
  const begin = 2 ** 32 - 200_000;
  for (let step = 0; step < 20; step += 1) {
    const real = 1_000_000 + step * 50_000;
    expect(clock.toInstant(at(real), (begin + step * 50_000) % 2 ** 32)).toBe(real);
  }
  expect(clock.jumps).toBe(0);
});

it("TIME-4: a time before the newest one is before it, also over the wrap", () => {
  const clock = new DeviceClock();
  clock.toInstant(at(1_000_000), 2 ** 32 - 50_000);
  clock.toInstant(at(1_100_000), 50_000);
  expect(clock.deviation(at(1_100_000), 2 ** 32 - 10_000)).toBe(60_000);
  expect(clock.deviation(at(1_100_000), 50_000)).toBe(0);
});

it("TIME-5: a time that jumps ahead is a start of something else, and is counted", () => {
  const clock = new DeviceClock();
  clock.toInstant(at(10_000_000), 1_000_000);
  const ahead = 1_000_000 + jumpMax + 1_000_001;
  expect(clock.toInstant(at(10_100_000), ahead)).toBe(10_100_000);
  expect(clock.jumps).toBe(1);
  expect(clock.toInstant(at(10_150_000), ahead + 50_000)).toBe(10_150_000);
  expect(clock.jumps).toBe(1);
});

it("TIME-5: after a restart nothing is left of the time before", () => {
  const clock = new DeviceClock();
  clock.toInstant(at(10_000_000), 4_000_000_000);
  clock.restart();
  expect(clock.deviation(at(10_100_000), 5)).toBeNull();
  expect(clock.toInstant(at(10_100_000), 5)).toBe(10_100_000);
  // It took 10 ms longer than the one before, so it is from 10 ms before.
  expect(clock.toInstant(at(10_200_000), 90_005)).toBe(10_190_000);
});
