/** What wakes the loop of a replica that has real-time priority. */
import { describe, expect, it } from "vitest";
import type { Alarm } from "../../../src/host/lanes/alarm.js";
import { AlarmTimer } from "../../../src/host/lanes/alarm-timer.js";
import { AlarmWords, never } from "../../../src/host/lanes/alarm-words.js";
import { loadPosix } from "../../../src/host/lanes/posix.js";
import { type Instant, instant } from "../../../src/kernel/time.js";
import { isBuilt } from "../support/built.js";
import { ManualClock } from "../support/manual-clock.js";
import { play } from "./support/programs.js";

describe("the words that loop and alarm share", () => {
  it("call the thread only where it would oversleep", () => {
    const words = new AlarmWords();
    words.sleepUntil(1_000);
    expect([words.setDeadline(999), words.setDeadline(1_000), words.setDeadline(never)]).toEqual([
      ...[true, false, false],
    ]);
    expect(words.deadline).toBe(never);
  });

  it("have another sequence for each deadline, and hold years of microseconds", () => {
    const words = new AlarmWords();
    const before = words.sequence;
    const years = 5 * 365 * 86_400 * 1e6 + 1;
    words.setDeadline(years);
    expect(new AlarmWords(words.buffer).deadline).toBe(years);
    expect(words.sequence).not.toBe(before);
  });
});

/** An alarm that rings when the test says so. */
function rig() {
  const clock = new ManualClock();
  const alarm = { failed: false, armed: [] as (number | null)[], ring: () => {} };
  const wakes: number[] = [];
  const port = {
    set: (at: number | null) => alarm.armed.push(at),
    onRing: (ring: () => void) => {
      alarm.ring = ring;
    },
    get failed() {
      return alarm.failed;
    },
  } as unknown as Alarm;
  const timer = new AlarmTimer(clock, port, () => wakes.push(clock.now()));
  return { clock, alarm, timer, wakes };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("the timer behind which an alarm is", () => {
  const start = instant(1_000_000);
  const soon = (start + 50_000) as Instant;

  it("wakes at its deadline when the alarm rings a little before", async () => {
    const { clock, alarm, timer, wakes } = rig();
    timer.set(soon);
    expect(alarm.armed).toEqual([soon]);
    clock.advance(49_700);
    alarm.ring();
    await turn();
    expect(wakes).toEqual([]);
    clock.advance(300);
    await turn();
    await turn();
    expect(wakes).toEqual([soon]);
    timer.set(null);
  });

  it("does not wake by a ring of a deadline that was called off, or put off", async () => {
    const { clock, alarm, timer, wakes } = rig();
    timer.set(soon);
    timer.set(null);
    alarm.ring();
    timer.set((soon + 1_000_000) as Instant);
    clock.advance(50_000);
    alarm.ring();
    await turn();
    expect(wakes).toEqual([]);
    expect(alarm.armed).toEqual([soon, null, soon + 1_000_000]);
    timer.set(null);
  });

  it("wakes without the alarm, two milliseconds late, and counts that", async () => {
    const { clock, timer, wakes } = rig();
    timer.set((start + 3_000) as Instant);
    clock.advance(9_000);
    for (let tries = 0; tries < 100 && wakes.length === 0; tries += 1) await wait(10);
    expect(wakes).toHaveLength(1);
    expect(timer.missed).toBe(1);
  });

  it("wakes at once for a deadline that has passed", async () => {
    const { timer, wakes } = rig();
    timer.set(start);
    await turn();
    await turn();
    expect(wakes).toEqual([start]);
  });
});

describe.skipIf(!isBuilt(["src/host/lanes/alarm-thread.js"]) || !loadPosix().ok)("an alarm", () => {
  it("rings once, also for an earlier or a later deadline, or not at all (RT-6)", async () => {
    const told = await play<Record<string, readonly number[]>>(["alarms.mjs"]);
    expect(told["failures"]).toEqual([]);
    const first = (name: string) => told[name]?.[0] ?? Number.NaN;
    expect(told["once"]).toHaveLength(1);
    expect(first("once")).toBeGreaterThanOrEqual(100_000);
    expect(told["earlier"]).toHaveLength(1);
    expect(first("earlier")).toBeGreaterThanOrEqual(150_000);
    expect(first("earlier")).toBeLessThan(700_000);
    expect(told["later"]).toHaveLength(1);
    expect(first("later")).toBeGreaterThanOrEqual(300_000);
    expect(told["past"]).toHaveLength(1);
    expect(told["off"]).toEqual([]);
  });
});
