import { describe, expect, it } from "vitest";
import { adviseHeartbeat, periodMin } from "../../../src/detection/advice/heartbeat-advice.js";
import {
  type LinkQuality,
  recordedQuality,
  statedQuality,
} from "../../../src/detection/advice/link-quality.js";
import type { Wishes } from "../../../src/detection/advice/wishes.js";
import type { DetectorSettings } from "../../../src/detection/detector.js";
import { AllToAllHeartbeat } from "../../../src/detection/heartbeat/all-to-all.js";
import { beatBody } from "../../../src/detection/heartbeat/messages.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { Prng } from "../../../src/kernel/prng.js";
import { type Instant, instant, millis } from "../../../src/kernel/time.js";
import { burstyBeats, independentBeats } from "./links.js";

const peer = nodeId("b");
const wishes = (changes: Partial<Wishes> = {}): Wishes => ({
  ...{ nodes: 2, falseAlarmsPerSecond: 1 / 3_600, within: millis(200) },
  ...changes,
});

function adviseOrFail(link: LinkQuality, wished: Wishes) {
  const { settings, unmet } = adviseHeartbeat(link, wished);
  if (settings === null) return expect.fail(JSON.stringify(unmet));
  return { settings, unmet };
}

interface Times {
  readonly period: number;
  readonly suspectAfter: number;
}

function monitorWith(times: Pick<DetectorSettings, "period" | "suspectAfter">): AllToAllHeartbeat {
  const node = { now: instant(0), self: nodeId("a"), peers: [peer], dice: new Prng(1) };
  const unused = { ackTimeout: times.period, relays: 0, phi: 8, lifeguard: false };
  return new AllToAllHeartbeat({ ...node, ...unused, ...times });
}

/** How often a real monitor with these settings suspects a peer that never stops. */
function suspicions({ period, suspectAfter }: Times, beats: readonly (number | null)[]): number {
  const times = { period: millis(period / 1_000), suspectAfter: millis(suspectAfter / 1_000) };
  const monitor = monitorWith(times);
  const wake = (until: Instant): void => {
    for (let at = monitor.deadline(); at !== null && at < until; at = monitor.deadline()) {
      monitor.step(at, timeout);
    }
  };
  for (const [index, late] of beats.entries()) {
    if (late === null) continue;
    const at = instant(index * period + late);
    wake(at);
    monitor.step(at, { kind: "message", from: peer, body: beatBody(index + 1) });
  }
  return monitor.standing()[0]?.suspicions ?? 0;
}

describe("what it advises", () => {
  it("ADVICE-6: detects in time, and is mistaken seldom enough, by its own figures", () => {
    for (const loss of [0, 0.01, 0.1, 0.3]) {
      const link = statedQuality({ loss, lateness: millis(5) });
      const { settings, unmet } = adviseOrFail(link, wishes());
      expect(unmet).toEqual([]);
      expect(settings.detectionMax).toBeLessThanOrEqual(millis(200));
      expect(settings.falseAlarms.independent).toBeLessThanOrEqual(1 / 3_600);
      const { missedBeats, period, latenessBorne, suspectAfter } = settings;
      expect(suspectAfter).toBe(missedBeats * period + latenessBorne);
    }
  });

  it("ADVICE-6: with one beat less to bear it would be mistaken too often", () => {
    const link = statedQuality({ loss: 0.1, lateness: millis(5) });
    const { settings } = adviseOrFail(link, wishes());
    const { missedBeats } = settings;
    const fewer = (0.1 + 0.9 * 0.001) ** (missedBeats - 1) * 0.899;
    const perSecond = (2 * 1_000_000 * fewer) / ((200_000 - 10_000) / (missedBeats - 1));
    expect(perSecond).toBeGreaterThan(1 / 3_600);
  });

  it("ADVICE-6: a worse link and a stricter wish never take longer periods", () => {
    const periodOf = (loss: number, perSecond: number): number => {
      const link = statedQuality({ loss, lateness: millis(5) });
      return adviseOrFail(link, wishes({ falseAlarmsPerSecond: perSecond })).settings.period;
    };
    const byLoss = [0.001, 0.01, 0.05, 0.1, 0.2].map((loss) => periodOf(loss, 1e-4));
    expect(byLoss).toEqual([...byLoss].sort((one, other) => other - one));
    const byWish = [1, 1e-2, 1e-4, 1e-6, 1e-8].map((rate) => periodOf(0.01, rate));
    expect(byWish).toEqual([...byWish].sort((one, other) => other - one));
    expect(byWish[0]).toBeGreaterThan(byWish[4] ?? 0);
  });

  it("ADVICE-7: the monitor is mistaken as often as was said", () => {
    const chances = { loss: 0.15, lateMax: 4_000 };
    const beats = independentBeats(new Prng(5), 200_000, chances);
    const link = recordedQuality(beats);
    const { settings } = adviseOrFail(link, wishes({ falseAlarmsPerSecond: 0.02 }));
    const fresh = independentBeats(new Prng(6), 200_000, chances);
    const seconds = (fresh.length * settings.period) / 1_000_000;
    // Both directions count in the advice, and here is one.
    const expected = (seconds * settings.falseAlarms.independent) / 2;
    const found = suspicions(settings, fresh);
    expect(expected).toBeGreaterThan(50);
    // Poisson: four standard deviations above. Below, lateness of the last beat helps the monitor.
    expect(found).toBeLessThan(expected + 4 * Math.sqrt(expected));
    expect(found).toBeGreaterThan(0.5 * expected - 4 * Math.sqrt(expected));
  });

  it("ADVICE-8: with losses in runs it goes by the runs; independence would be wrong", () => {
    const chain = { starts: 0.01, goesOn: 0.5 };
    const link = recordedQuality(burstyBeats(new Prng(7), 200_000, chain));
    const { settings } = adviseOrFail(link, wishes({ falseAlarmsPerSecond: 0.02 }));
    const { independent, byRuns } = settings.falseAlarms;
    const fresh = burstyBeats(new Prng(8), 400_000, chain);
    const seconds = (fresh.length * settings.period) / 1_000_000;
    const found = suspicions(settings, fresh);
    const expected = (seconds * (byRuns ?? 0)) / 2;
    expect(expected).toBeGreaterThan(50);
    // Both figures are counted, so both vary: four standard deviations of the difference.
    expect(Math.abs(found - expected)).toBeLessThan(4 * Math.sqrt(3 * expected));
    expect(found).toBeGreaterThan((100 * seconds * independent) / 2);
  });

  it("ADVICE-9: the monitor suspects a peer that stops within the time that was said", () => {
    const { settings } = adviseOrFail(statedQuality({ loss: 0, lateness: millis(5) }), wishes());
    const { period, suspectAfter, detectionMax } = settings;
    const monitor = monitorWith({ period, suspectAfter });
    // It stops just after a beat was sent, which comes as late as any does.
    const crash = 0;
    const beat = { kind: "message", from: peer, body: beatBody(1) } as const;
    monitor.step(millis(5) as unknown as Instant, beat);
    let found = 0;
    while (monitor.standing()[0]?.status === "trusted") {
      found = monitor.deadline() ?? 0;
      monitor.step(instant(found), timeout);
    }
    expect(found - crash).toBeLessThanOrEqual(detectionMax);
    expect(found - crash).toBeGreaterThan(detectionMax - 2 * period);
  });
});

describe("what it cannot have", () => {
  it("ADVICE-10: is a detection sooner than lateness allows; it says how soon", () => {
    const link = statedQuality({ loss: 0.01, lateness: millis(50) });
    const late = adviseHeartbeat(link, wishes({ within: millis(60) }));
    expect(late).toEqual({ settings: null, unmet: [{ kind: "too-soon", withinMin: 101_000 }] });
    const enough = adviseHeartbeat(link, wishes({ within: millis(101) }));
    expect(enough.settings?.period).toBe(periodMin);
  });

  it("ADVICE-10: is too few false alarms, and the time that is named would do", () => {
    const link = statedQuality({ loss: 0.5, lateness: millis(20) });
    const strict = { nodes: 3, falseAlarmsPerSecond: 1 / 31_536_000 };
    const { settings, unmet } = adviseOrFail(link, wishes({ ...strict, within: millis(100) }));
    const [wish] = unmet;
    if (wish?.kind !== "too-many-false-alarms" || wish.withinMin === null) return expect.fail();
    expect(settings.falseAlarms.independent).toBeGreaterThan(strict.falseAlarmsPerSecond);
    expect(adviseHeartbeat(link, wishes({ ...strict, within: wish.withinMin })).unmet).toEqual([]);
    const sooner = millis(Math.floor((0.97 * wish.withinMin) / 1_000));
    expect(adviseHeartbeat(link, wishes({ ...strict, within: sooner })).unmet).toHaveLength(1);
  });

  it("ADVICE-10: is anything, on a link that carries nothing", () => {
    const link = statedQuality({ loss: 1, lateness: millis(1) });
    const { unmet } = adviseHeartbeat(link, wishes());
    expect(unmet).toEqual([{ kind: "too-many-false-alarms", withinMin: null }]);
  });
});
