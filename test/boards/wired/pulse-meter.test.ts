import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Edge, Level } from "../../../boards/pin-board.js";
import { PulseMeter } from "../../../boards/wired/pulse-meter.js";
import { type Instant, instant, millis, seconds } from "../../../src/kernel/time.js";

const opened = instant(1_000_000);
const at = (ms: number): Instant => instant(opened + Math.round(ms * 1_000));

/** A signal of so many periods: 1 for `high` ms, 0 for the rest of `period`. */
const signal = (periods: number, period: number, high: number): readonly Edge[] =>
  Array.from({ length: 2 * periods }, (_, index) => {
    const level: Level = index % 2 === 0 ? 1 : 0;
    const start = Math.floor(index / 2) * period;
    return { at: at(start + (level === 1 ? 0 : high)), level, sequence: index + 1 };
  });

function meterOf(edges: readonly Edge[], window = seconds(1)): PulseMeter {
  const meter = new PulseMeter(opened, window);
  meter.take({ edges, missed: 0 });
  return meter;
}

describe("the pulse meter", () => {
  it("WIRED-4: counts are right whatever was lost before an edge that came", () => {
    const lossy = fc.array(fc.boolean(), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(lossy, (kept) => {
        const all = signal(30, 20, 5).slice(0, kept.length);
        const edges = all.filter((_, index) => kept[index] === true);
        const until = edges.at(-1)?.sequence ?? 0;
        const meter = meterOf(edges);
        const there = all.slice(0, until);
        expect(meter.count("both")).toBe(until);
        expect(meter.count("rising")).toBe(there.filter(({ level }) => level === 1).length);
        expect(meter.count("falling")).toBe(there.filter(({ level }) => level === 0).length);
      }),
    );
  });

  it("WIRED-5: a frequency is right beyond a gap", () => {
    const edges = signal(40, 20, 5).filter((_, index) => index % 7 < 4);
    expect(meterOf(edges).frequency(at(800))).toBeCloseTo(50, 9);
  });

  it("WIRED-5: fewer pulses than one in the window are none, and one in it is not many", () => {
    const slow = signal(3, 900, 5);
    expect(meterOf(slow).frequency(at(2_000))).toBeCloseTo(1 / 0.9, 9);
    expect(meterOf(slow, millis(500)).frequency(at(1_810))).toBe(0);
    expect(meterOf(slow).frequency(at(2_900))).toBe(0);
    expect(meterOf([], millis(500)).frequency(at(499))).toBeNull();
    expect(meterOf([], millis(500)).frequency(at(500))).toBe(0);
  });

  it("WIRED-5: a share is of whole periods alone, and of none where an edge is missing", () => {
    const edges = signal(3, 20, 5);
    expect(meterOf(edges).duty(at(60), 0)).toBe(0.25);
    const gapped = edges.filter(({ sequence }) => sequence !== 2 && sequence !== 4);
    expect(meterOf(gapped).duty(at(60), 0)).toBeNull();
    // Without the one edge between two others, two of one level stand side by side.
    const holed = [edges[0], edges[3], edges[4]].flatMap((edge) => edge ?? []);
    expect(meterOf(holed).duty(at(60), 0)).toBeNull();
  });

  it("WIRED-5: the length of a pulse is never taken over a gap", () => {
    const edges = signal(2, 20, 5);
    expect(meterOf(edges).width(at(40))).toBe(0.005);
    const [first, , , last] = edges;
    const across = [first, last].flatMap((edge) => edge ?? []);
    expect(meterOf(across).width(at(40))).toBeNull();
    expect(meterOf(edges).width(at(1_030))).toBeNull();
  });
});
