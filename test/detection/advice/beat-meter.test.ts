import { describe, expect, it } from "vitest";
import { BeatMeter, beatsMin, outageBeatsMin } from "../../../src/detection/advice/beat-meter.js";
import { Prng } from "../../../src/kernel/prng.js";
import { instant } from "../../../src/kernel/time.js";

const period = 10_000;

interface Sent {
  readonly at?: number;
  readonly lost?: boolean;
}

/** A beat each period and another frame in between, both numbered; `change` says what befell it. */
function metered(beats: number, change: (beat: number) => Sent = () => ({})): BeatMeter {
  const meter = new BeatMeter();
  for (let beat = 0; beat < beats; beat += 1) {
    const { at = 0, lost = false } = change(beat);
    const frame = { bootId: 1, sequence: 2 * beat + 1 };
    if (!lost) meter.take({ ...frame, at: instant(beat * period + at), isBeat: true });
    const between = { ...frame, sequence: 2 * beat + 2, isBeat: false };
    meter.take({ ...between, at: instant(beat * period + 5_000) });
  }
  return meter;
}

describe("a meter of beats", () => {
  it("ADVICE-14: finds the period, and neither losses nor lateness where there are none", () => {
    expect(metered(101).result()).toEqual({
      ...{ frames: 202, framesMissing: 0, period, outages: 0, beats: Array(100).fill(0) },
    });
  });

  it("ADVICE-14: finds each beat that was lost, in its place", () => {
    const dice = new Prng(3);
    const lost = Array.from({ length: 500 }, (_, beat) => beat > 0 && dice.chance(0.2));
    const result = metered(500, (beat) => ({ lost: lost[beat] === true })).result();
    const last = lost.lastIndexOf(false);
    expect(result?.beats).toEqual(lost.slice(1, last + 1).map((isLost) => (isLost ? null : 0)));
    expect(result?.framesMissing).toBe(lost.slice(0, last).filter((isLost) => isLost).length);
  });

  it("ADVICE-14: finds how late a beat was against the one before", () => {
    const result = metered(50, (beat) => ({ at: beat === 10 ? 700 : 0 })).result();
    expect(result?.beats[9]).toBe(700);
    expect(result?.beats.filter((beat) => beat !== 0)).toEqual([700]);
  });

  it("ADVICE-14: a sender that slept was late, and lost nothing", () => {
    const result = metered(60, (beat) => ({ at: beat < 30 ? 0 : 3 * period })).result();
    expect(result).toMatchObject({ framesMissing: 0, outages: 0 });
    expect(result?.beats[29]).toBe(3 * period);
  });

  it("ADVICE-14: a silence of many beats is an outage, and no loss", () => {
    const from = 40;
    const meter = metered(from);
    for (let beat = from + outageBeatsMin; beat < 100; beat += 1) {
      meter.take({ at: instant(beat * period), bootId: 1, sequence: 2 * beat + 1, isBeat: true });
    }
    const result = meter.result();
    expect(result?.outages).toBe(1);
    expect(result?.beats.slice(0, from - 1)).toEqual(Array(from - 1).fill(0));
  });

  it("ADVICE-14: a boot is no loss, and doubles and late ones do no harm", () => {
    const meter = metered(40);
    for (let beat = 0; beat < 40; beat += 1) {
      const frame = { bootId: 2, sequence: beat + 1, isBeat: true };
      meter.take({ ...frame, at: instant((200 + beat) * period) });
      meter.take({ ...frame, at: instant((200 + beat) * period + 10) });
    }
    meter.take({ bootId: 2, sequence: 3, isBeat: true, at: instant(240 * period) });
    const result = meter.result();
    expect(result).toMatchObject({ framesMissing: 0, frames: 120, outages: 0 });
    expect(result?.beats.every((beat) => beat === 0)).toBe(true);
  });

  it("ADVICE-14: says nothing of too few beats", () => {
    expect(metered(beatsMin).result()).toBeNull();
    expect(metered(beatsMin + 1).result()).not.toBeNull();
  });
});
