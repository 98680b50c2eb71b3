/**
 * The length of the holder's belief, by its formula and by an adversary. The schedule is the worst
 * there is: no frame takes any time, the holder's clock is as slow and the voters' are as fast as
 * they may be, the holder is cut off from all just after it has renewed, and another asks at the
 * very instant at which its promise ends.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holderLength, leaseLengthMax } from "../../../src/control/lease/length.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { type Duration, micros, millis } from "../../../src/kernel/time.js";
import { Clock, nanosPerMilli, type Overlap, World } from "./world.js";

const nodes = ["pi-1", "pi-2", "pi-3"].map(nodeId);
const [slow, fast] = nodes as [NodeId, NodeId, NodeId];
const length = millis(30);

interface Schedule {
  readonly driftMaxPpm: number;
  readonly belief: Duration;
  /** Where in its microsecond the clock of each voter stands. */
  readonly phase: number;
}

/** Answers the overlaps, and how often the lease changed hands. */
function adversary({ driftMaxPpm, belief, phase }: Schedule): [readonly Overlap[], number] {
  let cutOff = false;
  const world = new World({
    nodes,
    period: millis(10),
    length,
    driftMaxPpm,
    holderLength: belief,
    network: (source, target) => (cutOff && (source === slow || target === slow) ? [] : [0]),
    clockOf: (node) =>
      node === slow ? new Clock(0, 7, -driftMaxPpm) : new Clock(0, 7 + phase, driftMaxPpm),
  });
  for (const node of nodes) world.boot(node);
  world.input(slow, { kind: "eligible", eligible: true });
  world.run(95 * nanosPerMilli);
  expect(world.checker.holdersAt(world.now)).toEqual([slow]);
  cutOff = true;
  world.input(fast, { kind: "eligible", eligible: true });
  world.run(200 * nanosPerMilli);
  expect(world.checker.holdersAt(world.now)).toEqual([fast]);
  return [world.checker.overlaps, world.told.filter((t) => t.output.kind === "acquired").length];
}

const phases = Array.from({ length: 20 }, (_, index) => index / 20);
const drifts = [0, 20, 200, 1_000, 50_000];

describe.each(drifts)("clocks that drift by at most %i ppm", (driftMaxPpm) => {
  const right = holderLength(length, driftMaxPpm);
  const overlaps = (belief: Duration): number =>
    phases.reduce((sum, phase) => sum + adversary({ driftMaxPpm, belief, phase })[0].length, 0);

  it("LEASE-3: the right length never overlaps, though the lease changes hands", () => {
    for (const phase of phases) {
      expect(adversary({ driftMaxPpm, belief: right, phase })).toEqual([[], 2]);
    }
  });

  it("LEASE-3: one millisecond longer, and two drive at once", () => {
    expect(overlaps(micros(right + 1_000))).toBe(phases.length);
  });

  it("LEASE-3: three microseconds longer, and two drive at once", () => {
    expect(overlaps(micros(right + 3))).toBeGreaterThan(0);
  });
});

describe("holderLength", () => {
  it("LEASE-3: scales by the drift and takes off one reading", () => {
    expect(holderLength(millis(30), 0)).toBe(29_999);
    expect(holderLength(millis(30), 1_000)).toBe(29_939);
    expect(holderLength(micros(0), 1_000)).toBe(0);
  });

  it("LEASE-3: is exact, and never above the formula", () => {
    const lengths = fc.integer({ min: 0, max: leaseLengthMax });
    const ppms = fc.integer({ min: 0, max: 500_000 });
    fc.assert(
      fc.property(lengths, ppms, (us, ppm) => {
        const product = BigInt(us) * (1_000_000n - BigInt(ppm));
        const exact = Number(product / (1_000_000n + BigInt(ppm)));
        expect(holderLength(micros(us), ppm)).toBe(Math.max(exact - 1, 0));
      }),
    );
  });

  it("refuses a drift that is none and a length that it cannot count", () => {
    expect(() => holderLength(millis(30), 1_000_000)).toThrow("not a drift");
    expect(() => holderLength(millis(30), -1)).toThrow("not a drift");
    expect(() => holderLength(micros(leaseLengthMax + 1), 0)).toThrow("too long");
  });
});
