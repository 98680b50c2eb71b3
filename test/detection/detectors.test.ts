import { describe, expect, it } from "vitest";
import { detectors } from "../../src/detection/detectors.js";

describe("all detectors", () => {
  it("are found by the name that they have, each with a line for people", () => {
    for (const [name, kind] of detectors) {
      expect(kind.name).toBe(name);
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(kind.summary).not.toContain("\n");
      expect(kind.summary.length).toBeGreaterThan(20);
    }
    expect([...detectors.keys()]).toEqual(
      expect.arrayContaining([
        "ping-ack",
        "all-to-all",
        "central",
        "ring",
        "gossip",
        "phi-accrual",
      ]),
    );
  });
});
