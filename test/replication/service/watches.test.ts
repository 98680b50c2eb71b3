/** WATCH-1 to WATCH-5: which events a watch sees, and what becomes of one that is slow. */
import { describe, expect, it } from "vitest";
import { EventHistory } from "../../../src/replication/service/event-history.js";
import { watchesMax, watchesOfClientMax } from "../../../src/replication/service/limits.js";
import type { WatchEvent, WatchTarget } from "../../../src/replication/service/ports.js";
import { Watches, type WatchNotice } from "../../../src/replication/service/watches.js";

const prefix = (text: string): WatchTarget => ({ kind: "prefix", prefix: text });

const put = (at: number, key: string, bytes = 1): WatchEvent => ({
  kind: "put",
  at,
  found: { key, value: new Uint8Array(bytes), version: 1, changedAt: at },
});
const deleted = (at: number, key: string): WatchEvent => ({ kind: "deleted", at, key });
const ended = (at: number, session: number): WatchEvent => ({ kind: "session-ended", at, session });
const passed = (at: number, lock: string): WatchEvent => ({
  kind: "lock",
  at,
  lock: { lock, holder: null, token: at, waiting: 0, delayed: false },
});

const seen = (notices: readonly WatchNotice[]): (number | string)[] =>
  notices.map((one) => (one.kind === "event" ? one.event.at : one.kind));

describe("watches", () => {
  it("WATCH-1: a watch sees its own events, in order, each once", () => {
    const watches = new Watches();
    watches.watch(1, 10, prefix("a/"), null, 0);
    watches.watch(1, 11, { kind: "lock", lock: "pump" }, null, 0);
    watches.watch(2, 10, { kind: "session", session: 5 }, null, 0);
    watches.applied([put(1, "a/x"), put(2, "b"), deleted(3, "a/x"), put(3, "a")]);
    watches.applied([passed(4, "pump"), passed(5, "valve"), ended(6, 5), ended(7, 6)]);
    const notices = watches.take(100);
    const of = (client: number, watch: number): (number | string)[] =>
      seen(notices.filter((one) => one.client === client && one.watch === watch));
    expect(of(1, 10)).toEqual([1, 3]);
    expect(of(1, 11)).toEqual([4]);
    expect(of(2, 10)).toEqual([6]);
    expect(notices).toHaveLength(4);
    expect(watches.take(100)).toEqual([]);
    expect(watches.waiting).toBe(false);
  });

  it("WATCH-1: the empty prefix sees every key, and no lock", () => {
    const watches = new Watches();
    watches.watch(1, 10, prefix(""), null, 0);
    watches.applied([put(1, "a"), passed(2, "pump"), put(3, "z")]);
    expect(seen(watches.take(100))).toEqual([1, 3]);
  });

  it("WATCH-2: it goes on after an index, or begins with what comes next", () => {
    const watches = new Watches();
    watches.applied([put(1, "a"), put(2, "a"), put(2, "a"), put(5, "a")]);
    expect(watches.watch(1, 10, prefix("a"), 1, 5)).toEqual({ ok: true, after: 1 });
    expect(watches.watch(1, 11, prefix("a"), null, 5)).toEqual({ ok: true, after: 5 });
    expect(seen(watches.take(100))).toEqual([2, 2, 5]);
  });

  it("WATCH-2: on a replica that is behind it sees nothing that its client has seen", () => {
    const watches = new Watches();
    watches.applied([put(1, "a")]);
    expect(watches.watch(1, 10, prefix("a"), 3, 1)).toEqual({ ok: true, after: 3 });
    watches.applied([put(2, "a"), put(3, "a"), put(4, "a")]);
    expect(seen(watches.take(100))).toEqual([4]);
  });

  it("WATCH-3: what is not kept any more is refused as compacted, and not passed over", () => {
    const watches = new Watches(new EventHistory(2));
    watches.applied([put(1, "a"), put(2, "a"), put(3, "a")]);
    expect(watches.watch(1, 10, prefix("a"), 0, 3)).toEqual({ ok: false, reason: "compacted" });
    expect(watches.watch(1, 10, prefix("a"), 1, 3)).toEqual({ ok: true, after: 1 });
    expect(seen(watches.take(100))).toEqual([2, 3]);
  });

  it("WATCH-4: a slow client holds up nobody; when the history has passed it, it is told", () => {
    const watches = new Watches(new EventHistory(4));
    watches.watch(1, 10, prefix("a"), null, 0);
    watches.watch(2, 10, prefix("a"), null, 0);
    watches.pause(1);
    watches.applied([put(1, "a"), put(2, "a")]);
    expect(seen(watches.take(100))).toEqual([1, 2]);
    watches.applied([put(3, "a"), put(4, "a")]);
    watches.resume(1);
    expect(seen(watches.take(100).filter((one) => one.client === 1))).toEqual([1, 2, 3, 4]);
    watches.pause(1);
    watches.applied([put(5, "a"), put(6, "a"), put(7, "a"), put(8, "a"), put(9, "a")]);
    const last = watches.take(100);
    expect(seen(last.filter((one) => one.client === 1))).toEqual(["compacted"]);
    watches.applied([put(10, "a")]);
    watches.resume(1);
    expect(watches.take(100).every((one) => one.client === 2)).toBe(true);
  });

  it("WATCH-4: a watch that saw nothing for long has missed nothing", () => {
    const watches = new Watches(new EventHistory(2));
    watches.watch(1, 10, prefix("b"), null, 0);
    for (let index = 1; index < 50; index += 1) watches.applied([put(index, "a")]);
    watches.applied([put(50, "b")]);
    expect(seen(watches.take(100))).toEqual([50]);
  });

  it("WATCH-4: at most so many events at a time, and the rest the next time", () => {
    const watches = new Watches();
    watches.watch(1, 10, prefix("a"), null, 0);
    watches.applied([put(1, "a"), put(2, "b"), put(3, "a"), put(4, "a")]);
    expect(seen(watches.take(2))).toEqual([1, 3]);
    expect(watches.waiting).toBe(true);
    expect(seen(watches.take(2))).toEqual([4]);
  });

  it("WATCH-4: the history is bounded in bytes, too", () => {
    const history = new EventHistory(100, 10_000);
    for (let index = 1; index <= 20; index += 1) history.push(put(index, "a", 4_000));
    expect(history.end - history.first).toBe(2);
    expect(history.reachesBackTo(18)).toBe(true);
    expect(history.reachesBackTo(17)).toBe(false);
  });

  it("WATCH-5: a restored snapshot ends every watch, for what happened is not known", () => {
    const watches = new Watches();
    watches.watch(1, 10, prefix("a"), null, 0);
    watches.applied([put(1, "a")]);
    expect(seen(watches.restored(40))).toEqual(["compacted"]);
    expect(watches.watch(1, 11, prefix("a"), 39, 40)).toMatchObject({ ok: false });
    expect(watches.watch(1, 11, prefix("a"), 40, 40)).toMatchObject({ ok: true });
  });

  it("WATCH-1: ended watches, and those of a client that has gone, see nothing", () => {
    const watches = new Watches();
    watches.watch(1, 10, prefix("a"), null, 0);
    watches.watch(2, 10, prefix("a"), null, 0);
    watches.watch(2, 11, prefix("a"), null, 0);
    watches.unwatch(1, 10);
    watches.unwatch(1, 99);
    watches.unwatch(7, 10);
    watches.applied([put(1, "a")]);
    watches.clientGone(2);
    expect(watches.take(100)).toEqual([]);
  });

  it("WATCH-4: their number is bounded, for a client and for all; ended ones make room", () => {
    const watches = new Watches();
    for (let id = 0; id < watchesOfClientMax; id += 1) watches.watch(1, id, prefix("a"), null, 0);
    expect(watches.watch(1, 99, prefix("a"), null, 0)).toEqual({ ok: false, reason: "limit" });
    for (let client = 2; client <= watchesMax / watchesOfClientMax; client += 1) {
      for (let id = 0; id < watchesOfClientMax; id += 1) {
        expect(watches.watch(client, id, prefix("a"), null, 0).ok).toBe(true);
      }
    }
    expect(watches.watch(50, 0, prefix("a"), null, 0)).toEqual({ ok: false, reason: "limit" });
    watches.clientGone(2);
    expect(watches.watch(50, 0, prefix("a"), null, 0).ok).toBe(true);
  });
});
