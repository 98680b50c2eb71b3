/** SNAPSHOT-2 to SNAPSHOT-4: one form for one state, hostile bytes refused whole, and its cost. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seconds } from "../../../src/kernel/time.js";
import { noAppCommands } from "../../../src/replication/service/app-commands.js";
import { AppState } from "../../../src/replication/service/app-state.js";
import { encodeCommand } from "../../../src/replication/service/command-bytes.js";
import type { Lock } from "../../../src/replication/service/locks.js";
import { Service, serviceLimits } from "../../../src/replication/service/service.js";
import { Sessions } from "../../../src/replication/service/sessions.js";
import { snapshotBytes } from "../../../src/replication/service/snapshot.js";
import { keeper } from "./client/world.js";
import { logs } from "./commands.js";

function filled(log: Parameters<Parameters<typeof logs.map>[0]>[0]): Service {
  const service = new Service(keeper);
  for (const line of log) service.apply(line.index, line.bytes);
  return service;
}

describe("SNAPSHOT-2: hostile snapshots", () => {
  it("are refused, or are the very bytes that the restored state gives", () => {
    const flip = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) });
    let taken = 0;
    fc.assert(
      fc.property(
        logs,
        fc.array(flip, { minLength: 1, maxLength: 2 }),
        fc.nat(4),
        (log, flips, cut) => {
          const bytes = filled(log).snapshot();
          for (const { at, to } of flips) bytes[at % bytes.length] = to;
          const shorter = bytes.subarray(0, bytes.length - (cut === 0 ? 1 : 0));
          const service = new Service(keeper);
          if (!service.restore(shorter)) return;
          taken += 1;
          expect([...service.snapshot()]).toEqual([...shorter]);
        },
      ),
      { numRuns: 1_500 },
    );
    expect(taken).toBeGreaterThan(10);
  });

  it("change nothing when they are refused", () => {
    fc.assert(
      fc.property(logs, fc.uint8Array({ maxLength: 40 }), (log, rubbish) => {
        const service = filled(log);
        const before = service.snapshot();
        expect(service.restore(rubbish)).toBe(false);
        expect(service.restore(before.subarray(0, before.length - 1))).toBe(false);
        expect(service.snapshot()).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });

  it("are refused where a holder, a waiter or an owner is no session that is open", () => {
    const service = new Service();
    const lease = 1_000_000 as never;
    service.apply(1, encodeCommand(0, 0, { kind: "open-session", name: "n", lease }));
    const acquire = { kind: "acquire", lock: "pump", wait: false, lockDelay: 0 as never } as const;
    service.apply(2, encodeCommand(1, 1, acquire));
    const bytes = service.snapshot();
    expect(new Service().restore(bytes)).toBe(true);
    // The holder's session stands behind the lock's name, token and delay.
    const holder = bytes.length - 3;
    expect(bytes[holder]).toBe(1);
    bytes[holder] = 2;
    expect(new Service().restore(bytes)).toBe(false);
  });

  it("are refused where they pass the bounds of this group", () => {
    const service = new Service();
    for (let index = 1; index <= 3; index += 1) {
      const value = new Uint8Array(10);
      const put = {
        kind: "put",
        key: `k${index}`,
        value,
        condition: null,
        ephemeral: false,
      } as const;
      service.apply(index, encodeCommand(0, 0, put));
    }
    const limits = { keyBytesMax: 1_000, locksMax: 1, waitersMax: 1, sessionsMax: 1 };
    const bytes = service.snapshot();
    expect(new Service(undefined, { ...limits, keysMax: 3 }).restore(bytes)).toBe(true);
    expect(new Service(undefined, { ...limits, keysMax: 2 }).restore(bytes)).toBe(false);
    const tight = { ...limits, keysMax: 3, keyBytesMax: 3 * (2 + 10 + 32) };
    expect(new Service(undefined, tight).restore(bytes)).toBe(true);
    expect(new Service(undefined, { ...tight, keyBytesMax: 131 }).restore(bytes)).toBe(false);
  });
});

describe("SNAPSHOT-2: what no state of a service gives", () => {
  const about = { token: 1, delay: 0, waiters: [] } as const;
  const claim = (session: number) => ({ session, lockDelay: 0 as never });

  /** A snapshot in which two sessions are open, and such keys and locks stand. */
  function restores(
    keys: readonly string[],
    locks: readonly Partial<Lock>[],
    { ids = [1, 2], owner = 0 } = {},
  ): boolean {
    const sessions = new Sessions(serviceLimits);
    for (const id of ids) {
      sessions.store({ id, name: "n", lease: seconds(1), sequence: 0, result: null });
    }
    const inOrder = keys.map((key) => {
      const found = { key, value: new Uint8Array(1), version: 1, changedAt: 1 };
      return { found, owner };
    });
    const state = {
      at: 5,
      sessions,
      keys: { size: keys.length, all: () => inOrder },
      locks: { sorted: () => locks.map((lock) => ({ ...about, holder: null, ...lock })) },
      app: new AppState(noAppCommands),
    };
    return new Service().restore(snapshotBytes(state as never));
  }

  it("sessions out of order, or from after it", () => {
    for (const ids of [[], [1], [1, 4], [4, 5]]) expect(restores([], [], { ids })).toBe(true);
    for (const ids of [
      [2, 1],
      [0, 1],
      [1, 6],
    ])
      expect(restores([], [], { ids })).toBe(false);
  });

  it("a key of a session that is not open", () => {
    expect(restores(["a"], [], { owner: 2 })).toBe(true);
    expect(restores(["a"], [], { owner: 3 })).toBe(false);
  });

  it("a key or a lock twice, or out of order", () => {
    expect(restores(["a", "b"], [{ name: "a" }, { name: "b" }])).toBe(true);
    expect(restores(["a", "a"], [])).toBe(false);
    expect(restores(["b", "a"], [])).toBe(false);
    expect(restores([], [{ name: "a" }, { name: "a" }])).toBe(false);
    expect(restores([], [{ name: "b" }, { name: "a" }])).toBe(false);
  });

  it("a session that waits twice, or for what it holds; waiters of a free lock", () => {
    const lock = { name: "a", holder: claim(1) };
    expect(restores([], [{ ...lock, waiters: [claim(2)] }])).toBe(true);
    expect(restores([], [{ ...lock, waiters: [claim(1)] }])).toBe(false);
    expect(restores([], [{ ...lock, waiters: [claim(2), claim(2)] }])).toBe(false);
    expect(restores([], [{ ...lock, delay: seconds(1) }])).toBe(false);
    expect(restores([], [{ name: "a", waiters: [claim(2)] }])).toBe(false);
    expect(restores([], [{ name: "a", delay: seconds(1), waiters: [claim(2)] }])).toBe(true);
  });
});

describe("SNAPSHOT-4: 10,000 keys of 100 bytes", () => {
  it("take 1.2 MB, and come back", () => {
    const service = new Service();
    for (let index = 1; index <= 10_000; index += 1) {
      const key = `plant/setting-${(index * 7_919) % 10_000}`;
      const value = new Uint8Array(100).fill(index);
      const put = { kind: "put", key, value, condition: null, ephemeral: false } as const;
      service.apply(index, encodeCommand(0, 0, put));
    }
    const bytes = service.snapshot();
    expect(bytes.length).toBeGreaterThan(1_000_000);
    expect(bytes.length).toBeLessThan(1_300_000);
    const restored = new Service();
    expect(restored.restore(bytes)).toBe(true);
    // Not by `toEqual`, which takes half a minute for a megabyte.
    const again = restored.snapshot();
    expect(again).toHaveLength(bytes.length);
    expect(again.findIndex((byte, index) => byte !== bytes[index])).toBe(-1);
  });
});
