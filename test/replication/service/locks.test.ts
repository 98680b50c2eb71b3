/** LOCK-2 to LOCK-5 where several want a lock, and which locks are forgotten. */
import { describe, expect, it } from "vitest";
import { Locks } from "../../../src/replication/service/locks.js";
import type { WatchEvent } from "../../../src/replication/service/ports.js";
import { serviceLimits } from "../../../src/replication/service/service.js";
import { acquire, Log, reasonOf, release } from "./log.js";

const states = (log: Log) =>
  log.events.flatMap((event) =>
    event.kind === "lock"
      ? [[event.lock.holder?.session ?? null, event.lock.delayed, event.lock.waiting]]
      : [],
  );

describe("a lock that passes on", () => {
  it("LOCK-4, LOCK-5: is told of in the entry in which it does, and as it is then", () => {
    const log = new Log();
    const [one, two] = [log.open(), log.open()];
    log.next(one, acquire(false, 500));
    expect(states(log)).toEqual([[one, false, 0]]);
    log.next(two, acquire(true, 500));
    expect(states(log)).toEqual([]);
    const { token } = log.lock();
    log.expire(one);
    expect(states(log)).toEqual([[null, true, 1]]);
    log.write(0, 0, { kind: "end-lock-delay", lock: "pump", token });
    expect(states(log)).toEqual([[two, false, 0]]);
    log.next(two, release(log.lock().token));
    expect(states(log)).toEqual([[null, false, 0]]);
  });

  it("LOCK-5: delays by what its holder asked for last, in the queue or as the holder", () => {
    const log = new Log();
    const [one, two] = [log.open(), log.open()];
    log.next(one, acquire());
    log.next(two, acquire(true, 100));
    log.next(two, acquire(true, 200));
    log.next(one, release(log.lock().token));
    expect(log.lock().holder?.session).toBe(two);
    const { token } = log.lock();
    log.expire(two);
    expect(log.service.lockDelays()).toEqual([{ lock: "pump", token, delay: 200 }]);
    const three = log.open();
    log.write(0, 0, { kind: "end-lock-delay", lock: "pump", token });
    log.next(three, acquire(false, 300));
    const held = { kind: "held", token: log.index };
    // Who has it, and asks again, keeps its token.
    expect(log.next(three, acquire(false, 400))).toMatchObject(held);
    log.expire(three);
    expect(log.service.lockDelays()).toMatchObject([{ delay: 400 }]);
  });

  it("LOCK-5: is not given to who comes while it is delayed, and free again after it", () => {
    const log = new Log();
    const [one, two] = [log.open(), log.open()];
    log.next(one, acquire(false, 500));
    const { token } = log.lock();
    log.expire(one);
    expect(reasonOf(log.next(two, acquire()))).toBe("delayed");
    log.write(0, 0, { kind: "end-lock-delay", lock: "pump", token });
    expect(log.lock()).toMatchObject({ holder: null, delayed: false, token });
    expect(log.next(two, acquire())).toEqual({ ok: true, kind: "held", token: log.index });
  });
});

describe("locks that are forgotten to make room (LIMIT-3)", () => {
  it("are the free ones whose holder came first, in whatever order they are remembered", () => {
    const log = new Log({ ...serviceLimits, locksMax: 3 });
    const one = log.open();
    const use = (lock: string) => {
      expect(reasonOf(log.next(one, acquire(false, 0, lock)))).toBe("none");
      log.next(one, release(log.lock(lock).token, lock));
    };
    const known = () =>
      ["a", "b", "c", "d", "e"].filter((lock) => log.lock(lock).token > 0).join("");
    for (const lock of ["a", "b", "c", "a"]) use(lock);
    use("d");
    expect(known()).toBe("acd");
    use("e");
    expect(known()).toBe("ade");
  });

  it("are neither held, nor delayed, however old", () => {
    const log = new Log({ ...serviceLimits, locksMax: 3 });
    const [one, two] = [log.open(), log.open()];
    log.next(two, acquire(false, 500, "a"));
    log.next(one, acquire(false, 0, "b"));
    log.next(one, acquire(false, 0, "c"));
    log.next(one, release(log.lock("c").token, "c"));
    log.expire(two);
    expect(reasonOf(log.next(one, acquire(false, 0, "d")))).toBe("none");
    expect([log.lock("a").delayed, log.lock("b").token > 0, log.lock("c").token]).toEqual([
      true,
      true,
      0,
    ]);
    expect(reasonOf(log.next(one, acquire(false, 0, "e")))).toBe("limit");
  });

  it("are told apart by their names where no holder came first, on all replicas alike", () => {
    for (const names of [
      ["a", "b"],
      ["b", "a"],
    ]) {
      const locks = new Locks({ locksMax: 2, waitersMax: 1 }, () => "n");
      // Both were passed on in one entry, when the session of their holder ended.
      for (const name of names) {
        locks.store({ name, holder: null, token: 7, delay: 0 as never, waiters: [] });
      }
      const events: WatchEvent[] = [];
      const command = { kind: "acquire", lock: "c", wait: false, lockDelay: 0 } as never;
      locks.acquire(9, command, 1, events);
      expect(locks.sorted().map(({ name }) => name)).toEqual(["b", "c"]);
    }
  });
});
