/**
 * The service by its paper: M. Burrows, "The Chubby lock service for loosely-coupled distributed
 * systems", OSDI 2006, and the sessions of D. Ongaro's thesis, section 6.3.
 */
import { describe, expect, it } from "vitest";
import { seconds } from "../../../src/kernel/time.js";
import { encodeCommand } from "../../../src/replication/service/command-bytes.js";
import type { Command } from "../../../src/replication/service/ports.js";
import { serviceLimits } from "../../../src/replication/service/service.js";
import { acquire, ephemeral, Log, put, reasonOf, release } from "./log.js";

describe("Chubby, section 2.4: locks and sequencers", () => {
  it("LOCK-1: one holder at a time; its token is the index at which it got the lock", () => {
    const log = new Log();
    const [one, other] = [log.open("one"), log.open("other")];
    expect(log.next(one, acquire())).toEqual({ ok: true, kind: "held", token: log.index });
    const token = log.index;
    const result = log.next(other, acquire());
    expect(result).toMatchObject({ ok: false, reason: "held" });
    // Whoever reads it must learn who is in the way.
    expect(result.ok ? "" : result.detail).toContain("held by one");
    expect(log.lock()).toEqual({
      lock: "pump",
      holder: { session: one, name: "one" },
      token,
      waiting: 0,
      delayed: false,
    });
  });

  it("LOCK-2: the tokens of a lock grow with every holder, also when it was forgotten", () => {
    const log = new Log({ ...serviceLimits, locksMax: 1 });
    const one = log.open();
    let last = 0;
    for (const lock of ["pump", "pump", "valve", "pump"]) {
      log.next(one, acquire(false, 0, lock));
      const { token } = log.lock(lock);
      expect(token).toBeGreaterThan(last);
      last = token;
      expect(log.next(one, release(token, lock))).toEqual({ ok: true, kind: "done" });
    }
    expect(log.lock("valve").token).toBe(0);
  });

  it("LOCK-3: only the holder releases it, under the token that it has", () => {
    const log = new Log();
    const [one, other] = [log.open(), log.open()];
    log.next(one, acquire());
    const { token } = log.lock();
    expect(reasonOf(log.next(other, release(token)))).toBe("not-holder");
    expect(reasonOf(log.next(one, release(token - 1)))).toBe("not-holder");
    expect(log.lock().holder?.session).toBe(one);
    expect(reasonOf(log.next(one, release(token)))).toBe("none");
    expect(log.lock()).toMatchObject({ holder: null, token });
  });

  it("LOCK-4: waiters get it in the order in which they came, in the entry that frees it", () => {
    const log = new Log();
    const [one, two, three] = [log.open(), log.open(), log.open()];
    log.next(one, acquire());
    expect(log.next(two, acquire(true))).toEqual({ ok: true, kind: "queued" });
    expect(log.next(three, acquire(true))).toEqual({ ok: true, kind: "queued" });
    // Asking again keeps the place.
    expect(log.next(two, acquire(true))).toEqual({ ok: true, kind: "queued" });
    expect(log.lock().waiting).toBe(2);
    log.next(one, release(log.lock().token));
    expect(log.lock()).toMatchObject({ holder: { session: two }, token: log.index, waiting: 1 });
    expect(log.events).toMatchObject([{ kind: "lock", lock: { holder: { session: two } } }]);
  });

  it("LOCK-4: who leaves the queue is passed over", () => {
    const log = new Log();
    const [one, two, three] = [log.open(), log.open(), log.open()];
    log.next(one, acquire());
    log.next(two, acquire(true));
    log.next(three, acquire(true));
    expect(reasonOf(log.next(two, release(0)))).toBe("none");
    expect(reasonOf(log.next(two, release(0)))).toBe("not-holder");
    log.next(one, release(log.lock().token));
    expect(log.lock().holder?.session).toBe(three);
  });

  it("LOCK-5: after a holder's session has expired nobody gets it until the delay is ended", () => {
    const log = new Log();
    const [one, two] = [log.open(), log.open()];
    log.next(one, acquire(false, 500_000));
    const { token } = log.lock();
    log.expire(one);
    expect(log.lock()).toMatchObject({ holder: null, delayed: true, token });
    expect(log.service.lockDelays()).toEqual([{ lock: "pump", token, delay: 500_000 }]);
    expect(reasonOf(log.next(two, acquire()))).toBe("delayed");
    expect(log.next(two, acquire(true))).toEqual({ ok: true, kind: "queued" });
    // Of another holder's delay, and of another lock.
    log.write(0, 0, { kind: "end-lock-delay", lock: "pump", token: token + 1 });
    log.write(0, 0, { kind: "end-lock-delay", lock: "valve", token });
    expect(log.lock().delayed).toBe(true);
    log.write(0, 0, { kind: "end-lock-delay", lock: "pump", token });
    expect(log.lock()).toMatchObject({ holder: { session: two }, delayed: false });
    expect(log.lock().token).toBe(log.index);
    // A second one, of a leader that knew of the first no more, does nothing.
    log.write(0, 0, { kind: "end-lock-delay", lock: "pump", token });
    expect(log.lock().holder?.session).toBe(two);
  });

  it("LOCK-6: a lock that is released, or whose session is closed, is free at once", () => {
    const log = new Log();
    const [one, two] = [log.open(), log.open()];
    log.next(one, acquire(false, 500_000));
    log.next(two, acquire(true));
    log.next(one, { kind: "close-session" });
    expect(log.lock()).toMatchObject({ holder: { session: two }, delayed: false });
  });

  it("LOCK-6: without a lock-delay an expired holder's lock is free at once, too", () => {
    const log = new Log();
    const [one, two] = [log.open(), log.open()];
    log.next(one, acquire());
    log.next(two, acquire(true));
    log.expire(one);
    expect(log.lock().holder?.session).toBe(two);
  });
});

describe("Chubby, section 2.8: sessions", () => {
  it("SESSION-1: with a session go its locks, its places in queues, and its ephemeral keys", () => {
    const log = new Log();
    const [one, two] = [log.open(), log.open()];
    log.next(one, ephemeral("b"));
    log.next(one, ephemeral("a"));
    log.next(one, put("kept"));
    log.next(one, acquire());
    log.next(two, acquire(false, 0, "valve"));
    log.next(one, acquire(true, 0, "valve"));
    log.expire(one);
    expect(log.events.map((event) => event.kind)).toEqual([
      "session-ended",
      "deleted",
      "deleted",
      "lock",
    ]);
    expect(log.service.query({ kind: "list", prefix: "", after: null, limit: 9 })).toMatchObject({
      keys: [{ key: "kept" }],
    });
    expect(log.lock("valve").waiting).toBe(0);
    expect(log.service.query({ kind: "session", session: one })).toMatchObject({ open: false });
    expect(reasonOf(log.next(one, put("a")))).toBe("no-session");
  });

  it("SESSION-1: an ephemeral key that another has written is that one's", () => {
    const log = new Log();
    const [one, two] = [log.open(), log.open()];
    log.next(one, ephemeral("a"));
    log.next(two, ephemeral("a"));
    log.next(one, ephemeral("b"));
    log.next(two, put("b"));
    log.expire(one);
    expect(log.service.query({ kind: "list", prefix: "", after: null, limit: 9 })).toMatchObject({
      keys: [{ key: "a" }, { key: "b" }],
    });
    log.expire(two);
    expect(log.service.query({ kind: "list", prefix: "", after: null, limit: 9 })).toMatchObject({
      keys: [{ key: "b" }],
    });
  });

  it("SESSION-1: what needs a session is refused without one", () => {
    const log = new Log();
    for (const command of [acquire(), release(1), ephemeral("a"), { kind: "close-session" }]) {
      expect(reasonOf(log.write(0, 0, command as Command))).toBe("no-session");
    }
  });

  it("SESSION-3: an expiry of a session that has ended, or never was, does nothing", () => {
    const log = new Log();
    const one = log.open();
    log.next(one, { kind: "close-session" });
    const two = log.open();
    log.expire(one);
    expect(log.events).toEqual([]);
    log.expire(two + 100);
    expect(log.service.openSessions.has(two)).toBe(true);
  });
});

describe("Ongaro, section 6.3: exactly once", () => {
  it("SESSION-2: the same number again is answered by the first result, and does nothing", () => {
    const log = new Log();
    const one = log.open();
    expect(log.write(one, 1, put("a"))).toEqual({ ok: true, kind: "changed", version: 1 });
    expect(log.write(one, 1, put("a"))).toEqual({ ok: true, kind: "changed", version: 1 });
    expect(log.events).toEqual([]);
    // Also where it was refused, and would not be now.
    expect(reasonOf(log.write(one, 2, put("a", "y", 7)))).toBe("version-mismatch");
    for (let count = 0; count < 6; count += 1) log.write(0, 0, put("a"));
    expect(reasonOf(log.write(one, 2, put("a", "y", 7)))).toBe("version-mismatch");
  });

  it("an entry is applied once: one that comes again is a bug of ours, and ends all", () => {
    const log = new Log();
    log.write(0, 0, put("a"));
    const again = encodeCommand(0, 0, put("a"));
    for (const index of [0, 1]) {
      expect(() => log.service.apply(index, again)).toThrow(`entry ${index} comes after entry 1`);
    }
    log.service.apply(5, again);
    expect(() => log.service.apply(4, again)).toThrow("entry 4 comes after entry 5");
  });

  it.each([0, 1, 4])("SESSION-2: after number 2, number %i is refused", (sequence) => {
    const log = new Log();
    const one = log.open();
    log.next(one, put("a"));
    log.next(one, put("a"));
    expect(reasonOf(log.write(one, sequence, put("a")))).toBe("invalid");
    expect(log.write(one, 3, put("a"))).toEqual({ ok: true, kind: "changed", version: 3 });
  });
});

describe("keys", () => {
  it("KEY-1: versions count from 1, and begin again with a key that is made again", () => {
    const log = new Log();
    expect(log.write(0, 0, put("a"))).toMatchObject({ version: 1 });
    expect(log.write(0, 0, put("a"))).toMatchObject({ version: 2 });
    expect(reasonOf(log.write(0, 0, { kind: "delete", key: "a", condition: null }))).toBe("none");
    expect(log.write(0, 0, put("a"))).toMatchObject({ version: 1 });
  });

  it.each([
    [0, 0, "none"],
    [0, 1, "version-mismatch"],
    [1, 0, "version-mismatch"],
    [1, 1, "none"],
    [2, 1, "version-mismatch"],
  ])("KEY-2: of a key at version %i, a change at version %i: %s", (version, expected, reason) => {
    for (const change of [put("a", "y", expected), deletion(expected)]) {
      const log = new Log();
      for (let count = 0; count < version; count += 1) log.write(0, 0, put("a"));
      expect(reasonOf(log.write(0, 0, change))).toBe(reason);
      if (reason !== "none") expect(log.events).toEqual([]);
    }
  });

  it("KEY-2: a refused change tells which version there is", () => {
    const log = new Log();
    const detail = () => {
      const result = log.write(0, 0, put("a", "y", 7));
      return result.ok ? "" : result.detail;
    };
    expect(detail()).toBe("a: expected version 7, there is no such key");
    log.write(0, 0, put("a"));
    expect(detail()).toBe("a: expected version 7, it is at version 1");
  });

  it("KEY-3: listings are sorted by bytes, by prefix, in pages that go on where one ended", () => {
    const log = new Log();
    for (const key of ["b", "a/z", "a", "a/b", "B", "a/-", "a0"]) log.write(0, 0, put(key));
    const page = (prefix: string, after: string | null, limit: number): [string[], boolean] => {
      const answer = log.service.query({ kind: "list", prefix, after, limit });
      if (answer.kind !== "keys") throw new Error("no page");
      return [answer.keys.map(({ key }) => key), answer.more];
    };
    expect(page("", null, 100)).toEqual([["B", "a", "a/-", "a/b", "a/z", "a0", "b"], false]);
    expect(page("a/", null, 2)).toEqual([["a/-", "a/b"], true]);
    expect(page("a/", "a/b", 2)).toEqual([["a/z"], false]);
    expect(page("a/", "a/a", 1)).toEqual([["a/b"], true]);
    expect(page("a/", "B", 1)).toEqual([["a/-"], true]);
    expect(page("a/", "z", 9)).toEqual([[], false]);
    expect(page("", "b", 9)).toEqual([[], false]);
  });

  it("KEY-4: a page ends at its bytes, too", () => {
    const log = new Log();
    for (let index = 100; index < 200; index += 1) {
      log.write(0, 0, put(`k${index}`, "x".repeat(4_000)));
    }
    const answer = log.service.query({ kind: "list", prefix: "", after: null, limit: 1_000 });
    if (answer.kind !== "keys") throw new Error("no page");
    expect(answer.more).toBe(true);
    expect(answer.keys.length).toBe(Math.ceil((256 * 1_024) / (4_000 + 4 + 32)));
  });
});

describe("bounds", () => {
  const limits = { keysMax: 2, keyBytesMax: 200, sessionsMax: 2, locksMax: 2, waitersMax: 1 };

  it("LIMIT-1: a key too many, or too large, is refused until another goes", () => {
    const log = new Log(limits);
    log.write(0, 0, put("a"));
    log.write(0, 0, put("b"));
    expect(reasonOf(log.write(0, 0, put("c")))).toBe("limit");
    expect(reasonOf(log.write(0, 0, put("a", "y".repeat(200))))).toBe("limit");
    expect(reasonOf(log.write(0, 0, put("a", "y".repeat(100))))).toBe("none");
    log.write(0, 0, { kind: "delete", key: "b", condition: null });
    expect(reasonOf(log.write(0, 0, put("c")))).toBe("none");
  });

  it("LIMIT-1: a value may fill what there is to the last byte", () => {
    // A key of one letter takes 32 bytes beside it.
    const log = new Log(limits);
    expect(reasonOf(log.write(0, 0, put("a", "y".repeat(200 - 33))))).toBe("none");
    expect(reasonOf(log.write(0, 0, put("a", "y".repeat(200 - 32))))).toBe("limit");
    expect(reasonOf(log.write(0, 0, put("b", "")))).toBe("limit");
  });

  it("LIMIT-2: a session too many is refused until another ends", () => {
    const log = new Log(limits);
    const one = log.open();
    log.open();
    const command: Command = { kind: "open-session", name: "n", lease: seconds(1) };
    expect(reasonOf(log.write(0, 0, command))).toBe("limit");
    log.expire(one);
    expect(reasonOf(log.write(0, 0, command))).toBe("none");
  });

  it("LIMIT-3: a waiter too many, and a lock too many while all are in use", () => {
    const log = new Log(limits);
    const [one, two] = [log.open(), log.open()];
    log.next(one, acquire(false, 0, "a"));
    log.next(one, acquire(false, 0, "b"));
    expect(reasonOf(log.next(two, acquire(false, 0, "c")))).toBe("limit");
    expect(reasonOf(log.next(two, acquire(true, 0, "a")))).toBe("none");
    log.expire(two);
    const three = log.open();
    expect(reasonOf(log.next(three, acquire(true, 0, "a")))).toBe("none");
    log.next(one, release(log.lock("b").token, "b"));
    expect(reasonOf(log.next(three, acquire(false, 0, "c")))).toBe("none");
  });

  it("LIMIT-3: the queue of a lock is bounded", () => {
    const log = new Log({ ...limits, sessionsMax: 3 });
    const [one, two, three] = [log.open(), log.open(), log.open()];
    log.next(one, acquire());
    log.next(two, acquire(true));
    expect(reasonOf(log.next(three, acquire(true)))).toBe("limit");
  });
});

function deletion(version: number): Command {
  return { kind: "delete", key: "a", condition: { version } };
}
