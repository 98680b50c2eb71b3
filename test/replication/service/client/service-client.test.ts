/** The client machine by hand: what it sends, when, and what it tells (CLIENT-1, CLIENT-5). */
import { describe, expect, it } from "vitest";
import { micros, millis } from "../../../../src/kernel/time.js";
import type { RequestRefusal } from "../../../../src/replication/service/ports.js";
import { at, done, get, holding, put, session, Table, withSession } from "./table.js";

describe("CLIENT-1: the outcome of a call", () => {
  it("comes when the reply comes, and only for a request that is open", () => {
    const table = new Table();
    const call = table.call(0, get);
    expect(table.sent).toEqual([]);
    table.step(5, { kind: "connected" });
    const { id } = table;
    const answer = {
      kind: "answer",
      at: 3,
      age: micros(0),
      result: { kind: "app", state: 1 },
    } as const;
    expect(table.reply(6, { ...answer, id: id + 1 })).toEqual([]);
    table.reply(7, { ...answer, id });
    expect(table.outcome(call)).toEqual({ ...answer, kind: "answered" });
    expect(table.reply(8, { ...answer, id })).toEqual([]);
  });

  it("is unknown for a command without a session, when the connection is lost", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const call = table.call(0, put);
    table.step(10, { kind: "disconnected" });
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });
    table.step(20, { kind: "connected" });
    expect(table.sent).toEqual([]);
  });

  it.each<RequestRefusal>(["no-leader", "overloaded", "disk-not-writable", "no-quorum"])(
    "%s is asked again after a pause, for nothing was done",
    (reason) => {
      const table = new Table();
      table.step(0, { kind: "connected" });
      const call = table.call(0, put, 800);
      table.refuse(1, table.id, reason);
      expect(table.outputs).toEqual([]);
      let attempts = 0;
      for (let ms = 2; ms < 800; ms += 1) {
        for (const { id } of table.pass(ms).length > 0 ? table.sent : []) {
          table.refuse(ms, id, reason);
          attempts += 1;
        }
      }
      // The pauses grow: it is asked a few times, and not at every turn.
      expect(attempts).toBeGreaterThan(3);
      expect(attempts).toBeLessThan(12);
      table.pass(800);
      expect(table.outcome(call)).toMatchObject({ kind: "refused", reason });
    },
  );

  it("a refusal that takes its time is the outcome, where another could not come in time", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const call = table.call(0, put, 800);
    table.refuse(300, table.id, "no-leader");
    expect(table.outputs).toEqual([]);
    for (let ms = 301; table.sent.length === 0; ms += 1) table.pass(ms);
    // As long again, and the time would be over.
    table.refuse(620, table.id, "no-leader");
    expect(table.outcome(call)).toMatchObject({ kind: "refused", reason: "no-leader" });
  });

  it("a replica that refuses all is left only when what is sent once has its answer", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const call = table.call(0, put, 10_000);
    table.refuse(600, table.id, "no-leader");
    let ms = 600;
    for (; table.sent.length === 0; ms += 1) table.pass(ms);
    const { id } = table;
    for (; ms < 2_000; ms += 1) expect(table.pass(ms)).toEqual([]);
    table.refuse(2_000, id, "no-leader");
    expect(table.outcome(call)).toBeUndefined();
    const outputs = [...table.outputs, ...table.pass(2_001)];
    expect(outputs).toContainEqual({ kind: "reconnect" });
  });

  it("unknown-outcome is the end for a command without a session, not for one of a session", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const call = table.call(0, put);
    table.refuse(1, table.id, "unknown-outcome");
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });

    const other = withSession();
    const numbered = other.call(100, put);
    other.refuse(101, other.id, "unknown-outcome");
    other.pass(150);
    expect(other.sent).toMatchObject([{ kind: "command", session: 7, sequence: 1 }]);
    other.result(160, other.id, done);
    expect(other.outcome(numbered)).toMatchObject({ kind: "applied" });
  });

  it("a query that was never answered is refused, for it changes nothing", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const call = table.call(0, get, 300);
    table.pass(300);
    expect(table.outcome(call)).toMatchObject({ kind: "refused", reason: "timed-out" });
  });

  it("the next number waits until the result of the one before is known, also for a caller", () => {
    const table = withSession();
    const first = table.call(100, put, 200);
    const id = table.id;
    const second = table.call(110, put, 5_000);
    expect(table.sent).toEqual([]);
    table.pass(300);
    expect(table.outcome(first)).toMatchObject({ kind: "unknown" });
    expect(table.sent.filter((one) => one.kind === "command")).toEqual([]);
    table.result(310, id, done);
    expect(table.sent).toMatchObject([{ kind: "command", sequence: 2 }]);
    table.result(320, table.id, done);
    expect(table.outcome(second)).toMatchObject({ kind: "applied" });
    expect(table.outcome(first)).toBeUndefined();
  });

  it("CLIENT-6: a replica that does not answer is left for another, and the number is kept", () => {
    const table = withSession();
    table.call(100, put, 5_000);
    const outputs = table.pass(1_100);
    expect(outputs).toContainEqual({ kind: "reconnect" });
    table.step(1_150, { kind: "connected" });
    expect(table.sent).toMatchObject(
      [{ kind: "keep-alive" }, { kind: "command", sequence: 1 }].reverse(),
    );
  });

  it("CLIENT-6: a replica that is slow is not asked faster, and its late answer counts", () => {
    // The only one there is: nobody else is tried, also where keep-alives are not answered.
    const table = withSession(true);
    const call = table.call(100, put, 60_000);
    const first = table.id;
    const sentAt = [100];
    let keepAlives = 0;
    for (let ms = 101; ms < 20_000; ms += 1) {
      for (const output of table.pass(ms)) expect(output.kind).not.toBe("reconnect");
      const commands = table.sent.filter((one) => one.kind === "command");
      if (table.outputs.length === 0) continue;
      for (const request of table.sent) {
        if (request.kind !== "keep-alive") continue;
        keepAlives += 1;
        if (keepAlives % 2 === 0) table.reply(ms, { kind: "ok", id: request.id, detail: null });
      }
      if (commands.length > 0) sentAt.push(ms);
    }
    // 1 s, 2 s, 4 s, 8 s: each waits twice as long as the one before.
    expect(sentAt).toEqual([100, 1_100, 3_100, 7_100, 15_100]);
    table.result(20_000, first, done);
    expect(table.outcome(call)).toMatchObject({ kind: "applied" });
  });

  it("one replica that only refuses is asked on, with pauses", () => {
    const table = new Table(true);
    table.step(0, { kind: "connected" });
    const call = table.call(0, get, 5_000);
    let attempts = 0;
    for (let ms = 0; ms < 4_000; ms += 1) {
      for (const { id } of table.pass(ms).length > 0 || ms === 0 ? table.sent : []) {
        attempts += 1;
        table.refuse(ms, id, "no-leader");
        expect(table.client.deadline()).toBeGreaterThan(at(ms));
      }
    }
    expect(attempts).toBeLessThan(25);
    table.pass(5_000);
    expect(table.outcome(call)).toMatchObject({ kind: "refused", reason: "no-leader" });
  });

  it("with the session go its commands: what was sent is unknown, what was not is refused", () => {
    const table = withSession();
    const first = table.call(100, put);
    const id = table.id;
    const second = table.call(100, put);
    table.step(110, { kind: "disconnected" });
    table.step(120, { kind: "connected" });
    const again = table.sent.find((one) => one.kind === "command")?.id ?? 0;
    expect(again).not.toBe(id);
    table.result(130, again, { ok: false, reason: "no-session", detail: "" });
    expect(table.outcome(first)).toMatchObject({ kind: "unknown" });
    expect(table.outcome(second)).toMatchObject({ kind: "refused", reason: "session-lost" });
    expect(table.outputs).toContainEqual({ kind: "session-lost", reason: "ended" });
    // It is for the user to open another: nothing goes on without a session by itself.
    const third = table.call(140, put);
    expect(table.outcome(third)).toMatchObject({ kind: "refused", reason: "session-lost" });
  });
});

describe("CLIENT-5: the session", () => {
  it("is believed in from the sending of what was answered, not from the answer", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    table.call(0, { kind: "open-session", name: "n", lease: millis(900) });
    const first = table.id;
    table.refuse(10, first, "no-leader");
    table.pass(30);
    const sentAt = table.client.deadline();
    expect(sentAt).not.toBeNull();
    table.result(100, table.id, session(7));
    const opened = table.told.find((one) => (one as { kind: string }).kind === "session-opened");
    const until = (opened as { until: number }).until;
    expect(until).toBeGreaterThanOrEqual(10_000 + 900_000 - 1);
    expect(until).toBeLessThan(30_000 + 900_000);
  });

  it("is kept alive every third of its lease, counted from the sending", () => {
    const table = withSession();
    table.pass(299);
    expect(table.sent).toEqual([]);
    table.pass(300);
    const { id } = table;
    expect(table.sent).toMatchObject([{ kind: "keep-alive", session: 7 }]);
    table.reply(400, { kind: "ok", id, detail: null });
    expect(table.told).toEqual([{ kind: "session-kept", until: 300_000 + 900_000 - 1 }]);
    table.pass(599);
    expect(table.sent).toEqual([]);
    table.pass(600);
    expect(table.sent).toMatchObject([{ kind: "keep-alive", session: 7 }]);
  });

  it("is in jeopardy at the end of the belief, first of all, and safe when it is kept", () => {
    const table = holding(40);
    expect(table.client.held(at(890), "pump")).toEqual({ token: 40, until: 899_999 });
    table.step(120, { kind: "disconnected" });
    expect(table.client.held(at(900), "pump")).toBeNull();
    const outputs = table.step(1_000, { kind: "connected" });
    expect(outputs[0]).toEqual({ kind: "session-in-jeopardy" });
    const keepAlive = table.sent.find((one) => one.kind === "keep-alive");
    table.reply(1_010, { kind: "ok", id: keepAlive?.id ?? 0, detail: null });
    expect(table.told).toMatchObject([{ kind: "session-kept" }]);
    expect(table.client.held(at(1_010), "pump")).toMatchObject({ token: 40 });
  });

  it("is lost when nobody was heard for the grace period, and its locks before it", () => {
    const table = holding(40);
    table.step(120, { kind: "disconnected" });
    const outputs = table.pass(5_899);
    expect(outputs).toEqual([{ kind: "session-in-jeopardy" }]);
    expect(table.pass(5_900)).toEqual([
      { kind: "lock-lost", lock: "pump", token: 40 },
      { kind: "session-lost", reason: "not-heard" },
    ]);
    expect(table.client.deadline()).toBeNull();
  });

  it("is lost when a replica says that it has ended", () => {
    const table = holding(40);
    table.pass(300);
    table.refuse(310, table.id, "no-session");
    expect(table.outputs).toEqual([
      { kind: "lock-lost", lock: "pump", token: 40 },
      { kind: "session-lost", reason: "ended" },
    ]);
  });

  it("is closed after what was asked for before; its locks are let go of at once", () => {
    const table = holding(40);
    const before = table.call(120, put);
    const id = table.id;
    const close = table.call(121, { kind: "close-session" });
    expect(table.outputs).toEqual([{ kind: "lock-lost", lock: "pump", token: 40 }]);
    table.result(130, id, done);
    expect(table.outcome(before)).toMatchObject({ kind: "applied" });
    table.result(140, table.id, done);
    expect(table.outcome(close)).toMatchObject({ kind: "applied" });
    expect(table.outputs).toContainEqual({ kind: "session-lost", reason: "closed" });
    // Without a session commands go on without numbers.
    table.call(150, put);
    expect(table.sent).toMatchObject([{ session: 0, sequence: 0 }]);
  });

  it("a second one is refused", () => {
    const table = withSession();
    const call = table.call(100, { kind: "open-session", name: "n", lease: millis(900) });
    expect(table.outcome(call)).toMatchObject({ reason: "wrong-call" });
  });
});
