/** IO-9: components of johnny-five's documentation run on the mock pin board. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Bench, makeBench } from "./bench.js";
import { displayTrials } from "./displays.js";
import { inputTrials } from "./inputs.js";
import { lampTrials } from "./lamps.js";
import { motorTrials } from "./motors.js";
import { refusals } from "./refused.js";
import { sensorTrials } from "./sensors.js";

const trials = [...lampTrials, ...motorTrials, ...inputTrials, ...sensorTrials, ...displayTrials];

let bench: Bench;

beforeAll(async () => {
  bench = await makeBench();
});
beforeEach(() => bench.clear());
afterAll(() => {
  bench.io.close();
  vi.useRealTimers();
});

describe("johnny-five's components on a pin board", () => {
  it("are fifty and more", () => {
    expect(trials.length).toBeGreaterThanOrEqual(50);
    expect(new Set(trials.map(({ name }) => name)).size).toBe(trials.length);
  });

  it.each(trials)("IO-9: $name", async ({ run }) => {
    await run(bench);
  });
});

describe("components that a pin board cannot carry", () => {
  it.each(refusals)("IO-10: $name says why", async ({ make, says }) => {
    expect(() => make()).toThrow(says);
  });
});
