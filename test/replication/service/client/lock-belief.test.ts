/** CLIENT-2, CLIENT-3, CLIENT-5: what a client believes to hold, and what it gives back. */
import { describe, expect, it } from "vitest";
import { type Instant, instant, millis, seconds } from "../../../../src/kernel/time.js";
import { SessionBelief } from "../../../../src/replication/service/client/session-belief.js";
import type { ClientRequest, CommandResult } from "../../../../src/replication/service/ports.js";
import {
  acquire,
  at,
  done,
  held,
  holding,
  lockEvent,
  put,
  queued,
  release,
  type Table,
  withSession,
} from "./table.js";

const refusedHeld: CommandResult = { ok: false, reason: "held", detail: "by another" };
const commands = (table: Table): unknown[] =>
  table.sent.flatMap((one: ClientRequest) => (one.kind === "command" ? [one.command] : []));
const keptAlive = (table: Table, ms: number) => {
  table.pass(ms);
  const request = table.sent.find(({ kind }) => kind === "keep-alive");
  return table.reply(ms, { kind: "ok", id: request?.id ?? 0, detail: null });
};

describe("the belief in a session", () => {
  const lease = millis(900);
  const start = instant(1_000_000);
  const later = (us: number): Instant => instant(start + us);
  const belief = () => new SessionBelief(7, lease, start, { driftMaxPpm: 0, grace: seconds(5) });

  it("lasts the lease, less a microsecond, from the sending of what was answered", () => {
    const one = belief();
    expect([one.until, one.lostAt]).toEqual([later(899_999), later(5_899_999)]);
    expect(one.kept(later(200_000), later(100_000))).toBe(true);
    expect(one.until).toBe(later(999_999));
    // An answer to something older takes nothing back.
    expect(one.kept(later(210_000), later(50_000))).toBe(true);
    expect(one.until).toBe(later(999_999));
  });

  it("is worth nothing where the answer comes when it would be over", () => {
    const one = belief();
    expect(one.fallsInto(later(899_998))).toBe(false);
    expect([one.fallsInto(later(899_999)), one.inJeopardy]).toEqual([true, true]);
    expect(one.fallsInto(later(900_000))).toBe(false);
    expect(one.kept(later(999_999), later(100_000))).toBe(false);
    expect(one.inJeopardy).toBe(true);
    expect(one.kept(later(1_000_000), later(200_000))).toBe(true);
    expect(one.inJeopardy).toBe(false);
    expect([one.isLost(later(6_099_998)), one.isLost(later(6_099_999))]).toEqual([false, true]);
  });

  it("is asked for thrice in a lease, also where nobody answers", () => {
    const one = belief();
    expect(one.keepAliveAt).toBe(later(300_000));
    one.asked(later(310_000));
    expect([one.keepAliveAt, one.keepAliveMax]).toEqual([later(610_000), 225_000]);
  });
});

describe("CLIENT-2: a lock is held for sure", () => {
  it("until the very end of the belief, and not at it", () => {
    const table = holding(40);
    const until = instant(899_999);
    expect(table.client.held(instant(899_998), "pump")).toEqual({ token: 40, until });
    expect(table.client.held(until, "pump")).toBeNull();
    expect(table.client.held(at(200), "valve")).toBeNull();
  });

  it("again where the session is kept after all, under the same token", () => {
    const table = holding(40);
    table.pass(1_000);
    expect(table.outputs).toContainEqual({ kind: "session-in-jeopardy" });
    expect(table.client.held(at(1_000), "pump")).toBeNull();
    const request = table.sent.findLast(({ kind }) => kind === "keep-alive");
    table.reply(1_010, { kind: "ok", id: request?.id ?? 0, detail: null });
    expect(table.told).toMatchObject([{ kind: "session-kept" }]);
    expect(table.client.held(at(1_010), "pump")).toMatchObject({ token: 40 });
  });

  it("no more when the session has ended, by whatever it is heard", () => {
    const table = holding(40);
    table.pass(310);
    table.refuse(320, table.id, "no-session");
    expect(table.told).toEqual([
      { kind: "lock-lost", lock: "pump", token: 40 },
      { kind: "session-lost", reason: "ended" },
    ]);
    expect(table.client.held(at(330), "pump")).toBeNull();
  });

  it("by a second call too, which is told the token at once", () => {
    const table = holding(40);
    const call = table.call(200, acquire(false));
    expect(table.outcome(call)).toMatchObject({ kind: "applied", result: { token: 40 } });
    expect([table.sent, table.told.length]).toEqual([[], 1]);
    // And let go of once.
    table.call(210, release);
    expect(commands(table)).toMatchObject([{ kind: "release", token: 40 }]);
  });
});

describe("a lock that is not got", () => {
  it("is told as the service told it, and may be asked for again", () => {
    const table = withSession();
    const call = table.call(100, acquire(false));
    const second = table.call(101, acquire(false));
    expect(table.outcome(second)).toMatchObject({ kind: "refused", reason: "wrong-call" });
    table.step(102, { kind: "timeout" } as never);
    table.result(110, 2, refusedHeld);
    expect(table.outcome(call)).toMatchObject({ kind: "applied", result: refusedHeld });
    expect([table.sent, table.client.held(at(110), "pump")]).toEqual([[], null]);
    const third = table.call(120, acquire(false));
    table.result(130, table.id, held(77));
    expect(table.outcome(third)).toMatchObject({ kind: "applied", result: { token: 77 } });
  });

  it("is given back where it was got after all, when its caller had given up (CLIENT-3)", () => {
    for (const [result, gives] of [
      [held(66), [{ kind: "release", lock: "pump", token: 66 }]],
      [queued, [{ kind: "release", lock: "pump", token: 0 }]],
      [refusedHeld, []],
    ] as const) {
      const table = withSession();
      const call = table.call(100, acquire(true), 50);
      const { id } = table;
      table.pass(160);
      expect(table.outcome(call)).toMatchObject({ kind: "unknown" });
      table.result(170, id, result);
      expect([commands(table), table.told]).toEqual([gives, []]);
      expect(table.client.held(at(180), "pump")).toBeNull();
    }
  });

  it("stays with a call that has come to want it meanwhile", () => {
    const table = withSession();
    table.call(100, acquire(true), 50);
    const { id } = table;
    table.pass(160);
    const call = table.call(165, acquire(true));
    expect(table.sent).toEqual([]);
    table.result(170, id, held(66));
    expect(commands(table)).toMatchObject([{ kind: "acquire", wait: true }]);
    table.result(180, table.id, held(66));
    expect(table.outcome(call)).toMatchObject({ kind: "applied", result: { token: 66 } });
    expect([table.sent, table.client.held(at(181), "pump")]).toMatchObject([[], { token: 66 }]);
  });

  it("in whose queue it stood is not known of when its session is over", () => {
    const table = withSession();
    const call = table.call(100, acquire(true));
    table.result(110, table.id, queued);
    table.reply(111, { kind: "ok", id: table.id, detail: 60 });
    table.pass(310);
    const request = table.sent.find(({ kind }) => kind === "keep-alive");
    table.refuse(320, request?.id ?? 0, "no-session");
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });
    expect(table.told).toContainEqual({ kind: "session-lost", reason: "ended" });
    expect(table.told.filter((one) => (one as { kind: string }).kind === "lock-held")).toEqual([]);
  });

  it("is let go of where the session was being closed when it came", () => {
    const table = withSession();
    const call = table.call(100, acquire(false));
    const { id } = table;
    table.call(105, { kind: "close-session" });
    table.result(110, id, held(66));
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });
    expect(table.client.held(at(111), "pump")).toBeNull();
    expect(commands(table)).toEqual([{ kind: "close-session" }]);
  });
});

describe("CLIENT-3: a queue that is left", () => {
  it("is left by a release of who waits, which tells both calls", () => {
    const table = withSession();
    const call = table.call(100, acquire(true));
    table.result(110, table.id, queued);
    table.reply(111, { kind: "ok", id: table.id, detail: 60 });
    const cancel = table.call(120, release);
    expect(table.outcome(call)).toMatchObject({ kind: "refused", reason: "cancelled" });
    expect(table.outcome(cancel)).toMatchObject({ kind: "ok" });
    expect(commands(table)).toEqual([{ kind: "release", lock: "pump", token: 0 }]);
    // It had left in time: nothing is to be given back.
    const leave = table.sent.find(({ kind }) => kind === "command");
    table.result(130, leave?.id ?? 0, done);
    expect(table.sent).toEqual([]);
  });

  it("is not asked about again where the lock is wanted anew", () => {
    const table = withSession();
    table.call(100, acquire(true));
    table.result(110, table.id, queued);
    table.reply(111, { kind: "ok", id: table.id, detail: 60 });
    table.call(120, release);
    const leave = table.sent.find(({ kind }) => kind === "command");
    const again = table.call(125, acquire(true));
    const notHolder: CommandResult = { ok: false, reason: "not-holder", detail: "" };
    table.result(130, leave?.id ?? 0, notHolder);
    expect(commands(table)).toMatchObject([{ kind: "acquire", wait: true }]);
    table.result(140, table.id, held(61));
    expect(table.outcome(again)).toMatchObject({ kind: "applied", result: { token: 61 } });
  });

  it("sees nothing more of the lock: what it did is another's", () => {
    const table = withSession();
    table.call(100, acquire(true));
    table.result(110, table.id, queued);
    const watchId = table.id;
    table.reply(111, { kind: "ok", id: watchId, detail: 60 });
    table.call(120, release);
    table.reply(125, lockEvent(watchId, 61, { holder: { session: 7, name: "n" } }));
    expect([table.told, table.client.held(at(126), "pump")]).toEqual([[], null]);
  });

  it("keeps the session alive as ever, and the numbers in order", () => {
    const table = withSession();
    table.call(100, put);
    table.result(110, table.id, done);
    keptAlive(table, 310);
    expect(table.told).toMatchObject([{ kind: "session-kept" }]);
    table.call(320, put);
    expect(table.sent).toMatchObject([{ session: 7, sequence: 2 }]);
  });
});
