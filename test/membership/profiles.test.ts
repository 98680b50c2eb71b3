import { describe, expect, it } from "vitest";
import { millis, seconds } from "../../src/kernel/time.js";
import { profileNames, profileOf } from "../../src/membership/profiles.js";
import { suspicionLeast } from "../../src/membership/scales.js";

describe("the profiles of a fleet", () => {
  it.each(profileNames)("%s: answers come within a period, and lateness before answers", (name) => {
    for (const period of [undefined, millis(1), millis(100), seconds(30)]) {
      const { detectorSettings, settings, latenessMax } = profileOf(name, period);
      expect(detectorSettings.ackTimeout).toBeLessThan(detectorSettings.period);
      expect(detectorSettings.suspectAfter).toBeGreaterThan(detectorSettings.period);
      expect(latenessMax).toBeLessThan(detectorSettings.ackTimeout);
      expect(settings.syncEvery).toBeGreaterThan(detectorSettings.period);
      expect(settings.gossipEvery).toBeGreaterThan(0);
      expect(settings.gossipEvery).toBeLessThan(detectorSettings.period);
    }
  });

  it("keep their proportions when the period is another", () => {
    const { detectorSettings, settings } = profileOf("lan", millis(200));
    expect(detectorSettings).toMatchObject({ period: millis(200), ackTimeout: millis(100) });
    expect(settings.syncEvery).toBe(seconds(6));
  });

  it("wait as long as memberlist does, before a member of a small fleet is given up", () => {
    const least = profileNames.map((name) => {
      const { settings, detectorSettings } = profileOf(name);
      return suspicionLeast(settings.suspicionAlpha, 10, detectorSettings.period);
    });
    expect(least).toEqual([seconds(3), seconds(4), seconds(30)]);
    const confirmations = profileNames.map((name) => profileOf(name).settings.confirmations);
    expect(confirmations).toEqual([1, 2, 4]);
  });
});
