import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeout } from "../../../src/kernel/machine.js";
import { instant, micros, millis } from "../../../src/kernel/time.js";
import { WindowedWatchdog } from "../../../src/watchdog/windowed/device.js";
import { WindowedPetter } from "../../../src/watchdog/windowed/petter.js";
import { opensAfter, type WindowSettings } from "../../../src/watchdog/windowed/window.js";

const ms = (count: number) => instant(Math.round(count * 1_000));
const pet = { kind: "pet" } as const;
const permission = { kind: "permission" } as const;

/** Closed for 60 ms, open for 40. */
const settings: WindowSettings = {
  timeout: millis(100),
  openFraction: 0.4,
  firstTimeout: millis(500),
};

/** The times at which it is petted, and why it has bitten by then. */
function petted(times: readonly number[], more: Partial<WindowSettings> = {}) {
  const dog = new WindowedWatchdog(ms(0), { ...settings, ...more });
  for (const time of times) dog.step(ms(time), pet);
  return dog;
}

describe("the device", () => {
  it("WINDOW-1: is content with pets in its window, from its first to its last microsecond", () => {
    const dog = petted([100, 160, 259.999, 330]);
    expect([dog.bitten, dog.pets]).toEqual([null, 4]);
    expect(dog.deadline()).toBe(ms(430));
  });

  it("WINDOW-2: bites at once when petted too early", () => {
    const dog = new WindowedWatchdog(ms(0), settings);
    dog.step(ms(100), pet);
    expect(dog.step(ms(159.999), pet)).toEqual([{ kind: "bite", reason: "too-early" }]);
  });

  it("WINDOW-3: bites at its timeout, and a pet then is too late", () => {
    const dog = petted([100]);
    expect(dog.step(ms(199.999), timeout)).toEqual([]);
    expect(dog.step(ms(200), timeout)).toEqual([{ kind: "bite", reason: "too-late" }]);
    expect(petted([100, 200]).bitten).toBe("too-late");
  });

  it("WINDOW-4: takes the first pet at any time before its first timeout", () => {
    expect(petted([0]).bitten).toBeNull();
    expect(petted([499.999]).bitten).toBeNull();
    expect(petted([500]).bitten).toBe("too-late");
  });

  it("WINDOW-5: bites once", () => {
    const dog = petted([100, 110, 170]);
    expect([dog.bitten, dog.pets, dog.deadline()]).toEqual(["too-early", 1, null]);
    expect(dog.step(ms(900), timeout)).toEqual([]);
  });

  it("WINDOW-1: with the whole timeout open it is a plain dog", () => {
    const dog = petted([0, 0, 1, 100], { openFraction: 1 });
    expect([dog.bitten, dog.pets]).toEqual([null, 4]);
  });

  it("a window that is never open is a bug of ours", () => {
    expect(() => petted([], { openFraction: 0 })).toThrow("open fraction");
    expect(() => petted([], { openFraction: 1.5 })).toThrow("open fraction");
    expect(() => petted([], { firstTimeout: micros(0) })).toThrow("patience");
  });
});

interface Course {
  /** When the supervision says that all is well. */
  readonly permissions: (time: number) => boolean;
  /** By how much each pet is late on its way, in microseconds. */
  readonly jitter: readonly number[];
  readonly until: number;
}

/** Both sides, a millisecond at a time at most: the petter's timers are exact, its pets late. */
function pair({ permissions, jitter, until }: Course, window = settings) {
  const dog = new WindowedWatchdog(ms(0), window);
  const petter = new WindowedPetter(ms(0), window);
  const sent: number[] = [];
  let arrival: number | null = null;
  let bittenAt: number | null = null;
  for (let now = 0; now <= until * 1_000 && bittenAt === null; now += 250) {
    if (arrival !== null && arrival <= now) {
      dog.step(instant(arrival), pet);
      arrival = null;
    }
    dog.step(instant(now), timeout);
    const outputs = [...petter.step(instant(now), timeout)];
    if (permissions(now / 1_000)) outputs.push(...petter.step(instant(now), permission));
    if (outputs.length > 0) {
      arrival = now + (jitter[sent.length % jitter.length] ?? 0);
      sent.push(now / 1_000);
    }
    if (dog.bitten !== null) bittenAt = now / 1_000;
  }
  return { sent, bittenAt, bitten: dog.bitten, pets: dog.pets };
}

const each10 = (time: number) => time % 10 === 0;

describe("the petter and the device", () => {
  it("PETTER-1: pets in the middle of the window", () => {
    const { sent, bitten } = pair({ permissions: each10, jitter: [0], until: 400 });
    expect(sent).toEqual([0, 80, 160, 240, 320, 400]);
    expect(bitten).toBeNull();
  });

  it("PETTER-1: with jitter of less than half of the open window it never bites", () => {
    const fractions = fc.integer({ min: 5, max: 100 });
    const share = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(fractions, share, (percent, shares) => {
        const window = { ...settings, openFraction: percent / 100 };
        const half = (settings.timeout - opensAfter(window)) / 2;
        const jitter = shares.map((one) => Math.floor(one * (half - 500)));
        const { bitten, pets } = pair({ permissions: () => true, jitter, until: 2_000 }, window);
        expect(bitten).toBeNull();
        expect(pets).toBeGreaterThan(15);
      }),
      { numRuns: 60 },
    );
  });

  it("PETTER-5: with more jitter it bites, early or late: the window is real", () => {
    const late = pair({ permissions: () => true, jitter: [0, 20_250], until: 2_000 });
    expect(late.bitten).toBe("too-late");
    const early = pair({ permissions: () => true, jitter: [19_000, 0, 0], until: 2_000 });
    expect(early.bitten).toBeNull();
    const tooEarly = pair({ permissions: () => true, jitter: [21_000, 0], until: 2_000 });
    expect(tooEarly.bitten).toBe("too-early");
  });

  it("PETTER-2: without permissions there is at most one more pet, and then it bites", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), (end) => {
        const permissions = (time: number) => time <= end && each10(time);
        const { sent, bittenAt, bitten } = pair({ permissions, jitter: [0], until: 3_000 });
        expect(sent.filter((time) => time > end).length).toBeLessThanOrEqual(1);
        expect(bitten).toBe("too-late");
        expect(bittenAt).toBeLessThanOrEqual(end + 2 * 100);
      }),
      { numRuns: 60 },
    );
  });

  it("PETTER-2: without the first permission there is no pet at all", () => {
    const { sent, bittenAt } = pair({ permissions: () => false, jitter: [0], until: 3_000 });
    expect([sent, bittenAt]).toEqual([[], 500]);
  });

  it("PETTER-3: a permission serves one pet, and many at once are one", () => {
    const petter = new WindowedPetter(ms(0), settings);
    expect(petter.step(ms(0), permission)).toEqual([pet]);
    for (const time of [10, 20, 30]) expect(petter.step(ms(time), permission)).toEqual([]);
    expect(petter.deadline()).toBe(ms(80));
    expect(petter.step(ms(80), timeout)).toEqual([pet]);
    expect(petter.deadline()).toBeNull();
    expect(petter.step(ms(165), timeout)).toEqual([]);
    expect(petter.step(ms(170), permission)).toEqual([pet]);
  });

  it("PETTER-4: what was well long ago says nothing now", () => {
    const petter = new WindowedPetter(ms(0), settings);
    petter.step(ms(0), permission);
    petter.step(ms(10), permission);
    expect(petter.step(ms(110), timeout)).toEqual([]);
    petter.step(ms(120), permission);
    petter.step(ms(130), permission);
    expect(petter.step(ms(229), timeout)).toEqual([pet]);
  });
});
