import { describe, expect, it } from "vitest";
import { LocalHealth, stretchMax } from "../../../src/detection/swim/local-health.js";
import { millis, seconds } from "../../../src/kernel/time.js";
import { readOracle } from "../../support/oracles.js";

interface Swim {
  /** Change, score after it, and how many seconds 1 s has become. */
  readonly memberlist: { readonly awarenessMax8: readonly [number, number, number][] };
}
const published = readOracle<Swim>("swim.json");

describe("local health (SWIM-10)", () => {
  it.skipIf(published === null)("goes through memberlist's table step by step", () => {
    const health = new LocalHealth(true);
    for (const [delta, score, stretched] of published?.memberlist.awarenessMax8 ?? []) {
      health.change(delta);
      expect([delta, health.score]).toEqual([delta, score]);
      expect(health.stretch(seconds(1))).toBe(seconds(stretched));
    }
  });

  it("saturates at both ends, and comes back from either at once", () => {
    const health = new LocalHealth(true);
    health.change(1_000);
    expect(health.score).toBe(stretchMax - 1);
    health.change(-1);
    expect(health.score).toBe(stretchMax - 2);
    health.change(-1_000);
    expect(health.score).toBe(0);
    health.change(1);
    expect(health.stretch(millis(30))).toBe(millis(60));
  });

  it("SWIM-11: of a node that does not watch itself stays well", () => {
    const health = new LocalHealth(false);
    health.change(5);
    expect(health.score).toBe(0);
    expect(health.stretch(millis(30))).toBe(millis(30));
  });

  it("a change that is no number is our own bug", () => {
    expect(() => new LocalHealth(true).change(Number.NaN)).toThrow("not a change of health");
  });
});
