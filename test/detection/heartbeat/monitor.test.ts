import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  HeartbeatMonitor,
  type HeartbeatOptions,
  type HeartbeatOutput,
} from "../../../src/detection/heartbeat/monitor.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { type Instant, instant, millis } from "../../../src/kernel/time.js";

const peers = ["pi-2", "pi-3"].map(nodeId);
const [two, three] = peers as [NodeId, NodeId];
const ms = (count: number): Instant => instant(count * 1_000);

function monitor(options: Partial<HeartbeatOptions> = {}): HeartbeatMonitor {
  const times = { period: millis(10), suspectAfter: millis(35) };
  return new HeartbeatMonitor({ now: ms(0), peers, ...times, ...options });
}

/** Wakes the monitor exactly when it asks, up to and at `until`, and collects what it tells. */
function wake(machine: HeartbeatMonitor, until: Instant): [number, HeartbeatOutput][] {
  const told: [number, HeartbeatOutput][] = [];
  for (let count = 0; count < 1_000; count += 1) {
    const at = machine.deadline();
    if (at === null || at > until) return told;
    for (const output of machine.step(at, timeout)) told.push([at / 1_000, output]);
  }
  throw new Error("the monitor asks for ever");
}

const judgements = (told: [number, HeartbeatOutput][]) =>
  told.filter(([, output]) => output.kind !== "send-beat");

describe("beating", () => {
  it("HEART-1: begins at once and goes on once a period", () => {
    const beats = wake(monitor({ peers: [] }), ms(30));
    expect(beats).toEqual(
      [0, 10, 20, 30].map((at, index) => [at, { kind: "send-beat", count: index + 1 }]),
    );
  });

  it("HEART-2: after a sleep beats once and stays on its grid", () => {
    const machine = monitor({ peers: [] });
    wake(machine, ms(10));
    expect(machine.step(ms(67), timeout)).toEqual([{ kind: "send-beat", count: 3 }]);
    expect(machine.step(ms(67), timeout)).toEqual([]);
    expect(machine.deadline()).toBe(ms(70));
  });

  it("HEART-2: woken early, does not beat", () => {
    const machine = monitor({ peers: [] });
    wake(machine, ms(0));
    expect(machine.step(instant(9_999), timeout)).toEqual([]);
  });
});

describe("a silent peer", () => {
  it("HEART-3: is suspected when its allowance has passed, once", () => {
    const machine = monitor();
    machine.step(ms(20), { kind: "beat", from: two });
    expect(judgements(wake(machine, instant(34_999)))).toEqual([]);
    expect(judgements(wake(machine, ms(500)))).toEqual([
      [35, { kind: "peer-suspected", peer: three, silence: 35_000 }],
      [55, { kind: "peer-suspected", peer: two, silence: 35_000 }],
    ]);
  });

  it("HEART-3: is never suspected while it beats within its allowance", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 34_999 }), { maxLength: 50 });
    fc.assert(
      fc.property(gaps, (waits) => {
        const machine = monitor({ peers: [two] });
        let now = 0;
        for (const wait of waits) {
          now += wait;
          expect(judgements(wake(machine, instant(now)))).toEqual([]);
          expect(machine.step(instant(now), { kind: "beat", from: two })).toEqual([]);
        }
      }),
    );
  });

  it("HEART-4: is trusted again by one beat, and told so once", () => {
    const machine = monitor();
    wake(machine, ms(40));
    expect(machine.step(ms(41), { kind: "beat", from: two })).toEqual([
      { kind: "peer-trusted", peer: two },
    ]);
    expect(machine.step(ms(42), { kind: "beat", from: two })).toEqual([]);
    expect(machine.standing()).toEqual([
      { peer: two, status: "trusted", silentSince: 42_000, suspicions: 1 },
      { peer: three, status: "suspected", silentSince: 0, suspicions: 1 },
    ]);
  });
});

describe("the allowance", () => {
  /** Suspicions of a peer that beats every 100 ms, which is too slow at first. */
  function suspicions(options: Partial<HeartbeatOptions>): number {
    const machine = monitor({ peers: [two], ...options });
    for (let at = 100; at <= 2_000; at += 100) {
      wake(machine, instant(at * 1_000 - 1));
      machine.step(ms(at), { kind: "beat", from: two });
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
});

describe("a monitor that slept", () => {
  it("HEART-6: judges nobody, and lets every silence begin anew", () => {
    const machine = monitor();
    wake(machine, ms(10));
    expect(machine.step(ms(200), { kind: "was-late" })).toEqual([]);
    expect(judgements(wake(machine, instant(234_999)))).toEqual([]);
    const kinds = judgements(wake(machine, ms(235))).map(([at, output]) => [at, output.kind]);
    expect(kinds).toEqual([
      [235, "peer-suspected"],
      [235, "peer-suspected"],
    ]);
  });

  it("HEART-6: without that word, blames the others", () => {
    const machine = monitor();
    wake(machine, ms(10));
    const told = machine.step(ms(200), timeout).map((output) => output.kind);
    expect(told).toEqual(["send-beat", "peer-suspected", "peer-suspected"]);
  });

  it("HEART-6: does not trust again whom it suspected before", () => {
    const machine = monitor();
    wake(machine, ms(40));
    machine.step(ms(200), { kind: "was-late" });
    expect(machine.standing().map(({ status }) => status)).toEqual(["suspected", "suspected"]);
  });
});

describe("strangers and wrong options", () => {
  it("HEART-7: a stranger's beat changes nothing", () => {
    const machine = monitor();
    const before = machine.standing();
    expect(machine.step(ms(5), { kind: "beat", from: nodeId("pi-9") })).toEqual([]);
    expect(machine.standing()).toEqual(before);
  });

  it("an allowance shorter than the period is our own bug", () => {
    expect(() => monitor({ suspectAfter: millis(10) })).toThrow("within its allowance");
    expect(() => monitor({ allowanceMax: millis(20) })).toThrow("exceeds allowanceMax");
    expect(() => monitor({ peers: [two, two] })).toThrow("listed twice");
  });
});
