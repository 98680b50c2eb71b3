/** The client machine by hand: how a session begins and ends, and what its answers are worth. */
import { describe, expect, it } from "vitest";
import { millis } from "../../../../src/kernel/time.js";
import type { ClientCall } from "../../../../src/replication/service/client/calls.js";
import { callsMax } from "../../../../src/replication/service/client/service-client.js";
import type { CommandResult } from "../../../../src/replication/service/ports.js";
import {
  acquire,
  at,
  get,
  held,
  holding,
  put,
  queued,
  session,
  Table,
  withSession,
} from "./table.js";

const open: ClientCall = { kind: "open-session", name: "n", lease: millis(900) };
const close: ClientCall = { kind: "close-session" };
const limit: CommandResult = { ok: false, reason: "limit", detail: "too many" };
const kinds = (table: Table): unknown[] => table.told.map((one) => (one as { kind: string }).kind);
const asked = (table: Table): unknown[] =>
  table.sent.map((one) => (one.kind === "command" ? one.command.kind : one.kind));

function connected(): Table {
  const table = new Table();
  table.step(0, { kind: "connected" });
  return table;
}

/** The keep-alive that goes out by then. */
function keepAliveAt(table: Table, ms: number): number {
  table.pass(ms);
  return table.sent.find(({ kind }) => kind === "keep-alive")?.id ?? 0;
}

describe("a session that is opened", () => {
  it("is one at a time; refused it was never there, and may be asked for again", () => {
    const table = connected();
    const first = table.call(0, open);
    const { id } = table;
    const second = table.call(1, open);
    expect(table.outcome(second)).toMatchObject({ kind: "refused", reason: "wrong-call" });
    expect(table.sent).toEqual([]);
    table.result(5, id, limit);
    expect(table.outcome(first)).toMatchObject({ kind: "applied", result: limit });
    expect(kinds(table)).toEqual(["outcome"]);
    // It may wake once more than it must, and asks for nothing.
    expect(table.pass(5_000)).toEqual([]);
    table.call(5_010, open);
    table.result(5_020, table.id, session(7));
    expect(table.told).toContainEqual(
      expect.objectContaining({ kind: "session-opened", session: 7 }),
    );
    const third = table.call(5_030, open);
    expect(table.outcome(third)).toMatchObject({ kind: "refused", reason: "wrong-call" });
  });

  it("takes with it what was asked for behind it, where it comes to nothing", () => {
    const table = connected();
    table.call(0, open);
    const { id } = table;
    const behind = table.call(1, acquire(false));
    table.result(5, id, limit);
    expect(table.outcome(behind)).toMatchObject({ kind: "refused" });
    expect(asked(table)).toEqual([]);
  });

  it("may be opened again when it was lost, and then is another", () => {
    const table = holding(40);
    table.refuse(320, keepAliveAt(table, 310), "no-session");
    expect(kinds(table)).toEqual(["lock-lost", "session-lost"]);
    const call = table.call(330, acquire(false));
    expect(table.outcome(call)).toMatchObject({ kind: "refused" });
    table.call(340, open);
    table.result(350, table.id, session(9));
    table.call(360, put);
    expect(table.sent).toMatchObject([{ session: 9, sequence: 1 }]);
    expect(table.client.held(at(361), "pump")).toBeNull();
  });
});

describe("an answer to a keep-alive", () => {
  it("is worth something only where it says that the session lives", () => {
    for (const reason of ["malformed", "overloaded", "no-quorum", "no-leader"] as const) {
      const table = holding(40);
      const id = keepAliveAt(table, 310);
      table.refuse(320, id, reason);
      expect(kinds(table)).toEqual([]);
      expect(table.client.held(at(330), "pump")?.until).toBe(899_999);
    }
  });

  it("of one that is not open any more is worth nothing", () => {
    const table = holding(40);
    const id = keepAliveAt(table, 310);
    table.refuse(320, id, "no-session");
    table.reply(321, { kind: "ok", id, detail: null });
    expect(table.told).toEqual([]);
    expect(asked(table)).toEqual([]);
    // And nothing is asked any more.
    expect(table.pass(60_000)).toEqual([]);
    expect(table.client.deadline()).toBeNull();
  });
});

describe("a session that is closed", () => {
  it("is not, where there is none", () => {
    const table = connected();
    const call = table.call(0, close);
    expect(table.outcome(call)).toMatchObject({ kind: "refused", reason: "not-in-session" });
    expect(table.sent).toEqual([]);
    const other = withSession();
    other.call(100, close);
    const again = other.call(101, close);
    expect(other.outcome(again)).toMatchObject({ kind: "refused", reason: "not-in-session" });
  });

  it("is kept alive until it is known to be closed, also when its caller has given up", () => {
    const table = withSession();
    const call = table.call(100, close, 50);
    const { id } = table;
    table.pass(200);
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });
    expect(kinds(table)).toEqual(["outcome"]);
    const keepAlive = keepAliveAt(table, 310);
    expect(keepAlive).toBeGreaterThan(0);
    table.result(320, id, { ok: true, kind: "done" });
    expect(table.told).toEqual([{ kind: "session-lost", reason: "closed" }]);
    expect(table.pass(60_000)).toEqual([]);
  });
});

describe("a place in a queue", () => {
  it("is left where another asking was refused, and the call is told that it waited", () => {
    const table = withSession();
    const call = table.call(100, acquire(true));
    table.result(110, table.id, queued);
    const watchId = table.id;
    table.reply(111, { kind: "ok", id: watchId, detail: 60 });
    table.refuse(120, watchId, "compacted");
    table.result(130, table.id, limit);
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });
    expect(table.sent).toMatchObject([{ command: { kind: "release", token: 0 } }]);
  });

  it("that was left is not asked about, where leaving it was refused for something else", () => {
    for (const result of [limit, { ok: true, kind: "done" }] as CommandResult[]) {
      const table = withSession();
      table.call(100, acquire(true), 100);
      table.result(110, table.id, queued);
      table.reply(111, { kind: "ok", id: table.id, detail: 60 });
      table.pass(200);
      const leave = table.sent.find(({ kind }) => kind === "command");
      table.result(210, leave?.id ?? 0, result);
      expect([table.sent, table.told]).toEqual([[], []]);
    }
  });

  it("is waited in until the caller's time is over, to the moment", () => {
    const table = withSession();
    table.call(100, acquire(true), 100);
    table.result(110, table.id, queued);
    table.reply(111, { kind: "ok", id: table.id, detail: 60 });
    expect(table.client.deadline()).toBe(at(200));
    expect(table.step(199, { kind: "timeout" } as never)).toEqual([]);
    expect(table.step(200, { kind: "timeout" } as never)).not.toEqual([]);
  });

  it("gives back what it got only where the lock is its own again", () => {
    for (const [result, gives] of [
      [held(66), ["release"]],
      [{ ok: false, reason: "held", detail: "" }, []],
    ] as const) {
      const table = withSession();
      table.call(100, acquire(true), 100);
      table.result(110, table.id, queued);
      table.reply(111, { kind: "ok", id: table.id, detail: 60 });
      table.pass(200);
      const leave = table.sent.find(({ kind }) => kind === "command");
      table.result(210, leave?.id ?? 0, { ok: false, reason: "not-holder", detail: "" });
      table.result(220, table.id, result);
      expect([asked(table), table.told]).toEqual([gives, []]);
    }
  });
});

it("a client has so many calls at a time, those that wait for locks too", () => {
  const table = withSession();
  table.call(100, acquire(true));
  table.result(110, table.id, queued);
  let taken = 1;
  for (; taken < 10 * callsMax; taken += 1) {
    const call = table.call(120, get);
    if (table.outcome(call) !== undefined) {
      expect(table.outcome(call)).toMatchObject({ kind: "refused", reason: "too-many-calls" });
      expect(table.sent).toEqual([]);
      break;
    }
  }
  expect(Math.abs(taken - callsMax)).toBeLessThanOrEqual(1);
});
