/** LEASES-1, LEASES-3: what the leader's clock work hears of the service that it times. */
import { describe, expect, it } from "vitest";
import { type Instant, instant, seconds } from "../../../src/kernel/time.js";
import { Leases } from "../../../src/replication/service/leases.js";
import { Service } from "../../../src/replication/service/service.js";
import { acquire, Log, release } from "./log.js";

const at = (second: number): Instant => instant(second * 1_000_000);

/** The leader's leases, told after each entry, as a replica does. */
class Led extends Log {
  readonly leases = new Leases(at(0), this.service);

  /** When something is over next, in seconds, if the last entry was applied at `second`. */
  nextAt(second: number): number | null {
    this.leases.sync(at(second));
    const deadline = this.leases.deadline();
    return deadline === null ? null : deadline / 1_000_000;
  }
}

describe("the clock work of a service", () => {
  it("LEASES-1: times each session from where it opened, until it is closed", () => {
    const log = new Led();
    expect(log.nextAt(1)).toBeNull();
    const [one, two] = [log.open(), log.open()];
    expect(log.nextAt(2)).toBe(12);
    log.next(one, { kind: "close-session" });
    expect(log.leases.heard(at(3), one)).toBe(true);
    expect(log.nextAt(3)).toBe(12);
    expect([log.leases.heard(at(4), one), log.leases.heard(at(4), two)]).toEqual([false, true]);
    log.next(two, { kind: "close-session" });
    expect(log.nextAt(5)).toBeNull();
  });

  it("LEASES-1: times none that was not opened, or has expired already", () => {
    const log = new Led();
    const open = { kind: "open-session", name: "n", lease: seconds(10) } as const;
    const one = log.open();
    expect(log.write(one, 1, open)).toMatchObject({ ok: false, reason: "invalid" });
    log.expire(one);
    expect(log.nextAt(1)).toBeNull();
  });

  it("LEASES-3: times a lock-delay once, whatever else happens, and until it is ended", () => {
    const log = new Led();
    const one = log.open();
    log.next(one, acquire(false, 5_000_000));
    const { token } = log.lock();
    expect(log.nextAt(1)).toBe(11);
    log.expire(one);
    expect(log.nextAt(20)).toBe(25);
    // Others come and go: that is no new delay.
    const other = log.open();
    expect(log.nextAt(22)).toBe(25);
    const ended = [{ kind: "end-lock-delay", lock: "pump", token }];
    expect(log.leases.over(at(25))).toEqual(ended);
    expect(log.leases.over(at(27))).toEqual(ended);
    log.write(0, 0, { kind: "end-lock-delay", lock: "pump", token });
    expect(log.nextAt(28)).toBe(32);
    expect(log.leases.over(at(31))).toEqual([]);
    log.next(other, acquire());
    log.next(other, release(log.lock().token));
    expect(log.service.lockDelays()).toEqual([]);
  });

  it("LEASES-3: times what a snapshot brought from where it was restored", () => {
    const log = new Led();
    const one = log.open();
    log.open();
    log.next(one, acquire(false, 5_000_000));
    log.expire(one);
    const service = new Service();
    const leases = new Leases(at(0), service);
    expect(service.restore(log.service.snapshot())).toBe(true);
    leases.sync(at(3));
    expect(leases.deadline()).toBe(at(8));
    expect(leases.over(at(8))).toMatchObject([{ kind: "end-lock-delay", lock: "pump" }]);
    expect(leases.over(at(13))).toMatchObject([{ kind: "expire-session" }, {}]);
  });
});
