/**
 * The service beside a naive one (SESSION-2, KEY-1 to KEY-4, LOCK-1 to LOCK-6), and its snapshots
 * at every point of a log (SNAPSHOT-1, SNAPSHOT-2).
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AppCommands } from "../../../src/replication/service/app-commands.js";
import { Service } from "../../../src/replication/service/service.js";
import { type LogLine, logs } from "./commands.js";
import { bare, NaiveService } from "./naive.js";

/** Adds numbers up. */
const adder: AppCommands = {
  initial: { sum: 0 },
  lacks: () => null,
  apply: (state, name, argument) => {
    if (name === "throw" || typeof argument !== "number") {
      return { ok: false, reason: "app-refused", detail: "thrown" };
    }
    const sum = (state as { sum: number }).sum + argument;
    return { ok: true, state: { sum }, result: sum };
  },
};

const locksOfAll = ["pump", "valve", "z"];

function expectAlike(service: Service, naive: NaiveService): void {
  for (const prefix of ["", "a", "a/"]) {
    const listed = service.query({ kind: "list", prefix, after: null, limit: 100 });
    expect(listed).toEqual({ kind: "keys", keys: naive.list(prefix), more: false });
  }
  for (const lock of locksOfAll) {
    expect(service.query({ kind: "lock", lock })).toEqual({ kind: "lock", lock: naive.lock(lock) });
  }
  expect(service.appState).toEqual(naive.state);
}

const applyAll = (service: Service, log: readonly LogLine[]): unknown[] =>
  log.map((line) => service.apply(line.index, line.bytes));

describe("the service beside a naive one", () => {
  it("answers every command alike, and has the same state after each", () => {
    fc.assert(
      fc.property(logs, (log) => {
        const service = new Service(adder);
        const naive = new NaiveService(adder);
        for (const line of log) {
          const { result } = service.apply(line.index, line.bytes);
          expect(bare(result)).toEqual(naive.apply(line));
          expectAlike(service, naive);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("SNAPSHOT-1: restored at any point it goes on as if it had been there", () => {
    fc.assert(
      fc.property(logs, fc.nat(), (log, place) => {
        const cut = place % (log.length + 1);
        const through = new Service(adder);
        applyAll(through, log.slice(0, cut));
        const restored = new Service(adder);
        expect(restored.restore(through.snapshot())).toBe(true);
        expect(restored.snapshot()).toEqual(through.snapshot());
        expect(applyAll(restored, log.slice(cut))).toEqual(applyAll(through, log.slice(cut)));
        expect(restored.snapshot()).toEqual(through.snapshot());
      }),
      { numRuns: 300 },
    );
  });
});
