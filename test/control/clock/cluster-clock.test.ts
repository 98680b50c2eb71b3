import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClusterClock, midpoint } from "../../../src/control/clock/cluster-clock.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { Prng } from "../../../src/kernel/prng.js";
import { instant, millis } from "../../../src/kernel/time.js";

const skewMax = millis(10);
const delayMax = millis(5);
const period = 100_000;

/** Replicas on one true clock; each sees it through its own offset and rate, plus a delay. */
class Bench {
  readonly offsets: readonly number[];
  readonly rates: readonly number[];
  readonly delays: (source: number, target: number) => number;
  readonly ids: readonly NodeId[];
  readonly clocks: ClusterClock[];
  #true = 1_000_000;

  constructor(
    offsets: readonly number[],
    rates: readonly number[],
    delays: (source: number, target: number) => number = () => 0,
  ) {
    this.offsets = offsets;
    this.rates = rates;
    this.delays = delays;
    this.ids = offsets.map((_, index) => nodeId(`n${index}`));
    this.clocks = this.ids.map(
      (id) =>
        new ClusterClock({ peers: this.ids.filter((peer) => peer !== id), skewMax, delayMax }),
    );
  }

  local(index: number, at = this.#true) {
    const rate = 1 + (this.rates[index] ?? 0) * 1e-6;
    return instant(Math.round((this.offsets[index] ?? 0) + at * rate));
  }

  reading(index: number): number {
    return (this.clocks[index] as ClusterClock).read(this.local(index));
  }

  /** `lie` says what the last replica claims to each reader, instead of its clock. */
  round(lie?: (target: number, honest: number) => number): void {
    this.#true += period;
    const sentAt = this.ids.map((_, index) => this.reading(index));
    for (const [source, peer] of this.ids.entries()) {
      for (const target of this.ids.keys()) {
        if (target === source) continue;
        const honest = sentAt[source] as number;
        const lies = lie !== undefined && source === this.ids.length - 1;
        const clock = this.clocks[target] as ClusterClock;
        const echo = (this.clocks[source] as ClusterClock).echoFor(this.ids[target] as NodeId);
        const at = this.local(target, this.#true + this.delays(source, target));
        const { synchronised } = this.clocks[source] as ClusterClock;
        const claimed = lies ? lie(target, honest) : honest;
        const shown = this.local(source);
        clock.hear(at, peer, { clock: shown, sentAt: claimed, echo, synchronised });
      }
    }
    for (const clock of this.clocks) clock.endRound();
  }

  spread(count = this.ids.length): number {
    const readings = this.ids.slice(0, count).map((_, index) => this.reading(index));
    return Math.max(...readings) - Math.min(...readings);
  }
}

/** One message in so many waits for up to 8 ms; the others take 200 us. */
function waiting(share: number): () => number {
  const dice = new Prng(5);
  return () => (dice.chance(share) ? dice.below(8_000) : 200);
}

describe("CLOCK-1: the midpoint after Welch and Lynch 1988, section 4", () => {
  it("cuts f readings off at either end", () => {
    expect(midpoint([0])).toBe(0);
    expect(midpoint([0, 10])).toBe(5);
    expect(midpoint([0, 10, 1_000_000])).toBe(10);
    expect(midpoint([-1_000_000, 0, 10, 20, 1_000_000])).toBe(10);
    expect(midpoint([0, 4, 10, 1_000])).toBe(7);
  });

  it("lies within the correct readings when f of 2f + 1 are wrong", () => {
    const reading = fc.integer({ min: -1_000, max: 1_000 });
    fc.assert(
      fc.property(
        fc.array(reading, { minLength: 3, maxLength: 3 }),
        fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 2, maxLength: 2 }),
        (good, bad) => {
          const middle = midpoint([...good, ...bad]);
          expect(middle).toBeGreaterThanOrEqual(Math.min(...good));
          expect(middle).toBeLessThanOrEqual(Math.max(...good));
        },
      ),
    );
  });
});

describe("CLOCK-2: replicas that start apart meet", () => {
  it("whatever their clocks show at first", () => {
    const offset = fc.integer({ min: 0, max: 1e12 });
    fc.assert(
      fc.property(fc.array(offset, { minLength: 2, maxLength: 5 }), (offsets) => {
        const bench = new Bench(offsets, []);
        for (let round = 0; round < 60; round += 1) bench.round();
        expect(bench.spread()).toBeLessThan(1_000);
        expect(bench.clocks.every((clock) => clock.synchronised)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("and a late starter joins the others, not they it", () => {
    const bench = new Bench([0, 1_000, 9e9], []);
    const [first, second] = bench.clocks as [ClusterClock, ClusterClock, ClusterClock];
    for (let round = 0; round < 3; round += 1) {
      first.hear(bench.local(0), nodeId("n1"), {
        clock: bench.local(1),
        sentAt: bench.reading(1),
        echo: null,
        synchronised: second.synchronised,
      });
      second.hear(bench.local(1), nodeId("n0"), {
        clock: bench.local(0),
        sentAt: bench.reading(0),
        echo: null,
        synchronised: first.synchronised,
      });
      first.endRound();
      second.endRound();
    }
    const before = bench.reading(0);
    for (let round = 0; round < 2; round += 1) bench.round();
    expect(bench.spread()).toBeLessThan(1_000);
    expect(bench.reading(0) - before - 2 * period).toBeLessThan(1_000);
  });

  it("but one alone never calls itself synchronised", () => {
    const clock = new ClusterClock({ peers: [nodeId("n1"), nodeId("n2")], skewMax, delayMax });
    for (let round = 0; round < 20; round += 1) clock.endRound();
    expect(clock.synchronised).toBe(false);
  });
});

describe("CLOCK-3: clocks that drift stay together", () => {
  it("within what they drift in the rounds that a reading may be old, at 1,000 ppm apart", () => {
    const bench = new Bench([0, 5_000, 9_000], [500, 0, -500]);
    for (let round = 0; round < 20; round += 1) bench.round();
    for (let round = 0; round < 2_000; round += 1) {
      bench.round();
      expect(bench.spread()).toBeLessThanOrEqual(500);
    }
  });

  it("and messages that wait for milliseconds do not move them", () => {
    const bench = new Bench([0, 5_000, 9_000], [20, 0, -20], waiting(0.2));
    for (let round = 0; round < 20; round += 1) bench.round();
    for (let round = 0; round < 1_000; round += 1) {
      bench.round();
      expect(bench.spread()).toBeLessThan(1_000);
    }
  });

  it("and a constant delay does not slow the cluster's clock down", () => {
    const bench = new Bench([0, 0, 0], [], () => 2_000);
    for (let round = 0; round < 50; round += 1) bench.round();
    const before = bench.reading(0);
    for (let round = 0; round < 100; round += 1) bench.round();
    expect(Math.abs(bench.reading(0) - before - 100 * period)).toBeLessThan(500);
  });
});

describe("CLOCK-4: one lying clock of three cannot drag the others", () => {
  const lies: [string, (target: number, honest: number) => number][] = [
    ["far ahead", (_, honest) => honest + 1e9],
    ["always a little ahead", (_, honest) => honest + skewMax - 100],
    ["differently to each", (target, honest) => honest + (target === 0 ? -1 : 1) * 8_000],
  ];
  for (const [name, lie] of lies) {
    it(name, () => {
      const bench = new Bench([0, 400, 200], [50, -50, 0]);
      for (let round = 0; round < 20; round += 1) bench.round();
      const before = bench.reading(0);
      for (let round = 0; round < 500; round += 1) bench.round(lie);
      const drift = Math.abs(bench.reading(0) - before - 500 * period);
      expect(bench.spread(2)).toBeLessThan(1_000);
      expect(drift).toBeLessThan(500 * period * 100e-6);
      expect(bench.clocks.slice(0, 2).every((clock) => clock.synchronised)).toBe(true);
    });
  }

  it("but two that lie alike do: f is 1", () => {
    const bench = new Bench([0, 0, 0], []);
    for (let round = 0; round < 10; round += 1) bench.round();
    const [clock] = bench.clocks as [ClusterClock];
    const before = clock.read(bench.local(0));
    for (const peer of ["n1", "n2"]) {
      const sentAt = before + 9_000;
      const reading = { clock: bench.local(0), sentAt, echo: null, synchronised: true };
      clock.hear(bench.local(0), nodeId(peer), reading);
    }
    expect(clock.endRound().adjustment).toBeGreaterThan(8_000);
  });
});

describe("CLOCK-5: without a majority in sight", () => {
  it("the clock stays where it is, and after five rounds no longer claims to be aligned", () => {
    const bench = new Bench([0, 0, 0], []);
    for (let round = 0; round < 10; round += 1) bench.round();
    const [clock] = bench.clocks as [ClusterClock];
    for (let round = 1; round <= 4; round += 1) {
      expect(clock.endRound()).toMatchObject({ adjustment: 0, synchronised: true });
    }
    expect(clock.endRound()).toMatchObject({ adjustment: 0, synchronised: false });
  });

  it("the skew is that of the farthest that counts as aligned, and zero when all agree", () => {
    const bench = new Bench([0, 0, 0], []);
    for (let round = 0; round < 10; round += 1) bench.round();
    expect(bench.clocks.map(({ skew }) => skew)).toEqual([0, 0, 0]);
    bench.round((_, honest) => honest + 3_000);
    expect(bench.clocks.slice(0, 2).map(({ skew }) => skew)).toEqual([3_000, 3_000]);
    bench.round((_, honest) => honest + 2 * skewMax);
    expect(bench.clocks.slice(0, 2).map(({ skew }) => skew)).toEqual([0, 0]);
  });

  it("while synchronised, no round moves it by more than skewMax", () => {
    const bench = new Bench([0, 0, 0], []);
    for (let round = 0; round < 10; round += 1) bench.round();
    for (let round = 0; round < 10; round += 1) {
      bench.round((_, honest) => honest + skewMax);
      for (const clock of bench.clocks) expect(clock.skew).toBeLessThanOrEqual(skewMax);
    }
  });
});
