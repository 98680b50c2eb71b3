/** WATCH-1 to WATCH-4: the events of a service, how long they are kept, and who is told of them. */
import { describe, expect, it } from "vitest";
import { EventHistory } from "../../../src/replication/service/event-history.js";
import { watchesOfClientMax } from "../../../src/replication/service/limits.js";
import type { WatchEvent, WatchTarget } from "../../../src/replication/service/ports.js";
import { Watches } from "../../../src/replication/service/watches.js";
import { ephemeral, Log, put } from "./log.js";

const changed = (at: number, key = "a", bytes = 0): WatchEvent => ({
  kind: "put",
  at,
  found: { key, value: new Uint8Array(bytes), version: 1, changedAt: at },
});
const prefix = (text: string): WatchTarget => ({ kind: "prefix", prefix: text });
const told = (watches: Watches) =>
  watches.take(100).map((one) => {
    const what = one.kind === "event" ? one.event.at : one.kind;
    return `${one.client}.${one.watch} ${what}`;
  });

describe("what happens to keys", () => {
  it("WATCH-1: is told in the entry in which it happens, with what was put", () => {
    const log = new Log();
    const one = log.open();
    log.write(0, 0, put("b", "xy"));
    const value = new Uint8Array([120, 121]);
    const found = { key: "b", value, version: 1, changedAt: log.index };
    expect(log.events).toEqual([{ kind: "put", at: log.index, found }]);
    log.next(one, ephemeral("c"));
    expect(log.events).toMatchObject([{ kind: "put", found: { key: "c" } }]);
    log.write(0, 0, { kind: "delete", key: "b", condition: null });
    expect(log.events).toEqual([{ kind: "deleted", at: log.index, key: "b" }]);
    log.write(0, 0, { kind: "delete", key: "b", condition: null });
    expect(log.events).toEqual([]);
    log.expire(one);
    expect(log.events).toEqual([
      { kind: "session-ended", at: log.index, session: one },
      { kind: "deleted", at: log.index, key: "c" },
    ]);
  });
});

describe("the history", () => {
  it("WATCH-3: keeps so many bytes, a value and 256 each, and always the newest", () => {
    const history = new EventHistory(100, 2 * (256 + 44));
    history.push(changed(1, "a", 44));
    history.push(changed(2, "a", 44));
    expect([history.first, history.end]).toEqual([0, 2]);
    history.push(changed(3, "a", 1));
    expect([history.first, history.end]).toEqual([1, 3]);
    history.push(changed(4, "a", 10_000));
    expect([history.first, history.end, history.at(3).at]).toEqual([3, 4, 4]);
    history.push(changed(5));
    expect([history.first, history.end, history.at(4).at]).toEqual([4, 5, 5]);
    history.push({ kind: "deleted", at: 6, key: "a" });
    expect([history.first, history.reachesBackTo(4), history.reachesBackTo(3)]).toEqual([
      4,
      true,
      false,
    ]);
  });

  it("WATCH-5: knows nothing after a restored snapshot but what comes then", () => {
    const history = new EventHistory(4, 10_000);
    for (const at of [1, 2, 3]) history.push(changed(at));
    history.restart(9);
    expect([history.first, history.end, history.placeAfter(0)]).toEqual([3, 3, null]);
    expect([history.reachesBackTo(8), history.reachesBackTo(9)]).toEqual([false, true]);
    history.push(changed(10));
    expect([history.placeAfter(9), history.placeAfter(10)]).toEqual([3, null]);
  });

  it("names an event by one place for good, and none that is not here", () => {
    const history = new EventHistory(2);
    for (const at of [10, 20, 30]) history.push(changed(at));
    expect([history.at(1).at, history.at(2).at]).toEqual([20, 30]);
    for (const place of [0, 3]) expect(() => history.at(place)).toThrow("not in the history");
  });
});

describe("watches of one client", () => {
  it("WATCH-1: a new one under an old name takes its place, and its events", () => {
    const watches = new Watches();
    watches.watch(1, 10, prefix("a"), null, 0);
    watches.watch(1, 10, prefix("b"), null, 0);
    watches.applied([changed(1, "a"), changed(2, "b")]);
    expect(told(watches)).toEqual(["1.10 2"]);
    for (let id = 11; id < 10 + watchesOfClientMax; id += 1) {
      watches.watch(1, id, prefix("c"), null, 2);
    }
    expect(watches.watch(1, 10, prefix("a"), null, 2).ok).toBe(true);
    expect(watches.watch(1, 9, prefix("a"), null, 2).ok).toBe(false);
  });

  it("WATCH-1: what ends one of several on a target leaves the others", () => {
    const watches = new Watches();
    for (const id of [10, 11, 12]) watches.watch(1, id, prefix("a"), null, 0);
    watches.watch(1, 13, prefix("ab"), null, 0);
    watches.unwatch(1, 10);
    watches.unwatch(1, 13);
    watches.applied([changed(1, "ab")]);
    expect(told(watches)).toEqual(["1.11 1", "1.12 1"]);
    watches.unwatch(1, 11);
    watches.unwatch(1, 12);
    watches.applied([changed(2, "ab")]);
    expect([watches.waiting, told(watches)]).toEqual([false, []]);
  });

  it("WATCH-1: sees deletions under its prefix, and no other kind of the same name", () => {
    const watches = new Watches();
    const gone = (at: number, key: string): WatchEvent => ({ kind: "deleted", at, key });
    watches.watch(1, 1, prefix("pump"), null, 0);
    watches.watch(1, 2, { kind: "lock", lock: "pump" }, null, 0);
    watches.watch(1, 3, { kind: "session", session: 7 }, null, 0);
    watches.watch(1, 4, prefix("x"), null, 0);
    const lock = { lock: "pump", holder: null, token: 1, waiting: 0, delayed: false };
    watches.applied([
      gone(1, "pump/a"),
      { kind: "lock", at: 2, lock },
      { kind: "session-ended", at: 3, session: 7 },
      gone(4, "x"),
      { kind: "lock", at: 5, lock: { ...lock, lock: "pumps" } },
      { kind: "session-ended", at: 6, session: 8 },
    ]);
    expect(told(watches).sort()).toEqual(["1.1 1", "1.2 2", "1.3 3", "1.4 4"]);
    // Also where they are asked for later, all from the beginning.
    watches.watch(2, 1, prefix("pump"), 0, 6);
    watches.watch(2, 2, { kind: "lock", lock: "pump" }, 0, 6);
    watches.watch(2, 3, { kind: "session", session: 7 }, 0, 6);
    expect(told(watches).sort()).toEqual(["2.1 1", "2.2 2", "2.3 3"]);
  });

  it("WATCH-4: is told nothing while it is paused, also before it watches anything", () => {
    const watches = new Watches();
    watches.pause(1);
    watches.watch(1, 10, prefix("a"), null, 0);
    watches.applied([changed(1)]);
    expect(told(watches)).toEqual([]);
    watches.unwatch(1, 10);
    // A client without a watch that is paused stays so.
    watches.watch(1, 11, prefix("a"), 0, 1);
    expect(told(watches)).toEqual([]);
    watches.resume(1);
    watches.resume(2);
    expect(told(watches)).toEqual(["1.11 1"]);
    watches.clientGone(3);
    watches.applied([changed(2)]);
    expect(told(watches)).toEqual(["1.11 2"]);
  });
});
