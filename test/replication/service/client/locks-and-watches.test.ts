/** The client machine by hand: its locks and its watches (CLIENT-3, CLIENT-4). */
import { describe, expect, it } from "vitest";
import type { ClientCall } from "../../../../src/replication/service/client/calls.js";
import type { WatchEvent } from "../../../../src/replication/service/ports.js";
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
  Table,
  watch,
  withSession,
} from "./table.js";

describe("CLIENT-3: locks", () => {
  it("a waiting acquire has its outcome when the lock is passed on", () => {
    const table = withSession();
    const call = table.call(100, acquire(true));
    const { id } = table;
    table.result(110, id, queued);
    expect(table.outcome(call)).toBeUndefined();
    // From the acquire's own entry on: what happened since is not missed.
    expect(table.sent).toMatchObject([
      { kind: "watch", target: { kind: "lock", lock: "pump" }, after: 50 + id },
    ]);
    const watchId = table.id;
    table.reply(111, { kind: "ok", id: watchId, detail: 50 + id });
    table.reply(112, lockEvent(watchId, 60, { holder: { session: 8, name: "x" } }));
    expect(table.told).toEqual([]);
    table.reply(113, lockEvent(watchId, 61, { holder: { session: 7, name: "n" } }));
    expect(table.outcome(call)).toMatchObject({ kind: "applied", at: 61, result: { token: 61 } });
    expect(table.outputs).toContainEqual({ kind: "lock-held", lock: "pump", token: 61 });
    expect(table.sent).toMatchObject([{ kind: "unwatch", watch: watchId }]);
  });

  it("sees what the lock did since the first sending, where 'queued' may answer that", () => {
    const table = withSession();
    table.call(100, put);
    table.result(101, table.id, done);
    const call = table.call(102, acquire(true));
    table.step(110, { kind: "disconnected" });
    table.step(120, { kind: "connected" });
    table.reply(130, { kind: "result", id: table.id, at: 90, result: queued });
    // Applied after the put's entry and before 90; the lock may have been ours since.
    expect(table.sent).toMatchObject([{ kind: "watch", after: 52 }]);
    const { id } = table;
    table.reply(131, { kind: "ok", id, detail: 52 });
    table.reply(132, lockEvent(id, 60, { holder: { session: 7, name: "n" } }));
    expect(table.outcome(call)).toMatchObject({ kind: "applied", at: 60, result: { token: 60 } });
  });

  it("asks again where what the lock did is not kept any more", () => {
    const table = withSession();
    const call = table.call(100, acquire(true));
    table.result(110, table.id, queued);
    const watchId = table.id;
    table.reply(111, { kind: "ok", id: watchId, detail: 60 });
    table.refuse(200, watchId, "compacted");
    expect(table.sent).toMatchObject([{ kind: "command", sequence: 2, command: { wait: true } }]);
    table.result(210, table.id, held(70));
    expect(table.outcome(call)).toMatchObject({ kind: "applied", result: { token: 70 } });
  });

  it("leaves the queue when its time is over, and gives back what it got in between", () => {
    const table = withSession();
    const call = table.call(100, acquire(true), 100);
    table.result(110, table.id, queued);
    table.reply(111, { kind: "ok", id: table.id, detail: 60 });
    table.pass(200);
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });
    const leave = table.sent.find((one) => one.kind === "command");
    expect(leave).toMatchObject({ command: { kind: "release", token: 0 } });
    table.result(210, leave?.id ?? 0, { ok: false, reason: "not-holder", detail: "" });
    expect(table.sent).toMatchObject([{ command: { kind: "acquire", wait: false } }]);
    table.result(220, table.id, held(66));
    expect(table.sent).toMatchObject([{ command: { kind: "release", token: 66 } }]);
    expect(table.told).toEqual([]);
  });

  it("a release lets go of it before the request goes out, and is done though nobody waits", () => {
    const table = holding(40);
    table.step(115, { kind: "disconnected" });
    const call = table.call(120, release, 50);
    expect(table.outputs).toEqual([{ kind: "lock-lost", lock: "pump", token: 40 }]);
    expect(table.client.held(at(120), "pump")).toBeNull();
    table.pass(170);
    expect(table.outcome(call)).toMatchObject({ kind: "unknown" });
    table.step(200, { kind: "connected" });
    expect(table.sent).toMatchObject([{ command: { kind: "release", token: 40 } }]);
  });

  it("one that waits can be cancelled; one that is neither held nor waited for is refused", () => {
    const table = withSession();
    const wait = table.call(100, acquire(true));
    table.result(110, table.id, queued);
    table.reply(111, { kind: "ok", id: table.id, detail: 60 });
    const cancel = table.call(120, release);
    expect(table.outcome(wait)).toMatchObject({ kind: "refused", reason: "cancelled" });
    expect(table.outcome(cancel)).toMatchObject({ kind: "ok" });
    const twice = table.call(130, release);
    expect(table.outcome(twice)).toMatchObject({ kind: "refused", reason: "not-held" });
  });

  it("without a session they are refused; a second call for one as well", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    expect(table.outcome(table.call(0, acquire(true)))).toMatchObject({ reason: "not-in-session" });
    const other = withSession();
    other.call(100, acquire(true));
    expect(other.outcome(other.call(100, acquire(true)))).toMatchObject({ reason: "wrong-call" });
  });
});

describe("CLIENT-4: watches", () => {
  const event = (index: number, key: string): WatchEvent => ({ kind: "deleted", at: index, key });

  it("go on after a reconnection where they were, also in the middle of an entry", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const call = table.call(0, watch);
    const id = table.id;
    table.reply(1, { kind: "ok", id, detail: 20 });
    expect(table.outcome(call)).toEqual({ kind: "ok", detail: 20 });
    table.reply(2, { kind: "event", watch: id, event: event(30, "a1") });
    table.reply(3, { kind: "event", watch: id, event: event(30, "a2") });
    expect(table.outputs).toEqual([{ kind: "event", watch: call, event: event(30, "a2") }]);
    table.step(4, { kind: "disconnected" });
    table.step(5, { kind: "connected" });
    expect(table.sent).toMatchObject([{ kind: "watch", after: 29 }]);
    const again = table.id;
    table.reply(6, { kind: "ok", id: again, detail: 29 });
    expect(table.outputs).toEqual([]);
    const seen: string[] = [];
    for (const key of ["a1", "a2", "a3"]) {
      for (const one of table.reply(7, { kind: "event", watch: again, event: event(30, key) })) {
        if (one.kind === "event" && one.event.kind === "deleted") seen.push(one.event.key);
      }
    }
    expect(seen).toEqual(["a3"]);
  });

  it("taken twice by a slow replica, are ended but for one", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    table.call(0, watch);
    const first = table.id;
    table.pass(1_000);
    table.step(1_000, { kind: "connected" });
    const second = table.id;
    table.reply(1_100, { kind: "ok", id: first, detail: 20 });
    expect(table.sent).toMatchObject([{ kind: "unwatch", watch: second }]);
    table.reply(1_200, { kind: "event", watch: first, event: event(30, "a1") });
    expect(table.outputs).toMatchObject([{ kind: "event" }]);
  });

  it("without an event go on from where they began", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    table.call(0, watch);
    table.reply(1, { kind: "ok", id: table.id, detail: 20 });
    table.step(4, { kind: "disconnected" });
    table.step(5, { kind: "connected" });
    expect(table.sent).toMatchObject([{ kind: "watch", after: 20 }]);
  });

  it("are ended as compacted, at the first asking, at another, or while they run", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const first = table.call(0, { ...watch, after: 3 } as ClientCall);
    table.refuse(1, table.id, "compacted");
    expect(table.outcome(first)).toMatchObject({ kind: "refused", reason: "compacted" });
    const second = table.call(2, watch);
    const id = table.id;
    table.reply(3, { kind: "ok", id, detail: 20 });
    table.refuse(4, id, "compacted");
    expect(table.outputs).toEqual([{ kind: "watch-ended", watch: second, detail: "so" }]);
    const third = table.call(5, watch);
    table.reply(6, { kind: "ok", id: table.id, detail: 20 });
    table.step(7, { kind: "disconnected" });
    table.step(8, { kind: "connected" });
    table.refuse(9, table.id, "compacted");
    expect(table.outputs).toEqual([{ kind: "watch-ended", watch: third, detail: "so" }]);
  });

  it("tell nothing that was not asked for, or not any more", () => {
    const table = new Table();
    table.step(0, { kind: "connected" });
    const call = table.call(0, watch);
    const id = table.id;
    table.reply(1, { kind: "ok", id, detail: 20 });
    expect(table.reply(2, { kind: "event", watch: id, event: event(30, "b") })).toEqual([]);
    expect(table.reply(2, { kind: "event", watch: id + 9, event: event(30, "a") })).toEqual([]);
    const end = table.call(3, { kind: "unwatch", watch: call });
    expect(table.outcome(end)).toMatchObject({ kind: "ok" });
    expect(table.sent).toMatchObject([{ kind: "unwatch", watch: id }]);
    expect(table.reply(4, { kind: "event", watch: id, event: event(31, "a") })).toEqual([]);
    expect(table.outcome(table.call(5, { kind: "unwatch", watch: call }))).toMatchObject({
      reason: "wrong-call",
    });
  });
});
