/** LEASES-1 to LEASES-4: the leader's clock work (Burrows 2006, sections 2.8 and 2.9). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Duration, type Instant, instant, millis } from "../../../src/kernel/time.js";
import { heldLength } from "../../../src/replication/service/client/held-length.js";
import { Leases } from "../../../src/replication/service/leases.js";

/** What is timed, as a test sets it. */
class Clockwork {
  timedChanges = 0;
  readonly openSessions = new Map<number, { lease: Duration }>();
  #delays: { lock: string; token: number; delay: Duration }[] = [];

  lockDelays() {
    return this.#delays;
  }

  open(session: number, lease: number): this {
    this.openSessions.set(session, { lease: millis(lease) });
    this.timedChanges += 1;
    return this;
  }

  end(session: number): void {
    this.openSessions.delete(session);
    this.timedChanges += 1;
  }

  delay(lock: string, token: number, delay: number): void {
    this.#delays = [{ lock, token, delay: millis(delay) }];
    this.timedChanges += 1;
  }
}

const at = (ms: number): Instant => instant(ms * 1_000);
const expire = (session: number) => ({ kind: "expire-session", session });

describe("leases", () => {
  it("LEASES-1: a session is over when it was not heard for its lease, and not before", () => {
    const timed = new Clockwork().open(5, 100).open(6, 300);
    const leases = new Leases(at(0), timed);
    expect(leases.deadline()).toBe(at(100));
    expect(leases.over(at(99))).toEqual([]);
    expect(leases.heard(at(99), 5)).toBe(true);
    expect(leases.over(at(198))).toEqual([]);
    expect(leases.over(at(199))).toEqual([expire(5)]);
    expect(leases.over(at(300))).toEqual([expire(6)]);
  });

  it("LEASES-2: once it is over it is answered as ended, before the log has it and after", () => {
    const timed = new Clockwork().open(5, 100);
    const leases = new Leases(at(0), timed);
    // Nobody has asked `over` yet, and still an `ok` would come too late.
    expect(leases.heard(at(100), 5)).toBe(false);
    expect(leases.over(at(100))).toEqual([expire(5)]);
    expect(leases.heard(at(101), 5)).toBe(false);
    timed.end(5);
    leases.sync(at(102));
    expect(leases.heard(at(102), 5)).toBe(false);
    expect(leases.deadline()).toBeNull();
  });

  it("LEASES-2: what was proposed in vain is proposed again, not at every turn", () => {
    const leases = new Leases(at(0), new Clockwork().open(5, 100));
    expect(leases.over(at(100))).toEqual([expire(5)]);
    expect(leases.over(at(2_099))).toEqual([]);
    expect(leases.deadline()).toBe(at(2_100));
    expect(leases.over(at(2_100))).toEqual([expire(5)]);
  });

  it("LEASES-3: a new leader gives each session its whole lease, each lock its whole delay", () => {
    const timed = new Clockwork().open(5, 100);
    timed.delay("pump", 9, 50);
    const first = new Leases(at(0), timed);
    expect(first.over(at(50))).toEqual([{ kind: "end-lock-delay", lock: "pump", token: 9 }]);
    const second = new Leases(at(90), timed);
    expect(second.over(at(139))).toEqual([]);
    expect(second.over(at(140))).toEqual([{ kind: "end-lock-delay", lock: "pump", token: 9 }]);
    expect(second.over(at(189))).toEqual([]);
    expect(second.over(at(190))).toEqual([expire(5)]);
  });

  it("LEASES-3: a session and a delay count from when they were applied; the others go on", () => {
    const timed = new Clockwork().open(5, 100);
    const leases = new Leases(at(0), timed);
    timed.open(6, 100);
    timed.delay("pump", 9, 60);
    leases.sync(at(50));
    leases.sync(at(80));
    expect(leases.over(at(100))).toEqual([expire(5)]);
    expect(leases.over(at(109))).toEqual([]);
    expect(leases.over(at(110))).toEqual([{ kind: "end-lock-delay", lock: "pump", token: 9 }]);
    // The next holder of the same lock has expired: another delay.
    timed.delay("pump", 12, 60);
    leases.sync(at(120));
    expect(leases.over(at(149))).toEqual([]);
    expect(leases.over(at(150))).toEqual([expire(6)]);
    expect(leases.over(at(180))).toEqual([{ kind: "end-lock-delay", lock: "pump", token: 12 }]);
  });

  it("LEASES-4: the holder's belief ends first, with the worst clocks that are allowed", () => {
    const lease = fc.integer({ min: 100_000, max: 600_000_000 });
    fc.assert(
      fc.property(lease, fc.integer({ min: 0, max: 100_000 }), (length, ppm) => {
        const rho = ppm / 1e6;
        // A keep-alive that takes no time; the client's clock as slow, the leader's as fast as it
        // may be. The leader's reading of the receipt was cut off by up to a microsecond.
        const leaseLasts = (length - 1) / (1 + rho);
        const held = heldLength(length as Duration, ppm);
        expect(held / (1 - rho)).toBeLessThanOrEqual(leaseLasts + 1e-6);
        // And it is no shorter than it must be.
        expect((held + 3) / (1 - rho)).toBeGreaterThan(leaseLasts);
      }),
    );
  });

  it("LEASES-4: 10 s are believed for 9,995,999 us at 200 ppm", () => {
    const lease = millis(10_000);
    expect(heldLength(lease, 0)).toBe(lease - 1);
    expect(heldLength(lease, 200)).toBe(9_995_999);
    expect(heldLength(lease, 1_000)).toBe(9_980_018);
  });
});
