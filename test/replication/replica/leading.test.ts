/** What a replica does as the leader: what it takes, answers, and leaves when it is deposed. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { type Duration, type Instant, instant, millis } from "../../../src/kernel/time.js";
import { Leading } from "../../../src/replication/replica/leading.js";
import { changesMax, waitingBytesMax } from "../../../src/replication/replica/limits.js";
import { refusalOutcome } from "../../../src/replication/replica/refusals.js";
import {
  elsewhere,
  isRepeatable,
  type Origin,
  type Work,
} from "../../../src/replication/replica/work.js";
import type { CommandResult } from "../../../src/replication/service/ports.js";

const start = instant(1_000_000);
const later = (ms: number): Instant => instant(start + millis(ms));
const task = (number: number): Origin => ({ kind: "task", task: number });
const done: CommandResult = { ok: true, kind: "done" };
const entry = (index: number, term = 3) => ({ index, term, kind: 1, data: new Uint8Array(0) });

const command = (session = 0, length = 1): Work => ({
  kind: "command",
  bytes: new Uint8Array(length),
  session,
});
const keepAlive = (session: number): Work => ({ kind: "keep-alive", session });
const change: Work = { kind: "change", change: { kind: "remove", member: nodeId("c") } };
const transfer: Work = { kind: "transfer", target: null };
const read: Work = { kind: "read" };

/** It leads in term 3, has applied an entry of it, and times session 5 for 100 ms. */
function leading(): { leading: Leading; sessions: Map<number, { lease: Duration }> } {
  const sessions = new Map([[5, { lease: millis(100) }]]);
  const timed = { timedChanges: 1, openSessions: sessions, lockDelays: () => [] };
  const served = { ...timed, lacks: () => null };
  const one = new Leading(nodeId("a"), served, () => null);
  one.begin(3);
  one.applied(start, entry(1), null);
  return { leading: one, sessions };
}

describe("what a leader asks of Raft", () => {
  it("is a batch, a round of reads, and each change by itself; each by its own ticket", () => {
    const { leading: one } = leading();
    for (const work of [command(), command(), read, keepAlive(5), change, transfer]) {
      expect(one.take(start, task(1), work)).toBeNull();
    }
    const asks = one.asks(start, 0);
    expect(asks.map(({ kind }) => kind)).toEqual(["change", "transfer", "propose", "read"]);
    expect(asks.map((ask) => ("ticket" in ask ? ask.ticket : 0))).toEqual([1, 2, 3, 4]);
    expect(one.count).toBe(6);
    expect(one.asks(start, 0)).toEqual([]);
  });

  it("is nothing where it does not lead: then it is asked of another", () => {
    const { leading: one } = leading();
    one.end();
    expect([one.leads, one.leadsIn(3)]).toEqual([false, false]);
    for (const work of [command(), read, keepAlive(5), change, transfer]) {
      expect(one.take(start, task(1), work)).toEqual(elsewhere);
    }
    expect([one.asks(later(1_000), 0), one.deadline(), one.count]).toEqual([[], null, 0]);
  });

  it("is bounded, in bytes of commands and in changes (REPLICA-9)", () => {
    const { leading: one } = leading();
    const overloaded = { kind: "refused", reason: "overloaded" };
    expect(one.take(start, task(1), command(0, waitingBytesMax - 1))).toBeNull();
    expect(one.take(start, task(2), command())).toBeNull();
    expect(one.take(start, task(3), command())).toMatchObject(overloaded);
    for (let at = 0; at < changesMax; at += 1) {
      expect(one.take(start, task(at), at % 2 === 0 ? change : transfer)).toBeNull();
    }
    expect(one.take(start, task(9), change)).toMatchObject(overloaded);
    one.asks(start, 0);
    expect(one.take(start, task(3), command())).toBeNull();
    one.done(1);
    expect(one.take(start, task(9), change)).toBeNull();
  });
});

describe("what comes of it (REPLICA-7)", () => {
  function proposed(): Leading {
    const { leading: one } = leading();
    for (const number of [1, 2]) one.take(start, task(number), command());
    one.asks(start, 0);
    one.proposed(1, 10, 3);
    return one;
  }

  it("is the result of its own entry", () => {
    const one = proposed();
    const outcome = { kind: "result", at: 10, result: done };
    expect(one.applied(start, entry(10), done)).toEqual({ origin: task(1), outcome });
    expect(one.applied(start, entry(11), null)).toEqual({ origin: task(2), outcome: elsewhere });
    expect(one.applied(start, entry(12), done)).toBeNull();
  });

  it("is not the result of another's at its index: it was never done, and may be elsewhere", () => {
    const one = proposed();
    expect(one.applied(start, entry(10, 4), done)).toEqual({
      origin: task(1),
      outcome: elsewhere,
    });
  });

  it("is not known where a snapshot stands for its entry", () => {
    const one = proposed();
    const outcome = { kind: "refused", reason: "unknown-outcome" };
    expect(one.restored(start, 10)).toMatchObject([{ origin: task(1), outcome }]);
    expect(one.count).toBe(1);
    // What is confirmed up to there need not wait.
    one.take(start, task(3), keepAlive(5));
    one.asks(start, 0);
    expect(one.confirmed(start, 2, 10)).toMatchObject([{ origin: task(3) }]);
  });

  it("is told to all of a batch, of a round, or of a change that was refused", () => {
    const { leading: one } = leading();
    for (const number of [1, 2]) one.take(start, task(number), command());
    one.take(start, task(3), read);
    one.take(start, task(4), keepAlive(5));
    one.take(start, task(5), change);
    one.asks(start, 0);
    const unknown = { kind: "refused", reason: "unknown-outcome" };
    expect(one.refused(2, "leadership-lost")).toMatchObject([
      { origin: task(1), outcome: unknown },
      { origin: task(2), outcome: unknown },
    ]);
    expect(one.refused(3, "leadership-lost")).toEqual([
      { origin: task(3), outcome: elsewhere },
      { origin: task(4), outcome: elsewhere },
    ]);
    const refused = { kind: "refused", reason: "change-refused" };
    expect(one.refused(1, "already-member")).toMatchObject([{ origin: task(5), outcome: refused }]);
    for (const ticket of [1, 2, 3, 99]) expect(one.refused(ticket, "no-quorum")).toEqual([]);
    expect(one.count).toBe(0);
  });

  it("is told once of a change that is done", () => {
    const { leading: one } = leading();
    one.take(start, task(5), transfer);
    one.asks(start, 0);
    expect(one.done(1)).toEqual({ origin: task(5), outcome: { kind: "ok", detail: null } });
    expect([one.done(1), one.done(7), one.count]).toEqual([null, null, 0]);
  });

  it("is elsewhere for all that was in no log, or not confirmed, when it was deposed", () => {
    const { leading: one } = leading();
    one.take(start, task(1), read);
    one.take(start, task(2), keepAlive(5));
    one.asks(start, 0);
    // Of an index that it has not applied.
    one.confirmed(start, 1, 9);
    for (const [number, work] of [command(), read, keepAlive(5)].entries()) {
      one.take(start, task(10 + number), work);
    }
    const ended = one.end();
    expect(ended.map(({ origin }) => origin)).toEqual([task(10), task(11), task(12), task(2)]);
    expect(ended.every(({ outcome }) => outcome === elsewhere)).toBe(true);
    expect([one.end(), one.caughtUp(start)]).toEqual([[], []]);
    // A new term begins with none of them.
    one.begin(4);
    one.applied(start, entry(20, 4), null);
    expect([one.asks(start, 0), one.caughtUp(start), one.count]).toEqual([[], [], 0]);
  });
});

describe("a keep-alive (REPLICA-5)", () => {
  const confirmed = (one: Leading, at: Instant, index = 1) => {
    one.take(at, task(1), keepAlive(5));
    const ask = one.asks(at, 0).find(({ kind }) => kind === "read");
    return one.confirmed(at, ask?.kind === "read" ? ask.ticket : 0, index);
  };

  it("renews the lease where a majority has confirmed, and is told then", () => {
    const { leading: one } = leading();
    expect(one.deadline()).toBe(later(100));
    const ok = { origin: task(1), outcome: { kind: "ok", detail: null } };
    expect(confirmed(one, later(90))).toEqual([ok]);
    expect(one.asks(later(189), 0)).toEqual([]);
    expect(one.asks(later(190), 0)).toMatchObject([{ kind: "propose", commands: [{}] }]);
  });

  it("waits until what is confirmed was applied: the end of the session may be in it", () => {
    const { leading: one, sessions } = leading();
    expect(confirmed(one, start, 3)).toEqual([]);
    one.applied(start, entry(2), null);
    expect(one.caughtUp(start)).toEqual([]);
    one.applied(start, entry(3), null);
    expect(one.caughtUp(start)).toMatchObject([{ origin: task(1), outcome: { kind: "ok" } }]);
    expect(one.caughtUp(start)).toEqual([]);
    expect(sessions.size).toBe(1);
  });

  it("of a session that has ended is told so, and of one that is over", () => {
    const ended = { outcome: { kind: "refused", reason: "no-session" } };
    expect(confirmed(leading().leading, later(100))).toMatchObject([ended]);
    const { leading: one } = leading();
    one.take(start, task(2), keepAlive(6));
    const ask = one.asks(start, 0).find(({ kind }) => kind === "read");
    expect(one.confirmed(start, ask?.kind === "read" ? ask.ticket : 0, 1)).toMatchObject([ended]);
  });

  it("is for another where no entry of the term was applied: an end may be on its way", () => {
    const { leading: one } = leading();
    one.end();
    one.begin(4);
    expect(confirmed(one, start)).toEqual([{ origin: task(1), outcome: elsewhere }]);
    one.applied(start, entry(2, 3), null);
    expect(confirmed(one, start, 2)).toEqual([{ origin: task(1), outcome: elsewhere }]);
    one.applied(start, entry(3, 4), null);
    expect(confirmed(one, start, 3)).toMatchObject([{ outcome: { kind: "ok" } }]);
  });

  it("is any command of the session, too; one without a session is none", () => {
    const { leading: one } = leading();
    one.take(later(90), task(1), command(5));
    one.take(later(95), task(2), command(0));
    expect(one.asks(later(95), 0)).toHaveLength(1);
    one.proposed(1, 2, 3);
    for (const index of [2, 3]) one.applied(later(95), entry(index), done);
    expect(confirmed(one, later(189), 3)).toMatchObject([{ outcome: { kind: "ok" } }]);
    const idle = leading().leading;
    idle.take(later(90), task(2), command(0));
    expect(confirmed(idle, later(189))).toMatchObject([{ outcome: { reason: "no-session" } }]);
  });

  it("leases begin anew with each term, from where an entry of it was applied", () => {
    const { leading: one } = leading();
    one.end();
    one.begin(4);
    expect(one.deadline()).toBeNull();
    expect(one.asks(later(500), 0)).toEqual([]);
    one.applied(later(500), entry(7, 4), null);
    expect(one.deadline()).toBe(later(600));
    expect(one.asks(later(599), 0)).toEqual([]);
    expect(one.asks(later(600), 0)).toHaveLength(1);
  });
});

describe("work", () => {
  it("may be handed on twice only where that does it once (REPLICA-2, REPLICA-7)", () => {
    const all = [command(1), command(0), read, keepAlive(1), change, transfer];
    expect(all.map(isRepeatable)).toEqual([true, false, true, true, false, false]);
  });

  it("that Raft refused was done nowhere, or nobody knows (REPLICA-7)", () => {
    const reasonOf = (...about: Parameters<typeof refusalOutcome>) => {
      const outcome = refusalOutcome(...about);
      return outcome.kind === "refused" ? outcome.reason : outcome.kind;
    };
    for (const isRead of [true, false]) {
      expect(reasonOf("not-leader", isRead)).toBe("elsewhere");
      expect(reasonOf("transferring", isRead)).toBe("elsewhere");
      expect(reasonOf("overloaded", isRead)).toBe("overloaded");
      expect(reasonOf("disk-not-writable", isRead)).toBe("disk-not-writable");
    }
    expect(reasonOf("leadership-lost", true)).toBe("elsewhere");
    expect(reasonOf("leadership-lost", false)).toBe("unknown-outcome");
    expect(reasonOf("no-quorum", true)).toBe("no-quorum");
    expect(reasonOf("no-quorum", false)).toBe("unknown-outcome");
    expect(reasonOf("too-large", false)).toBe("malformed");
    expect(reasonOf("would-lose-quorum", false)).toBe("change-refused");
  });
});
