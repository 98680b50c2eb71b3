import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DetectorInput, DetectorOutput } from "../../../src/detection/detector.js";
import {
  AllToAllHeartbeat,
  type AllToAllOptions,
  allToAll,
} from "../../../src/detection/heartbeat/all-to-all.js";
import { beatBody } from "../../../src/detection/heartbeat/messages.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { Prng } from "../../../src/kernel/prng.js";
import { type Instant, instant, micros, millis } from "../../../src/kernel/time.js";
import { overCrashGrid, rangeOf } from "../support/crash-grid.js";
import { always, usual } from "../support/detector-fleet.js";

const peers = ["pi-2", "pi-3"].map(nodeId);
const [two, three] = peers as [NodeId, NodeId];
const ms = (count: number): Instant => instant(count * 1_000);

function detector(options: Partial<AllToAllOptions> = {}): AllToAllHeartbeat {
  const times = { ...usual, period: millis(10), suspectAfter: millis(35) };
  const self = { now: ms(0), self: nodeId("pi-1"), peers, dice: new Prng(1) };
  return new AllToAllHeartbeat({ ...times, ...self, ...options });
}

const beat = (from: NodeId): DetectorInput => ({ kind: "message", from, body: beatBody(1) });

/** Wakes the detector exactly when it asks, up to and at `until`, and collects what it tells. */
function wake(machine: AllToAllHeartbeat, until: Instant): [number, DetectorOutput][] {
  const told: [number, DetectorOutput][] = [];
  for (let count = 0; count < 1_000; count += 1) {
    const at = machine.deadline();
    if (at === null || at > until) return told;
    for (const output of machine.step(at, timeout)) told.push([at / 1_000, output]);
  }
  throw new Error("the detector asks for ever");
}

const judgements = (told: [number, DetectorOutput][]) =>
  told.filter(([, output]) => output.kind !== "send");

function suspected(peer: NodeId, at: number, silence: number): [number, DetectorOutput] {
  const times = { at: ms(at), silence: millis(silence) };
  const evidence = { detector: "all-to-all", ...times, attempts: [], healthScore: 0 };
  return [at, { kind: "peer-suspected", peer, evidence }];
}

describe("beating to all", () => {
  it("HEART-1: begins at once and goes on once a period, to every peer", () => {
    const beats = wake(detector(), ms(30));
    expect(beats).toEqual(
      [0, 10, 20, 30].map((at, index) => [
        at,
        { kind: "send", targets: peers, body: beatBody(index + 1) },
      ]),
    );
  });

  it("HEART-1: reaches who is watched now, and nobody else", () => {
    const machine = detector();
    const four = nodeId("pi-4");
    wake(machine, ms(0));
    machine.step(ms(5), { kind: "forget", peer: two });
    machine.step(ms(5), { kind: "watch", peer: four });
    expect(wake(machine, ms(10))).toMatchObject([[10, { targets: [three, four] }]]);
  });

  it("HEART-2: after a sleep beats once and stays on its grid", () => {
    const machine = detector({ suspectAfter: millis(500) });
    wake(machine, ms(10));
    const late = [{ kind: "send", targets: peers, body: beatBody(3) }];
    expect(machine.step(ms(67), timeout)).toEqual(late);
    expect(machine.step(ms(67), timeout)).toEqual([]);
    expect(machine.deadline()).toBe(ms(70));
  });

  it("HEART-2: woken early, does not beat", () => {
    const machine = detector();
    wake(machine, ms(0));
    expect(machine.step(instant(9_999), timeout)).toEqual([]);
  });
});

describe("a silent peer", () => {
  it("HEART-3: is suspected when its allowance has passed, once", () => {
    const machine = detector();
    machine.step(ms(20), beat(two));
    expect(judgements(wake(machine, instant(34_999)))).toEqual([]);
    const told = judgements(wake(machine, ms(500)));
    expect(told).toEqual([suspected(three, 35, 35), suspected(two, 55, 35)]);
  });

  it("HEART-3: is never suspected while it beats within its allowance", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 34_999 }), { maxLength: 50 });
    fc.assert(
      fc.property(gaps, (waits) => {
        const machine = detector({ peers: [two] });
        let now = 0;
        for (const wait of waits) {
          now += wait;
          expect(judgements(wake(machine, instant(now)))).toEqual([]);
          expect(machine.step(instant(now), beat(two))).toEqual([]);
        }
      }),
    );
  });

  it("HEART-4: is trusted again by one beat, and told so once", () => {
    const machine = detector();
    wake(machine, ms(40));
    expect(machine.step(ms(41), beat(two))).toEqual([{ kind: "peer-trusted", peer: two }]);
    expect(machine.step(ms(42), beat(two))).toEqual([]);
    expect(machine.standing()).toEqual([
      { peer: two, status: "trusted", silentSince: 42_000, suspicions: 1 },
      { peer: three, status: "suspected", silentSince: 0, suspicions: 1 },
    ]);
  });
});

describe("the allowance", () => {
  /** Suspicions of a peer that beats every 100 ms, which is too slow at first. */
  function suspicions(options: Partial<AllToAllOptions>): number {
    const machine = detector({ peers: [two], ...options });
    for (let at = 100; at <= 2_000; at += 100) {
      wake(machine, instant(at * 1_000 - 1));
      machine.step(ms(at), beat(two));
    }
    return machine.standing()[0]?.suspicions ?? 0;
  }

  it("HEART-5: doubles with each late beat, so that mistakes end", () => {
    expect(suspicions({ allowanceMax: millis(150) })).toBe(2);
  });

  it("HEART-5: stays where it may not grow", () => {
    expect(suspicions({})).toBe(20);
    expect(suspicions({ allowanceMax: millis(70) })).toBe(20);
  });

  it("HEART-5: is that of a new peer after forget and watch", () => {
    const machine = detector({ peers: [two], allowanceMax: millis(200) });
    wake(machine, ms(90));
    machine.step(ms(90), beat(two));
    machine.step(ms(91), { kind: "forget", peer: two });
    machine.step(ms(92), { kind: "watch", peer: two });
    expect(judgements(wake(machine, ms(500)))).toEqual([suspected(two, 127, 35)]);
  });
});

describe("a detector that slept", () => {
  const late: DetectorInput = { kind: "was-late", by: millis(180) };

  it("HEART-6: judges nobody, and lets every silence begin anew", () => {
    const machine = detector();
    wake(machine, ms(10));
    expect(machine.step(ms(200), late)).toEqual([]);
    machine.step(ms(200), timeout);
    expect(judgements(wake(machine, instant(234_999)))).toEqual([]);
    const kinds = judgements(wake(machine, ms(235))).map(([at, output]) => [at, output.kind]);
    expect(kinds).toEqual([
      [235, "peer-suspected"],
      [235, "peer-suspected"],
    ]);
  });

  it("HEART-6: without that word, blames the others", () => {
    const machine = detector();
    wake(machine, ms(10));
    const told = machine.step(ms(200), timeout).map((output) => output.kind);
    expect(told).toEqual(["send", "peer-suspected", "peer-suspected"]);
  });

  it("HEART-6: does not trust again whom it suspected before", () => {
    const machine = detector();
    wake(machine, ms(40));
    machine.step(ms(200), late);
    expect(machine.standing().map(({ status }) => status)).toEqual(["suspected", "suspected"]);
  });
});

describe("strangers and wrong options", () => {
  it("HEART-7: a stranger's beat changes nothing", () => {
    const machine = detector();
    const before = machine.standing();
    expect(machine.step(ms(5), beat(nodeId("pi-9")))).toEqual([]);
    expect(machine.standing()).toEqual(before);
  });

  it("HEART-8: a body that is no beat is refused, and is not a word of its sender", () => {
    const machine = detector();
    const input: DetectorInput = { kind: "message", from: two, body: [0] };
    expect(machine.step(ms(20), input)).toEqual([{ kind: "refused", from: two }]);
    expect(judgements(wake(machine, ms(35)))).toHaveLength(2);
  });

  it("an allowance shorter than the period is our own bug", () => {
    expect(() => detector({ suspectAfter: millis(10) })).toThrow("within its allowance");
    expect(() => detector({ allowanceMax: millis(20) })).toThrow("exceeds allowanceMax");
    expect(() => detector({ peers: [two, two] })).toThrow("listed twice");
  });
});

describe("how long all-to-all takes", () => {
  const grid = (delay: number, suspectAfter: number) => {
    const settings = { ...usual, suspectAfter: millis(suspectAfter) };
    const fleet = { kind: allToAll, settings, members: 4, seed: 1, delay: always(micros(delay)) };
    return overCrashGrid(fleet, ([, second]) => second as NodeId, 200);
  };

  it("HEART-9: with an allowance of 3T, more than 2T and up to 3T, and both are reached", () => {
    const detections = grid(0, 300);
    expect(detections.every(({ times }) => times.length === 3)).toBe(true);
    // 500 us is the step of the grid.
    expect(rangeOf(detections)).toEqual({ min: 200_500, max: 300_000 });
    expect(detections[0]?.times).toEqual([300_000, 300_000, 300_000]);
  });

  it("HEART-9: and the delay of the last beat", () => {
    expect(rangeOf(grid(20_000, 300))).toEqual({ min: 220_500, max: 320_000 });
    expect(rangeOf(grid(7_000, 150))).toEqual({ min: 57_500, max: 157_000 });
  });
});
